"""The known part: an upper limit that what is known exceeds already.

    technology at most 25%: CHIP 26%, and ACME may be technology too  ->  missing data, and a breach

Members of unknown membership are not in the figure; those without a price are left out of it, while the
base takes them at their last price. Without this a breach could pass unseen behind missing data.
"""

from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from engine.facts.ids import AccountId, Symbol
from engine.gate.compare import compared, may_move, told_of
from engine.gate.deltas import Deltas
from engine.gate.items import Item
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.readings import Reading, Sides
from engine.gate.states import NOTHING, Values
from engine.gate.unknowns import is_weighed_blindly, lacks_price
from engine.ledger.exact import exact
from rulebooks.forms import (
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Risk,
    Sum,
    Term,
    TermKind,
)


def known_item(
    listed: Listed, limit: OpenLimit, item: Item, unknown: tuple[tuple[AccountId, Symbol], ...]
) -> Item:
    """Return an upper limit measured by what is known alone.

    Members that are unknown are not in the figure; those without a price are left out of it, while the
    base takes them at their last price.
    """
    rule = limit.ground.rule
    hidden = tuple(position for position in unknown if lacks_price(listed, rule, *position))
    upper = listed.opened.limits.upper(limit)
    before = _known_reading(listed, upper, NOTHING, _worth(listed, hidden, before=True))
    upper.before = before
    after = _known_reading(listed, upper, listed.after, _worth(listed, hidden))
    lowered = []
    for trade in listed.trades:
        if trade.account not in limit.ground.scope.stops or not may_move(listed, limit, trade.number):
            continue
        state = listed.without(trade.number, settled=limit.settles)
        other = _known_reading(listed, upper, state, _worth(listed, hidden, less=trade.number))
        without, now = compared(other, after)
        if without > now:
            lowered.append(trade.number)
    first, last = compared(before, after)
    return item._replace(
        known_part=True,
        before=first,
        after=last,
        early=None,
        warned_by=(),
        waived=None if limit.waived is None else _waived(listed, upper, limit.waived, hidden),
        trades=tuple(lowered),
        told=told_of(before, after),
    )


def _waived(
    listed: Listed, limit: OpenLimit, sides: Sides, hidden: tuple[tuple[AccountId, Symbol], ...]
) -> Fraction:
    """Return the headroom of the known part to the waiver's bound."""
    if is_weighed_blindly(listed, limit.ground):
        return exact(-1)
    return _known_reading(listed, replace(limit, bound=sides), listed.after, _worth(listed, hidden)).headroom


def _worth(
    listed: Listed,
    positions: tuple[tuple[AccountId, Symbol], ...],
    *,
    before: bool = False,
    less: int | None = None,
) -> Deltas:
    """Return what takes unpriced positions out of a state: the list done, less one trade, or before it.

    The cash of an account that trades one of them without a price of its own goes too, and so do such
    purchases and sales.
    """
    opened, gone = listed.opened, dict[Term, Fraction]()
    trades = () if before else tuple(trade for trade in listed.trades if trade.number != less)
    blind = [t for t in trades if (t.account, t.symbol) in positions]
    terms = {Term(TermKind.VALUE, account, symbol) for account, symbol in positions}
    terms |= {Term(TermKind.CASH, trade.account) for trade in blind if trade.price is None}
    for term in terms:
        gone[term] = -opened.state(term)
        for trade in trades:
            gone[term] -= listed.own[trade.number].get(term, exact(0))
    for trade in blind:
        for term, delta in listed.own[trade.number].items():
            if term.kind in (TermKind.BOUGHT, TermKind.SOLD):
                gone[term] = gone.get(term, exact(0)) - delta
    return {term: amount for term, amount in gone.items() if amount}


def _counts_cash(form: Form) -> bool:
    """Return whether cash is in what a measure adds up; the tests of a derived set only weigh by it."""
    match form:
        case Linear():
            return any(term.kind is TermKind.CASH for term, _ in form.terms)
        case Least() | Most() | Largest() | Count():
            return any(map(_counts_cash, form.parts))
        case Sum():
            return any(_counts_cash(part) for _, part in form.parts)
        case Guarded():
            return _counts_cash(form.form)
        case Risk():
            return any(_counts_cash(active) for _, active in form.actives)
        case _:
            assert_never(form)


def _known_reading(listed: Listed, limit: OpenLimit, state: Values, hidden: Deltas) -> Reading:
    """Return the reading in which what is hidden is not in the figure; bound and base keep the cash."""
    limits, graph = listed.opened.limits, listed.opened.graph
    if not hidden:
        return limits.reading(limit, state)
    paid = {term: delta for term, delta in hidden.items() if term.kind is not TermKind.CASH}
    values = dict(graph.after(paid, on=state))
    cash = {
        (t.account, Symbol(listed.opened.book.accounts[t.account].currency))
        for t in hidden.keys() - paid.keys()
    }
    counts_cash = not cash.isdisjoint(limit.ground.members) and _counts_cash(limit.ground.measure)
    if counts_cash and limit.measure not in (limit.base, limit.bound.high):
        values[limit.measure] = graph.value(limit.measure, graph.after(hidden, on=state))
    return limits.reading(limit, values)
