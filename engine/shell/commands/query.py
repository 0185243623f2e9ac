"""`guardband query`: which rules say what, over any number of mandates."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import Format, FormatOption


def query(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="`rules`, or `rules where` and a condition.")
    ],
    policies: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|ID]...",
            help="Mandate files, or ids of shipped policies; unsaid: the mandates in this folder.",
            show_default=False,
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """List the rules for which a condition holds, in the words of the language itself.

    Columns: rule, kind, measure, limit, low, high, for_each, subject, active, source, clause and the rest
    of what a compiled rule holds.

    Exit status: 0, or 2 for a question or a mandate that cannot be read.

    Example: `guardband query 'rules where measure is weight and limit is less than 5%' household.mandate`
    """
    from dsl import render
    from engine.facts.failure import InputError
    from engine.shell import policies as mandates
    from engine.shell import work
    from engine.shell.console import EXIT_WRONG_USE, complain, print_json, print_text
    from rulebooks.query import query as ask
    from rulebooks.query import query_answer, query_text

    names = tuple(policies or sorted(str(path) for path in Path().glob(f"*{mandates.SUFFIX}")))
    if not names:
        raise InputError(
            "no mandate is named and none lies here", place="query", cure="name a *.mandate file"
        )
    rulebooks = tuple(work.rulebook_of((policy,)) for policy in mandates.load(names))
    answer = ask(question, rulebooks)
    if answer.problems:
        complain(render.all_text(answer.problems, {"query": question}))
        raise typer.Exit(EXIT_WRONG_USE)
    if output is Format.JSON:
        print_json(query_answer(question, rulebooks, answer.rows))
    else:
        print_text(query_text(answer.rows, sum(len(rulebook.rules) for rulebook in rulebooks)))
