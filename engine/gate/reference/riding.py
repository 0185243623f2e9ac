"""BOOK-FREE-RIDING, a second time: a sale in a cash account takes no lot that is not paid for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.facts.ids import AccountId, LotId
from engine.facts.trades import Side
from engine.gate.reference.answer import RuleKey
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed
from engine.gate.reference.telling import book_key, told_of_book
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Outcome

RIDING_RULE = "BOOK-FREE-RIDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class RidingPlan:
    """The rule for one cash account with lots that are not paid for."""

    scope: Scope
    unpaid: Mapping[tuple[AccountId, LotId], date]
    _silent: list[ReferenceVerdict] = field(default_factory=list)

    @property
    def key(self) -> RuleKey:
        """What the rule in this scope is known by."""
        return book_key(RIDING_RULE, self.scope)

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the sales of what is not paid for; nothing where the account sells nothing."""
        sales = {t.number for t in done.trades if t.account == self.scope.account and t.side is Side.SELL}
        if not sales:
            return self._silent
        ridden = [
            row
            for row in done.done.settlement.taken
            if row.trade in sales and (row.account, row.lot) in self.unpaid
        ]
        if not ridden:
            return [told_of_book(RIDING_RULE, self.scope, Outcome.PASS, sign=0)]
        hits = frozenset(row.trade for row in ridden)
        return [told_of_book(RIDING_RULE, self.scope, Outcome.BREACH, trades=hits, decision="block", sign=-1)]
