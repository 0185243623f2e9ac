"""Which groups of a limit a position bears on, so that a list is held only against those.

for each issuer in equities     ACME -> Acme Corp; cash -> none
10 largest issuers              ACME -> all: any issuer may be among the largest
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.gate.reference.tables import Table
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
    _alone: Mapping[Group, None] = field(init=False)  # the groups without any list
    _places: dict[Key, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out what holds without any list."""
        self.is_sure = not any(table.unknown for table in self._doubted())
        self._alone = self.groups(())

    def _doubted(self) -> tuple[Table, ...]:
        """Return the tables in which a doubt leaves a group without an answer."""
        groups = () if self.attribute is None else (self.whole,)
        return (*groups, *self.of_terms, *self.derived)

    def tables(self) -> Iterable[Table]:
        """Return every table that the limit reads, once."""
        raw = () if self.raw is None else (self.raw,)
        return dict.fromkeys((*self.of_terms, *self.derived, self.whole, *raw, *self.of_bounds))

    def groups(self, touched: Iterable[Key]) -> Mapping[Group, None]:
        """Return the groups that the rule tells of where a list touches some positions."""
        if self.attribute is None:
            return {EVERYTHING_IN_SCOPE: None}
        groups = self.whole.groups(touched) | dict.fromkeys(self.of_benchmark)
        return groups if self.raw is None else self.raw.groups(touched) | groups

    def place(self, key: Key) -> Place:
        """Return where a position is."""
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = self._find(key)
        return known

    def _find(self, key: Key) -> Place:
        is_sure = not any(table.belongs(key).unknown for table in self._doubted())
        if any(table.belongs(key).is_somewhere for table in self.derived):
            return Place(None, frozenset(), is_sure)
        groups = [self.whole] if self.raw is None else [self.whole, self.raw]
        own = _groups_of(key, groups)
        any_group = own | _groups_of(key, self.of_terms)
        return Place(any_group, frozenset(g for g in any_group if g in own or g in self._alone), is_sure)


def _groups_of(key: Key, tables: Iterable[Table]) -> frozenset[Group]:
    """Return the groups to which a position belongs, or may, in some tables."""
    places = [table.belongs(key) for table in tables]
    return frozenset(group for place in places for group in (*place.groups, *place.unknown))
