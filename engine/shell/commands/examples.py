"""`guardband test`: run the examples that travel with a mandate."""

from enum import StrEnum
from typing import Annotated

import typer

from engine.shell.commands.check import FilesArgument


class ResultsFormat(StrEnum):
    """What the results are printed as; junit is for build servers."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def run(
    files: FilesArgument,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="List the rules that no example has seen at work.")
    ] = False,
    output: Annotated[
        ResultsFormat, typer.Option("--format", help="How to print the results.")
    ] = ResultsFormat.TEXT,
) -> None:
    """Run the examples in mandate files: each trades on a small invented book and says what to expect.

    Exit status: 0 all pass, 1 one fails, 2 a file with errors.

    Example: `guardband test household.mandate`
    """
    from engine.gate.examples import examples_answer, run_examples
    from engine.shell import policies, work
    from engine.shell.console import print_json, print_text
    from reports.examples_text import examples_junit, examples_text

    checked = policies.load(tuple(str(path) for path in files))
    with work.engine() as inference:
        results = tuple(row for policy in checked for row in run_examples(policy, engine=inference))
    match output:
        case ResultsFormat.JSON:
            print_json(examples_answer(checked, results))
        case ResultsFormat.JUNIT:
            typer.echo(examples_junit(results))
        case ResultsFormat.TEXT:
            print_text(examples_text(checked, results, with_coverage=coverage))
    raise typer.Exit(int(not all(row.passed for row in results)))
