"""Forms as rows of a mixed-integer program, exactly: what must be at least 0, and what must be below it.

The variables are positions after trading, in hundredths of an account's worth (a `point`). A form that
must be large is met from below, one that must be small from above, so that convex parts need no integers:

    at least   40% - (the 5 largest issuers): threshold t, excesses e_i >= issuer_i - t, 5 t + sum e_i <= 40
    below      40% - (the 5 largest issuers): at most five chosen issuers add up to more than 40

Derived sets and counts take one integer for each group. Forms that read the trades themselves (turnover,
gains) or a risk model raise `NotRowsError`: they are tried out by the gate instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from engine.facts.ids import AccountId
from optimizer.portfolios.world import Position
from optimizer.scale import as_float
from rulebooks.forms import (
    Condition,
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Risk,
    Sum,
    Term,
    TermKind,
)

POINTS = 100.0
"""An account's worth in points."""

STRICT = 1e-4
"""Points by which `more than` is more, and `nothing` less than something: a millionth of the account."""


class NotRowsError(Exception):
    """A form that has no exact rows here; the text says what it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine:
    """constant + sum of coefficient * column, in points, with the least and most it can come to."""

    parts: Mapping[int, float]
    constant: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """sum of coefficient * column >= low, scaled so that the largest coefficient is 1."""

    parts: Mapping[int, float]
    low: float


@dataclass(slots=True)
class Sheet:
    """Columns and rows as they are written down."""

    places: Mapping[Position, int]
    accounts: tuple[AccountId, ...]
    unit: Fraction  # money in one point
    overdraft: bool = False  # whether cash may be below 0
    few: bool = False  # whether choices are narrowed, such as to a few groups: to find, not to rule out
    ticket: float = 0.0  # points that a trade must have: where `few`, what is counted has as much
    shortened: bool = False  # whether that left anything out
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, low: float, high: float, *, whole: bool = False) -> int:
        """Add a column and return its number."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def need(self, left: Affine, *, at_least: float = 0.0, plus: Mapping[int, float] | None = None) -> None:
        """Add the row left + plus >= at_least."""
        parts = dict(left.parts)
        size = max((abs(factor) for factor in parts.values()), default=1.0) or 1.0
        for column, factor in (plus or {}).items():
            parts[column] = parts.get(column, 0.0) + factor * size
        self.rows.append(
            Row(
                parts={column: factor / size for column, factor in parts.items()},
                low=(at_least - left.constant) / size,
            )
        )

    # -------------------------------------------------------------- affine arithmetic

    def affine(self, parts: Mapping[int, float], constant: float = 0.0) -> Affine:
        """Return constant + sum of parts with its range."""
        low = high = constant
        for column, factor in parts.items():
            one, other = factor * self.low[column], factor * self.high[column]
            low, high = low + min(one, other), high + max(one, other)
        return Affine(parts=parts, constant=constant, low=low, high=high)

    def join(self, *terms: tuple[float, Affine], constant: float = 0.0) -> Affine:
        """Return constant + sum of factor * affine."""
        parts: dict[int, float] = {}
        for factor, affine in terms:
            constant += factor * affine.constant
            for column, amount in affine.parts.items():
                parts[column] = parts.get(column, 0.0) + factor * amount
        return self.affine({c: a for c, a in parts.items() if a}, constant)

    def single(self, column: int) -> Affine:
        """Return one column as an affine."""
        return self.affine({column: 1.0})

    # -------------------------------------------------------------- forms

    def bounded(self, form: Form, *, below: bool) -> Affine:
        """Return an affine that can equal the form and is never above it (below) or never under it."""
        match form:
            case Linear():
                return self._linear(form)
            case Sum():
                parts = [
                    (as_float(factor), self.bounded(part, below=below is (factor > 0)))
                    for factor, part in form.parts
                ]
                return self.join(*parts)
            case Least() | Most():
                inner = [self.bounded(part, below=below) for part in form.parts]
                return self._extreme(inner, least=isinstance(form, Least), below=below)
            case Largest():
                inner = [self.bounded(part, below=below) for part in form.parts]
                return self._largest(form.count, inner, below=below)
            case Guarded():
                return self._guarded(form, below=below)
            case Count():
                return self._count(form, below=below)
            case Risk():
                raise NotRowsError("a risk model")
            case _:
                assert_never(form)

    def _linear(self, form: Linear) -> Affine:
        parts: dict[int, float] = {}
        constant = as_float(form.constant / self.unit)
        for term, factor in form.terms:
            amount = as_float(factor)
            constant += amount * self._constant(term)
            for column, sign in self._columns(term).items():
                parts[column] = parts.get(column, 0.0) + amount * sign
        return self.affine({c: a for c, a in parts.items() if a}, constant)

    def _constant(self, term: Term) -> float:
        return POINTS if term.kind in (TermKind.CASH, TermKind.NET_ASSETS) else 0.0

    def _columns(self, term: Term) -> Mapping[int, float]:
        match term.kind:
            case TermKind.VALUE | TermKind.COST | TermKind.QUANTITY:
                assert term.symbol is not None
                column = self.places.get((term.account, term.symbol))
                return {} if column is None else {column: 1.0}
            case TermKind.CASH:
                return {c: -1.0 for (account, _), c in self.places.items() if account == term.account}
            case TermKind.NET_ASSETS:
                return {}
            case _:
                raise NotRowsError(term.kind.value.replace("_", " "))

    def _extreme(self, inner: list[Affine], *, least: bool, below: bool) -> Affine:
        inner = _undominated(inner, least=least)
        if len(inner) == 1:
            return inner[0]
        low, high = min(a.low for a in inner), max(a.high for a in inner)
        result = self.single(self.column(low, high))
        if least is below:
            sign = 1.0 if below else -1.0
            for part in inner:
                self.need(self.join((sign, part), (-sign, result)))
            return result
        chosen = [self.column(0, 1, whole=True) for _ in inner]
        self.need(self.affine(dict.fromkeys(chosen, 1.0), -1.0))
        for part, pick in zip(inner, chosen, strict=True):
            sign = 1.0 if below else -1.0
            slack = (high - part.low) if below else (part.high - low)
            self.need(self.join((sign, part), (-sign, result), (-slack, self.single(pick)), constant=slack))
        return result

    def _largest(self, count: int, inner: list[Affine], *, below: bool) -> Affine:
        top = max(0.0, max((part.high for part in inner), default=0.0))
        if not below:
            edge = self.column(0.0, top)
            parts = {edge: float(min(count, len(inner)))}
            for part in inner:
                over = self.column(0.0, top)
                parts[over] = 1.0
                self.need(self.join((1.0, self.affine({over: 1.0, edge: 1.0})), (-1.0, part)))
            return self.affine(parts)
        most = 2 * count
        if self.few and len(inner) > most:
            self.shortened = True
            inner = [inner[index * len(inner) // most] for index in range(most)]
        picks, taken = [], {}
        for part in inner:
            pick, share = self.column(0, 1, whole=True), self.column(0.0, top)
            picks.append(pick)
            taken[share] = 1.0
            self.need(self.join((1.0, part), (-1.0, self.single(share))))
            self.need(self.affine({pick: top, share: -1.0}))
        self.need(self.affine(dict.fromkeys(picks, -1.0), float(count)))
        return self.affine(taken)

    def _guarded(self, form: Guarded, *, below: bool) -> Affine:
        inner = self.bounded(form.form, below=below)
        top = max(0.0, inner.high)
        inside, amount = self.column(0, 1, whole=True), self.column(0.0, top)
        result = self.single(amount)
        if below:
            self.need(self.join((1.0, inner), (-1.0, result)))
            self.need(self.affine({inside: top, amount: -1.0}))
            for test in form.tests:
                self._holds_if(test, inside)
            return result
        self.need(self.join((1.0, result), (-1.0, inner), (-top, self.single(inside)), constant=top))
        fails = [self.column(0, 1, whole=True) for _ in form.tests]
        self.need(self.affine({inside: 1.0, **dict.fromkeys(fails, 1.0)}, -1.0))
        for test, failing in zip(form.tests, fails, strict=True):
            self._fails_if(test, failing)
        return result

    def _holds_if(self, test: Condition, switch: int) -> None:
        tested = self.bounded(test.form, below=True)
        wanted = STRICT if test.strict else 0.0
        slack = max(0.0, wanted - tested.low)
        self.need(self.join((1.0, tested), (-slack, self.single(switch)), constant=slack), at_least=wanted)

    def _fails_if(self, test: Condition, switch: int) -> None:
        tested = self.bounded(test.form, below=False)
        wanted = 0.0 if test.strict else STRICT
        slack = max(0.0, wanted + tested.high)
        self.need(self.join((-1.0, tested), (-slack, self.single(switch)), constant=slack), at_least=wanted)

    def _count(self, form: Count, *, below: bool) -> Affine:
        one = as_float(1 / self.unit)
        parts: dict[int, float] = {}
        least = STRICT
        if below and self.few and self.ticket > STRICT:
            self.shortened, least = True, self.ticket
        for part in form.parts:
            held = self._linear(part)
            there = self.column(0, 1, whole=True)
            parts[there] = one
            if below:
                self.need(self.join((1.0, held), (-least, self.single(there))))
            else:
                self.need(self.join((max(held.high, STRICT), self.single(there)), (-1.0, held)))
        return self.affine(parts)


def _undominated(inner: list[Affine], *, least: bool) -> list[Affine]:
    """Return the parts that can decide: a size, the larger of x and -x, is x where nothing is short.

    A part is left out only where another is never beyond it: of 10% and 20% the smaller is 10%.
    """
    if least:
        sure = min(inner, key=lambda part: part.high)
        return [part for part in inner if part is sure or part.low < sure.high]
    sure = max(inner, key=lambda part: part.low)
    return [part for part in inner if part is sure or part.high > sure.low]


def sheet_for(
    places: tuple[Position, ...], accounts: tuple[AccountId, ...], *, worth: Fraction, overdraft: bool
) -> Sheet:
    """Return a sheet with a column for each position, and cash of each account at least 0."""
    columns = {position: index for index, position in enumerate(places)}
    sheet = Sheet(places=columns, accounts=accounts, unit=worth / int(POINTS), overdraft=overdraft)
    for _ in places:
        sheet.column(0.0, 2 * POINTS if overdraft else POINTS)
    for account in accounts:
        own = {column: -1.0 for (owner, _), column in columns.items() if owner == account}
        sheet.need(sheet.affine(own, 2 * POINTS if overdraft else POINTS))
    return sheet
