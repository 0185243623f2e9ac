"""Predicates in three-valued logic: true, false, or unknown (None).

    rating unknown                      rating is not worse than "BBB-"   unknown
    asset_class is equity               ... or asset_class is equity      true, whatever the rating
    esg_rating unknown                  esg_rating is known               false, never unknown

For what has no value (cash, and what an example leaves out) `is`, `in` and comparisons are false,
`is not` and `not in` true. A predicate is compiled once to a function of a row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl.policy import (
    Amount,
    And,
    AnyAmount,
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
from dsl.ratings import notch
from engine.facts.calendar import business_days_between
from rulebooks.cells import NO_VALUE, Age, Cell, date_of, day_after, number_of
from rulebooks.rows import Row

Test = Callable[[Row], bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What comparisons need besides the row: the day, and the exchange calendar of business days."""

    today: date
    calendar: str | None = None
    measure: Callable[[MeasureTerm], Fraction | None] | None = None  # a measure before trading, for `when`


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
        order = _order(cell, bound, row, setting)
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
        order = _order(cell, fixed, row, setting)
        return None if order is None else passes(order)

    return compare


def _order(cell: Cell, bound: AnyAmount | Text | Day, row: Row, setting: Setting) -> int | None:
    """Return -1, 0 or 1 as the cell is below, at or above the bound; None where either is unknown."""
    if cell is None:
        return None
    if isinstance(bound, Day | Text):
        day, limit = _date(cell), _day(bound, row)
        return None if day is None or limit is None else (day > limit) - (day < limit)
    if isinstance(bound, Amount):
        spans = _against_today(cell, bound, setting)
        if spans is not None:
            return (spans[0] > spans[1]) - (spans[0] < spans[1])
    number = cell_number(cell, _unit_of(bound), setting)
    limit_number = amount_in_row(bound, row, setting)
    if number is None or limit_number is None:
        return None
    return (number > limit_number) - (number < limit_number)


def _against_today(cell: Cell, bound: Amount, setting: Setting) -> tuple[date, date] | None:
    """Return (day, threshold) where a date is compared with a span: maturity is at most 2 years."""
    day = cell if isinstance(cell, date) else date_of(cell) if isinstance(cell, str) else None
    if day is None:
        return None
    threshold = day_after(setting.today, bound.value, bound.unit, setting.calendar)
    return None if threshold is None else (day, threshold)


def cell_number(cell: Cell, unit: Unit, setting: Setting) -> Fraction | None:
    """Return a cell as a number in the sense of `unit`; None where it is none."""
    match cell:
        case Fraction():
            return cell
        case str():
            return number_of(cell, unit)
        case Age(since=since):
            if unit is Unit.BUSINESS_DAYS:
                return Fraction(business_days_between(since, setting.today, setting.calendar))
            return Fraction((setting.today - since).days)
        case _:
            return None


def _unit_of(bound: AnyAmount) -> Unit:
    match bound:
        case Amount(unit=unit):
            return unit
        case Smaller(parts=parts) | Greater(parts=parts):
            return _unit_of(parts[0])
        case Times(of=of):
            return _unit_of(of)
        case PercentOf() | DataRef():
            return Unit.NUMBER
        case _:
            assert_never(bound)


def amount_in_row(bound: AnyAmount, row: Row, setting: Setting) -> Fraction | None:
    """Return an amount where names are read from the row: `5% of cost`; None where one is unknown."""
    match bound:
        case Amount(value=value):
            return Fraction(value)
        case DataRef(name=name):
            return cell_number(row.read(name), Unit.NUMBER, setting)
        case PercentOf(share=share, name=name):
            part = None if name is None else cell_number(row.read(name), Unit.NUMBER, setting)
            return None if part is None else Fraction(share) * part
        case Times(factor=factor, of=of):
            part = amount_in_row(of, row, setting)
            return None if part is None else Fraction(factor) * part
        case Smaller(parts=(a, b)) | Greater(parts=(a, b)):
            left, right = amount_in_row(a, row, setting), amount_in_row(b, row, setting)
            if left is None or right is None:
                return None
            return min(left, right) if isinstance(bound, Smaller) else max(left, right)
        case _:
            assert_never(bound)


def _date(cell: Cell) -> date | None:
    match cell:
        case date():
            return cell
        case str():
            return date_of(cell)
        case Age(since=since):
            return since
        case _:
            return None


def _day(bound: Day | Text, row: Row) -> date | None:
    if isinstance(bound, Day):
        return bound.value
    return date_of(bound.value) or _date(row.read(bound.value))


def _dated(test: Comparison) -> Test:
    (right,) = test.right
    assert isinstance(right, Day | Text | DataRef)
    bound = Text(value=right.name) if isinstance(right, DataRef) else right
    path, before = test.path, test.op is Op.BEFORE

    def compare(row: Row) -> bool | None:
        cell = row.read(path)
        if cell is NO_VALUE:
            return False
        day, limit = _date(cell), _day(bound, row)
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
