"""Bent rules as rows: one helper column for each smallest or largest of several amounts.

    sum of min(value, 5%)    t <= value and t <= 5% for each name; the sum of the t is at least the limit
    less the k largest       k * edge + the sum of over, where over >= part - edge and over >= 0

The rows hold with some helpers exactly where the rule holds, however many names there are: of eight names
256 sums would say the same. Sets whose members trades decide are taken as kindly as any list could have
them, so that rows without a solution prove that no list keeps the rule.

    three names of 8, 3 and 4 with a cap of 5: t = 5, 3, 4 and the sum 12 is what counts
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from optimizer.scale import Columns, as_float
from optimizer.shape import Curve, curve_of
from rulebooks.evaluate import value
from rulebooks.forms import (
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Risk,
    Sum,
    constant,
    scaled,
    total,
)
from rulebooks.state import BookState

NOTHING = 1e-6
"""Units below 0 that are none: what floats leave of a position that is sold in full."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An amount in units: terms over columns and helpers, and what stands beside them."""

    terms: Mapping[int, float]
    start: float


class Helpers:
    """Helper columns after those of the trades, and the rows that tie them to the trades.

    most: the largest value of each helper, from 0, in units. rows: amounts that must not be below 0.
    """

    def __init__(self, columns: Columns, state: BookState) -> None:
        self.columns, self.state = columns, state
        self.most: list[float] = []
        self.rows: list[Shown] = []

    def held(self, form: Form, least: float) -> Shown | None:
        """Return what the rows let a headroom form be worth, in units, where some list is below `least`.

        None also for a form of another shape. Rows and helpers are added only where an amount is returned.
        """
        kind = self._kindest(form, 1)
        if kind is None or curve_of(kind) not in (Curve.LINEAR, Curve.CONCAVE):
            return None
        return None if self._span(kind)[0] >= least else self._bent(kind)

    def _kindest(self, form: Form, sign: int) -> Form | None:
        """Return a form without guards that is nowhere below `form` (sign 1) or above it (sign -1).

        What helps counts whether its tests hold or not, what hurts does not count; neither is known of an
        amount that may be below nothing. None where a count or a risk measure stands in the way.
        """
        match form:
            case Linear():
                return form
            case Least(parts=parts) | Most(parts=parts) | Largest(parts=parts):
                inner = [self._kindest(part, sign) for part in parts]
                known = tuple(part for part in inner if part is not None)
                if len(known) < len(inner) or len(known) == 1:
                    return known[0] if len(inner) == 1 and known else None
                if isinstance(form, Largest):
                    return Largest(count=form.count, parts=known)
                return type(form)(parts=known)
            case Sum(parts=weighted):
                summed = [(f, self._kindest(part, sign if f > 0 else -sign)) for f, part in weighted]
                found = [(factor, part) for factor, part in summed if part is not None]
                return total(*found) if len(found) == len(summed) else None
            case Guarded(form=guarded):
                counted = self._kindest(guarded, sign)
                if counted is None or self._span(counted)[0] < -NOTHING:
                    return None
                return counted if sign > 0 else constant(0)
            case Count() | Risk():
                return None
            case _:
                assert_never(form)

    def _span(self, form: Form) -> tuple[float, float]:
        """Return what a form without guards comes to at the least and at the most, in units."""
        match form:
            case Linear():
                return self._reach(form)
            case Least(parts=parts) | Most(parts=parts):
                choose = min if isinstance(form, Least) else max
                spans = [self._span(part) for part in parts]
                return choose(low for low, _ in spans), choose(high for _, high in spans)
            case Largest(parts=parts):
                count, spans = min(form.count, len(parts)), [self._span(part) for part in parts]
                return count * min(low for low, _ in spans), count * max(high for _, high in spans)
            case Sum(parts=weighted):
                ends = [sorted(as_float(f) * end for end in self._span(part)) for f, part in weighted]
                return sum(low for low, _ in ends), sum(high for _, high in ends)
            case Guarded() | Count() | Risk():
                raise AssertionError("guards are taken out before, counts and risk measures turned away")
            case _:
                assert_never(form)

    def _reach(self, form: Linear) -> tuple[float, float]:
        plain = self._plain(form)
        moved = [amount * self.columns.largest(column) for column, amount in plain.terms.items()]
        down, up = sum(min(m, 0.0) for m in moved), sum(max(m, 0.0) for m in moved)
        return plain.start + down, plain.start + up

    def _plain(self, form: Linear) -> Shown:
        entry, unit = self.columns.row(form), self.columns.unit
        pairs = zip(entry.columns, entry.amounts, strict=True)
        terms = {int(column): float(amount) / unit for column, amount in pairs}
        return Shown(terms, as_float(value(form, self.state)) / unit)

    def _bent(self, form: Form) -> Shown:
        """Return an amount that the rows keep at or below a concave form."""
        match form:
            case Linear():
                return self._plain(form)
            case Least(parts=parts):
                helper = self._column(*self._span(form))
                for part in parts:
                    self.rows.append(added((1.0, self._bent(part)), (-1.0, helper)))
                return helper
            case Sum(parts=weighted):
                return added(*(self._weighted(as_float(f), part) for f, part in weighted))
            case _:
                raise AssertionError("only concave forms are asked for")

    def _weighted(self, factor: float, part: Form) -> tuple[float, Shown]:
        """Return (factor, amount) of a part of a sum; what is taken off bends the other way."""
        if factor > 0 or isinstance(part, Linear):
            return factor, self._bent(part)
        if isinstance(part, Largest):
            return factor, self._largest(part)
        assert isinstance(part, Most), "only concave forms are asked for"
        return -factor, self._bent(Least(parts=tuple(scaled(piece, -1) for piece in part.parts)))

    def _largest(self, form: Largest) -> Shown:
        """Return an amount that the rows keep at or above the sum of the largest parts."""
        spans = [self._span(part) for part in form.parts]
        low, high = min(start for start, _ in spans), max(end for _, end in spans)
        edge = self._column(low, high)
        parts = [(float(min(form.count, len(form.parts))), edge)]
        for part in form.parts:
            over = self._column(0.0, high - low)
            below = self._bent(scaled(part, -1))
            self.rows.append(added((1.0, over), (1.0, edge), (1.0, below)))
            parts.append((1.0, over))
        return added(*parts)

    def _column(self, low: float, high: float) -> Shown:
        """Return a new helper between two amounts."""
        self.most.append(max(0.0, high - low))
        return Shown({self.columns.width + len(self.most) - 1: 1.0}, low)


def added(*parts: tuple[float, Shown]) -> Shown:
    """Return the sum of factor * amount."""
    terms: dict[int, float] = {}
    for factor, part in parts:
        for column, amount in part.terms.items():
            terms[column] = terms.get(column, 0.0) + factor * amount
    return Shown(terms, sum(factor * part.start for factor, part in parts))
