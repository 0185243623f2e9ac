"""Predicates in three-valued logic: true, false, or unknown (None).

    rating unknown                      rating is not worse than "BBB-"   unknown
    asset_class is equity               ... or asset_class is equity      true, whatever the rating
    esg_rating unknown                  esg_rating is known               false, never unknown

For what has no value (cash, and what an example leaves out) `is`, `in` and comparisons are false,
`is not` and `not in` true. A predicate is compiled once to a function of a row.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import assert_never

from dsl.policy import (
    And,
    AnyAmount,
    Comparison,
    DataRef,
    Day,
    Not,
    Op,
    Or,
    Predicate,
    Text,
    TextSet,
)
from dsl.ratings import notch
from rulebooks.cells import NO_VALUE, Cell
from rulebooks.comparing import Setting, date_in, day_of, order_of
from rulebooks.rows import Row

__all__ = ["Setting", "Test", "comparisons_of", "compiled", "holds", "in_force", "paths_of"]

Test = Callable[[Row], bool | None]


def compiled(predicate: Predicate, setting: Setting) -> Test:
    """Return the predicate as a function of a row."""
    match predicate:
        case And(parts=parts):
            return _all_of([compiled(part, setting) for part in parts])
        case Or(parts=parts):
            return _any_of([compiled(part, setting) for part in parts])
        case Not(part=part):
            inner = compiled(part, setting)

            def negated(row: Row) -> bool | None:
                result = inner(row)
                return None if result is None else not result

            return negated
        case Comparison(measure=None):
            return _comparison(predicate, setting)
        case Comparison():
            return _measured(predicate, setting)
        case _:
            assert_never(predicate)


class _MeasuredRow:
    """A row that answers one path with a measure."""

    def __init__(self, row: Row, path: str, cell: Cell) -> None:
        self.row = row
        self.path = path
        self.cell = cell

    def read(self, path: str) -> Cell:
        return self.cell if path == self.path else self.row.read(path)


def _measured(test: Comparison, setting: Setting) -> Test:
    """Compare a measure of the scope, such as `cash_weight`, before trading."""
    inner = _comparison(test, setting)
    term, measure = test.measure, setting.measure
    assert term is not None

    def compare(row: Row) -> bool | None:
        return inner(_MeasuredRow(row, test.path, None if measure is None else measure(term)))

    return compare


def holds(predicate: Predicate, row: Row, setting: Setting) -> bool | None:
    """Return whether the predicate holds of one row; None where the data do not tell."""
    return compiled(predicate, setting)(row)


def comparisons_of(predicate: Predicate) -> Iterator[Comparison]:
    """Yield every comparison of a predicate, in order."""
    match predicate:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from comparisons_of(part)
        case Not(part=part):
            yield from comparisons_of(part)
        case Comparison():
            yield predicate
        case _:
            assert_never(predicate)


def paths_of(predicate: Predicate) -> Iterator[str]:
    """Yield every path that a predicate names on its left, in order."""
    return (comparison.path for comparison in comparisons_of(predicate))


def _all_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def all_of(row: Row) -> bool | None:
        result: bool | None = True
        for test in tests:
            part = test(row)
            if part is False:
                return False
            if part is None:
                result = None
        return result

    return all_of


def _any_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def any_of(row: Row) -> bool | None:
        result: bool | None = False
        for test in tests:
            part = test(row)
            if part is True:
                return True
            if part is None:
                result = None
        return result

    return any_of


def in_force(values: TextSet, today: date) -> frozenset[str]:
    """Return the values of a list that count today; a dated value counts between its days, inclusive."""
    if not values.in_force:
        return values.values
    dated = {value for value, _, _ in values.in_force}
    counting = {
        value
        for value, first, last in values.in_force
        if (first is None or first <= today) and (last is None or today <= last)
    }
    return frozenset((values.values - dated) | counting)


def _comparison(test: Comparison, setting: Setting) -> Test:
    path, op = test.path, test.op
    match op:
        case Op.KNOWN:
            return lambda row: _is_known(row.read(path))
        case Op.UNKNOWN:
            return lambda row: not _is_known(row.read(path))
        case Op.IN | Op.NOT_IN:
            return _membership(test, setting)
        case Op.IS | Op.IS_NOT:
            return _equality(test, setting)
        case Op.WORSE | Op.BETTER | Op.NOT_WORSE | Op.NOT_BETTER:
            return _rating(test)
        case Op.BEFORE | Op.AFTER:
            return _dated(test)
        case Op.AT_LEAST | Op.AT_MOST | Op.MORE | Op.LESS | Op.BETWEEN:
            return _ordered(test, setting)
        case _:
            assert_never(op)


def _is_known(cell: Cell) -> bool:
    return cell is not None and cell is not NO_VALUE


def _membership(test: Comparison, setting: Setting) -> Test:
    (right,) = test.right
    assert isinstance(right, TextSet)
    values, path, wanted = in_force(right, setting.today), test.path, test.op is Op.IN

    def member(row: Row) -> bool | None:
        cell = row.read(path)
        if cell is None:
            return None
        return (cell is not NO_VALUE and _text(cell) in values) is wanted

    return member


def _equality(test: Comparison, setting: Setting) -> Test:
    (right,) = test.right
    path, wanted = test.path, test.op is Op.IS
    if isinstance(right, Text):
        expected = right.value

        def same_text(row: Row) -> bool | None:
            cell = row.read(path)
            if cell is None:
                return None
            return (cell is not NO_VALUE and _text(cell) == expected) is wanted

        return same_text
    assert not isinstance(right, TextSet)
    bound = right

    def same_amount(row: Row) -> bool | None:
        cell = row.read(path)
        if cell is NO_VALUE:
            return not wanted
        order = order_of(cell, bound, row, setting)
        return None if order is None else (order == 0) is wanted

    return same_amount


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else str(cell)


_PASSES: dict[Op, Callable[[int], bool]] = {
    Op.AT_LEAST: lambda order: order >= 0,
    Op.AT_MOST: lambda order: order <= 0,
    Op.MORE: lambda order: order > 0,
    Op.LESS: lambda order: order < 0,
}


def _ordered(test: Comparison, setting: Setting) -> Test:
    path = test.path
    if test.op is Op.BETWEEN:
        low, high = test.right
        return _all_of(
            [
                _one_sided(path, low, _PASSES[Op.AT_LEAST], setting),
                _one_sided(path, high, _PASSES[Op.AT_MOST], setting),
            ]
        )
    (bound,) = test.right
    return _one_sided(path, bound, _PASSES[test.op], setting)


def _one_sided(
    path: str, bound: AnyAmount | Text | Day | TextSet, passes: Callable[[int], bool], setting: Setting
) -> Test:
    assert not isinstance(bound, TextSet)
    fixed = bound

    def compare(row: Row) -> bool | None:
        cell = row.read(path)
        if cell is NO_VALUE:
            return False
        order = order_of(cell, fixed, row, setting)
        return None if order is None else passes(order)

    return compare


def _dated(test: Comparison) -> Test:
    (right,) = test.right
    assert isinstance(right, Day | Text | DataRef)
    bound = Text(value=right.name) if isinstance(right, DataRef) else right
    path, before = test.path, test.op is Op.BEFORE

    def compare(row: Row) -> bool | None:
        cell = row.read(path)
        if cell is NO_VALUE:
            return False
        day, limit = date_in(cell), day_of(bound, row)
        if day is None or limit is None:
            return None
        return day < limit if before else day > limit

    return compare


def _rating(test: Comparison) -> Test:
    (right,) = test.right
    limit = notch(right.value) if isinstance(right, Text) else None
    path, op = test.path, test.op

    def compare(row: Row) -> bool | None:
        cell = row.read(path)
        if cell is NO_VALUE:
            return False
        own = notch(cell) if isinstance(cell, str) else None
        if own is None or limit is None:
            return None
        match op:
            case Op.WORSE:
                return own < limit
            case Op.BETTER:
                return own > limit
            case Op.NOT_WORSE:
                return own >= limit
            case _:
                return own <= limit

    return compare
