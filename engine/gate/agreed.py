"""What gate and reference have agreed on, so that the very same values need not be compared again.

A rule that a list cannot move is told by the same two values for every list: the verdict that the gate
keeps for an opened book, and the part that the reference keeps. They are compared once.

    of 50 rules a trade moves ten: those are open, of the others each verdict still has its part
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.gate.reference.answer import Part, RuleKey
from engine.gate.verdict import Verdict

if TYPE_CHECKING:
    from engine.gate.infer import Concluded

Told = tuple["Concluded", Verdict]
"""What was concluded, and the verdict told of it."""

Open = dict[RuleKey, tuple[list[Told], list[Part]]]
"""By rule and scope what must still be compared: of the gate, and of the reference."""


@dataclass(slots=True, eq=False)
class Agreed:
    """Of verdicts that lists have in common, the part that agrees with each; both known by identity."""

    _known: dict[int, tuple[Told, Part]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many verdicts are known to agree."""
        return len(self._known)

    def note(self, told: Told, part: Part) -> None:
        """Remember that these two agree, each the only one of its side on the rule in its scope."""
        self._known[id(told)] = (told, part)

    def open(self, told: Sequence[Told], parts: Sequence[Part]) -> Open:
        """Return what of a list is not known to agree; of one rule in one scope all or nothing.

        The reference has as many parts of a rule and scope for every list.
        """
        known, found = self._known, Open()
        beside: dict[int, Told] = {}  # by identity of a part, what agrees with it
        alone: list[Told] = []
        settled: list[Part] = []
        for pair in told:
            both = known.get(id(pair))
            if both is None or id(both[1]) in beside:
                alone.append(pair)
            else:
                beside[id(both[1])] = pair
        for part in parts:
            if id(part) in beside:
                settled.append(part)
            elif part.key in found:
                found[part.key][1].append(part)
            else:
                found[part.key] = ([], [part])
        if len(settled) < len(beside):
            present = {id(part) for part in settled}
            alone += [pair for part, pair in beside.items() if part not in present]
        for pair in alone:
            key = key_of(pair[1])
            if key not in found:  # its part is taken to be settled with another
                found[key] = ([], [part for part in settled if part.key == key])
                found[key][0].extend([beside[id(part)] for part in found[key][1]])
            found[key][0].append(pair)
        return found


def key_of(verdict: Verdict) -> RuleKey:
    """Return the rule and scope of a verdict, as the reference names them."""
    return (verdict.policy or "", verdict.rule, verdict.account or "", verdict.household or "")
