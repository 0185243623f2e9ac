"""Limits `for each trade`: every trade of the list has its own figure and its own verdict.

    limit trade_value to at least 1,000 USD; a sale of 600 USD -> after 600, headroom -400, blocked

A trade was not there before, so a breach is always active.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import assert_never

from engine.facts.ids import Symbol
from engine.facts.trades import Trade
from engine.gate.acts import sells_all, value_of
from engine.gate.compare import reached
from engine.gate.items import Item, Told
from engine.gate.limits import Position
from engine.gate.measure import Listed
from engine.gate.states import Values
from engine.gate.still import kept
from engine.gate.unknowns import lacks_price, stale_trades
from engine.ledger.exact import exact
from rulebooks.forms import TermKind, terms_of
from rulebooks.ground import Bound, PerTrade

Bounds = tuple[Fraction | None, Fraction | None]
Positions = tuple[Position, ...]


def trade_items(listed: Listed) -> Iterator[Item]:
    """Yield one item for every trade that a rule speaks of; one for a rule that speaks of none."""
    for source, rule in enumerate(listed.opened.ground.per_trade):
        items = [item for trade in listed.trades for item in _items(listed, rule, trade, source)]
        if items:
            yield from items
        elif listed.trades or rule.standing == "applies":
            yield from kept(listed.opened, ("idle", source), partial(_idles, rule, source))


def items_of_trade(listed: Listed, number: int, source: int) -> tuple[Item, ...]:
    """Return what one rule, by its place in the opened book, says of one trade; nothing of one left out."""
    trade, rule = listed.by_number.get(number), listed.opened.ground.per_trade[source]
    return () if trade is None else tuple(_items(listed, rule, trade, source))


def is_fixed(rule: PerTrade, symbol: Symbol) -> bool:
    """Return whether the bounds of a security are the same whatever a list trades."""
    if rule.waived_moving is not None or rule.waived_unsure:
        return False
    moving = (rule.moving, rule.warn_moving, rule.unsure, rule.warn_unsure)
    return not any(symbol in bounds for bounds in moving)


def _idles(rule: PerTrade, source: int) -> tuple[Item]:
    item = Item(
        kind="trade",
        rule=rule.rule,
        scope=rule.scope,
        standing="not_applicable",
        why_not=rule.why_not or "no trade of the list is its subject",
        touched=False,
        source=source,
    )
    return (item,)


def _items(listed: Listed, rule: PerTrade, trade: Trade, source: int) -> Iterator[Item]:
    member = rule.members.get((trade.symbol, trade.side), False)
    if trade.account != rule.account or member is False or not fits(listed, rule, trade):
        return
    make = partial(
        Item,
        kind="trade",
        rule=rule.rule,
        scope=rule.scope,
        group=(("trade", str(trade.number)),),
        source=source,
    )
    named = (trade.number,) if trade.account in rule.scope.stops else ()
    what = what_is_missing(listed, rule, trade, member)
    if what is not None:
        position = ((trade.account, trade.symbol),)
        missing = f"{what}, for {trade.symbol}"
        yield make(why_not=rule.why_not, missing=missing, concerned=position, trades=named)
        return
    yield _measured(listed, rule, trade, make, named)


def what_is_missing(listed: Listed, rule: PerTrade, trade: Trade, member: bool | None) -> str | None:
    """Return what is not known of a trade, or None."""
    if rule.standing != "applies":
        return None
    if member is None:
        return "whether it is its subject"
    if trade.symbol in rule.missing or _is_limit_lost(listed, rule, trade):
        return "its limit"
    valued = rule.measure is TermKind.TRADE_VALUE
    return "a price" if valued and lacks_price(listed, rule.rule, trade.account, trade.symbol) else None


def _is_limit_lost(listed: Listed, rule: PerTrade, trade: Trade) -> bool:
    """Return whether the limit of a trade moves with what has no price of these days, or may not belong."""
    return _is_lost(listed, rule, rule.moving.get(trade.symbol), rule.unsure.get(trade.symbol, ()))


def _is_lost(listed: Listed, rule: PerTrade, bound: Bound | None, unsure: Positions) -> bool:
    """Return whether a list makes a bound unknown: by what it trades that may be a part of the bound, or
    that has no price of these days where the bound reads net assets, or the cash that such a trade moves.
    """
    if unsure and not listed.positions.isdisjoint(unsure):
        return True
    if bound is None:
        return False
    sides = (bound.low, bound.high)
    terms = [term for side in sides if side is not None for term in terms_of(side)]
    worths = {term.account for term in terms if term.kind is TermKind.NET_ASSETS}
    cash = {term.account for term in terms if term.kind is TermKind.CASH}
    stale = stale_trades(listed, rule.rule)
    return any(t.account in worths or (t.account in cash and t.price is None) for t in stale)


def fits(listed: Listed, rule: PerTrade, trade: Trade) -> bool:
    """Return whether the subject has the trade, as far as selling all of a position goes."""
    match rule.closing:
        case None:
            return True
        case "excluded":
            return not sells_all(listed, trade)
        case "only":
            return sells_all(listed, trade)
        case _:
            assert_never(rule.closing)


def figure(listed: Listed, rule: PerTrade, trade: Trade) -> Fraction:
    """Return what the rule measures of a trade: its value, or its shares."""
    if rule.measure is TermKind.TRADE_VALUE:
        return value_of(listed, trade)
    return exact(trade.quantity)


def _measured(
    listed: Listed, rule: PerTrade, trade: Trade, make: Callable[..., Item], named: tuple[int, ...]
) -> Item:
    after = figure(listed, rule, trade)
    low, high = bounds_of(listed, rule, trade.symbol, listed.after)
    headroom = headroom_to(after, (low, high))
    if headroom is None:
        why_not = rule.why_not or "nothing bounds this trade"
        return make(standing="not_applicable", why_not=why_not, trades=named)
    warn = headroom_to(after, _on_its_side(_warn_of(listed, rule, trade.symbol), low, high))
    waived = waived_of(listed, rule, trade.symbol, listed.after)
    nearer = low if high is None or (low is not None and after - low < high - after) else high
    return make(
        standing=rule.standing,
        why_not=rule.why_not,
        before=max(exact(0), headroom),
        after=headroom,
        early=None if warn is None else reached(warn),
        warned_by=named if warn is not None else (),
        waiver=rule.waiver,
        waived=None if waived is None else headroom_to(after, waived),
        told=Told(after=after, limit=nearer, headroom=headroom, low=low, high=high),
        trades=named if headroom < 0 or warn is not None else (),
    )


def bounds_of(listed: Listed, rule: PerTrade, symbol: Symbol, after: Values) -> Bounds:
    """Return the bounds of a trade in a security, those that the list moves as they are after it."""
    if symbol in rule.moving:
        return _read(listed, rule.moving[symbol], after)
    return rule.bounds.get(symbol, (None, None))


def waived_of(listed: Listed, rule: PerTrade, symbol: Symbol, after: Values) -> Bounds | None:
    """Return the bounds within a waiver, each side as far as its amount; None: no waiver, or one of any size.

    A waiver of which the amount is unknown moves no bound.
    """
    if rule.waived is None:
        return None
    low, high = bounds_of(listed, rule, symbol, after)
    if _is_lost(listed, rule, rule.waived_moving, rule.waived_unsure) or _is_held(listed, rule.waived_unsure):
        return (low, high)
    sides = rule.waived if rule.waived_moving is None else _read(listed, rule.waived_moving, after)
    least, most = sides
    return (
        low if low is None or least is None else min(low, least),
        high if high is None or most is None else max(high, most),
    )


def _warn_of(listed: Listed, rule: PerTrade, symbol: Symbol) -> Bounds:
    unsure = rule.warn_unsure.get(symbol, ())
    if _is_lost(listed, rule, rule.warn_moving.get(symbol), unsure) or _is_held(listed, unsure):
        return (None, None)
    if symbol in rule.warn_moving:
        return _read(listed, rule.warn_moving[symbol], listed.after)
    return rule.warn.get(symbol, (None, None))


def _on_its_side(warn: Bounds, low: Fraction | None, high: Fraction | None) -> Bounds:
    """Return an early warning, laid as an upper bound, on the side of the bound that it is nearer to."""
    edge = warn[1]
    if edge is None or low is None or (high is not None and abs(high - edge) <= abs(edge - low)):
        return warn
    return (edge, None)


def _is_held(listed: Listed, positions: Positions) -> bool:
    return any(position in listed.opened.state.quantities for position in positions)


def _read(listed: Listed, bound: Bound, after: Values) -> Bounds:
    graph = listed.opened.graph
    low, high = (
        None if side is None else graph.value(graph.add(side), after) for side in (bound.low, bound.high)
    )
    return (low, high)


def headroom_to(after: Fraction, bounds: Bounds) -> Fraction | None:
    """Return the distance to the nearer bound; None where there is none."""
    low, high = bounds
    sides = [
        *(() if low is None else (after - low,)),
        *(() if high is None else (high - after,)),
    ]
    return min(sides) if sides else None
