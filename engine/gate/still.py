"""What a list leaves as it is: items made once for an opened book, and known again by identity.

Of 50 rules a trade moves ten. What the others say is the same for every list that does not move them: the
item is made once, inferred once and worded once, and the next answer takes it over.

    a purchase of ACME moves the weight of its issuer; the count of holdings stays 500: its item is kept

A limit is still where no trade moves any of its nodes and nothing that it needs can be missing. Where a
trade moves a part of it and not its figure, it is still only if it holds: a breach tells its parts.
"""

from collections.abc import Callable, Iterable, Set

from engine.gate.items import Item
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed, OpenBook


def kept(opened: OpenBook, name: tuple[object, ...], make: Callable[[], Iterable[Item]]) -> tuple[Item, ...]:
    """Return what is known under a name, made where it is not; it must be the same for every list."""
    known = opened.kept.get(name)
    if known is None:
        known = opened.kept[name] = tuple(make())
        opened.quiet_ids.update(map(id, known))
    return known


class Still:
    """Tells of one list which limits it leaves as they are."""

    def __init__(self, listed: Listed, moved: Set[int], blind: Set[int]) -> None:
        """moved: limits of which the list changes a node; blind: those that lack a price."""
        self._listed, self._moved, self._blind = listed, moved, blind
        self._is_alone = len(listed.trades) <= 1
        self._is_fresh = not listed.lame

    def is_sure(self, limit: OpenLimit) -> bool:
        """Return whether the limit is tested, and nothing that it needs is missing, whatever is traded."""
        return limit.is_plain and self._is_fresh and limit.index not in self._blind

    def __call__(self, limit: OpenLimit) -> bool:
        """Return whether the limit's item is the same for every list that leaves it still."""
        if limit.index in self._moved or not self.is_sure(limit):
            return False
        if limit.settles and not self._is_alone:
            return False
        if self._listed.reached.isdisjoint(limit.nodes):
            return True
        return self._is_alone and limit.warn is None and limit.before.headroom >= 0
