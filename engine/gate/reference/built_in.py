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
from engine.facts.trades import Side, Trade
from engine.gate.reference.answer import RuleKey
from engine.gate.reference.limits import LimitPlan, Term
from engine.gate.reference.plans import ceilings, in_force, is_current, own_row
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import Subjects, table
from engine.gate.reference.telling import book_key, told_of_book
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Outcome

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

    @property
    def key(self) -> RuleKey:
        """What the rule in this scope is known by."""
        return book_key(SHORT_RULE, self.scope)

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the sales of what is not held."""
        own = [t for t in done.trades if t.account == self.scope.account and t.side is Side.SELL]
        hits = frozenset(t.number for t in own if self._is_short(t, own))
        if hits:
            return [told_of_book(SHORT_RULE, self.scope, Outcome.BREACH, trades=hits, decision="block")]
        if not self._passes:
            self._passes.append(told_of_book(SHORT_RULE, self.scope, Outcome.PASS))
        return self._passes

    def _is_short(self, sale: Trade, own: list[Trade]) -> bool:
        on_order = (
            Fraction(lot.quantity)
            for lot in self.setting.book.lots_of(sale.account, sale.symbol)
            if lot.lot.startswith(PENDING)
        )
        held = self.setting.before.position((sale.account, sale.symbol)).quantity - sum(on_order, NOTHING)
        sold = sum((Fraction(t.quantity) for t in own if t.symbol == sale.symbol), NOTHING)
        return sold > held or (sale.lot is not None and self._is_lot_short(sale, own))

    def _is_lot_short(self, sale: Trade, own: list[Trade]) -> bool:
        """Return whether the sales that name a lot take more than it holds."""
        name, _, day = str(sale.lot).rpartition("@")
        parts = [
            lot
            for lot in self.setting.book.lots_of(sale.account, sale.symbol)
            if not lot.lot.startswith(PENDING)
            and (lot.lot == sale.lot or (lot.lot == name and lot.adjusted_acquired.isoformat() == day))
        ]
        named = [t for t in own if t.lot == sale.lot and t.symbol == sale.symbol]
        held = sum((Fraction(lot.quantity) for lot in parts), NOTHING)
        return sum((Fraction(t.quantity) for t in named), NOTHING) > held


def band_plans(setting: Setting, targets: Targets, scope: Scope) -> Iterable[LimitPlan]:
    """Return the bands of a `targets` statement for one account."""
    for row in targets.classes:
        yield _band(setting, targets, row, scope)


def _band(setting: Setting, targets: Targets, row: TargetClass, scope: Scope) -> LimitPlan:
    view = setting.view(scope, base=setting.policy.base)
    subjects = Subjects(market=setting.market, parts=(row.subject,), own=own_row(setting, view))
    holdings = table(subjects, scope, setting.before)
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
