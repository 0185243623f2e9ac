"""Which groups of a limit a position bears on, so that a list is held only against those.

for each issuer in equities     ACME -> Acme Corp; cash -> none
10 largest issuers              ACME -> all: any issuer may be among the largest
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.gate.reference.tables import Belongs, Table
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, Group, Key


class Place(NamedTuple):
    """Where a position is in a limit.

    groups: those it belongs to, or may; None where a derived set has it. told: those of them that the
    rule tells of for its sake. is_sure: it is known where it belongs.
    """

    groups: frozenset[Group] | None
    told: frozenset[Group]
    is_sure: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Reach:
    """What a limit reads, and where each position is in it.

    whole, raw: its groups, less exceptions and with them. of_benchmark: those that only the benchmark holds.
    """

    attribute: str | None
    whole: Table
    raw: Table | None
    of_terms: tuple[Table, ...]
    derived: tuple[Table, ...]
    of_bounds: tuple[Table, ...]
    of_benchmark: tuple[Group, ...]
    is_sure: bool = field(init=False)  # of all that is held it is known where it belongs
    _own: tuple[Table, ...] = field(init=False)  # the groups
    _others: tuple[Table, ...] = field(init=False)  # terms that have tables of their own
    _is_simple: bool = field(init=False)  # all terms are of the very groups
    _alone: Mapping[Group, None] = field(init=False)  # the groups without any list
    _places: dict[Key, Place] = field(default_factory=dict)
    _known: dict[Place, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out what holds without any list."""
        self._own = (self.whole,) if self.raw is None else (self.whole, self.raw)
        self._others = tuple(dict.fromkeys(table for table in self.of_terms if table is not self.whole))
        self._is_simple = not (self.raw or self._others or self.derived)
        self.is_sure = not any(table.unknown for table in (self.whole, *self._others, *self.derived))
        self._alone = self.groups(())

    def tables(self) -> Iterable[Table]:
        """Return every table that the limit reads, once."""
        return dict.fromkeys((*self._own, *self._others, *self.derived, *self.of_bounds))

    def groups(self, touched: Collection[Key]) -> Mapping[Group, None]:
        """Return the groups that the rule tells of where a list touches some positions."""
        if self.attribute is None:
            return {EVERYTHING_IN_SCOPE: None}
        groups = self.whole.groups(touched) | dict.fromkeys(self.of_benchmark)
        return groups if self.raw is None else self.raw.groups(touched) | groups

    def place(self, keys: Sequence[Key]) -> Place:
        """Return where some positions are, taken together."""
        if len(keys) == 1:
            return self._places.get(keys[0]) or self._find(keys[0])
        groups: set[Group] = set()
        told: set[Group] = set()
        is_any, is_sure = False, True
        for key in keys:
            place = self._places.get(key) or self._find(key)
            groups.update(place.groups or ())
            told.update(place.told)
            is_any = is_any or place.groups is None
            is_sure = is_sure and place.is_sure
        return Place(None if is_any else frozenset(groups), frozenset(told), is_sure)

    def _find(self, key: Key) -> Place:
        """Return where a position is, once."""
        if self._is_simple:
            where = self.whole.belongs(key)
            groups = frozenset((*where.groups, *where.unknown))
            return self._remembered(key, Place(groups, groups, not where.unknown))
        own = [table.belongs(key) for table in self._own]
        others = [table.belongs(key) for table in self._others]
        derived = [table.belongs(key) for table in self.derived]
        is_sure = not any(where.unknown for where in (own[0], *others, *derived))
        groups = told = _groups_of(own)
        if others:
            of_terms = _groups_of(others)
            groups, told = groups | of_terms, told | (of_terms & self._alone.keys())
        is_any = any(where.is_somewhere for where in derived)
        return self._remembered(key, Place(None if is_any else groups, told, is_sure))

    def _remembered(self, key: Key, place: Place) -> Place:
        """Keep a position's place, as one value for all that are in the same."""
        known = self._places[key] = self._known.setdefault(place, place)
        return known


def _groups_of(places: Iterable[Belongs]) -> frozenset[Group]:
    """Return the groups of a position, and those that may be."""
    found: set[Group] = set()
    for where in places:
        found.update(where.groups, where.unknown)
    return frozenset(found)
