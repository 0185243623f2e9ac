"""Limits `for each trade`: every trade of the list has its own figure and its own verdict.

    limit trade_value to at least 1,000 USD; a sale of 600 USD -> after 600, headroom -400, blocked

A trade was not there before, so a breach is always active.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from engine.facts.ids import Symbol
from engine.facts.trades import Trade
from engine.gate.acts import sells_all, value_of
from engine.gate.compare import reached
from engine.gate.graph import Values
from engine.gate.items import Item, Told
from engine.gate.limits import PRICED
from engine.gate.measure import Listed
from engine.gate.unknowns import lacks_price, stale_trades
from rulebooks.forms import TermKind, terms_of
from rulebooks.ground import Bound, PerTrade

Bounds = tuple[Fraction | None, Fraction | None]


def trade_items(listed: Listed) -> Iterator[Item]:
    """Yield one item for every trade that a rule speaks of; one for a rule that speaks of none."""
    for source, rule in enumerate(listed.opened.ground.per_trade):
        items = [item for trade in listed.trades for item in _items(listed, rule, trade, source)]
        if items:
            yield from items
        elif listed.trades or rule.standing == "applies":
            yield _idle(rule, source)


def _idle(rule: PerTrade, source: int) -> Item:
    return Item(
        kind="trade",
        rule=rule.rule,
        scope=rule.scope,
        standing="not_applicable",
        why_not=rule.why_not or "no trade of the list is its subject",
        touched=False,
        source=source,
    )


def _items(listed: Listed, rule: PerTrade, trade: Trade, source: int) -> Iterator[Item]:
    member = rule.members.get((trade.symbol, trade.side), False)
    if trade.account != rule.account or member is False or not fits(listed, rule, trade):
        return
    item = Item(
        kind="trade",
        rule=rule.rule,
        scope=rule.scope,
        group=(("trade", str(trade.number)),),
        standing=rule.standing,
        why_not=rule.why_not,
        trades=(trade.number,) if trade.account in rule.scope.stops else (),
        source=source,
    )
    what = what_is_missing(listed, rule, trade, member)
    if what is not None:
        position = ((trade.account, trade.symbol),)
        yield replace(item, missing=f"{what}, for {trade.symbol}", concerned=position)
        return
    yield _measured(listed, rule, trade, item)


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
    """Return whether the limit of a trade moves with net assets that hold what has no price of these days."""
    bound = rule.moving.get(trade.symbol)
    sides = () if bound is None else (bound.low, bound.high)
    reads = {t.account for side in sides if side is not None for t in terms_of(side) if t.kind in PRICED}
    return any(other.account in reads for other in stale_trades(listed, rule.rule))


def fits(listed: Listed, rule: PerTrade, trade: Trade) -> bool:
    """Return whether the subject has the trade, as far as selling all of a position goes."""
    match rule.closing:
        case None:
            return True
        case "excluded":
            return not sells_all(listed, trade)
        case "only":
            return sells_all(listed, trade)


def figure(listed: Listed, rule: PerTrade, trade: Trade) -> Fraction:
    """Return what the rule measures of a trade: its value, or its shares."""
    if rule.measure is TermKind.TRADE_VALUE:
        return value_of(listed, trade)
    return Fraction(trade.quantity)


def _measured(listed: Listed, rule: PerTrade, trade: Trade, item: Item) -> Item:
    after = figure(listed, rule, trade)
    low, high = bounds_of(listed, rule, trade.symbol, listed.after)
    headroom = headroom_to(after, (low, high))
    if headroom is None:
        return replace(item, standing="not_applicable", why_not=item.why_not or "nothing bounds this trade")
    warn = headroom_to(after, _warn_of(listed, rule, trade.symbol))
    waived = waived_of(listed, rule, listed.after)
    nearer = low if high is None or (low is not None and after - low < high - after) else high
    return replace(
        item,
        before=max(Fraction(0), headroom),
        after=headroom,
        early=None if warn is None else reached(warn),
        warned_by=item.trades if warn is not None else (),
        waiver=rule.waiver,
        waived=None if waived is None else headroom_to(after, waived),
        told=Told(after=after, limit=nearer, headroom=headroom, low=low, high=high),
        trades=item.trades if headroom < 0 or warn is not None else (),
    )


def bounds_of(listed: Listed, rule: PerTrade, symbol: Symbol, after: Values) -> Bounds:
    """Return the bounds of a trade in a security, those that the list moves as they are after it."""
    if symbol in rule.moving:
        return _read(listed, rule.moving[symbol], after)
    return rule.bounds.get(symbol, (None, None))


def waived_of(listed: Listed, rule: PerTrade, after: Values) -> Bounds | None:
    """Return the bounds within a waiver; None where there is none, or one of any size."""
    return rule.waived if rule.waived_moving is None else _read(listed, rule.waived_moving, after)


def _warn_of(listed: Listed, rule: PerTrade, symbol: Symbol) -> Bounds:
    if symbol in rule.warn_moving:
        return _read(listed, rule.warn_moving[symbol], listed.after)
    return rule.warn.get(symbol, (None, None))


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
