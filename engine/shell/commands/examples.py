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


def run_examples(
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
    from engine.gate import example_answers
    from engine.gate import examples as gate_examples
    from engine.shell import policies, work
    from engine.shell.console import print_json, print_text

    checked = policies.load(tuple(str(path) for path in files))
    with work.engine() as inference:
        results = tuple(gate_examples.run_examples(policy, engine=inference) for policy in checked)
    match output:
        case ResultsFormat.JSON:
            print_json(example_answers.answer(results))
        case ResultsFormat.JUNIT:
            typer.echo(example_answers.junit(results))
        case ResultsFormat.TEXT:
            print_text(example_answers.text(results, coverage=coverage))
    raise typer.Exit(int(not all(row.passed for result in results for row in result.results)))
