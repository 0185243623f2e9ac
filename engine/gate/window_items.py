"""Windows: which trades of a list fall into the window of an event, and which events the list makes.

    sold 120 VXUS at a loss on 2 March; forbid buying within 30 days after a loss_sale
    buy 120 VXUS on 20 March -> the window of the sale runs from 2 March to 1 April; the purchase is in it

An act is what the rule forbids, an event what opens the window; either may lie in the past or in the
list. A sale is taken lot by lot: the acquisition of the very shares sold, and of other shares of the
same order, is no event for it.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date

from dsl.policy import Window
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.acts import ACTIONS, actions_of, value_of
from engine.gate.ban_items import unknown_item
from engine.gate.items import Item, Meeting, Told
from engine.gate.measure import Listed
from engine.gate.still import kept
from engine.ledger.exact import exact
from engine.ledger.settle import Taken
from rulebooks.ground import GroundWindow, PastEvent
from rulebooks.grounding.windows import NO_HISTORY
from rulebooks.measures.history import shifted

PURCHASES = (Side.BUY,)
_SALES = ("sale", "loss_sale", "gain_sale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An act or an event with the order it belongs to; trade None: in the past or out of reach."""

    at: PastEvent
    trade: int | None
    order: str | None
    first: date
    last: date
    beside: str = ""  # what it is met beside: a sale counts otherwise for sales than for purchases


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCase:
    """One window rule with everything of a list and its past that may meet."""

    ground: GroundWindow
    item: Item
    acts: tuple[Party, ...] = ()
    events: tuple[Party, ...] = ()


def window_cases(listed: Listed) -> tuple[WindowCase, ...]:
    """Return one case for each window rule, its item already measured by what meets.

    A rule of which it is not known whether it applies finds nothing: its pairs are told as missing data.
    """
    windows = enumerate(listed.opened.ground.windows)
    cases = (window_case(listed, ground, number) for number, ground in windows)
    return tuple(_emptied(listed, case) if _is_unsure(case.ground) else case for case in cases)


def may_meet(listed: Listed, sale: Trade) -> bool:
    """Return whether a sale, at any size, may meet anything in a window: what it takes is not settled."""
    near = listed.near(sale)
    windows = zip(listed.opened.ground.windows, listed.opened.met_before, strict=True)
    return any(_may_meet(ground, met, sale, near) for ground, met in windows)


def _may_meet(ground: GroundWindow, met: Set[Symbol], sale: Trade, near: tuple[Trade, ...]) -> bool:
    if ground.standing != "applies":
        return False
    if "selling" in ground.actions:
        return True
    acted = sale.symbol in met or any(ACTIONS[trade.side] & ground.actions for trade in near)
    return acted and ground.window.event in _SALES


def _emptied(listed: Listed, case: WindowCase) -> WindowCase:
    return WindowCase(ground=case.ground, item=_measured(listed, case.item, (), touched=case.item.touched))


def window_case(listed: Listed, ground: GroundWindow, source: int) -> WindowCase:
    """Return one window rule's case; source: its place in the opened book."""
    known = listed.memo.get(("window", source))
    if not isinstance(known, WindowCase):
        known = listed.memo[("window", source)] = _case(listed, ground, source)
    return known


def _case(listed: Listed, ground: GroundWindow, source: int) -> WindowCase:
    if ground.standing != "applies":
        return WindowCase(ground=ground, item=_blank(ground, source)._replace(touched=False))
    acts = tuple(_listed_acts(listed, ground))
    made = tuple(_listed_events(listed, ground))
    events = (*made, *_past_events(listed, ground, acts)) if acts else made
    acts = (*acts, *_past_acts(listed, ground, made))
    item = _met_item(listed, ground, source, acts, events)
    return WindowCase(ground=ground, item=item, acts=acts, events=events)


def _met_item(
    listed: Listed, ground: GroundWindow, source: int, acts: tuple[Party, ...], events: tuple[Party, ...]
) -> Item:
    """Return a rule measured by what meets; where nothing can, its item is always the same."""
    blank, touched = _blank(ground, source), bool(acts)
    if acts and events:
        return _measured(listed, blank, tuple(meetings(ground, acts, events)), touched=touched)
    name = ("window", source, touched)
    return kept(listed.opened, name, lambda: (_measured(listed, blank, (), touched=touched),))[0]


def _blank(ground: GroundWindow, source: int) -> Item:
    """Return a window rule's item before anything is measured."""
    return Item(
        kind="window",
        rule=ground.rule,
        scope=ground.scope,
        standing=ground.standing,
        why_not=ground.why_not,
        waiver=ground.waiver,
        source=source,
    )


def missing_window_items(listed: Listed) -> tuple[Item, ...]:
    """Return the items of windows that cannot be told: no history, or a pair of unknown membership."""
    known = listed.memo.get(("missing windows", 0))
    if not isinstance(known, tuple):
        known = listed.memo[("missing windows", 0)] = tuple(_missing_windows(listed))
    return known


def _missing_windows(listed: Listed) -> Iterator[Item]:
    for source, ground in enumerate(listed.opened.ground.windows):
        if ground.standing != "applies":
            continue
        unsure = _met(listed, ground, source) if _is_unsure(ground) else frozenset[int]()
        unsure |= _doubtful(listed, ground) | _meets_unknown(listed, ground)
        blind = [
            trade
            for trade in listed.trades
            if trade.account in ground.scope.stops
            and (trade.number in unsure or _lacks_history(listed, ground, trade))
        ]
        if blind:
            item = Item(kind="window", rule=ground.rule, scope=ground.scope, source=source)
            found = unknown_item(item, blind)
            yield found._replace(missing=ground.missing) if ground.missing is not None else found


def stopped_by_doubt(listed: Listed) -> frozenset[int]:
    """Return the trades that windows stop because it is not known whether anything meets."""
    stopping = (i for i in missing_window_items(listed) if i.rule.rule.missing.kind in ("block", "approval"))
    return frozenset(number for item in stopping for number in item.trades)


def _is_unsure(ground: GroundWindow) -> bool:
    """Return whether it is not known if the rule applies; without history it does, as far as is known."""
    return ground.missing not in (None, NO_HISTORY)


def _met(listed: Listed, ground: GroundWindow, source: int) -> frozenset[int]:
    """Return the trades in pairs that stand, should the rule apply."""
    return frozenset(window_case(listed, ground, source).item.trades)


def _lacks_history(listed: Listed, ground: GroundWindow, trade: Trade) -> bool:
    """Return whether a trade may complete a pair with what was done before, which is not known."""
    return bool(ground.without_history) and _covers(listed, ground, trade) is not False


def _meets_unknown(listed: Listed, ground: GroundWindow) -> frozenset[int]:
    """Return the trades that make an event which past sales may come before, where those are not known."""
    made = _listed_events(listed, ground) if ground.sales_unknown else ()
    return frozenset(event.trade for event in made if event.trade is not None)


def _covers(listed: Listed, ground: GroundWindow, trade: Trade) -> bool | None:
    if trade.account not in ground.scope.holds or not actions_of(listed, trade) & ground.actions:
        return False
    member = ground.securities.get((trade.account, trade.symbol), False)
    if trade.side is not Side.SELL:
        return member
    settlement = listed.settlement
    rows = settlement.of_trade(trade.number)
    if not rows and trade.number not in settlement.unsettled:
        return False  # of what is not held there is nothing to sell
    if ground.lots is None:
        return member
    answers = [ground.lots.get((row.account, row.lot), False) for row in rows]
    return True if True in answers else None if None in answers else False


def _doubtful(listed: Listed, ground: GroundWindow) -> frozenset[int]:
    """Return the trades in pairs of which it is not known whether the rule is about what is done."""
    acts = tuple(_listed_acts(listed, ground, covered=None))
    if not acts and not ground.past_doubts:
        return frozenset()
    made = tuple(_listed_events(listed, ground))
    events = (*made, *_past_events(listed, ground, acts)) if acts else made
    past = _past_acts(listed, replace(ground, past_actions=ground.past_doubts), made)
    pairs = meetings(ground, (*acts, *past), events)
    return frozenset(n for pair in pairs for n in (pair.act_trade, pair.event_trade) if n is not None)


def _listed_acts(listed: Listed, ground: GroundWindow, *, covered: bool | None = True) -> Iterator[Party]:
    """Yield what the list does that the rule is about; covered None: that it may be about."""
    for trade in listed.trades:
        if trade.account not in ground.scope.holds or not actions_of(listed, trade) & ground.actions:
            continue
        member = ground.securities.get((trade.account, trade.symbol), False)
        if trade.side is not Side.SELL:
            if member is covered:
                beside = "purchases" if _is_twofold(ground) else ""
                yield _of_trade(listed, ground, trade, order=_listed_order(trade), beside=beside)
            continue
        for row in listed.settlement.of_trade(trade.number):
            of_row = member if ground.lots is None else ground.lots.get((row.account, row.lot), False)
            if of_row is covered:
                yield _of_row(listed, ground, trade, row, beside="sales" if _is_twofold(ground) else "")


def _listed_events(listed: Listed, ground: GroundWindow) -> Iterator[Party]:
    event = ground.window.event
    for trade in listed.trades:
        if trade.account not in ground.scope.holds:
            continue
        if event == "purchase" and trade.side in PURCHASES:
            yield _of_trade(listed, ground, trade, order=_listed_order(trade))
        elif event in _SALES and trade.side is Side.SELL:
            taxable = not listed.opened.book.accounts[trade.account].is_retirement
            for row in listed.settlement.of_trade(trade.number):
                if event == "sale" or (taxable and (row.gain < 0 if event == "loss_sale" else row.gain > 0)):
                    for beside in _sides(ground):
                        yield _of_row(listed, ground, trade, row, beside=beside)


def _is_twofold(ground: GroundWindow) -> bool:
    """Return whether sales may meet purchases, but not of their own shares, and sales, but not themselves."""
    buys = not ground.actions.isdisjoint(("buying", "increasing"))
    return buys and "selling" in ground.actions and ground.window.event in _SALES


def _sides(ground: GroundWindow) -> tuple[str, ...]:
    return ("purchases", "sales") if _is_twofold(ground) else ("",)


def _of_trade(listed: Listed, ground: GroundWindow, trade: Trade, *, order: str, beside: str = "") -> Party:
    today = listed.opened.book.as_of
    event = "purchase" if trade.side is Side.BUY else "sale"
    at = PastEvent(
        account=trade.account,
        symbol=trade.symbol,
        day=today,
        event=event,
        source=f"trade {trade.number}",
        quantity=str(trade.quantity),
    )
    return _side(ground, at, listed, order=order, trade=trade.number, beside=beside)


def _of_row(listed: Listed, ground: GroundWindow, trade: Trade, row: Taken, *, beside: str) -> Party:
    order = listed.opened.lot_orders.get((row.account, row.lot))
    at = PastEvent(
        account=row.account,
        symbol=row.symbol,
        day=listed.opened.book.as_of,
        event="loss_sale" if row.gain < 0 else "sale",
        source=f"trade {trade.number}",
        quantity=str(row.quantity),
        loss=str(-row.gain) if row.gain < 0 else "",
        lot=row.lot,
        order=order,
    )
    of_sales = "selling" in ground.actions and ground.window.event in _SALES and beside != "purchases"
    name = f"sale {trade.number}" if of_sales else order_key(row.account, row.lot, order)
    return _side(ground, at, listed, order=name, trade=trade.number, beside=beside)


def _listed_order(trade: Trade) -> str:
    """Return the name of the order that all the list's purchases of one security in one account are."""
    return f"{trade.account} order of the list, {trade.symbol}"


def order_key(account: AccountId | None, lot: LotId | None, order: str | None) -> str | None:
    """Return the name under which shares acquired together meet: their order, else their lot."""
    if order is not None:
        return f"{account} order {order}"
    return None if lot is None else f"{account} lot {lot}"


def _side(
    ground: GroundWindow,
    at: PastEvent,
    listed: Listed,
    *,
    order: str | None,
    trade: int | None,
    beside: str = "",
) -> Party:
    first, last = span_of(at.day, ground.window, listed.opened.calendar_of(ground.rule.governed_by))
    reachable = trade is not None and at.account in ground.scope.stops
    return Party(
        at=at, trade=trade if reachable else None, order=order, first=first, last=last, beside=beside
    )


def _past_events(listed: Listed, ground: GroundWindow, acts: tuple[Party, ...]) -> Iterator[Party]:
    wanted = {p for act in acts if act.at.symbol for p in ground.partners.get(act.at.symbol, ())}
    for event in ground.events:
        if event.symbol is None:
            for symbol in sorted(_one_each(ground, acts)):
                yield _past(listed, ground, replace(event, symbol=symbol))
        elif event.symbol in wanted:
            for beside in _sides(ground):
                yield _past(listed, ground, event, beside=beside)


def _one_each(ground: GroundWindow, acts: tuple[Party, ...]) -> frozenset[Symbol]:
    """Return a security whose events count for each act: its own where they do."""
    found = set[Symbol]()
    for symbol in {act.at.symbol for act in acts if act.at.symbol is not None}:
        partners = ground.partners.get(symbol, frozenset())
        found.update((symbol,) if symbol in partners else sorted(partners)[:1])
    return frozenset(found)


def _past_acts(listed: Listed, ground: GroundWindow, events: tuple[Party, ...]) -> Iterator[Party]:
    if not events:
        return
    happening = {event.at.symbol for event in events}
    for act in ground.past_actions:
        if act.symbol is not None and not happening.isdisjoint(ground.partners.get(act.symbol, ())):
            beside = "purchases" if act.event == "purchase" else "sales"
            yield _past(listed, ground, act, beside=beside if _is_twofold(ground) else "")


def _past(listed: Listed, ground: GroundWindow, event: PastEvent, *, beside: str = "") -> Party:
    order = order_key(event.account, event.lot, event.order)
    return _side(ground, event, listed, order=order, trade=None, beside=beside)


def meetings(ground: GroundWindow, acts: tuple[Party, ...], events: tuple[Party, ...]) -> Iterator[Meeting]:
    """Yield every act inside the window of an event, where at least one of them can be stopped."""
    by_symbol: dict[Symbol | None, list[int]] = {}
    for index, event in enumerate(events):
        by_symbol.setdefault(event.at.symbol, []).append(index)
    for act_index, act in enumerate(acts):
        if act.at.symbol is None:
            continue
        for partner in sorted(ground.partners.get(act.at.symbol, frozenset())):
            for event_index in by_symbol.get(partner, ()):
                if _meets(act, events[event_index]):
                    yield _meeting(act, events[event_index], act_index, event_index)


def _meets(act: Party, event: Party) -> bool:
    if act.beside != event.beside or (act.trade is None and event.trade is None):
        return False
    apart = act.order is not None and act.order == event.order
    return not apart and event.first <= act.at.day <= event.last


def _meeting(act: Party, event: Party, act_index: int, event_index: int) -> Meeting:
    return Meeting(
        act=act.at,
        event=event.at,
        first=event.first,
        last=event.last,
        act_trade=act.trade,
        event_trade=event.trade,
        act_index=act_index,
        event_index=event_index,
    )


def span_of(day: date, window: Window, calendar: str | None) -> tuple[date, date]:
    """Return the first and last day on which an act meets an event of that day."""
    first = shifted(day, window.duration, calendar, back=True) if window.before else day
    last = shifted(day, window.duration, calendar, back=False) if window.after else day
    return first, last


def _measured(listed: Listed, item: Item, met: tuple[Meeting, ...], *, touched: bool) -> Item:
    numbers = sorted({n for pair in met for n in (pair.act_trade, pair.event_trade) if n is not None})
    trades = [listed.by_number[number] for number in numbers]
    sizes = (exact(t.quantity) if item.rule.unit == "shares" else value_of(listed, t) for t in trades)
    total = sum(sizes, start=exact(0))
    zero = exact(0)
    return item._replace(
        before=zero,
        after=-total,
        trades=tuple(numbers),
        told=Told(before=zero, after=total, limit=zero, headroom=-total, high=zero),
        meetings=met,
        touched=touched,
    )
