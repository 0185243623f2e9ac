"""The reference evaluator's answer on a list: what the list may have moved, and what stands as it did.

A rule over 500 issuers says the same of 499 of them whatever is bought of the other. Those verdicts are
reached once for a book and kept by rule; an answer holds the fresh ones and points at the kept ones:

    IPS-4.1    fresh: Acme Corp, breach     kept: 500 issuers, less Acme Corp
    IPS-4.2    fresh: none                  kept: 11 sectors
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.gate.reference.verdicts import Group, ReferenceVerdict

RuleKey = tuple[str, str, str, str]
"""Policy, rule, account, household; empty where there is none."""


@dataclass(slots=True, eq=False)
class Kept:
    """What a rule says in one scope without any list, by group.

    told: whatever a reader has worked out of these verdicts, kept with them.
    """

    by_group: dict[Group, tuple[ReferenceVerdict, ...]]
    told: dict[str, object] = field(default_factory=dict)

    def __iter__(self) -> Iterator[ReferenceVerdict]:
        """Return every verdict."""
        for verdicts in self.by_group.values():
            yield from verdicts


NONE_KEPT = Kept({})


@dataclass(slots=True, eq=False)
class Part:
    """One rule's answer in one scope: what is fresh, and what is kept of the groups not in `less`.

    Nobody changes one; it is not frozen because a frozen one takes three times as long to make.
    is_bound_moved: the list may have moved the limit itself; what is kept passes under the new one too,
    and tells the limit that stood before.
    """

    key: RuleKey
    fresh: tuple[ReferenceVerdict, ...]
    kept: Kept = NONE_KEPT
    less: frozenset[Group] = frozenset()
    is_bound_moved: bool = False

    def says_the_same(self, other: "Part") -> bool:
        """Return whether another answer of the rule says the very same."""
        return (
            self.fresh == other.fresh
            and self.less == other.less
            and self.kept is other.kept
            and self.is_bound_moved == other.is_bound_moved
        )

    def __iter__(self) -> Iterator[ReferenceVerdict]:
        """Return every verdict, group by group in the rule's order."""
        fresh: dict[Group, list[ReferenceVerdict]] = {}
        for row in self.fresh:
            fresh.setdefault(() if row.group is None else (row.group[1],), []).append(row)
        for group, verdicts in self.kept.by_group.items():
            yield from fresh.pop(group, []) if group in self.less else verdicts
        for rows in fresh.values():
            yield from rows


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The verdicts on a list, part by part; looping over it yields each of them."""

    parts: tuple[Part, ...]

    def __iter__(self) -> Iterator[ReferenceVerdict]:
        """Return every verdict."""
        for part in self.parts:
            yield from part


def key_of(verdict: ReferenceVerdict) -> RuleKey:
    """Return the rule and scope that a verdict is of."""
    return (verdict.policy or "", verdict.rule, verdict.account or "", verdict.household or "")


def answer_of(verdicts: Iterable[ReferenceVerdict]) -> Answer:
    """Return verdicts as an answer, all of them fresh."""
    by_key: dict[RuleKey, list[ReferenceVerdict]] = {}
    for verdict in verdicts:
        by_key.setdefault(key_of(verdict), []).append(verdict)
    return Answer(tuple(Part(key, tuple(found)) for key, found in by_key.items()))
