"""Findings of lint in print: those of `check` with the portfolio that shows a conflict beside them."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dsl import render
from dsl.diagnostics import Diagnostic
from engine.facts.money import plain, rounded
from optimizer.lint.finding import Finding, Portfolio

_MOST_SHOWN = 6


def lint_answer(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return findings as plain data: `guardband/lint/1`."""
    told = render.records([row.diagnostic for row in findings])
    return {
        "schema": "guardband/lint/1",
        "findings": [
            {**record, "rules": list(row.rules), "witness": _witness(row.witness)}
            for record, row in zip(told, findings, strict=True)
        ],
    }


def _witness(witness: Portfolio | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {
        "as_of": witness.day.isoformat(),
        "worth": plain(witness.worth),
        "facts": dict(witness.facts),
        "securities": {symbol: dict(cells) for symbol, cells in witness.securities.items()},
        "holdings": [
            {"account": account, "symbol": symbol, "value": plain(money)}
            for (account, symbol), money in sorted(witness.held.items())
        ],
        "keeps": list(witness.keeps),
        "breaks": witness.breaks,
        "reason": witness.reason,
    }


def lint_text(findings: Sequence[Finding], sources: render.Sources) -> str:
    """Return findings for a person, a blank line between them."""
    return "\n\n".join(_text(row, sources) for row in findings)


def _text(row: Finding, sources: render.Sources) -> str:
    told = render.text(row.diagnostic, sources)
    if row.witness is None:
        return told
    indent = " " * (len(told.split("\n")[1].split("-->")[0]))
    kept = ", ".join(f"`{name}`" for name in row.witness.keeps)
    lines = [told, f"{indent} = witness: {portfolio_text(row.witness)}"]
    if kept:
        lines.append(f"{indent}   keeps {kept} and comes as near to `{row.witness.breaks}` as can be")
    lines.append(f"{indent}   {row.witness.breaks}: {row.witness.reason}")
    return "\n".join(lines)


def portfolio_text(witness: Portfolio) -> str:
    """Return a portfolio in one line: shares of the account, the largest first."""
    ranked = sorted(witness.held.items(), key=lambda row: (-row[1], row[0]))
    parts = [
        f"{_share(money, witness.worth)} {symbol}{_named(witness, symbol)}"
        for (_, symbol), money in ranked[:_MOST_SHOWN]
    ]
    if ranked[_MOST_SHOWN:]:
        rest = sum((money for _, money in ranked[_MOST_SHOWN:]), Decimal(0))
        parts.append(f"{_share(rest, witness.worth)} in {len(ranked) - _MOST_SHOWN} more")
    accounts = len({account for (account, _) in witness.held}) or 1
    cash = witness.worth * accounts - sum(witness.held.values(), Decimal(0))
    facts = "".join(f"; {path} {value}" for path, value in witness.facts)
    return ", ".join([*parts, f"{_share(cash, witness.worth)} cash"]) + facts


def _named(witness: Portfolio, symbol: str) -> str:
    cells = witness.securities.get(symbol, {})
    told = [value for name, value in sorted(cells.items()) if name not in ("symbol", "instrument", "issuer")]
    return f" ({', '.join(told)})" if told else ""


def _share(money: Decimal, worth: Decimal) -> str:
    return f"{plain(rounded(Fraction(money) * 100 / Fraction(worth), places=2))}%"


def diagnostics_of(findings: Sequence[Finding]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics alone, for the formats of code hosts."""
    return tuple(row.diagnostic for row in findings)
