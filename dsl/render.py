"""Diagnostics in print: text for people, JSON records, SARIF and workflow annotations for programs.

Four prints of one value; each is a pure function. The text form underlines the exact span:

    error[E0301]: `5 points` is a difference, `weight` is a share
      --> growth.mandate:14:24
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dsl.diagnostics import Diagnostic, Severity
from dsl.policy import Span

Sources = Mapping[str, str]
"""The text of each file, by the name that spans carry."""


def text(diagnostic: Diagnostic, sources: Sources) -> str:
    """Return one diagnostic for a person, with the lines it speaks of."""
    return _text(diagnostic, sources.get(diagnostic.span.file, "").split("\n"))


def _text(diagnostic: Diagnostic, lines: Sequence[str]) -> str:
    span = diagnostic.span
    marks = [(span, "^", diagnostic.label)]
    marks += [(label.span, "-", label.text) for label in diagnostic.secondary if label.span.file == span.file]
    marks.sort(key=lambda mark: (mark[0].line, mark[0].column))
    width = len(str(max(mark[0].line for mark in marks)))
    out = [
        f"{diagnostic.severity.value}[{diagnostic.code}]: {diagnostic.message}",
        f"{' ' * width}--> {span.file}:{span.line}:{span.column}",
    ]
    if span.line <= len(lines) and list(lines) != [""]:
        out.append(f"{' ' * width} |")
        out += _marked_lines(marks, lines, width)
    for label in diagnostic.secondary:
        if label.span.file != span.file:
            out.append(f"{' ' * width} = see: {label.span.file}:{label.span.line}: {label.text}")
    if diagnostic.help:
        out.append(f"{' ' * width} = help: {diagnostic.help}")
    return "\n".join(out)


def _marked_lines(marks: Sequence[tuple[Span, str, str]], lines: Sequence[str], width: int) -> list[str]:
    out, shown = [], 0
    for span, mark, words in marks:
        line = lines[span.line - 1].rstrip("\r") if span.line <= len(lines) else ""
        if span.line != shown:
            out.append(f"{span.line:>{width}} | {line}".replace("\t", " ").rstrip())
            shown = span.line
        end = span.end_column if span.end_line == span.line else len(line) + 1
        underline = mark * max(1, min(end, len(line) + 1) - span.column)
        out.append(f"{' ' * width} | {' ' * (span.column - 1)}{underline} {words}".rstrip())
    return out


def all_text(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return every diagnostic for a person, a blank line between them."""
    lines = {file: source.split("\n") for file, source in sources.items()}
    return "\n\n".join(_text(d, lines.get(d.span.file, [""])) for d in diagnostics)


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the count line: `2 errors, 1 warning`."""
    parts = []
    for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")):
        count = sum(d.severity is severity for d in diagnostics)
        if count:
            parts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return ", ".join(parts) or "no findings"


def _where(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def records(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """Return the `findings` of `check` and `lint`: code, severity, message, help, where, see."""
    return [
        {
            "code": d.code,
            "severity": d.severity.value,
            "message": d.message,
            "help": d.help,
            "where": _where(d.span),
            "label": d.label,
            "see": [{"where": _where(label.span), "text": label.text} for label in d.secondary],
        }
        for d in diagnostics
    ]


_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _sarif_place(span: Span) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": span.file},
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }


def sarif(diagnostics: Sequence[Diagnostic], *, version: str) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log with one run; `version` is Guardband's own.

    Source: OASIS SARIF 2.1.0, sections 3.13, 3.27 and 3.30 (columns count from 1, ends are exclusive).
    """
    codes = sorted({d.code for d in diagnostics})
    results = [
        {
            "ruleId": d.code,
            "ruleIndex": codes.index(d.code),
            "level": _SARIF_LEVELS[d.severity],
            "message": {"text": d.message if d.help is None else f"{d.message}; {d.help}"},
            "locations": [{"physicalLocation": _sarif_place(d.span)}],
            "relatedLocations": [
                {"physicalLocation": _sarif_place(label.span), "message": {"text": label.text}}
                for label in d.secondary
            ],
        }
        for d in diagnostics
    ]
    driver = {"name": "guardband", "version": version, "rules": [{"id": code} for code in codes]}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one workflow command per line, which code review shows at the place it names."""
    return "\n".join(_github_line(d) for d in diagnostics)


def _github_line(d: Diagnostic) -> str:
    place = {
        "file": d.span.file,
        "line": d.span.line,
        "col": d.span.column,
        "endLine": d.span.end_line,
        "endColumn": d.span.end_column,
        "title": d.code,
    }
    where = ",".join(f"{key}={_escape_property(str(value))}" for key, value in place.items())
    message = d.message if d.help is None else f"{d.message}; {d.help}"
    return f"::{_GITHUB_LEVELS[d.severity]} {where}::{_escape(message)}"


def _escape(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(words: str) -> str:
    return _escape(words).replace(":", "%3A").replace(",", "%2C")
