"""Grouping of slices by an attribute, as rules and derived sets use it.

What has no such attribute is in no group; what may have one, unknown, forms the group None. Cash has
an asset class but no issuer, and is no `security`.
"""

from collections.abc import Iterable

from rulebooks.cells import NO_VALUE
from rulebooks.universe import Slice

_SYMBOL = frozenset({"security", "symbol"})


def group_of(part: Slice, attribute: str) -> tuple[bool, str | None]:
    """Return (is in a group, the group's name); the name is None where it is unknown."""
    if attribute == "account":
        return True, part.account
    if part.is_cash and attribute in _SYMBOL:
        return False, None
    cell = part.row.read(attribute)
    if cell is NO_VALUE:
        return False, None
    return True, None if cell is None else str(cell)


def by_attribute(slices: Iterable[Slice], attribute: str) -> dict[str | None, tuple[Slice, ...]]:
    """Return slices by the value of an attribute, groups in name order, the unknown one last."""
    found: dict[str | None, list[Slice]] = {}
    for part in slices:
        grouped, name = group_of(part, attribute)
        if grouped:
            found.setdefault(name, []).append(part)
    names = sorted(found, key=lambda name: (name is None, name or ""))
    return {name: tuple(found[name]) for name in names}
