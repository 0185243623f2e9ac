"""What the reference evaluator says: one plain value for every rule, scope and group.

It holds what must agree with the gate and nothing that only words it. Figures are exact, shares are
fractions of one, money is in the policy's currency.
"""

from fractions import Fraction
from typing import Literal, NamedTuple

from engine.facts.ids import AccountId, HouseholdId, Symbol
from engine.gate.verdict import Outcome

Key = tuple[AccountId, Symbol]
"""A position: who holds it and what it is."""

Group = tuple[str | None, ...]
"""`()` is everything in scope; `(value,)` one group, its value None where the attribute is unknown."""

EVERYTHING_IN_SCOPE: Group = ()
"""The one group of a rule without `for each`."""

UNKNOWN_GROUP: Group = (None,)
"""The group of what is held of which the attribute is unknown."""


class ReferenceVerdict(NamedTuple):
    """One rule's answer for one group in one scope.

    group: (attribute, value), value None where the attribute is unknown; None without `for each`.
    target: the class, for a band of a `targets` statement. headroom_sign: -1, 0 or 1 after the list,
    None where nothing was measured. worsened: a breach that stood before and has less headroom now.
    low, high: the bounds after the list, where the figure has a base.
    trades: those named, in accounts that the policy governs; none where a rule simply passes.
    witnessed: False where this evaluator does not know the measure, so that nothing else has a meaning.
    """

    policy: str | None
    rule: str
    account: AccountId | None
    household: HouseholdId | None
    group: tuple[str, str | None] | None
    target: str | None
    outcome: Outcome
    breach: Literal["active", "passive"] | None
    before: Fraction | None
    after: Fraction | None
    headroom_sign: int | None
    worsened: bool
    warned: bool
    trades: frozenset[int]
    decision: str
    witnessed: bool = True
    why: str = ""
    low: Fraction | None = None
    high: Fraction | None = None


class Gap(Exception):
    """A number that the data do not hold.

    keys: the positions at fault; empty where one number is missing for the whole subject.
    """

    def __init__(self, why: str, keys: frozenset[Key] = frozenset()) -> None:
        self.why = why
        self.keys = keys
        super().__init__(why)


class NoWitness(Exception):
    """This evaluator has no definition of a measure, event or combination that a rule names."""
