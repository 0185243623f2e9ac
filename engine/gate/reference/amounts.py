"""Amounts of many groups, of which a list changes a few: who passes, which are the largest.

450 issuers ranked once for a book; after a purchase of ACME its issuer is placed anew among the
largest of the other 449, which are read off the old ranking.
"""

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.gate.reference.verdicts import Group

Answer = tuple[bool, Fraction]
"""Whether a group passes the tests, and its amount."""


@dataclass(slots=True, eq=False)
class Amounts:
    """The answers of all groups: those of a first state, and what differs from them in a later one.

    changed: None for a group of which nothing is held any more.
    """

    first: Mapping[Group, Answer]
    changed: Mapping[Group, Answer | None] = field(default_factory=dict)
    _ranked: list[Group] | None = None
    _passing: list[Group] | None = None

    def with_changes(self, changes: Mapping[Group, Answer | None]) -> "Amounts":
        """Return the answers of a later state."""
        return Amounts(self.first, {**self.changed, **changes}, self._ranking(), self._passers())

    def passing(self) -> list[Fraction]:
        """Return the amounts of the groups that pass."""
        found = [self.first[group][1] for group in self._passers() if group not in self.changed]
        return found + [answer[1] for answer in self.changed.values() if answer is not None and answer[0]]

    def largest(self, count: int) -> list[Fraction]:
        """Return the largest amounts, however many there are of the groups wanted."""
        near = self._ranking()[-count - len(self.changed) :]
        found = [self.first[group][1] for group in near if group not in self.changed]
        for answer in self.changed.values():
            if answer is not None:
                insort(found, answer[1])
        return found[max(0, len(found) - count) :]

    def _ranking(self) -> list[Group]:
        if self._ranked is None:
            self._ranked = sorted(self.first, key=lambda group: self.first[group][1])
        return self._ranked

    def _passers(self) -> list[Group]:
        if self._passing is None:
            self._passing = [group for group, answer in self.first.items() if answer[0]]
        return self._passing
