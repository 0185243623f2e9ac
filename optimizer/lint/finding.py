"""A finding of lint: a diagnostic, and where rules exclude each other, the portfolio that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dsl.diagnostics import Diagnostic
from optimizer.portfolios.world import Position

CODES = (
    "E0312", "E0701", "E0702", "W0703", "W0704", "W0705", "W0706", "W0707", "W0708", "W0709", "W0710",
    "W0711",
)  # fmt: skip
"""The codes that only lint gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A portfolio that keeps some rules and therefore breaks another; the gate said so.

    held: money in each position, the rest is cash. breaks: the rule, and what the gate measured.
    """

    day: date
    worth: Decimal
    facts: tuple[tuple[str, str], ...]
    held: Mapping[Position, Decimal]
    securities: Mapping[str, Mapping[str, str]]
    keeps: tuple[str, ...]
    breaks: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; rules: the ids it is about."""

    diagnostic: Diagnostic
    rules: tuple[str, ...] = ()
    witness: Portfolio | None = None
