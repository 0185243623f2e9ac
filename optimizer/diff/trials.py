"""Trials: lists that are put to the gate as they are, for rules that judge trades and not portfolios.

    forbid buying securities where rating is worse than "BBB-"
    -> a little of each kind of security that one version forbids and the other does not
    for each trade limit trade_value to at least 500 USD -> 499.99, 500.00, 500.01 of a security

A trial starts from a portfolio that the admitting version allows, so that nothing else stops the list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from optimizer.diff.lot_trials import sold_lots
from optimizer.diff.sums import purchases, sales
from optimizer.diff.window_trials import (
    days_of,
    kinds_covered,
    past_days,
    told,
    with_event,
    with_purchase_beside,
)
from optimizer.portfolios.demands import all_demands, demands_of, is_of_trades, level_of, why_not_tried
from optimizer.portfolios.proof import book_of
from optimizer.portfolios.room import CENT, Room, meets, reader
from optimizer.portfolios.steps import list_between
from optimizer.portfolios.world import Position, World
from optimizer.scale import as_decimal, as_float
from rulebooks.evaluate import value
from rulebooks.forms import Form, Linear, Term, TermKind, linear
from rulebooks.ground import CompiledRule, GroundBan, GroundBook, GroundWindow, PerTrade

Holdings = Mapping[Position, Decimal]
MOST_TRIALS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A book, a list, and the portfolios before and after."""

    book: Book
    trades: tuple[Trade, ...]
    before: Holdings
    after: Holdings
    history: tuple[str, ...] = ()  # what happened before, in words
    sure: bool = False  # exact arithmetic has shown that the other version's limits are met


def trials_of(
    rule: CompiledRule, forbids: GroundBook, admits: GroundBook, room: Room, world: World
) -> Iterator[Trial]:
    """Return lists that the rule may stop in one version and nothing stops in the other."""
    return islice(_proposed(rule, forbids, admits, room, world), MOST_TRIALS)


def _proposed(
    rule: CompiledRule, forbids: GroundBook, admits: GroundBook, room: Room, world: World
) -> Iterator[Trial]:
    name = rule.rule.id
    for ban in forbids.bans:
        if ban.rule.rule.id == name and ban.standing == "applies":
            yield from _of_lots(ban, admits, room, world) if ban.lots is not None else ()
            yield from _of_ban(ban, admits, room, world)
    for per_trade in forbids.per_trade:
        if per_trade.rule.rule.id == name and per_trade.standing == "applies":
            yield from _of_sizes(per_trade, admits, room, world)
    for window in forbids.windows:
        if window.rule.rule.id == name and window.standing == "applies":
            yield from _of_window(window, admits, room, world)
    if any(r.rule.rule.id == name and r.standing == "applies" for r in forbids.requires):
        yield from _any_purchase(room, world)
    if any(limit.rule.rule.id == name and why_not_tried(limit) is None for limit in forbids.limits):
        yield from _rays(rule, forbids, admits, room, world)


# ------------------------------------------------------------------ bans


def first_steps(
    rule: CompiledRule, forbids: GroundBook, admits: GroundBook, room: Room, held: Holdings
) -> Iterator[Trial]:
    """Yield purchases from a portfolio that a ban stops in one version and nothing in the other."""
    forms = [demand.form for demand in room.demands]
    for ban in forbids.bans:
        if ban.rule.rule.id != rule.rule.id or ban.standing != "applies" or "buying" not in ban.actions:
            continue
        for position in _set_free(ban, admits, room.world, "buying"):
            size = (room.world.situation.worth / 100).quantize(CENT)
            trade = Trade(number=1, account=position[0], side=Side.BUY, symbol=position[1], quantity=size)
            after = _after(held, trade)
            if meets(room.world, after, forms):
                book = book_of(room.world, held, (trade,))
                yield Trial(book=book, trades=(trade,), before=held, after=after, sure=True)


def _set_free(ban: GroundBan, admits: GroundBook, world: World, action: str) -> list[Position]:
    """Return one position of each kind that a ban covers and no ban of the other version does."""
    free: dict[int, Position] = {}
    taken = _covered(admits, action)
    for position, covered in ban.securities.items():
        if covered and position not in taken:
            free.setdefault(world.made.kind_of.get(position[1], -1), position)
    return list(free.values())


def _of_ban(ban: GroundBan, admits: GroundBook, room: Room, world: World) -> Iterator[Trial]:
    for action in sorted(ban.actions):
        side = Side.SHORT_SELL if action == "shorting" else Side.SELL if action == "selling" else Side.BUY
        for position in _set_free(ban, admits, world, action):
            yield from _one_trade(position, side, room, world)


def _covered(grounded: GroundBook, action: str) -> set[Position]:
    return {
        position
        for ban in grounded.bans
        if ban.standing == "applies" and action in ban.actions
        for position, covered in ban.securities.items()
        if covered is not False
    }


def _barred(grounded: GroundBook) -> frozenset[Position]:
    """Return positions that a version bans from being bought, held or sold, but for those of single lots."""
    actions = ("buying", "holding", "increasing", "selling")
    lots = [ban for ban in grounded.bans if ban.lots is None]
    return frozenset().union(*(_covered(replace(grounded, bans=tuple(lots)), action) for action in actions))


def _one_trade(
    position: Position, side: Side, room: Room, world: World, *, size: Decimal | None = None
) -> Iterator[Trial]:
    """Yield the list of one trade after which the portfolio is one of the room."""
    yield from _from_some(position, side, room, world, size)
    wanted = _form(TermKind.CASH if side is not Side.BUY else TermKind.VALUE, position)
    least = Fraction(size if size is not None else CENT)
    short = Linear(terms=tuple((term, -factor) for term, factor in wanted.terms), constant=least)
    for points in room.find(missing=(short,)):
        for after in room.portfolios(points):
            if not meets(world, after, [demand.form for demand in room.demands]):
                continue
            amount = size if size is not None else _size(after, position, side, world)
            if amount <= 0:
                continue
            trade = Trade(number=1, account=position[0], side=side, symbol=position[1], quantity=amount)
            before = _before(after, trade)
            if before is not None:
                yield Trial(
                    book=book_of(world, before, (trade,)), trades=(trade,), before=before, after=after
                )


def _from_some(
    position: Position, side: Side, room: Room, world: World, size: Decimal | None
) -> Iterator[Trial]:
    """Yield the list of one trade that starts from a portfolio of the room, or ends in it."""
    some = room.some()
    if some is None:
        return
    hundredth = (world.situation.worth / 100).quantize(CENT)
    trade = Trade(number=1, account=position[0], side=side, symbol=position[1], quantity=size or hundredth)
    after = _after(some, trade) if side is Side.BUY else some
    before = _before(after, trade)
    forms = [demand.form for demand in room.demands]
    if before is None or not meets(world, before, ()) or not meets(world, after, forms):
        return
    yield Trial(book=book_of(world, before, (trade,)), trades=(trade,), before=before, after=after, sure=True)


def _after(before: Holdings, bought: Trade) -> Holdings:
    place = (bought.account, bought.symbol)
    return {**before, place: before.get(place, Decimal(0)) + bought.quantity}


def _form(kind: TermKind, position: Position) -> Linear:
    symbol = position[1] if kind is TermKind.VALUE else None
    return linear({Term(kind, position[0], symbol): Fraction(1)})


def _size(after: Holdings, position: Position, side: Side, world: World) -> Decimal:
    """Return how much is traded: of what is there afterwards, a hundredth of the account at most."""
    account = position[0]
    held = sum((money for (owner, _), money in after.items() if owner == account), Decimal(0))
    there = after.get(position, Decimal(0)) if side is Side.BUY else world.situation.worth - held
    return min(there, (world.situation.worth / 100).quantize(CENT))


def _before(after: Holdings, trade: Trade) -> Holdings | None:
    place = (trade.account, trade.symbol)
    there = after.get(place, Decimal(0))
    match trade.side:
        case Side.BUY:
            held = there - trade.quantity
        case Side.SELL:
            held = there + trade.quantity
        case _:
            held = there
    if held < 0:
        return None
    return {p: money for p, money in {**after, place: held}.items() if money}


# ------------------------------------------------------------------ windows


def _of_lots(rule: GroundBan | GroundWindow, admits: GroundBook, room: Room, world: World) -> Iterator[Trial]:
    """Yield sales of one lot, bought when and for what the versions of the rule may tell apart."""
    after = room.some()
    if after is None:
        return
    others: tuple[GroundBan | GroundWindow, ...] = (*admits.bans, *admits.windows)
    same = tuple(other.rule.rule for other in others if other.rule.rule.id == rule.rule.rule.id)
    for sold in sold_lots((rule.rule.rule, *same), after, world, barred=_barred(admits)):
        yield Trial(book=sold.book, trades=(sold.trade,), before=sold.before, after=after)


def _of_window(window: GroundWindow, admits: GroundBook, room: Room, world: World) -> Iterator[Trial]:
    if window.lots is not None:
        for trial in _of_lots(window, admits, room, world):
            trade = trial.trades[0]
            yield from _with_events(trial, window, admits, (trade.account, trade.symbol))
    yield from _of_past_purchases(window, admits, room, world)
    side = Side.SELL if window.actions == frozenset({"selling"}) else Side.BUY
    for position in islice(kinds_covered(window, dict(world.made.kind_of)), _MOST_GOALS):
        for trial in islice(_one_trade(position, side, room, world), 1):
            yield from _with_events(trial, window, admits, position)


def _of_past_purchases(window: GroundWindow, admits: GroundBook, room: Room, world: World) -> Iterator[Trial]:
    """Yield sales at a loss, where a retirement account of the household has bought the same."""
    account, after = world.situation.accounts[0], room.some()
    days = past_days(window, admits)
    if after is None or not days or window.rule.rule.scope != "household":
        return
    if admits.book.accounts[account].is_retirement:
        return
    for sold in sold_lots((), after, world, barred=_barred(admits)):
        for day in days if any(lot.basis > lot.quantity for lot in sold.book.lots) else ():
            book = with_purchase_beside(sold.book, account, sold.trade.symbol, day)
            history = (f"purchase of {sold.trade.symbol} in {account}-ira on {day.isoformat()}",)
            yield Trial(book=book, trades=(sold.trade,), before=sold.before, after=after, history=history)


def _with_events(
    trial: Trial, window: GroundWindow, admits: GroundBook, position: Position
) -> Iterator[Trial]:
    for day in days_of(window, admits):
        book = with_event(trial.book, window, day, *position)
        yield replace(trial, book=book, history=(told(window, day, *position, book),))


# ------------------------------------------------------------------ sizes


def _of_sizes(rule: PerTrade, admits: GroundBook, room: Room, world: World) -> Iterator[Trial]:
    marks = {
        bound
        for other in (rule, *(p for p in admits.per_trade if p.standing == "applies"))
        for low, high in other.bounds.values()
        for bound in (low, high)
        if bound is not None
    }
    kinds: dict[tuple[int, Side], Position] = {}
    for (symbol, side), member in rule.members.items():
        if member and side in (Side.BUY, Side.SELL):
            kinds.setdefault((world.made.kind_of.get(symbol, -1), side), (rule.account, symbol))
    steps = (CENT, -CENT, Decimal(0))
    sizes = [as_decimal(as_float(mark), 2) + step for mark in sorted(marks) for step in steps]
    for (_, side), position in kinds.items():
        for size in dict.fromkeys(sizes):
            if size > 0:
                yield from _one_trade(position, side, room, world, size=size)


# ------------------------------------------------------------------ anything at all


def _any_purchase(room: Room, world: World) -> Iterator[Trial]:
    for account in world.situation.accounts:
        for symbol in list(world.made.securities)[:1]:
            yield from _one_trade((AccountId(account), Symbol(symbol)), Side.BUY, room, world)


def _rays(
    rule: CompiledRule, forbids: GroundBook, admits: GroundBook, room: Room, world: World
) -> Iterator[Trial]:
    """Yield lists that go part of the way from one portfolio to another, as far as the rule forbids.

    For what has no rows: turnover grows with each step, and so does the distance from an index.
    """
    limits = [limit for limit in forbids.limits if limit.rule.rule.id == rule.rule.id]
    demands = [demand.form for limit in limits for demand in demands_of(limit)]
    least = level_of(rule.rule)
    yield from _of_sums(rule, demands, admits, room, world)
    others = [demand.form for demand in all_demands(admits) if demand.level >= least]
    base = _some_portfolio(room, world)
    for goal in _goals(room, world):
        for step in range(1, _STEPS + 1):
            after = _between(base, goal, Decimal(step) / _STEPS)
            read = reader(world, after, before=base)
            if all(value(form, read) >= 0 for form in demands):
                continue
            trades = list_between(base, after)
            if trades and all(value(form, read) >= 0 for form in others):
                yield Trial(book=book_of(world, base, trades), trades=trades, before=base, after=after)
                break


def _of_sums(
    rule: CompiledRule, forbids: list[Form], admits: GroundBook, room: Room, world: World
) -> Iterator[Trial]:
    """Yield lists that buy, or sell at a gain, as much as one version forbids and the other does not."""
    after = room.some()
    if after is None or not is_of_trades(rule.rule):
        return
    asked = [demand.form for demand in all_demands(admits) if demand.level >= level_of(rule.rule)]
    sold = sales(world, after, forbids, asked, barred=_barred(admits))
    for found in chain(purchases(world, after, forbids, asked), sold):
        trades = list_between(found.before, found.after)
        symbols = {symbol for _, symbol in found.before} | {trade.symbol for trade in trades}
        yield Trial(
            book=world.book(found.before, only=symbols, bought=found.bought, paid=found.paid),
            trades=trades,
            before=found.before,
            after=found.after,
            sure=True,
        )


_STEPS = 32
_MOST_GOALS = 4


def _goals(room: Room, world: World) -> Iterator[Holdings]:
    """Yield portfolios of the room that are far apart: much of one kind of security, or of cash."""
    account = world.situation.accounts[0]
    wanted = [linear({Term(TermKind.CASH, account): Fraction(-1)})]
    seen: set[int] = set()
    for symbol, kind in world.made.kind_of.items():
        if kind not in seen and len(seen) < _MOST_GOALS:
            seen.add(kind)
            wanted.append(linear({Term(TermKind.VALUE, account, Symbol(symbol)): Fraction(1)}))
    for form in wanted:
        points = room.farthest(form)
        if points is not None:
            yield room.portfolios(points)[0]
    yield from ([{}] if meets(world, {}, [demand.form for demand in room.demands]) else [])


def _between(one: Holdings, other: Holdings, part: Decimal) -> Holdings:
    found = {}
    for place in {*one, *other}:
        start = one.get(place, Decimal(0))
        found[place] = (start + (other.get(place, Decimal(0)) - start) * part).quantize(CENT)
    return {place: money for place, money in found.items() if money > 0}


def _some_portfolio(room: Room, world: World) -> Holdings:
    forms = [demand.form for demand in room.demands]
    if meets(world, {}, forms):
        return {}
    for points in room.find():
        for held in room.portfolios(points):
            if meets(world, held, forms):
                return held
    return {}
