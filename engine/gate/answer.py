"""The gate's answer as plain data for programs: `guardband/gate/1`.

Figures are text without exponent or padding zeros, at most six decimals, and more where a figure
would otherwise read as its limit without being equal to it:

    limit 5, after 5.0000004 -> "5.0000004"      headroom -0.0000004 -> "-0.0000004"
"""

from datetime import date
from fractions import Fraction
from typing import Any

from dsl.policy import Citation, Span
from engine.facts.book import Coverage
from engine.facts.money import plain, rounded, rounded_down, steps
from engine.gate.verdict import (
    Contributor,
    GateAnswer,
    LargestPassing,
    TradeDecision,
    Verdict,
    WouldPass,
)

PLACES = 6
_MOST_PLACES = 40


def figure_text(value: Fraction, *, apart_from: Fraction | None = None) -> str:
    """Return a figure as text; `apart_from` is what it must not be mistaken for."""
    places = PLACES
    if apart_from is not None and value != apart_from:
        while places < _MOST_PLACES and steps(value, places=places) == steps(apart_from, places=places):
            places += 1
    return plain(rounded(value, places=places))


def _figure(value: Fraction | None, apart_from: Fraction | None = None) -> str | None:
    return None if value is None else figure_text(value, apart_from=apart_from)


def gate_answer(answer: GateAnswer) -> dict[str, Any]:
    """Return the answer as plain data, its keys in a fixed order."""
    data: dict[str, Any] = {
        "schema": "guardband/gate/1",
        "as_of": answer.as_of.isoformat(),
        "decision": answer.decision.value,
        "rulebook": {
            "id": answer.rulebook_id,
            "version": answer.rulebook_version,
            "hash": answer.rulebook_hash,
        },
        "facts_hash": answer.facts_hash,
        "policies": [{"id": i, "version": v, "hash": h} for i, v, h in answer.policies],
        "trades": [trade_data(trade) for trade in answer.trades],
        "verdicts": [verdict_data(verdict) for verdict in answer.verdicts],
        "evaluators": list(answer.evaluators),
    }
    if answer.largest_passing is not None:
        data["largest_passing"] = largest_data(answer.largest_passing)
    if answer.fault is not None:
        data["fault"] = {"reason": answer.fault.reason, "bundle": answer.fault.bundle}
    return data


def largest_data(largest: LargestPassing) -> dict[str, Any]:
    """Return the largest part of the list that passes."""
    return {
        "trades": list(largest.trades),
        "value": figure_text(largest.value),
        "currency": largest.currency,
        "decision": largest.decision.value,
        "exact": largest.exact,
        "method": largest.method,
    }


def trade_data(decided: TradeDecision) -> dict[str, Any]:
    """Return one trade with its decision."""
    trade = decided.trade
    data: dict[str, Any] = {
        "trade": trade.number,
        "account": trade.account,
        "side": trade.side.value,
        "symbol": trade.symbol,
        "quantity": plain(trade.quantity),
        "decision": decided.decision.value,
        "rules": list(decided.rules),
        "max_quantity": _exact(decided.max_quantity),
    }
    if trade.price is not None:
        data["price"] = plain(trade.price)
    if trade.lot is not None:
        data["lot"] = trade.lot
    if trade.reason is not None:
        data["reason"] = trade.reason
    return data


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return one verdict; keys without a meaning for its kind are left out."""
    limit = verdict.limit
    data: dict[str, Any] = {"rule": verdict.rule, "policy": verdict.policy}
    if verdict.account is not None:
        data["account"] = verdict.account
    else:
        data["household"] = verdict.household
    data |= {
        "title": verdict.title,
        "group": dict(verdict.group),
        "outcome": verdict.outcome.value,
        "breach": verdict.breach,
        "responses": [response.words for response in verdict.responses],
        "decision": verdict.decision.value,
        "measure": verdict.measure,
        "unit": verdict.unit,
        "before": _figure(verdict.before, limit),
        "after": _figure(verdict.after, limit),
        "limit": _figure(limit),
        "headroom": _figure(verdict.headroom, Fraction(0)),
    }
    if verdict.low is not None and verdict.high is not None:
        data |= {"low": _figure(verdict.low), "high": _figure(verdict.high)}
    data |= {
        "contributors": [_contributor(part) for part in verdict.contributors],
        "trades": list(verdict.trades),
        "because": [_citation(citation) for citation in verdict.because],
        "where": _where(verdict.where),
        "would_pass": [_would_pass(change) for change in verdict.would_pass],
        "reason": verdict.reason,
    }
    return data | _extras(verdict)


def _extras(verdict: Verdict) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    if verdict.limit_words:
        extras["limit_words"] = verdict.limit_words
    if verdict.considered:
        extras["considered"] = list(verdict.considered)
    if verdict.window is not None:
        extras["window"] = _window(verdict.window)
    if verdict.event is not None:
        extras["event"] = dict(verdict.event)
    if verdict.coverage is not None:
        extras["coverage"] = coverage_data(verdict.coverage)
    if verdict.cure_due is not None:
        extras["cure_due"] = verdict.cure_due.isoformat()
    if verdict.groups_passed is not None:
        extras["groups_passed"] = verdict.groups_passed
    if verdict.rule_class:
        extras["class"] = verdict.rule_class
    return extras


def coverage_data(coverage: Coverage) -> dict[str, Any]:
    """Return what the history covers."""
    return {
        "accounts": list(coverage.accounts),
        "from": _day(coverage.since),
        "until": coverage.until.isoformat(),
    }


def _window(window: tuple[date, date]) -> dict[str, str]:
    return {"from": window[0].isoformat(), "until": window[1].isoformat()}


def _contributor(part: Contributor) -> dict[str, Any]:
    data: dict[str, Any] = {"symbol": part.symbol, "amount": figure_text(part.amount)}
    if part.account is not None:
        data["account"] = part.account
    if part.note is not None:
        data["note"] = part.note
    return data


def _citation(citation: Citation) -> dict[str, str | None]:
    return {"source": citation.source, "clause": citation.clause, "quote": citation.quote}


def _where(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"file": span.file, "line": span.line, "column": span.column}


def _would_pass(change: WouldPass) -> dict[str, Any]:
    data: dict[str, Any] = {"change": change.change, "trade": change.trade, "to": change.to}
    if change.added is not None:
        data["added"] = {
            "account": change.added.account,
            "side": change.added.side.value,
            "symbol": change.added.symbol,
            "quantity": plain(change.added.quantity),
        }
    return data


def _exact(value: Fraction | None) -> str | None:
    """Return a quantity as text, rounded down: one share more would be too many."""
    return None if value is None else plain(rounded_down(value, places=PLACES))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
