"""Findings in print, and the exit status that follows from them."""

from typing import TYPE_CHECKING

from dsl import render
from dsl.diagnostics import Diagnostic, Severity
from engine.shell.console import EXIT_CLEAN, EXIT_FINDINGS, print_json, print_text
from engine.shell.options import FindingsFormat
from engine.shell.version import VERSION

if TYPE_CHECKING:
    from engine.shell.policies import CheckedFile


def tell(checked: "tuple[CheckedFile, ...]", output: FindingsFormat, *, command: str = "check") -> None:
    """Print the findings of every file."""
    found = _all(checked)
    match output:
        case FindingsFormat.TEXT:
            print_text(_text(checked))
        case FindingsFormat.JSON:
            print_json({"schema": f"guardband/{command}/1", "findings": render.records(found)})
        case FindingsFormat.SARIF:
            print_json(render.sarif(found, version=VERSION))
        case FindingsFormat.GITHUB:
            print(render.github(found))  # noqa: T201


def status(checked: "tuple[CheckedFile, ...]", *, strict: bool) -> int:
    """Return 1 where there is an error (strict: or a warning), else 0."""
    severities = {finding.severity for finding in _all(checked)}
    bad = Severity.ERROR in severities or (strict and Severity.WARNING in severities)
    return EXIT_FINDINGS if bad else EXIT_CLEAN


def errors_text(checked: "tuple[CheckedFile, ...]") -> str:
    """Return the errors of mandates that another command was given."""
    errors = tuple(finding for finding in _all(checked) if finding.severity is Severity.ERROR)
    return "the mandate has errors\n\n" + render.all_text(errors, {file.name: file.text for file in checked})


def _all(checked: "tuple[CheckedFile, ...]") -> tuple[Diagnostic, ...]:
    return tuple(finding for file in checked for finding in file.diagnostics)


def _text(checked: "tuple[CheckedFile, ...]") -> str:
    parts = []
    for file in checked:
        if file.diagnostics:
            parts.append(render.all_text(file.diagnostics, {file.name: file.text}))
        parts.append(f"{file.name}: {render.summary(file.diagnostics)}")
    return "\n\n".join(parts)
