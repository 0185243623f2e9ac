"""`guardband explain`: a rule in plain words, or what a finding's code means."""

import re
from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import Format, FormatOption

_CODE = re.compile(r"[EWI]\d{4}", re.IGNORECASE)


def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mandate file, or a code such as E0202.")],
    rule: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", help="One rule's id; unsaid: every rule.", show_default=False),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Say in plain words what a rule limits, on which data, how it compiles, and who may relax it.

    With the code of a finding instead of a file: what it means, a mandate that has it, and the same mended.

    Exit status: 0, or 2 for a file with errors, an unknown rule or code.

    Example: `guardband explain household.mandate IPS-4.1`, `guardband explain E0202`
    """
    from engine.facts.failure import InputError
    from engine.gate.explain import explain as explain_rules
    from engine.gate.explain import explain_answer, explain_text
    from engine.shell import policies, work
    from engine.shell.console import print_json, print_text

    if rule is None and _CODE.fullmatch(str(file)) and not file.exists():
        print_text(_page(str(file).upper()))
        return
    rulebook = work.rulebook_of(policies.load((str(file),)))
    explained = explain_rules(rulebook, rule)
    if not explained:
        known = ", ".join(sorted({compiled.rule.id for compiled in rulebook.rules}))
        raise InputError(f"there is no rule `{rule}`", place=str(file), cure=f"name one of {known}")
    if output is Format.JSON:
        print_json(explain_answer(rulebook, explained))
    else:
        print_text(explain_text(explained))


def _page(code: str) -> str:
    from dsl.codes import page, pages
    from engine.facts.failure import InputError

    text = page(code)
    if text is None:
        near = ", ".join(sorted(known for known in pages() if known[:2] == code[:2]))
        raise InputError(f"no finding has the code `{code}`", place="FILE", cure=f"name one of {near}")
    return text
