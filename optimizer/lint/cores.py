"""Conflicts: sets of rules that leave no portfolio, and of which none can be left out.

    MIN at least 25% tech, MAX at most 20% tech, ONE at most 5% an issuer      {MAX, MIN}

Every pair is looked at; larger sets are found by leaving out rules for as long as nothing becomes
possible, one set after the other, each without a rule of the one before.
"""

from collections.abc import Iterator
from itertools import combinations

from optimizer.lint.worlds import Case

MOST_PAIRED = 80
"""Rules up to which every pair is looked at: 3,160 small programs."""

MOST_CORES = 12


def cores(case: Case) -> Iterator[tuple[str, ...]]:
    """Yield minimal conflicts of a situation: single rules, then pairs, then larger sets."""
    if any(laid.keeps_all() for laid in case.worlds):
        return
    names = tuple(sorted(set().union(*(laid.strain.names for laid in case.worlds))))
    alone = [name for name in names if case.strained((name,))]
    yield from ((name,) for name in alone)
    rest = tuple(name for name in names if name not in alone)
    pairs = [pair for pair in _pairs(rest) if case.strained(pair)]
    yield from pairs
    yield from _larger(case, rest, pairs)


def _pairs(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return iter(combinations(names, 2)) if len(names) <= MOST_PAIRED else iter(())


def _larger(case: Case, names: tuple[str, ...], pairs: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    left = list(names)
    for pair in pairs:
        if pair[0] in left and pair[1] in left:
            left.remove(pair[1])
    for _ in range(MOST_CORES):
        if not case.strained(tuple(left)):
            return
        core = minimal(case, tuple(left))
        yield core
        left.remove(core[-1])


def minimal(case: Case, names: tuple[str, ...], *, always: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the rules of a conflict that cannot be left out; those of `always` stay in any case."""
    core = list(names)
    for name in names:
        without = tuple(other for other in core if other != name)
        if name not in always and case.strained(without):
            core.remove(name)
    return tuple(core)
