"""Diagnostics: what an author got wrong, as values.

A diagnostic says what is wrong (message, primary span), what led to it (secondary spans) and the cure
(help). The message never gives the cure. Codes are stable: E for errors, W for warnings, I for notes;
each has a page in `dsl/codes`. `E0306: 12% lies outside the range of company_cap` points at the `12%`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dsl.policy import Span


class Severity(StrEnum):
    """How much a finding weighs: errors stop the file from being used."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A secondary span with the words that stand beside it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding.

    label: the words beside the primary span; help: the cure, None where there is nothing to advise.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    label: str = ""
    secondary: tuple[Label, ...] = ()
    help: str | None = None


_SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}


def finding(
    code: str,
    message: str,
    span: Span,
    *,
    label: str = "",
    secondary: tuple[Label, ...] = (),
    help: str | None = None,
) -> Diagnostic:
    """Return a diagnostic whose severity is the first letter of its code."""
    return Diagnostic(
        code=code,
        severity=_SEVERITIES[code[0]],
        message=message,
        span=span,
        label=label,
        secondary=secondary,
        help=help,
    )


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics by place, each once."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.span.file, d.span.line, d.span.column, d.code, d.message)))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of them is an error."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
