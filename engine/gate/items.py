"""Items: one rule and group, measured for one list, before anything is concluded from it.

An item is what the inference is told and what a verdict is later worded from:

    IPS-4.1, issuer Acme Corp: before 0.1, after -0.4 (percent of headroom), lowered by trade 1

Headrooms are told figures where there is a base, so that a moving base neither hides nor feigns a
worsening; their sign is that of the form. Without data, `missing` says what is not known.

They are named tuples, not dataclasses: a list makes a dozen of them, each three times as fast.
"""

from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from dsl.policy import Waiver
from engine.facts.ids import AccountId, Symbol
from engine.gate.verdict import Contributor
from rulebooks.ground import CompiledRule, PastEvent, Scope, Standing

Kind = Literal["limit", "trade", "ban", "window", "require"]
Group = tuple[tuple[str, str | None], ...]

NO_GROUP: Group = ()


class Told(NamedTuple):
    """The figures of a verdict, in its unit; None where nothing was measured."""

    before: Fraction | None = None
    after: Fraction | None = None
    limit: Fraction | None = None
    headroom: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None


class Meeting(NamedTuple):
    """A pair that a window forbids: a trade (or past act) and an event, with the window of the event."""

    act: PastEvent
    event: PastEvent
    first: date
    last: date
    act_trade: int | None
    event_trade: int | None
    act_index: int  # among the acts of its window
    event_index: int


class Item(NamedTuple):
    """One rule and group, measured.

    before, after: headroom; None where `missing` says why, or where it does not apply. early: headroom
    after to the warning level, None where no trade lowered it. waived: headroom after within the waiver;
    None with a waiver: any size. trades: numbers of those that lower the headroom (of those in what is
    missing), in accounts that the policy governs. source: place in the opened book, for explanations.
    """

    kind: Kind
    rule: CompiledRule
    scope: Scope
    group: Group = NO_GROUP
    target: str | None = None
    standing: Standing = "applies"
    why_not: str | None = None
    before: Fraction | None = None
    after: Fraction | None = None
    early: Fraction | None = None
    missing: str | None = None
    waiver: Waiver | None = None
    waived: Fraction | None = None
    trades: tuple[int, ...] = ()
    warned_by: tuple[int, ...] = ()  # trades that lowered the headroom to the warning level
    told: Told = Told()
    touched: bool = True
    source: int | None = None
    contributors: tuple[Contributor, ...] = ()
    concerned: tuple[tuple[AccountId, Symbol], ...] = ()  # positions that data are missing of
    meetings: tuple[Meeting, ...] = ()
    groups_passed: int | None = None
    tightest: str | None = None  # the group that stands for the others
    opens: date | None = None  # the first day on which what is stopped may be done
    known_part: bool = False  # an upper limit that the known members alone exceed

    @property
    def rule_key(self) -> str:
        """What the inference knows the rule by: policy, id, scope."""
        rule, scope = self.rule.rule, self.scope
        return f"{self.rule.governed_by}\n{rule.policy}\n{rule.id}\n{scope.account or ''}\n{scope.household}"

    @property
    def group_key(self) -> str:
        """What the inference knows the group by."""
        known, missing = "known" if self.known_part else "", "" if self.missing is None else "missing"
        rest = f"{self.target or ''}\n{self.kind}\n{known}\n{missing}"
        parts = [f"{name}={value}\n" if value is not None else f"{name}?\n" for name, value in self.group]
        return "".join(parts) + rest

    @property
    def is_judged(self) -> bool:
        """Whether the inference has something to say of it."""
        return self.standing != "not_applicable"
