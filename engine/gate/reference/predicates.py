"""Is it so? Conditions read against one row of the data, in three-valued logic.

True and False are as ever; None is unknown. `and` is false as soon as one part is false, `or` true as
soon as one is true, whatever is unknown beside it; `is known` is never unknown.

    rating is not worse than "BBB-"   of a bond rated BBB   -> True
                                      of one with an empty cell -> None
                                      of cash, which has no rating -> False
"""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl import ratings
from dsl.policy import (
    Amount,
    And,
    Comparison,
    DataRef,
    Day,
    Greater,
    MeasureTerm,
    Not,
    Op,
    Or,
    PercentOf,
    Predicate,
    Smaller,
    Text,
    TextSet,
    Times,
    Unit,
)
from engine.gate.reference.values import Absent, Value, day, number, text
from engine.ledger.exact import exact

Truth = bool | None
Lookup = Callable[[str, Unit | None], Value]
"""A row: attribute and the unit it is asked in (for ages in business days) to its value."""

Measured = Callable[[MeasureTerm, Unit | None], Value]
"""What a measure of the scope is, for conditions such as `when cash_weight is less than 2%`."""

Right = Amount | PercentOf | DataRef | Times | Smaller | Greater | Text | Day | TextSet


def truth(predicate: Predicate, row: Lookup, *, today: date, measured: Measured | None = None) -> Truth:
    """Return whether a condition holds of a row; None where that is unknown.

    measured: tells the measures that the condition names, where it may name any.
    """
    match predicate:
        case And(parts=parts):
            return all_of([truth(part, row, today=today, measured=measured) for part in parts])
        case Or(parts=parts):
            return any_of([truth(part, row, today=today, measured=measured) for part in parts])
        case Not(part=part):
            return opposite(truth(part, row, today=today, measured=measured))
        case Comparison(measure=MeasureTerm() as measure) if measured is not None:
            return _compared(measured(measure, _unit(predicate.right)), predicate, row, today)
        case Comparison():
            return _compared(row(predicate.path, _unit(predicate.right)), predicate, row, today)
        case _:
            assert_never(predicate)


def all_of(parts: Sequence[Truth]) -> Truth:
    """Return `and` of the parts; true where there are none."""
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def any_of(parts: Sequence[Truth]) -> Truth:
    """Return `or` of the parts; false where there are none."""
    if any(part is True for part in parts):
        return True
    return None if any(part is None for part in parts) else False


def opposite(part: Truth) -> Truth:
    """Return `not`."""
    return None if part is None else not part


def _compared(left: Value, node: Comparison, row: Lookup, today: date) -> Truth:
    match node.op:
        case Op.KNOWN:
            return not isinstance(left, Absent)
        case Op.UNKNOWN:
            return isinstance(left, Absent)
        case Op.IS_NOT | Op.NOT_IN:
            if left is Absent.NONE:
                return True
            return opposite(_equal(left, node.right[0], row, today))
        case Op.IS | Op.IN:
            return _equal(left, node.right[0], row, today)
        case Op.WORSE | Op.BETTER | Op.NOT_WORSE | Op.NOT_BETTER:
            return _rated(left, node.op, node.right[0])
        case _:
            return _ordered(left, node, row)


def _unit(right: tuple[Right, ...]) -> Unit | None:
    return right[0].unit if right and isinstance(right[0], Amount) else None


def _equal(left: Value, right: Right, row: Lookup, today: date) -> Truth:
    """Return whether a value is the one on the right, or one of a set."""
    if isinstance(left, Absent):
        return None if left is Absent.UNKNOWN else False
    match right:
        case Text(value=value):
            return text(left) == value
        case TextSet():
            return _in_set(str(text(left)), right, today)
        case Day(value=value):
            return _same(day(left), value)
        case _:
            return _same(number(left), amount_of_row(right, row))


def _same(left: Fraction | date | Absent, right: Fraction | date | Absent) -> Truth:
    if left is Absent.UNKNOWN or right is Absent.UNKNOWN:
        return None
    return left == right


def _in_set(value: str, among: TextSet, today: date) -> bool:
    """Return whether a text is in a list, on a day on which the list's file lets it count."""
    if value not in among.values:
        return False
    spans = [(since, until) for name, since, until in among.in_force if name == value]
    if not spans:
        return True
    return any(
        (since is None or since <= today) and (until is None or today <= until) for since, until in spans
    )


def _rated(left: Value, op: Op, right: Right) -> Truth:
    """Compare ratings on the notch scale; what is not on it is unknown."""
    if isinstance(left, Absent):
        return None if left is Absent.UNKNOWN else False
    if not isinstance(right, Text):
        return None
    own, other = ratings.notch(str(text(left))), ratings.notch(right.value)
    if own is None or other is None:
        return None
    match op:
        case Op.WORSE:
            return own < other
        case Op.BETTER:
            return own > other
        case Op.NOT_WORSE:
            return own >= other
        case _:
            return own <= other


def _ordered(left: Value, node: Comparison, row: Lookup) -> Truth:
    """Compare by size or by date; bounds are inclusive except for more, less, before and after."""
    own = _ordinal(day(left)) if isinstance(node.right[0], Day) else number(left)
    others = [_size(part, row) for part in node.right]
    if own is Absent.NONE or Absent.NONE in others:
        return False
    known = [other for other in others if not isinstance(other, Absent)]
    if isinstance(own, Absent) or len(known) < len(others):
        return None
    return _holds(own, node.op, known)


def _ordinal(value: date | Absent) -> Fraction | Absent:
    return value if isinstance(value, Absent) else Fraction(value.toordinal())


def _size(right: Right, row: Lookup) -> Fraction | Absent:
    if isinstance(right, Day):
        return _ordinal(right.value)
    return Absent.UNKNOWN if isinstance(right, (Text, TextSet)) else amount_of_row(right, row)


def _holds(own: Fraction, op: Op, others: list[Fraction]) -> bool:
    match op:
        case Op.AT_LEAST:
            return own >= others[0]
        case Op.AT_MOST:
            return own <= others[0]
        case Op.MORE | Op.AFTER:
            return own > others[0]
        case Op.LESS | Op.BEFORE:
            return own < others[0]
        case _:
            return others[0] <= own <= others[1]


Parted = Callable[[PercentOf], Fraction | Absent]
"""An amount that is a part of a subject, such as `10% of equities`."""


def amount_of_row(right: Right, row: Lookup, parted: Parted | None = None) -> Fraction | Absent:
    """Return an amount of which the parts are figures of the same row, such as `5% of cost`.

    parted: tells a part of a subject, where one may be named.
    """
    match right:
        case Amount(value=value):
            return exact(value)
        case DataRef(name=name):
            return number(row(name, None))
        case PercentOf(share=share, name=str(name)):
            of = number(row(name, None))
            return of if isinstance(of, Absent) else Fraction(share) * of
        case PercentOf() if parted is not None:
            return parted(right)
        case Times(factor=factor, of=inner):
            of = amount_of_row(inner, row, parted)
            return of if isinstance(of, Absent) else Fraction(factor) * of
        case Smaller(parts=parts) | Greater(parts=parts):
            return _extreme(right, [amount_of_row(part, row, parted) for part in parts])
        case _:
            return Absent.UNKNOWN


def _extreme(right: Smaller | Greater, parts: list[Fraction | Absent]) -> Fraction | Absent:
    known = [part for part in parts if not isinstance(part, Absent)]
    if len(known) < len(parts):
        return Absent.UNKNOWN if Absent.UNKNOWN in parts else Absent.NONE
    return min(known) if isinstance(right, Smaller) else max(known)
