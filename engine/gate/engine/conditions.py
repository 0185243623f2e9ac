"""What can be said of a condition before it is written: its opposite, its size, its fields.

The opposite of `after >= 0 and side is "buy"` is `after < 0 or side is not "buy"`: the engine has no
usable negation, so it is pushed into the comparisons. Both sides stay unknown where a field is absent.
"""

import math
from collections.abc import Mapping
from typing import assert_never

from engine.gate.engine.program import And, Compare, Condition, Differs, Equals, Field, Op, Or, Single

NEGATED: Mapping[Op, Op] = {
    Op.LT: Op.GTE,
    Op.LTE: Op.GT,
    Op.GT: Op.LTE,
    Op.GTE: Op.LT,
    Op.EQ: Op.NEQ,
    Op.NEQ: Op.EQ,
}


def negated(condition: Condition) -> Condition:
    """Return the opposite, with the negation pushed down to the comparisons."""
    match condition:
        case Equals(field=field, value=value):
            return Differs(field=field, value=value)
        case Differs(field=field, value=value):
            return Equals(field=field, value=value)
        case Compare(op=op, field=field, right=right):
            return Compare(op=NEGATED[op], field=field, right=right)
        case And(parts=parts):
            return Or(parts=tuple(map(negated, parts)))
        case Or(parts=parts):
            return And(parts=tuple(map(negated, parts)))
        case _:
            assert_never(condition)


def edges(condition: Condition) -> int:
    """Return how many condition edges this becomes in the engine's network."""
    match condition:
        case And(parts=parts):
            return sum(map(edges, parts))
        case Or(parts=parts):
            return sum(map(edges, parts)) + len(parts)
        case Compare(right=Field()):
            return 2
        case _:
            return 1


def branches(condition: Condition) -> int:
    """Return how often one fact may fire this: once per true branch of each `or`."""
    match condition:
        case And(parts=parts):
            return math.prod(map(branches, parts))
        case Or(parts=parts):
            return sum(map(branches, parts))
        case _:
            return 1


def leaves(condition: Condition) -> tuple[Single, ...]:
    """Return the comparisons of a condition, left to right."""
    match condition:
        case And(parts=parts) | Or(parts=parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case _:
            return (condition,)


def fields_of(condition: Condition) -> frozenset[str]:
    """Return the fields of the fact that a condition looks at, both sides."""
    left = {leaf.field for leaf in leaves(condition)}
    right = {
        leaf.right.name
        for leaf in leaves(condition)
        if isinstance(leaf, Compare) and isinstance(leaf.right, Field)
    }
    return frozenset(left | right)
