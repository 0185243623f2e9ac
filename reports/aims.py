"""Whether a proposal has a target to be off.

A mandate that harvests losses and sets no target measures its list against what is held: the distance is then
nought before and after, and telling `off target 0.00%` would say that all is in its place.
"""

from optimizer.proposal import AccountFigures


def is_aimed(before: AccountFigures) -> bool:
    """Return whether a target is set, or something is off one."""
    return bool(before.drift) or any(row.target is not None for row in before.classes)
