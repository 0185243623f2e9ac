"""BOOK-FREE-RIDING, a second time: a sale in a cash account takes no lot that is not paid for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.facts.ids import AccountId, LotId
from engine.facts.trades import Side
from engine.gate.reference.answer import RuleKey
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed
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
        return ("", RIDING_RULE, self.scope.account or "", "")

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the sales of what is not paid for; nothing where the account sells nothing."""
        sales = {t.number for t in done.trades if t.account == self.scope.account and t.side is Side.SELL}
        if not sales:
            return self._silent
        hits = frozenset(
            row.trade
            for row in done.done.settlement.taken
            if row.trade in sales and (row.account, row.lot) in self.unpaid
        )
        sold = sum(
            row.quantity
            for row in done.done.settlement.taken
            if row.trade in sales and (row.account, row.lot) in self.unpaid
        )
        return [
            ReferenceVerdict(
                policy=None,
                rule=RIDING_RULE,
                account=self.scope.account,
                household=None,
                group=None,
                target=None,
                outcome=Outcome.BREACH if hits else Outcome.PASS,
                breach="active" if hits else None,
                before=None,
                after=None,
                headroom_sign=-1 if sold else 0,
                worsened=False,
                warned=False,
                trades=hits,
                decision="block" if hits else "pass",
            )
        ]
