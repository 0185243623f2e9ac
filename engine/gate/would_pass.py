"""What would pass: changes of the list that, done alone, clear one verdict.

    quantity   this trade at the largest quantity that keeps the limit
    drop       the list without this trade
    add_trade  the sale (or purchase) that makes room
    date       the first day outside every window
    security   another one, outside the set that counts as identical

Each change is verified by measuring the changed list again; what does not clear the verdict is not told.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from dsl.policy import Forbid
from engine.facts.ids import AccountId, Symbol
from engine.facts.money import plain
from engine.facts.trades import Side, Trade
from engine.gate.acts import covered
from engine.gate.ban_items import fact_of
from engine.gate.builtin import short_items
from engine.gate.deltas import Deltas, trade_deltas, unit_deltas
from engine.gate.engine.gatefacts import Standing
from engine.gate.infer import Concluded
from engine.gate.items import Item
from engine.gate.known_part import known_item
from engine.gate.limits import OpenLimit, Position
from engine.gate.measure import Listed
from engine.gate.remedy import largest
from engine.gate.resized import resized_trade
from engine.gate.riding_items import riding_items
from engine.gate.sizing import Sizing, floored, is_active, room_to_sell, step_of
from engine.gate.states import Values
from engine.gate.trade_items import is_fixed, items_of_trade
from engine.gate.unknowns import concerned
from engine.gate.verdict import WouldPass
from engine.gate.window_items import span_of, window_case
from engine.ledger.exact import exact
from rulebooks.ground import GroundWindow

MOST_TRADES = 8
"""Trades of one verdict for which changes are worked out."""

MOST_CANDIDATES = 12
"""Positions tried as the other trade that makes room."""

MOST_DAYS = 800
"""Days looked ahead for the first safe one."""

_ZERO = exact(0)


def would_pass(listed: Listed, concluded: Concluded) -> tuple[WouldPass, ...]:
    """Return the changes that clear a verdict; none where it does not stop or warn of a trade."""
    item = concluded.item
    if concluded.standing is Standing.MISSING:
        return tuple(_drops(listed, item))
    if concluded.standing not in (Standing.NEW, Standing.WORSENED):
        return ()
    match item.kind:
        case "window":
            return tuple(_outside_window(listed, item))
        case "limit" if item.source is not None:
            return (*_sizes(listed, item), *(() if _is_banned_too(item) else _room(listed, item)))
        case "require":
            return tuple(_drops(listed, item))
        case "limit" if item.opens is not None:
            days = (WouldPass(change="date", trade=n, to=item.opens.isoformat()) for n in item.trades)
            return (*days, *_searched_sizes(listed, item))
        case _:
            return tuple(_searched_sizes(listed, item))


def _is_banned_too(item: Item) -> bool:
    """Return whether the rule that forbids holding forbids trading too: then no other trade makes room."""
    obligation = item.rule.rule.obligation
    return isinstance(obligation, Forbid) and len(obligation.actions) > 1


# ------------------------------------------------------------------ is it cleared?


def clears(changed: Listed, item: Item) -> bool:
    """Return whether the item is no active breach of the changed list."""
    match item.kind:
        case "limit" if item.source is not None:
            limit = changed.opened.limits.all[item.source]
            if item.known_part:
                known = known_item(changed, limit, item, concerned(changed, limit))
                return known.after is None or known.before is None or known.after >= min(known.before, _ZERO)
            return not is_active(limit, changed.opened.limits.room(limit, changed.after))
        case "limit":
            opened = changed.opened
            items = (*short_items(opened.ground, opened.state, changed.trades), *riding_items(changed))
            same = (i for i in items if i.scope == item.scope and i.rule_key == item.rule_key)
            return all(i.after is None or i.after >= 0 for i in same)
        case "trade":
            number, source = int(item.group[0][1] or 0), item.source or 0
            mine = items_of_trade(changed, number, source)
            return all(i.missing is None and (i.after is None or i.after >= 0) for i in mine)
        case "ban":
            return not any(_is_banned(changed, item, trade) for trade in changed.trades)
        case "window":
            return not _window_of(changed, item).meetings
        case "require":
            require = changed.opened.ground.requires[item.source or 0]
            return all(fact_of(require, t) for t in changed.trades if t.account in require.scope.stops)
        case _:
            assert_never(item.kind)


def _is_banned(changed: Listed, item: Item, trade: Trade) -> bool:
    ban = changed.opened.ground.bans[item.source or 0]
    if trade.account not in ban.scope.stops:
        return False
    hit = covered(changed, trade, actions=ban.actions, securities=ban.securities, lots=ban.lots)
    return hit is not False


def _window_of(changed: Listed, item: Item) -> Item:
    source = item.source or 0
    return window_case(changed, changed.opened.ground.windows[source], source).item


# ------------------------------------------------------------------ smaller, or not at all


def _sizes(listed: Listed, item: Item) -> Iterator[WouldPass]:
    assert item.source is not None
    limit = listed.opened.limits.all[item.source]
    for number in item.trades[:MOST_TRADES]:
        sizing = Sizing(listed, listed.by_number[number])

        def clear(quantity: Fraction, sizing: Sizing = sizing) -> bool:
            if item.known_part:
                return clears(_resized(listed, sizing.trade, quantity), item)
            return not sizing.is_active(limit, quantity)

        ceiling = room_to_sell(listed, sizing.trade)
        most = largest(sizing, [limit], clear, ceiling=ceiling) if clear(_ZERO) else None
        if most is not None:
            yield _sized(number, most)


def _sized(number: int, quantity: Fraction) -> WouldPass:
    if quantity == 0:
        return WouldPass(change="drop", trade=number, to=f"the list without trade {number}")
    return WouldPass(change="quantity", trade=number, to=quantity_text(quantity))


def _searched_sizes(listed: Listed, item: Item) -> Iterator[WouldPass]:
    """Yield sizes for what depends on single trades or on lots, where one trade alone can clear it."""
    for number in item.trades[:MOST_TRADES]:
        trade = listed.by_number[number]
        sizing = Sizing(listed, trade)

        near = Listed(listed.opened, (trade,)) if _is_alone(listed, item, trade) else listed

        def clear(quantity: Fraction, trade: Trade = trade, near: Listed = near) -> bool:
            return clears(_resized(near, trade, quantity), item)

        if not clear(_ZERO):
            continue
        if item.kind == "trade" and (least := _least_ticket(listed, item, trade)) is not None:
            if clear(least):
                yield WouldPass(change="quantity", trade=number, to=quantity_text(least))
            yield _sized(number, _ZERO)
            continue
        ceiling = room_to_sell(listed, trade)
        bounded = min(sizing.quantity, ceiling) if ceiling is not None else sizing.quantity
        most = largest(sizing, [], clear, ceiling=bounded)
        if most is not None:
            yield _sized(number, most)


def _is_alone(listed: Listed, item: Item, trade: Trade) -> bool:
    """Return whether no other trade of the list has a part in what a limit on single trades says of one."""
    if item.kind != "trade":
        return False
    return is_fixed(listed.opened.ground.per_trade[item.source or 0], trade.symbol)


def _least_ticket(listed: Listed, item: Item, trade: Trade) -> Fraction | None:
    """Return the smallest quantity that meets a lower limit on single trades, where that is what fails."""
    low, after = item.told.low, item.told.after
    if low is None or after is None or after >= low or after == 0:
        return None
    step = step_of(listed, trade)
    needed = exact(trade.quantity) * low / after
    least = needed if step is None else -(-needed // step) * step
    room = room_to_sell(listed, trade)
    return None if room is not None and least > room else least


def _resized(listed: Listed, trade: Trade, quantity: Fraction) -> Listed:
    if quantity:
        return listed.replaced(resized_trade(trade, quantity))
    return listed.without_trade(trade.number)


def _drops(listed: Listed, item: Item) -> Iterator[WouldPass]:
    if len(item.trades) == 1:
        yield _sized(item.trades[0], _ZERO)


def quantity_text(quantity: Fraction) -> str:
    """Return a quantity as text, rounded down to six decimals."""
    return plain(Decimal(quantity.numerator * 10**6 // quantity.denominator).scaleb(-6))


# ------------------------------------------------------------------ the other trade that makes room


def _room(listed: Listed, item: Item) -> Iterator[WouldPass]:
    """Yield the first other trade found that clears the verdict with the whole list kept."""
    assert item.source is not None
    limit = listed.opened.limits.all[item.source]
    number = max((trade.number for trade in listed.trades), default=0) + 1
    for account, symbol, side in _candidates(listed, limit):
        trade = Trade(number=number, account=account, side=side, symbol=symbol, quantity=Decimal(1))
        quantity = _enough(listed, limit, trade)
        if quantity is None:
            continue
        added = resized_trade(trade, quantity)
        if _makes_room(listed, limit, item, added):
            words = f"{side.value} {quantity_text(quantity)} {symbol} in {account} as well"
            yield WouldPass(change="add_trade", trade=None, to=words, added=added)
            return


def _makes_room(listed: Listed, limit: OpenLimit, item: Item, added: Trade) -> bool:
    """Return whether the list with one trade more clears a verdict on a limit of lines."""
    if item.known_part:
        return clears(Listed(listed.opened, (*listed.trades, added), like=listed), item)
    opened = listed.opened
    return not is_active(
        limit, opened.limits.room(limit, _moved(listed, limit, trade_deltas(opened.state, added)))
    )


def _moved(listed: Listed, limit: OpenLimit, deltas: Deltas) -> Values:
    """Return the values that a limit of lines reads after the list and so much more."""
    graph = listed.opened.graph
    return {node: graph.value(node, listed.after) + graph.shift(node, deltas) for node in limit.nodes}


def _candidates(listed: Listed, limit: OpenLimit) -> Iterator[tuple[AccountId, Symbol, Side]]:
    """Yield positions to sell, and members to buy where more is asked for, the largest first."""
    state, stops, traded = listed.opened.state, limit.ground.scope.stops, listed.positions
    members = frozenset(limit.ground.members)
    inside, outside = list[Position](), list[Position]()
    for position in listed.opened.largest:
        if position[0] in stops and position not in traded:
            (inside if position in members else outside).append(position)
        if len(inside) >= MOST_CANDIDATES and len(outside) >= MOST_CANDIDATES:
            break
    for account, symbol in [*inside[:MOST_CANDIDATES], *outside[:MOST_CANDIDATES]]:
        if state.unit_value(account, symbol):
            yield account, symbol, Side.SELL
    for account, symbol in inside[:MOST_CANDIDATES]:
        if state.unit_value(account, symbol):
            yield account, symbol, Side.BUY


def _enough(listed: Listed, limit: OpenLimit, trade: Trade) -> Fraction | None:
    """Return the quantity of another trade that brings a linear limit back; None where it cannot."""
    if not limit.straight:
        return None
    opened = listed.opened
    now = opened.limits.headroom(limit, listed.after)
    moved = _moved(listed, limit, unit_deltas(opened.state, trade))
    gain = opened.limits.headroom(limit, moved) - now
    if gain <= 0:
        return None
    step = step_of(listed, trade) or exact(1)
    lacking = min(_ZERO, limit.before.headroom) - now
    needed = -(-lacking / gain // step) * step
    room = room_to_sell(listed, trade)
    too_much = room is not None and needed > floored(room, step)
    return None if too_much or needed <= 0 else needed


# ------------------------------------------------------------------ another day, another security


def _outside_window(listed: Listed, item: Item) -> Iterator[WouldPass]:
    ground = listed.opened.ground.windows[item.source or 0]
    for number in item.trades[:MOST_TRADES]:
        trade = listed.by_number[number]
        if any(number not in (pair.act_trade, pair.event_trade) for pair in item.meetings):
            continue
        day = _first_safe_day(listed, ground, item, number)
        if day is not None:
            yield WouldPass(change="date", trade=number, to=day.isoformat())
        if trade.side is Side.BUY:
            yield from _another(listed, ground, item, trade)
        else:
            yield from (size for size in _searched_sizes(listed, item._replace(trades=(number,))))
            continue
        yield _sized(number, _ZERO)


def _first_safe_day(listed: Listed, ground: GroundWindow, item: Item, number: int) -> date | None:
    """Return the first day on which the trade, done alone, meets no event known today."""
    pairs = [pair for pair in item.meetings if number in (pair.act_trade, pair.event_trade)]
    calendar = listed.opened.calendar_of(ground.rule.governed_by)
    case = window_case(listed, ground, item.source or 0)
    mine = {pair.act_index for pair in pairs if pair.act_trade == number}
    orders = {case.acts[index].order for index in mine}
    partners = {p for pair in pairs if pair.act.symbol for p in ground.partners.get(pair.act.symbol, ())}
    opens = [
        (event.first, event.last)
        for event in case.events
        if event.trade != number and event.at.symbol in partners and event.order not in orders
    ]
    acts = [pair.act.day for pair in pairs if pair.event_trade == number and pair.act_trade != number]
    day = listed.opened.book.as_of
    for _ in range(MOST_DAYS):
        day += timedelta(days=1)
        first, last = span_of(day, ground.window, calendar)
        met = mine and any(start <= day <= end for start, end in opens)
        if not met and not any(first <= act <= last for act in acts):
            return day
    return None


def _another(listed: Listed, ground: GroundWindow, item: Item, trade: Trade) -> Iterator[WouldPass]:
    """Yield another security to buy: the policy's substitute where it has one."""
    relation = {"identical": "the identical set of", "same": "", "substitute": "the substitutes of"}
    words = f"outside {relation[ground.window.relation]} {trade.symbol}".replace("  ", " ")
    for symbol in _substitutes(listed, trade.symbol):
        known = symbol in listed.opened.book.securities and (trade.account, symbol) in ground.securities
        priced = known and listed.opened.state.unit_value(trade.account, symbol)
        if priced and clears(listed.replaced(replace(trade, symbol=symbol, lot=None)), item):
            yield WouldPass(change="security", trade=trade.number, to=f"{symbol}, {words}")
            return
    if clears(_resized(listed, trade, _ZERO), item):
        yield WouldPass(change="security", trade=trade.number, to=f"a security {words}")


def _substitutes(listed: Listed, symbol: Symbol) -> Iterator[Symbol]:
    for policy in listed.opened.ground.rulebook.policies:
        for row in policy.substitutes:
            if row.symbol == symbol:
                yield from map(Symbol, row.replacements)
