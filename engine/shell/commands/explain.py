"""`guardband explain`: a rule in plain words."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import Format, FormatOption


def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mandate file.")],
    rule: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", help="One rule's id; unsaid: every rule.", show_default=False),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Say in plain words what a rule limits, on which data, how it compiles, and who may relax it.

    Exit status: 0, or 2 for a file with errors or an unknown rule.

    Example: `guardband explain household.mandate IPS-4.1`
    """
    from engine.facts.failure import InputError
    from engine.gate.explain import explain as explain_rules
    from engine.gate.explain import explain_answer, explain_text
    from engine.shell import policies, work
    from engine.shell.console import print_json, print_text

    rulebook = work.rulebook_of(policies.load((str(file),)))
    explained = explain_rules(rulebook, rule)
    if not explained:
        known = ", ".join(sorted({compiled.rule.id for compiled in rulebook.rules}))
        raise InputError(f"there is no rule `{rule}`", place=str(file), cure=f"name one of {known}")
    if output is Format.JSON:
        print_json(explain_answer(rulebook, explained))
    else:
        print_text(explain_text(explained))
