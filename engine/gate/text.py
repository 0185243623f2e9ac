"""The gate's answer for people: breaches first, on one screen, without colour.

BLOCK  buy 50 ACME in HAW-6040, 2026-03-10                      rule IPS-4.1, hawthorne.mandate:39
  because     Acme Corp would be 5.40% of net assets (now 4.90%); limit at most 5%
  measured    before 4.90%, after 5.40%, limit 5.00%, headroom -0.40%; ACME 5.00%, ACME.PR 0.40%
  would pass  10 ACME; or sell 400 ACME.PR in HAW-6040 as well
  sources     ips §4.1 "no more than the greater of 5% or weighting in the relevant index"
"""

import textwrap
from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from dsl.policy import Citation
from engine.facts.money import EXACT, plain, rounded_down
from engine.gate.amounts import people
from engine.gate.answer import PLACES
from engine.gate.verdict import (
    NOT_APPLIED,
    OUT_OF_FORCE,
    Decision,
    GateAnswer,
    Outcome,
    TradeDecision,
    Verdict,
    WouldPass,
)

WIDTH = 100
FULL_VERDICTS = 6
"""Verdicts told in full on one screen; further ones have one line each."""

_LABEL = 12
_QUIET = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.EXCEPTED})


def gate_text(answer: GateAnswer, *, width: int = WIDTH, everything: bool = False) -> str:
    """Return the answer as text; everything: all verdicts in full, also those that passed."""
    return "\n".join(_lines(answer, width, everything)) + "\n"


def _lines(answer: GateAnswer, width: int, everything: bool) -> Iterator[str]:
    yield _headline(answer)
    if answer.fault is not None:
        yield from _wrapped("FAULT", answer.fault.reason, width)
        yield "  Nothing passes until this is mended; the bundle reproduces it."
    yield from _trades(answer)
    yield from largest_lines(answer, width)
    loud = [v for v in answer.verdicts if is_loud(v)]
    quiet = [v for v in answer.verdicts if not is_loud(v)]
    full = answer.verdicts if everything else tuple(loud[:FULL_VERDICTS])
    for verdict in full:
        yield ""
        yield from verdict_lines(answer, verdict, width=width)
    if not everything:
        if loud[FULL_VERDICTS:]:
            yield ""
        yield from (_short(verdict) for verdict in loud[FULL_VERDICTS:])
        yield ""
        yield from _out_of_force(answer, width)
        yield _rest(quiet)


def largest_lines(answer: GateAnswer, width: int = WIDTH) -> Iterator[str]:
    """Yield what the largest part of the list is that passes."""
    largest = answer.largest_passing
    if largest is None:
        return
    if not largest.trades:
        words = "no part of the list" if largest.exact else "no part of the list was found that passes"
        yield from _wrapped(
            "in part", f"{words}{' passes' if largest.exact else ''}; {largest.method}", width
        )
        return
    numbers = ", ".join(map(str, largest.trades))
    noun = "trade" if len(largest.trades) == 1 else "trades"
    worth = people(largest.value, largest.currency)
    size = "the largest part that passes" if largest.exact else "a part that passes"
    yield from _wrapped("in part", f"{noun} {numbers} ({worth}): {size}; {largest.method}", width)


def is_loud(verdict: Verdict) -> bool:
    """Return whether a verdict says more than that it passes."""
    return verdict.outcome not in _QUIET or verdict.decision is not Decision.PASS


def _headline(answer: GateAnswer) -> str:
    count = len(answer.trades)
    passed = sum(trade.decision is Decision.PASS for trade in answer.trades)
    listed = f"{count} trade{'' if count == 1 else 's'}, {passed} pass" if count else "no trades"
    rulebook = f"{answer.rulebook_id} {answer.rulebook_version}".strip()
    return f"{answer.decision.value.upper()}  {listed}, {answer.as_of.isoformat()}  rulebook {rulebook}"


def _trades(answer: GateAnswer) -> Iterator[str]:
    stopped = [trade for trade in answer.trades if trade.decision is not Decision.PASS]
    for decided in stopped[: FULL_VERDICTS * 2]:
        yield f"  {decided.decision.value.upper():<9} {decided.trade.number:>3}  {trade_words(decided)}"
    if len(stopped) > FULL_VERDICTS * 2:
        yield f"  and {len(stopped) - FULL_VERDICTS * 2} more"


def trade_words(decided: TradeDecision) -> str:
    """Return a trade with the rules that speak against it and the most that would pass."""
    trade = decided.trade
    rules = f"  {', '.join(decided.rules)}" if decided.rules else ""
    most = decided.max_quantity
    room = "" if most is None else f"  (at most {_never_above(most)} would pass)"
    quantity = plain(trade.quantity)
    return f"{trade.side.value} {quantity} {trade.symbol} in {trade.account}{rules}{room}"


def _never_above(quantity: Fraction) -> str:
    """Return a quantity for people, rounded down: one share more would be too many."""
    return f"{rounded_down(quantity, places=PLACES).normalize(EXACT):,f}"


def verdict_lines(answer: GateAnswer, verdict: Verdict, *, width: int = WIDTH) -> Iterator[str]:
    """Yield one verdict in full."""
    left = f"{_word(verdict)}  {_concerns(answer, verdict)}, {answer.as_of.isoformat()}"
    right = f"rule {verdict.rule}{_where(verdict)}"
    gap = " " * max(2, width - len(left) - len(right))
    yield f"{left}{gap}{right}"
    yield from _wrapped("because", verdict.reason, width)
    measured = _measured(verdict)
    if measured:
        yield from _wrapped("measured", measured, width)
    if verdict.window is not None:
        first, last = (day.isoformat() for day in verdict.window)
        yield from _wrapped("window", f"{first} to {last}", width)
    if verdict.cure_due is not None:
        yield from _wrapped("cure", f"due by {verdict.cure_due.isoformat()}", width)
    if verdict.considered:
        yield from _wrapped("considered", "; ".join(verdict.considered), width)
    if verdict.would_pass:
        words = "; or ".join(_change(answer, change) for change in verdict.would_pass)
        yield from _wrapped("would pass", words, width)
    if verdict.because:
        yield from _wrapped("sources", "; ".join(map(_source, verdict.because)), width)


def _word(verdict: Verdict) -> str:
    if verdict.decision is not Decision.PASS:
        return verdict.decision.value.upper()
    if verdict.outcome is Outcome.BREACH:
        return "REPORT"
    return verdict.outcome.value.replace("_", " ").upper()


def _concerns(answer: GateAnswer, verdict: Verdict) -> str:
    named = [trade.trade for trade in answer.trades if trade.trade.number in verdict.trades]
    place = verdict.account or f"household {verdict.household}"
    if len(named) == 1:
        trade = named[0]
        return f"{trade.side.value} {plain(trade.quantity)} {trade.symbol} in {trade.account}"
    if named:
        return f"trades {', '.join(str(trade.number) for trade in named)} in {place}"
    return f"{verdict.title} in {place}"


def _where(verdict: Verdict) -> str:
    return "" if verdict.where is None else f", {verdict.where.file}:{verdict.where.line}"


def _measured(verdict: Verdict) -> str:
    unit, limit = verdict.unit, verdict.limit
    figures = [
        f"{name} {people(value, unit, apart_from=limit)}"
        for name, value in (("before", verdict.before), ("after", verdict.after))
        if value is not None
    ]
    if limit is not None:
        figures.append(f"limit {people(limit, unit)}")
    if verdict.headroom is not None:
        figures.append(f"headroom {people(verdict.headroom, unit)}")
    parts = [part.note or f"{part.symbol} {people(part.amount, unit)}" for part in verdict.contributors]
    told = [", ".join(figures), ", ".join(parts)]
    return "; ".join(part for part in told if part)


def _change(answer: GateAnswer, change: WouldPass) -> str:
    trade = next((t.trade for t in answer.trades if t.trade.number == change.trade), None)
    several = len(answer.trades) > 1 and trade is not None
    which = f"trade {change.trade} " if several else ""
    match change.change:
        case "quantity":
            return f"{which}at {change.to} {trade.symbol if trade else ''}".strip()
        case "date":
            return f"{which}from {change.to}"
        case "security":
            return f"{which}with {change.to}"
        case "add_trade" | "drop":
            return change.to
        case _:
            assert_never(change.change)


def _source(citation: Citation) -> str:
    quote = f' "{citation.quote}"' if citation.quote else ""
    return f"{citation.source} {citation.clause}{quote}"


def _short(verdict: Verdict) -> str:
    place = verdict.account or f"household {verdict.household}"
    return f"{_word(verdict)}  {verdict.rule} in {place}: {verdict.reason}"


def _out_of_force(answer: GateAnswer, width: int) -> Iterator[str]:
    """Yield a line for each policy of which no rule is in force on the day: its silence is no approval."""
    for policy, version, _ in answer.policies:
        reasons = {v.reason for v in answer.verdicts if v.policy == policy}
        if reasons and all(reason.startswith(OUT_OF_FORCE) for reason in reasons):
            dates = ", ".join(sorted(reason.removeprefix(NOT_APPLIED) for reason in reasons))
            text = (
                f"{policy} {version} is {dates}; none of its rules was judged on {answer.as_of.isoformat()}"
            )
            yield from _wrapped("not judged", text, width)


def _rest(quiet: list[Verdict]) -> str:
    passed = sorted({v.rule for v in quiet if v.outcome is Outcome.PASS})
    others = sorted({v.rule for v in quiet if v.outcome is not Outcome.PASS} - set(passed))
    words = f"{len(passed)} rule{'' if len(passed) == 1 else 's'} kept"
    return f"{words}, {len(others)} not applicable today" if others else words


def _wrapped(label: str, text: str, width: int) -> list[str]:
    head = f"  {label:<{_LABEL}}"
    return textwrap.wrap(
        text, width=width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )
