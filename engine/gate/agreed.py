"""What gate and reference have agreed on, so that the very same values need not be compared again.

A rule that a list cannot move is told by the same two values for every list: the verdict that the gate
keeps for an opened book, and the part that the reference keeps. They are compared once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import is_

from engine.gate.reference import Part
from engine.gate.reference.answer import RuleKey
from engine.gate.verdict import Verdict


def _are_same(ones: Sequence[object], others: Sequence[object]) -> bool:
    if len(ones) == len(others) == 1:
        return ones[0] is others[0]
    return len(ones) == len(others) and all(map(is_, ones, others))


@dataclass(slots=True, eq=False)
class Agreed:
    """For each rule and scope the last values on which the two agreed, known again by identity."""

    _known: dict[RuleKey, tuple[list[Verdict], list[Part]]] = field(default_factory=dict)

    def has(self, key: RuleKey, verdicts: list[Verdict], parts: list[Part]) -> bool:
        """Return whether exactly these values, not their likes, have been found to agree."""
        known = self._known.get(key)
        return known is not None and _are_same(known[0], verdicts) and _are_same(known[1], parts)

    def note(self, key: RuleKey, verdicts: list[Verdict], parts: list[Part]) -> None:
        """Remember that two sides agree."""
        self._known[key] = (verdicts, parts)
