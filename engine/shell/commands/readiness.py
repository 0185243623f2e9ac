"""`guardband readiness`: the six needs, measured from the firm's own data, and what to do next."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, PolicyOption


class ReadinessFormat(StrEnum):
    """What the answer is printed as."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def readiness(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    output: Annotated[
        ReadinessFormat,
        typer.Option("--format", help="text for people, json for programs, html for a browser."),
    ] = ReadinessFormat.TEXT,
) -> None:
    """Measure rules, lots, structure, interfaces, upkeep and the ways in and out; a bad book too.

    Exit status: 0 nothing that is measured is lacking, 1 something is, 2 there is no book.

    Example: `guardband readiness --book BOOK --policy household.mandate --format html`
    """
    from engine.shell.console import print_json, print_text
    from engine.shell.readiness.measure import readiness as measured
    from reports.readiness import readiness_answer, readiness_html, readiness_text

    told = measured(
        book,
        policies=tuple(policy) if policy else None,
        as_of=None if as_of is None else as_of.date(),
    )
    match output:
        case ReadinessFormat.JSON:
            print_json(readiness_answer(told))
        case ReadinessFormat.HTML:
            sys.stdout.write(readiness_html(told))
        case ReadinessFormat.TEXT:
            print_text(readiness_text(told))
    raise typer.Exit(int(bool(told.steps)))
