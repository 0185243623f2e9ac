"""The rules of the book itself, which no policy needs to write, and the bands of `targets`.

BOOK-CASH    an account's cash is at least 0, unless the policy limits `borrowing`
BOOK-SHORT   the sales take no more than is held before the list, lot by lot where named
targets      a class stays in its band: low <= weight <= high, else the list may not take it further out
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from dsl.policy import (
    BLOCK,
    REPORT,
    Amount,
    Limit,
    MeasureTerm,
    TargetClass,
    Targets,
    Unit,
)
from engine.facts.book import PENDING
from engine.facts.ids import Symbol
from engine.facts.trades import Side, Trade
from engine.gate.reference.answer import RuleKey
from engine.gate.reference.limits import LimitPlan, Term
from engine.gate.reference.plans import ceilings, in_force, is_current, laid_out
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.state import NOTHING
from engine.gate.reference.telling import book_key, told_of_book
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Outcome
from engine.ledger.exact import exact

CASH_RULE = "BOOK-CASH"
SHORT_RULE = "BOOK-SHORT"


def limits_borrowing(setting: Setting) -> bool:
    """Return whether a rule of the policy, in force today, limits borrowing."""
    return any(
        isinstance(rule.obligation, Limit)
        and any(term.measure == "borrowing" for term in rule.obligation.measure.terms)
        and in_force(setting.policy, rule, setting.book.as_of)
        for rule in setting.policy.rules
    )


def cash_plan(setting: Setting, scope: Scope) -> LimitPlan:
    """Return BOOK-CASH for one account."""
    view = setting.view(scope, base="net_assets")
    everything = setting.everything(scope)
    return LimitPlan(
        policy=None,
        rule=CASH_RULE,
        attribute=None,
        scope=scope,
        view=view,
        unit=Unit.MONEY,
        terms=(Term(measure="cash", table=everything, derived=None, subject=None, period=None),),
        whole=everything,
        raw=None,
        low=Amount(value=Decimal(0), unit=Unit.MONEY, written="0"),
        high=None,
        tables={},
        active=(BLOCK,),
        passive=(REPORT,),
        missing=BLOCK,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortPlan:
    """BOOK-SHORT for one account."""

    setting: Setting
    scope: Scope
    _passes: list[ReferenceVerdict] = field(default_factory=list)
    _settled: dict[Symbol, Fraction] = field(default_factory=dict)

    @property
    def key(self) -> RuleKey:
        """What the rule in this scope is known by."""
        return book_key(SHORT_RULE, self.scope)

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the sales of what is not held."""
        own = [t for t in done.trades if t.account == self.scope.account and t.side is Side.SELL]
        sold: dict[Symbol, Fraction] = {}
        for sale in own:
            sold[sale.symbol] = sold.get(sale.symbol, NOTHING) + exact(sale.quantity)
        hits = frozenset(
            sale.number
            for sale in own
            if sold[sale.symbol] > self._settled_of(sale.symbol)
            or (sale.lot is not None and self._is_lot_short(sale, own))
        )
        if hits:
            return [told_of_book(SHORT_RULE, self.scope, Outcome.BREACH, trades=hits, decision="block")]
        if not self._passes:
            self._passes.append(told_of_book(SHORT_RULE, self.scope, Outcome.PASS))
        return self._passes

    def _settled_of(self, symbol: Symbol) -> Fraction:
        """Return what is held of a security before the list, what is still on order left out."""
        known = self._settled.get(symbol)
        if known is None:
            assert self.scope.account is not None
            key = (self.scope.account, symbol)
            on_order = (
                exact(lot.quantity) for lot in self.setting.lots_of(key) if lot.lot.startswith(PENDING)
            )
            known = self.setting.before.position(key).quantity - sum(on_order, NOTHING)
            self._settled[symbol] = known
        return known

    def _is_lot_short(self, sale: Trade, own: list[Trade]) -> bool:
        """Return whether the sales that name a lot take more than it holds."""
        name, _, day = str(sale.lot).rpartition("@")
        parts = [
            lot
            for lot in self.setting.lots_of((sale.account, sale.symbol))
            if not lot.lot.startswith(PENDING)
            and (lot.lot == sale.lot or (lot.lot == name and lot.adjusted_acquired.isoformat() == day))
        ]
        named = [t for t in own if t.lot == sale.lot and t.symbol == sale.symbol]
        held = sum((exact(lot.quantity) for lot in parts), NOTHING)
        return sum((exact(t.quantity) for t in named), NOTHING) > held


def band_plans(setting: Setting, targets: Targets, scope: Scope) -> Iterable[LimitPlan]:
    """Return the bands of a `targets` statement for one account."""
    for row in targets.classes:
        yield _band(setting, targets, row, scope)


def _band(setting: Setting, targets: Targets, row: TargetClass, scope: Scope) -> LimitPlan:
    view = setting.view(scope, base=setting.policy.base)
    holdings = laid_out(setting, view, (row.subject,))
    term = MeasureTerm(measure="weight", of=row.subject)
    is_today = is_current(setting.policy, setting.book.as_of)
    return LimitPlan(
        policy=setting.policy.id,
        rule=targets.name,
        target=row.name,
        attribute=None,
        scope=scope,
        view=view,
        unit=Unit.SHARE,
        terms=(Term(measure=term.measure, table=holdings, derived=None, subject=row.subject, period=None),),
        whole=holdings,
        raw=None,
        why_not=None if is_today else "not in force",
        is_out_of_force=not is_today,
        low=Amount(value=row.low, unit=Unit.SHARE, written=str(row.low)),
        high=Amount(value=row.high, unit=Unit.SHARE, written=str(row.high)),
        tables={},
        ceilings=ceilings(setting, targets.name, scope),
        active=targets.on_active,
        passive=targets.on_passive,
        missing=setting.policy.missing,
    )
