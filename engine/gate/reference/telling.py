"""Verdicts of rules that stop trades rather than limit figures: bans, windows, requirements, tickets."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from dsl.policy import CheckedRule
from engine.gate.reference.answer import RuleKey
from engine.gate.reference.responses import on_active, on_missing, on_passive
from engine.gate.reference.scopes import Scope
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """A rule in one scope, for its verdicts."""

    rule: CheckedRule
    scope: Scope
    _said: list[ReferenceVerdict] = field(default_factory=list)

    @property
    def key(self) -> RuleKey:
        """What the rule in this scope is known by."""
        household = self.scope.household if self.scope.account is None else ""
        return (self.rule.policy, self.rule.id, self.scope.account or "", household)

    def tell(
        self,
        outcome: Outcome,
        *,
        breach: Literal["active", "passive"] | None = None,
        trades: frozenset[int] = frozenset(),
        decision: str = "pass",
        group: tuple[str, str | None] | None = None,
        after: Fraction | None = None,
        sign: int | None = None,
        warned: bool = False,
        witnessed: bool = True,
        why: str = "",
    ) -> ReferenceVerdict:
        """Return a verdict of the rule."""
        scope = self.scope
        return ReferenceVerdict(
            policy=self.rule.policy,
            rule=self.rule.id,
            account=scope.account,
            household=scope.household if scope.account is None else None,
            group=group,
            target=None,
            outcome=outcome,
            breach=breach,
            before=None,
            after=after,
            headroom_sign=sign,
            worsened=False,
            warned=warned,
            trades=trades,
            decision=decision,
            witnessed=witnessed,
            why=why,
        )

    def active(self, trades: frozenset[int], *, why: str = "") -> ReferenceVerdict:
        """Return an active breach by some trades."""
        decision = on_active(self.rule.on_active, self.rule.on_passive, worsened=False)
        return self.tell(Outcome.BREACH, breach="active", trades=trades, decision=decision, why=why)

    def passive(self, *, why: str = "") -> ReferenceVerdict:
        """Return a passive breach."""
        return self.tell(Outcome.BREACH, breach="passive", decision=on_passive(self.rule.on_passive), why=why)

    def missing(self, trades: frozenset[int], *, why: str) -> ReferenceVerdict:
        """Return a verdict of missing data, for the trades in what is unknown."""
        decision = on_missing(self.rule.missing, trades)
        return self.tell(Outcome.MISSING_DATA, trades=trades, decision=decision, why=why)

    def nothing(self, why_not: str | None) -> list[ReferenceVerdict]:
        """Return that the rule passes, or why it does not apply today: the same value for every list."""
        if not self._said:
            self._said.append(self.tell(Outcome.PASS) if why_not is None else self.silent(why_not))
        return self._said

    def silent(self, why: str) -> ReferenceVerdict:
        """Return that the rule does not apply today."""
        return self.tell(Outcome.NOT_APPLICABLE, why=why)

    def unwitnessed(self, why: str) -> ReferenceVerdict:
        """Return that this evaluator does not know what the rule names."""
        return self.tell(Outcome.NOT_APPLICABLE, witnessed=False, why=f"no second witness: {why}")


def book_key(rule: str, scope: Scope) -> RuleKey:
    """Return what a rule of the book is known by in an account."""
    return ("", rule, scope.account or "", "")


def told_of_book(
    rule: str,
    scope: Scope,
    outcome: Outcome,
    *,
    trades: frozenset[int] = frozenset(),
    decision: str = "pass",
    sign: int | None = None,
) -> ReferenceVerdict:
    """Return a verdict of a rule of the book in an account; a breach is active, for trades alone make it."""
    return ReferenceVerdict(
        policy=None,
        rule=rule,
        account=scope.account,
        household=None,
        group=None,
        target=None,
        outcome=outcome,
        breach="active" if outcome is Outcome.BREACH else None,
        before=None,
        after=None,
        headroom_sign=sign,
        worsened=False,
        warned=False,
        trades=trades,
        decision=decision,
    )
