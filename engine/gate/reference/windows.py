"""Forbidden pairs: a trade within so many days of an event.

    forbid buying securities within 30 days after a loss_sale of an identical security

    sold at a loss on 10 June, bought on 8 July      28 days: the purchase completes the pair
    bought on 11 July                                31 days: free

The pair is what is forbidden, and whichever trade of the list completes it is stopped: the purchase
after the sale, the sale after the purchase where the window looks that way, both where both are in the
list (they are of one day, and day 0 counts). The acquisition of the very shares sold, and of other
shares of the same order, is no event for that sale.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from dsl.policy import Action, CheckedRule, Duration, Forbid, Window
from engine.facts.calendar import add_business_days, add_months
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Acquisition, Disposal
from engine.facts.trades import Side, Trade
from engine.gate.reference.bans import Covered, covered_by
from engine.gate.reference.happenings import (
    Happening,
    Nearby,
    is_same_acquisition,
    opened_by,
    order_of,
    purchases,
)
from engine.gate.reference.limits import Ceiling
from engine.gate.reference.lots import lots_of
from engine.gate.reference.plans import applies, ceilings, why_not
from engine.gate.reference.predicates import Truth
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.telling import Teller
from engine.gate.reference.verdicts import NoWitness, ReferenceVerdict
from engine.gate.verdict import Outcome

FROM_RECORDS = frozenset({"loss_sale", "gain_sale", "sale", "purchase"})
"""Events that the records themselves tell; all others stand in events.csv."""


@dataclass(slots=True, kw_only=True, eq=False)
class WindowPlan:
    """A window in one scope."""

    setting: Setting
    teller: Teller
    covered: Covered
    window: Window
    ceilings: tuple[Ceiling, ...]
    why_not: str | None
    unsure: bool
    _events: Nearby | None = None  # of the past, such as an action of today may meet
    _actions: Nearby | None = None  # of the past, such as an event of today may meet

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the trades that complete a pair, missing data for those that may."""
        if self.why_not is not None:
            return self.teller.nothing(self.why_not)
        hits, doubts = self._pairs(done)
        if self.unsure:
            hits, doubts = frozenset(), hits | doubts
        doubts |= self._without_history(done)
        found = []
        if doubts:
            found.append(
                self.teller.missing(doubts, why="the records do not tell whether a pair is complete")
            )
        if hits and any(ceiling.up_to is None for ceiling in self.ceilings):
            found.append(self.teller.tell(Outcome.WAIVED, trades=hits))
        elif hits:
            found.append(self.teller.active(hits, why="the trade completes a forbidden pair"))
        return found or self.teller.nothing(None)

    def _pairs(self, done: Listed) -> tuple[frozenset[int], frozenset[int]]:
        """Return the trades of the list in pairs that are, and that may be, covered."""
        hits: set[int] = set()
        doubts: set[int] = set()
        for action, event in self._meetings(done):
            if action.covered is not False and self._meet(action, event):
                of_list = {
                    one.trade for one in (action, event) if one.trade is not None and self._may_stop(one)
                }
                (hits if action.covered else doubts).update(of_list)
        return frozenset(hits), frozenset(doubts)

    def _meetings(self, done: Listed) -> Iterable[tuple[Happening, Happening]]:
        """Return the actions and events, one of them of the list, whose securities may be related."""
        listed_events = Nearby()
        for event in self._listed_events(done):
            listed_events.add(self._name(event.symbol), event)
        actions = self._listed_actions(done)
        if actions and self._events is None:
            self._events = Nearby()
            for event in self._past_events(done):
                if self._is_within(self.setting.book.as_of, event.day):
                    self._events.add(self._name(event.symbol), event)
        for action in actions:
            assert self._events is not None
            names = self._related(action.symbol)
            for near in (self._events, listed_events):
                for event in near.of(names):
                    yield action, event
        events = list(listed_events.every())
        if events and self._actions is None:
            self._actions = self._past_by_event(done)
        for event in events:
            assert self._actions is not None
            yield from ((action, event) for action in self._actions.of(self._names(event.symbol)))

    def _past_by_event(self, done: Listed) -> Nearby:
        """Return what was done before and is still near today, by the names of events that may meet it."""
        found = Nearby()
        for action in self._past_actions(done):
            if action.symbol is None:
                found.add(None, action)
            for name in dict.fromkeys(self._related(action.symbol)):
                found.add(name, action)
        return found

    def _name(self, symbol: Symbol | None) -> str | None:
        """Return what an event's security is looked up by: its identity, or itself."""
        if symbol is None or self.window.relation != "identical":
            return symbol
        return self.setting.policy.tax.identity(symbol)

    def _names(self, symbol: Symbol | None) -> tuple[str, ...]:
        name = self._name(symbol)
        return () if name is None else (name,)

    def _related(self, symbol: Symbol | None) -> Iterable[str]:
        """Return the names of the events that a trade in a security may meet."""
        if self.window.relation != "substitute":
            return self._names(symbol)
        rows = self.setting.policy.substitutes
        return [other for row in rows if row.symbol == symbol for other in row.replacements]

    def _may_stop(self, one: Happening) -> bool:
        return one.account in self.teller.scope.stops

    def _meet(self, action: Happening, event: Happening) -> bool:
        """Return whether an action and an event make a forbidden pair."""
        if action.trade is not None and action.trade == event.trade:
            return False
        if event.account is not None and event.account not in self.teller.scope.holds:
            return False
        both_sell = action.is_sale and event.is_sale  # two sales are two, whatever acquired the shares
        known = event.lot is not None and action.lot is not None and not both_sell
        if known and is_same_acquisition(action, event):
            return False
        return self._are_related(action.symbol, event.symbol) and self._is_within(action.day, event.day)

    def _are_related(self, traded: Symbol | None, other: Symbol | None) -> bool:
        if traded is None:
            return True
        if other is None:
            return bool(self._related(traded))
        match self.window.relation:
            case "same":
                return traded == other
            case "identical":
                tax = self.setting.policy.tax
                return tax.identity(traded) == tax.identity(other)
            case _:
                return any(
                    other in substitutes.replacements
                    for substitutes in self.setting.policy.substitutes
                    if substitutes.symbol == traded
                )

    def _is_within(self, action: date, event: date) -> bool:
        window = self.window
        if window.after and event <= action <= self._later(event, 1):
            return True
        return window.before and action <= event and self._later(event, -1) <= action

    def _later(self, day: date, sign: int) -> date:
        return shifted(day, self.window.duration, sign, self.setting.policy.calendar)

    # -------------------------------------------------------------- actions

    def _listed_actions(self, done: Listed) -> list[Happening]:
        """Return the list's trades that do what is forbidden, a sale lot by lot."""
        found: list[Happening] = []
        for trade in done.trades:
            if trade.account not in self.teller.scope.holds:
                continue
            if self.covered.is_done_by(trade, done):
                found.extend(self._action_of(trade, done))
        return found

    def _action_of(self, trade: Trade, done: Listed) -> list[Happening]:
        today = self.setting.book.as_of
        taken = [row for row in done.done.settlement.taken if row.trade == trade.number]
        if trade.side is Side.SELL and not taken and trade.number not in done.done.settlement.unsettled:
            return []  # of what is not held there is nothing to sell: BOOK-SHORT has it
        if trade.side is not Side.SELL or not taken:
            covered = self.covered.covers(trade, done)
            return [
                Happening(
                    day=today,
                    account=trade.account,
                    symbol=trade.symbol,
                    lot=opened_by(trade) if trade.side is Side.BUY else None,
                    order=order_of(trade) if trade.side is Side.BUY else None,
                    trade=trade.number,
                    covered=covered,
                )
            ]
        is_lots = self.covered.subject.kind == "lots"
        of_security = None if is_lots else self.covered.covers_security(trade.account, trade.symbol)
        return [
            Happening(
                day=today,
                account=trade.account,
                symbol=trade.symbol,
                lot=lot.lot,
                order=lot.order,
                trade=trade.number,
                covered=self.covered.covers_lot(lot) if is_lots else of_security,
                is_sale=True,
            )
            for row in taken
            for lot in lots_of(row, done)
        ]

    def _past_actions(self, done: Listed) -> Iterable[Happening]:
        """Return what was done before that the rule is about, for an event that the list adds."""
        if Action.BUYING in self.covered.actions or Action.INCREASING in self.covered.actions:
            today = self.setting.book.as_of
            for bought in purchases(self.setting):
                if bought.account in self.teller.scope.holds and self._is_within(bought.date, today):
                    yield self._past(bought, self.covered.covers_security(bought.account, bought.symbol))
        if Action.SELLING in self.covered.actions:
            today = self.setting.book.as_of
            for sold in self.setting.book.disposals or ():
                if sold.account in self.teller.scope.holds and self._is_within(sold.sold, today):
                    yield self._past_sale(sold)

    def _past(self, bought: Acquisition, covered: Truth) -> Happening:
        return Happening(
            day=bought.date,
            account=bought.account,
            symbol=bought.symbol,
            lot=bought.lot,
            order=bought.order,
            covered=covered,
        )

    def _past_sale(self, sold: Disposal) -> Happening:
        if self.covered.subject.kind == "lots":
            raise NoWitness("past sales of lots with a condition")
        return Happening(
            day=sold.sold,
            account=sold.account,
            symbol=sold.symbol,
            lot=sold.lot,
            order=sold.order,
            covered=self.covered.covers_security(sold.account, sold.symbol),
            is_sale=True,
        )

    # -------------------------------------------------------------- events

    def _listed_events(self, done: Listed) -> Iterable[Happening]:
        """Return the events that the list itself makes."""
        today, event = self.setting.book.as_of, self.window.event
        for trade in done.trades:
            if trade.account not in self.teller.scope.holds:
                continue
            if event == "purchase" and trade.side is Side.BUY:
                yield Happening(
                    day=today,
                    account=trade.account,
                    symbol=trade.symbol,
                    lot=opened_by(trade),
                    order=order_of(trade),
                    trade=trade.number,
                )
            elif event in ("sale", "loss_sale", "gain_sale") and trade.side is Side.SELL:
                yield from self._sale_of(trade, done)

    def _sale_of(self, trade: Trade, done: Listed) -> Iterable[Happening]:
        for row in done.done.settlement.taken:
            if row.trade == trade.number and self._is_event(row.account, row.gain < 0, row.gain > 0):
                for lot in lots_of(row, done):
                    yield Happening(
                        day=self.setting.book.as_of,
                        account=trade.account,
                        symbol=trade.symbol,
                        lot=lot.lot,
                        order=lot.order,
                        trade=trade.number,
                        is_sale=True,
                    )

    def _is_event(self, account: AccountId, is_loss: bool, is_gain: bool) -> bool:
        taxable = not self.setting.book.accounts[account].is_retirement
        match self.window.event:
            case "sale":
                return True
            case "loss_sale":
                return is_loss and taxable
            case _:
                return is_gain and taxable

    def _past_events(self, done: Listed) -> Iterable[Happening]:
        event, book = self.window.event, self.setting.book
        if event == "purchase":
            yield from (self._past(bought, True) for bought in purchases(self.setting))
        elif event in FROM_RECORDS:
            for sold in book.disposals or ():
                if self._is_event(sold.account, sold.gain < 0, sold.gain > 0):
                    yield Happening(
                        day=sold.sold,
                        account=sold.account,
                        symbol=sold.symbol,
                        lot=sold.lot,
                        order=sold.order,
                        is_sale=True,
                    )
        else:
            for row in book.events:
                if row.event == event:
                    yield Happening(day=row.date, account=row.account, symbol=row.symbol)

    def _without_history(self, done: Listed) -> frozenset[int]:
        """Return the trades that could meet a past sale of which there are no records."""
        book, found = self.setting.book, list[Happening]()
        if book.disposals is not None or book.absent == "no_value":
            return frozenset()
        if self.window.event in ("sale", "loss_sale", "gain_sale") and self.window.after:
            found.extend(action for action in self._listed_actions(done) if action.covered is not False)
        if Action.SELLING in self.covered.actions and self.window.before:
            found.extend(self._listed_events(done))
        return frozenset(one.trade for one in found if one.trade is not None and self._may_stop(one))


def shifted(day: date, duration: Duration, sign: int, calendar: str | None) -> date:
    """Return the last day of a window that starts on `day`, looking forward (1) or back (-1)."""
    count = sign * duration.count
    match duration.unit:
        case "days":
            return date.fromordinal(day.toordinal() + count)
        case "business_days":
            return add_business_days(day, count, calendar)
        case "months":
            return add_months(day, count)
        case "years":
            return add_months(day, 12 * count)
        case _:
            assert_never(duration.unit)


def window_plan(setting: Setting, rule: CheckedRule, scope: Scope) -> WindowPlan:
    """Return a window laid out over one scope."""
    obligation = rule.obligation
    assert isinstance(obligation, Forbid)
    assert obligation.window is not None
    view = setting.view(scope, base=rule.base, valued_at=rule.valued_at)
    standing = applies(setting, rule, view)
    return WindowPlan(
        setting=setting,
        teller=Teller(rule=rule, scope=scope),
        covered=covered_by(setting, rule, obligation, view),
        window=obligation.window,
        ceilings=ceilings(setting, rule.id, scope),
        why_not=why_not(setting, rule, standing),
        unsure=standing is None,
    )
