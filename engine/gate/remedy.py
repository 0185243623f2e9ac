"""How much of a trade would pass: the largest quantity, in closed form where the forms are linear.

Headroom is linear in the quantity of one trade, so two points give the line and the line its root:

    without the trade 1,000 USD of headroom, with 50 shares -4,000: -100 a share, so 10 shares pass

Every answer is verified by measuring the list again at that quantity; where forms are not linear or
depend on lots, the quantity is searched for between the points at which the sale moves to another lot.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from dsl.policy import CheckedRule
from engine.facts.trades import Side, Trade
from engine.gate.acts import covered
from engine.gate.ban_items import fact_of, waiver_of_require
from engine.gate.data_items import data_stops
from engine.gate.deltas import settlement_of
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.resized import resized_trade
from engine.gate.riding_items import rides
from engine.gate.sizing import FINEST, Sizing, floored, room_to_sell
from engine.gate.stopping import blocks
from engine.gate.trade_items import bounds_of, fits, headroom_to, waived_of, what_is_missing
from engine.gate.unknowns import belonging, concerned, is_of_everything
from engine.gate.window_items import may_meet, stopped_by_doubt, window_cases
from engine.ledger.exact import exact
from rulebooks.forms import Term, TermKind
from rulebooks.ground import GroundBan, PerTrade, Scope

_DOUBLINGS = 64
_ZERO = exact(0)
Clear = Callable[[Fraction], bool]


def max_quantity(listed: Listed, trade: Trade) -> Fraction | None:
    """Return the largest quantity at which the trade is in no active breach that stops it.

    The others unchanged; a multiple of the lot size; sales stop at what is held; None: nothing bounds it.
    """
    if not _may_happen(listed, trade):
        return _ZERO
    tickets = list(_per_trade(listed, trade))
    if any(_is_blind(listed, rule, trade) for rule in tickets):
        return _ZERO
    sizing = Sizing(listed, trade)
    unknown = [limit for limit in sizing.unsure if _is_unknown(listed, limit, trade)]
    if any(not limit.ground.purchase_only for limit in unknown):
        return _ZERO
    stopping, tight = sizing.parted()
    per_trade = [rule for rule in tickets if blocks(rule.rule.rule, _ZERO)]
    by_size = _depends_on_size(listed, trade)

    def clear(quantity: Fraction) -> bool:
        if tight is not None and quantity > tight:
            return False
        if quantity and any(sizing.is_tested(limit, quantity) for limit in unknown):
            return False
        if any(sizing.breaks(limit, quantity) for limit in stopping):
            return False
        if any(_breaks_ticket(listed, rule, trade, quantity) for rule in per_trade):
            return False
        return not by_size or _is_clear_of_bans(listed, trade, quantity)

    ceiling = _ceiling(listed, trade, per_trade)
    marks = _floors(sizing, per_trade)
    return largest(sizing, stopping, clear, ceiling=ceiling, tight=tight, marks=marks)


def largest(
    sizing: Sizing,
    limits: list[OpenLimit],
    clear: Clear,
    *,
    ceiling: Fraction | None,
    tight: Fraction | None = None,
    marks: Iterable[Fraction] = (),
) -> Fraction | None:
    """Return the largest clear quantity, verified; 0 where none is, None where nothing bounds it.

    ceiling: more than this cannot be done; tight: more than this is not clear.
    marks: quantities at which a search should look, such as the smallest ticket allowed.
    """
    bounds = [ceiling, tight, *[sizing.linear_bound(limit) for limit in limits]]
    known = [bound for bound in bounds if bound is not None]
    upper = floored(min(known), sizing.step) if known else None
    most = None if ceiling is None else floored(ceiling, sizing.step)
    if upper is not None and (upper == 0 or clear(upper)):
        if upper == most or sizing.step is None or not clear(upper + sizing.step):
            return upper
        upper = most  # a bound of one side did not hold: the trade leads out of a breach of the other
    return _searched(sizing, clear, upper, marks)


def _searched(
    sizing: Sizing, clear: Clear, upper: Fraction | None, marks: Iterable[Fraction]
) -> Fraction | None:
    """Search downwards, lot by lot, for the largest clear quantity."""
    step = sizing.step or FINEST
    if upper is None:
        upper = _grown(sizing, clear, step)
        if upper is None:
            return None
    inside = (mark for mark in (*marks, *_lot_marks(sizing), _sold_beside(sizing), step) if 0 < mark < upper)
    for low, high in reversed(list(pairwise(sorted({_ZERO, upper, *inside})))):
        if clear(high):
            return high
        start = low if low == 0 or clear(low) else low + step
        if start > 0 and start < high and clear(start):
            return _bisected(clear, start, high, step)
    return _ZERO


def _bisected(clear: Clear, low: Fraction, high: Fraction, step: Fraction) -> Fraction:
    """Return the last clear quantity between a clear one and one that is not."""
    while high - low > step:
        middle = floored((low + high) / 2, step)
        if middle <= low:
            middle = low + step
        if clear(middle):
            low = middle
        else:
            high = middle
    return low


def _grown(sizing: Sizing, clear: Clear, step: Fraction) -> Fraction | None:
    """Return a quantity that is too large, doubling from the trade's own; None where there is none."""
    quantity = max(step, floored(sizing.quantity, step))
    for _ in range(_DOUBLINGS):
        if not clear(quantity):
            return quantity
        quantity *= 2
    return None


def _sold_beside(sizing: Sizing) -> Fraction:
    """Return what the other trades sell of the position, net: beyond it a purchase lets it grow."""
    trade = sizing.trade
    term = Term(TermKind.QUANTITY, trade.account, trade.symbol)
    own = sizing.listed.own[trade.number].get(term, _ZERO)
    return floored(own - sizing.listed.deltas.get(term, _ZERO), sizing.step)


def _lot_marks(sizing: Sizing) -> Iterator[Fraction]:
    """Yield the quantities at which a sale moves on to another lot."""
    room = room_to_sell(sizing.listed, sizing.trade)
    if not room:
        return
    pool = sizing.listed.pool_of(sizing.trade)
    whole = resized_trade(sizing.trade, room)
    others = tuple(other for other in pool if other.number != whole.number)
    opened = sizing.listed.opened
    sold = _ZERO
    for row in settlement_of(opened.book, (*others, whole), opened.reading).of_trade(whole.number):
        sold += row.quantity
        yield floored(sold, sizing.step)


def _floors(sizing: Sizing, per_trade: list[PerTrade]) -> Iterator[Fraction]:
    """Yield the smallest quantities that the limits on single trades let pass."""
    trade, step = sizing.trade, sizing.step or FINEST
    unit = sizing.listed.opened.state.unit_value(trade.account, trade.symbol) or exact(1)
    listed = sizing.listed
    for rule in per_trade:
        low, _ = bounds_of(listed, rule, trade.symbol, listed.after)
        if low:
            size = low / unit if rule.measure is TermKind.TRADE_VALUE else low
            yield -(-size // step) * step


def _ceiling(listed: Listed, trade: Trade, per_trade: list[PerTrade]) -> Fraction | None:
    """Return the bound that what is held and the limits on single trades set."""
    bounds = [room_to_sell(listed, trade)]
    unit = listed.opened.state.unit_value(trade.account, trade.symbol) or exact(1)
    for rule in per_trade:
        _, high = rule.bounds.get(trade.symbol, (None, None))
        if high is not None and _binds_at_any_size(rule, trade):
            bounds.append(high / unit if rule.measure is TermKind.TRADE_VALUE else high)
    known = [bound for bound in bounds if bound is not None]
    return min(known) if known else None


def _binds_at_any_size(rule: PerTrade, trade: Trade) -> bool:
    """Return whether a limit on single trades holds a trade to its bound as it stands, however large it is.

    Not one of the other side, one that a sale of all that is held enters or leaves, one that is waived, or
    one that the list moves.
    """
    is_member = bool(rule.members.get((trade.symbol, trade.side)))
    return is_member and rule.closing is None and rule.waiver is None and trade.symbol not in rule.moving


def _per_trade(listed: Listed, trade: Trade) -> Iterator[PerTrade]:
    for rule in listed.opened.ground.per_trade:
        if rule.standing == "applies" and rule.account == trade.account in rule.scope.stops:
            yield rule


def _is_blind(listed: Listed, rule: PerTrade, trade: Trade) -> bool:
    """Return whether missing data of a limit on single trades stop the trade at any quantity."""
    member = rule.members.get((trade.symbol, trade.side), False)
    stops = rule.rule.rule.missing.kind in ("block", "approval")
    return stops and member is not False and what_is_missing(listed, rule, trade, member) is not None


def _breaks_ticket(listed: Listed, rule: PerTrade, trade: Trade, quantity: Fraction) -> bool:
    """Return whether the trade at this quantity breaks a limit on single trades."""
    if not quantity or not rule.members.get((trade.symbol, trade.side)):
        return False
    if rule.closing is not None and not fits(listed, rule, resized_trade(trade, quantity)):
        return False
    unit = listed.opened.state.unit_value(trade.account, trade.symbol) or exact(1)
    figure = quantity * unit if rule.measure is TermKind.TRADE_VALUE else quantity
    after = listed.after
    if trade.symbol in rule.moving or rule.waived_moving is not None:
        after = listed.resized(trade.number, quantity, settled=False)
    headroom = headroom_to(figure, bounds_of(listed, rule, trade.symbol, after))
    if headroom is None or headroom >= 0 or (rule.waiver is not None and rule.waived is None):
        return False
    waived = waived_of(listed, rule, trade.symbol, after)
    within = None if waived is None else headroom_to(figure, waived)
    return within is None or within < 0


def _is_unknown(listed: Listed, limit: OpenLimit, trade: Trade) -> bool:
    """Return whether missing data stop the trade at any quantity."""
    position = (trade.account, trade.symbol)
    if limit.ground.rule.rule.missing.kind not in ("block", "approval"):
        return False
    if limit.ground.missing is not None:
        return position in belonging(listed, limit) or is_of_everything(limit.ground)
    return position in concerned(listed, limit)


def _may_happen(listed: Listed, trade: Trade) -> bool:
    """Return whether nothing forbids the trade at every quantity: bans, windows, facts required."""
    if not may_ever_happen(listed, trade):
        return False
    if trade.side is Side.SELL:
        return True
    return not _completes_pair(listed, trade) and trade.number not in stopped_by_doubt(listed)


def may_ever_happen(listed: Listed, trade: Trade) -> bool:
    """Return whether no ban or required fact stops the trade whatever its size and its company."""
    ground = listed.opened.ground
    if data_stops(listed.opened, trade.account, trade.symbol):
        return False
    for require in ground.requires:
        if require.standing != "applies" or not _governs(require.scope, trade):
            continue
        fact = fact_of(require, trade)
        waived = fact is False and waiver_of_require(listed, require) is not None
        if not waived and _stops(require.rule.rule, fact, stopping=False):
            return False
    for ban in ground.bans:
        if ban.standing != "applies" or not _governs(ban.scope, trade):
            continue
        if not _is_of_size(ban):
            hit = covered(listed, trade, actions=ban.actions, securities=ban.securities, lots=None)
            if not (hit and ban.waiver is not None) and _stops(ban.rule.rule, hit, stopping=True):
                return False
    return True


def _stops(rule: CheckedRule, answer: bool | None, *, stopping: bool) -> bool:
    """Return whether the answer to a yes-or-no question stops a trade, also where it is not known."""
    if answer is None:
        return rule.missing.kind in ("block", "approval")
    return answer is stopping and blocks(rule, _ZERO)


def _governs(scope: Scope, trade: Trade) -> bool:
    return trade.account in scope.stops


def _completes_pair(listed: Listed, trade: Trade) -> bool:
    return any(
        trade.number in case.item.trades and case.item.waiver is None
        for case in window_cases(listed)
        if blocks(case.item.rule.rule, _ZERO)
    )


def _is_of_size(ban: GroundBan) -> bool:
    """Return whether it depends on a trade's size if the ban covers it: by lots, or by what increases."""
    return ban.lots is not None or "increasing" in ban.actions


def _depends_on_size(listed: Listed, trade: Trade) -> bool:
    if any(_is_of_size(ban) for ban in listed.opened.ground.bans):
        return True
    if trade.side is not Side.SELL:
        return False
    return bool(listed.opened.unpaid) or may_meet(listed, trade) or trade.number in stopped_by_doubt(listed)


def _is_clear_of_bans(listed: Listed, trade: Trade, quantity: Fraction) -> bool:
    """Return whether a trade of this size is free of bans and windows that look at size or lots."""
    if not quantity:
        return True
    changed = listed.around(resized_trade(trade, quantity))
    smaller = changed.by_number[trade.number]
    if trade.side is Side.SELL and rides(changed, smaller):
        return False
    for ban in listed.opened.ground.bans:
        if not _is_of_size(ban) or ban.standing != "applies" or not _governs(ban.scope, trade):
            continue
        hit = covered(changed, smaller, actions=ban.actions, securities=ban.securities, lots=ban.lots)
        if not (hit and ban.waiver is not None) and _stops(ban.rule.rule, hit, stopping=True):
            return False
    if trade.side is not Side.SELL:
        return True
    if trade.number in stopped_by_doubt(listed) and trade.number in stopped_by_doubt(changed):
        return False
    return not _completes_pair(changed, smaller)
