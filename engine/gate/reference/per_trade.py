"""Limits of each trade by itself: `for each trade limit trade_value to at least 1,000 USD`.

Each trade of the subject is a group of its own. There is no before, so a breach is active and that
trade is the one named. A limit that is a part of what is held is taken after the list; it is known where
it is so before the list too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from dsl.policy import ALWAYS, Amount, AnyAmount, CheckedRule, Limit, PercentOf, Subject, Unit
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Trade
from engine.gate.reference.asked import Asked, View
from engine.gate.reference.figures import BASES, BoundTables, account_figure, of_subject
from engine.gate.reference.limits import Ceiling
from engine.gate.reference.measures import PER_TRADE
from engine.gate.reference.plans import applies, bound_tables, ceilings, exceptions, why_not
from engine.gate.reference.predicates import Truth, all_of, amount_of_row, opposite, truth
from engine.gate.reference.responses import on_active, on_missing
from engine.gate.reference.rows import trade_row, trade_value
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.tables import Table
from engine.gate.reference.telling import Teller
from engine.gate.reference.values import Absent, Value
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, Gap, NoWitness, ReferenceVerdict
from engine.gate.verdict import Outcome
from engine.ledger.exact import exact

Bound = Fraction | Absent | None
"""A bound of one trade: none, unknown, or an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerTradePlan:
    """A limit of each trade in one scope."""

    setting: Setting
    teller: Teller
    view: View
    measure: str
    unit: Unit
    within: Subject
    low: AnyAmount | None
    high: AnyAmount | None
    less: tuple[Callable[[AccountId, Symbol], Truth], ...]
    ceilings: tuple[Ceiling, ...]
    tables: BoundTables  # what `10% of equities` is a part of
    why_not: str | None
    unsure: bool
    is_of_all: bool  # of every trade, whatever is traded

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a verdict for each trade of the subject, in accounts that the policy governs."""
        found: list[ReferenceVerdict] = []
        for trade in done.trades:
            if trade.account in self.teller.scope.stops:
                is_member = self._is_member(trade)
                if is_member is not False:
                    found.append(self._judge(trade, done, is_member))
        return found

    def _is_member(self, trade: Trade) -> Truth:
        if self.is_of_all:
            return True
        market = self.setting.market
        row = trade_row(trade, market, self.setting.before)
        own = truth(self.within.where, row, today=market.book.as_of)
        return all_of([own, *(opposite(one(trade.account, trade.symbol)) for one in self.less)])

    def _judge(self, trade: Trade, done: Listed, is_member: Truth) -> ReferenceVerdict:
        group, named = ("trade", str(trade.number)), frozenset({trade.number})
        teller, rule = self.teller, self.teller.rule
        if self.why_not is not None:
            return teller.tell(Outcome.NOT_APPLICABLE, group=group, why=self.why_not)
        size = self._size(trade)
        low, high = self._bound(self.low, trade, done), self._bound(self.high, trade, done)
        is_lost = low is Absent.UNKNOWN or high is Absent.UNKNOWN
        if is_member is None or self.unsure or size is None or is_lost:
            return teller.tell(
                Outcome.MISSING_DATA,
                trades=named,
                decision=on_missing(rule.missing, named),
                group=group,
                why="the trade's figure, limit or membership is unknown",
            )
        left = _left(size, low, high)
        sign = (left > 0) - (left < 0)
        if sign >= 0:
            warned = self._is_warned(size, low, high, trade, done)
            decision = "warn" if warned else "pass"
            return teller.tell(
                Outcome.PASS,
                group=group,
                after=size,
                sign=sign,
                warned=warned,
                trades=named if warned else frozenset(),
                decision=decision,
            )
        if any(self._is_waived(ceiling, size, low, high, trade, done) for ceiling in self.ceilings):
            return teller.tell(Outcome.WAIVED, group=group, after=size, sign=sign, trades=named)
        return teller.tell(
            Outcome.BREACH,
            breach="active",
            trades=named,
            decision=on_active(rule.on_active, rule.on_passive, worsened=False),
            group=group,
            after=size,
            sign=sign,
        )

    def _size(self, trade: Trade) -> Fraction | None:
        if self.measure == "trade_shares":
            return exact(trade.quantity)
        return trade_value(trade, self.setting.market)

    def _bound(self, amount: AnyAmount | None, trade: Trade, done: Listed) -> Fraction | Absent | None:
        """Return a bound for one trade: a figure of its security, or a part of the weight base."""
        if amount is None:
            return None
        if isinstance(amount, Amount):
            return exact(amount.value)
        own = trade_row(trade, self.setting.market, self.setting.before)

        def row(path: str, unit: Unit | None) -> Value:
            if path in BASES:
                return self._after(done, lambda view: view.base_amount(path))
            stated = self.setting.market.book.stated.get(path)
            if stated is not None:
                return stated
            of_account = account_figure(path, self.view)
            return own(path, unit) if of_account is None else of_account

        def parted(amount: PercentOf) -> Fraction | Absent:
            table = self.tables[id(amount)]
            of = self._after(done, lambda view: self._worth(view, table))
            return of if isinstance(of, Absent) else Fraction(amount.share) * of

        found = amount_of_row(amount, row, parted)
        return Absent.UNKNOWN if found is Absent.NONE else found

    def _after(self, done: Listed, figure: Callable[[View], Fraction]) -> Fraction | Absent:
        """Return a figure after the list; unknown where it is so on either side of it."""
        try:
            figure(self.view)
            return figure(self.view.at(done.after, done.done))
        except Gap:
            return Absent.UNKNOWN

    def _worth(self, view: View, table: Table) -> Fraction:
        found = of_subject(table, self._asked(view, table))
        assert isinstance(found, Fraction), "single trades are limited in money or shares"
        return found

    def _asked(self, view: View, table: Table) -> Asked:
        return Asked(
            view=view,
            table=table,
            group=EVERYTHING_IN_SCOPE,
            unit=self.unit,
            subject=None,
            derived=None,
            period=None,
        )

    def _is_warned(self, size: Fraction, low: Bound, high: Bound, trade: Trade, done: Listed) -> bool:
        warn_from = self.teller.rule.warn_from
        edge = None if warn_from is None else self._bound(warn_from, trade, done)
        if edge is None or not isinstance(edge, Fraction):
            return False
        if not isinstance(low, Fraction):
            return size >= edge
        if not isinstance(high, Fraction):
            return size <= edge
        return size >= edge if abs(high - edge) <= abs(edge - low) else size <= edge

    def _is_waived(
        self, ceiling: Ceiling, size: Fraction, low: Bound, high: Bound, trade: Trade, done: Listed
    ) -> bool:
        if ceiling.up_to is None:
            return True
        limit = self._bound(ceiling.up_to, trade, done)
        if not isinstance(limit, Fraction):
            return False
        wider_low = min(low, limit) if isinstance(low, Fraction) else None
        wider_high = max(high, limit) if isinstance(high, Fraction) else None
        return _left(size, wider_low, wider_high) >= 0


def _left(size: Fraction, low: Bound, high: Bound) -> Fraction:
    sides = []
    if high is not None and not isinstance(high, Absent):
        sides.append(high - size)
    if low is not None and not isinstance(low, Absent):
        sides.append(size - low)
    return min(sides)


def per_trade_plan(setting: Setting, rule: CheckedRule, scope: Scope) -> PerTradePlan:
    """Return a limit of each trade laid out over one scope."""
    obligation = rule.obligation
    assert isinstance(obligation, Limit)
    assert rule.each is not None
    measure = obligation.measure.name
    if measure not in PER_TRADE or rule.scope != "account":
        raise NoWitness(f"{measure} for each trade")
    view = setting.view(scope, base=rule.base)
    standing = applies(setting, rule, view)
    caps = ceilings(setting, rule.id, scope)
    less = exceptions(setting, rule, view)
    return PerTradePlan(
        setting=setting,
        teller=Teller(rule=rule, scope=scope),
        view=view,
        measure=measure,
        unit=obligation.measure.unit,
        within=rule.each.within,
        low=obligation.low,
        high=obligation.high,
        less=less,
        is_of_all=rule.each.within.where == ALWAYS and not less,
        ceilings=caps,
        tables=bound_tables(
            setting, view, (obligation.low, obligation.high, rule.warn_from, *(cap.up_to for cap in caps))
        ),
        why_not=why_not(setting, rule, standing),
        unsure=standing is None,
    )
