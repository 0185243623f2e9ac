"""Rules without a row of their own: cutting planes, patterns of derived sets, and counts.

    concave    the tangent at the list that breaks it: valid everywhere, so that the bound stays one
    sets       who counts is fixed: as the book stands, or as the list has it; both are tried. What is
               concave of those who count gets its tangents then
    counts     too many names: the largest new ones stay, the others are closed; too few: some are kept

Beside a row, a patch may close columns. Patches of sets and counts forgo lists; the gap tells it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

import numpy as np

from optimizer.build import Problem
from optimizer.model import Floats
from optimizer.requirements import Requirement
from optimizer.rows import RowData, normal, note_of
from optimizer.scale import Columns, as_float
from optimizer.shape import (
    Curve,
    Inside,
    as_it_stands,
    counts_of,
    curve_of,
    linear_parts,
    pattern_rows,
    patterned,
    tangent,
)
from rulebooks.evaluate import value
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
    terms_of,
)
from rulebooks.state import BookState

CUT_SLACK = 1e-10
"""A curved rule missed by less, relative to its size, is met."""

CUT_MARGIN = 1e-8
"""How much deeper than its limit a cutting plane cuts, relative to the rule's size."""

PLACES = 7
Read = Callable[[Term], Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patched:
    """One way to keep the rules that a list broke."""

    rows: tuple[RowData, ...]
    closed: frozenset[int]
    patterns: Mapping[Requirement, Inside]  # of the rules that are kept to a pattern by it, who counts


class After:
    """Terms after a list, near enough to decide where a cut is due."""

    def __init__(self, columns: Columns, state: BookState, trades: Floats) -> None:
        self._columns, self._state, self._trades = columns, state, trades
        self._known: dict[Term, float] = {}

    def __call__(self, term: Term) -> Fraction:
        """Return the value of a term, to seven places: nothing left is nothing."""
        return Fraction(round(self.near(term) * 10**PLACES), 10**PLACES)

    def near(self, term: Term) -> float:
        """Return the value of a term as a solver sees it."""
        known = self._known.get(term)
        if known is None:
            entry = self._columns.entry(term)
            change = float(entry.amounts @ self._trades[entry.columns]) if entry.columns.size else 0.0
            known = self._known[term] = as_float(self._state(term)) + change
        return known


def missed_curves(problem: Problem, trades: Floats) -> tuple[Requirement, ...]:
    """Return the curved requirements that the trades break."""
    after = After(problem.columns, problem.state, trades)
    short = ((need, as_float(need.least) - near_value(need.form, after)) for need in problem.curved)
    return tuple(need for need, by in short if by > 0 and by > CUT_SLACK * _size(need.form, problem.state))


def near_value(form: Form, after: After) -> float:
    """Return what a form comes to, in floats: near enough to say whether a cut is due."""
    match form:
        case Linear():
            return as_float(form.constant) + sum(as_float(f) * after.near(term) for term, f in form.terms)
        case Sum():
            return sum(as_float(factor) * near_value(part, after) for factor, part in form.parts)
        case Least():
            return min(near_value(part, after) for part in form.parts)
        case Most():
            return max(near_value(part, after) for part in form.parts)
        case Largest():
            return sum(sorted((near_value(part, after) for part in form.parts), reverse=True)[: form.count])
        case Guarded():
            return near_value(form.form, after) if all(_holds(test, after) for test in form.tests) else 0.0
        case Count():
            return float(sum(1 for part in form.parts if abs(near_value(part, after)) > NOTHING_LEFT))
        case Risk():
            return _risk(form, after)
        case _:
            assert_never(form)


NOTHING_LEFT = 1e-6
"""Money or shares below which a holding is none."""


def _holds(test: Condition, after: After) -> bool:
    shown = near_value(test.form, after)
    return shown > 0 if test.strict else shown >= 0


def _risk(form: Risk, after: After) -> float:
    actives = np.array([near_value(active, after) for _, active in form.actives])
    loads = np.array([[as_float(x) for x in row] for row in form.exposures])
    covariance = np.array([[as_float(x) for x in row] for row in form.covariance])
    own = np.array([as_float(x) for x in form.specific]) * actives
    pulled = loads.T @ actives
    square = float(own @ own + (pulled @ covariance @ pulled if covariance.size else 0.0))
    return float(max(square, 0.0) ** 0.5)


def _size(form: Form, state: BookState) -> float:
    if counts_of(form):
        return 1.0
    return max(1.0, max((abs(as_float(state(term))) for term in terms_of(form)), default=1.0))


def patches(
    problem: Problem,
    trades: Floats,
    missed: tuple[Requirement, ...],
    kept: Mapping[Requirement, Inside],
) -> tuple[Patched, ...]:
    """Return ways to keep the missed rules: one, or three where derived sets leave a choice.

    kept: the rules that rows keep to a pattern already, and who counts in it.
    """
    after = After(problem.columns, problem.state, trades)
    before = as_it_stands(problem.state)
    now = as_it_stands(after)

    def mixed(form: Guarded) -> bool:
        return before(form) and now(form)

    sets = [need for need in missed if curve_of(need.form) is Curve.OTHER and not counts_of(need.form)]
    fresh = [need for need in sets if need not in kept]
    patterns: tuple[Inside, ...] = (before, now, mixed) if fresh else (before,)
    return tuple(_patch(problem, after, missed, kept, inside) for inside in patterns)


def _patch(
    problem: Problem,
    after: After,
    missed: tuple[Requirement, ...],
    kept: Mapping[Requirement, Inside],
    inside: Inside,
) -> Patched:
    rows: list[RowData] = []
    closed: set[int] = set()
    patterns: dict[Requirement, Inside] = {}
    for need in missed:
        counts = counts_of(need.form)
        if curve_of(need.form) is Curve.CONCAVE:
            deep = CUT_MARGIN * _size(need.form, problem.state)
            rows.extend(_rows(problem, need, tangent(need.form, after), as_float(need.least) + deep))
        elif counts:
            patterns[need] = inside
            for count, sign in counts:
                _count(problem, after, need, count, sign, rows, closed)
        else:
            chosen = patterns[need] = kept.get(need, inside)
            rows.extend(_in_pattern(problem, after, need, chosen, is_new=need not in kept))
    return Patched(rows=tuple(rows), closed=frozenset(closed), patterns=patterns)


def _in_pattern(
    problem: Problem, after: After, need: Requirement, inside: Inside, *, is_new: bool
) -> list[RowData]:
    """Return rows that keep a rule while those count who are inside.

    Of five names of which each counts with 5% at the most, and all of which count: 20% + the fifth, then
    15% + the fourth and the fifth, until the list keeps the rule. is_new: no rows keep the pattern yet.
    """
    form = patterned(need.form, inside)
    touched = after if curve_of(form) is Curve.CONCAVE else problem.state
    rows = _rows(problem, need, tangent(form, touched), as_float(need.least))
    if is_new:
        for test in pattern_rows(need.form, problem.state, inside):
            rows.extend(_rows(problem, need, test, 0.0))
    return rows


def _rows(problem: Problem, need: Requirement, form: Form, least: float) -> list[RowData]:
    rows: list[RowData] = []
    for part in linear_parts(form) or ():
        entry = problem.columns.row(part)
        if entry.columns.size:
            start, guarded = as_float(value(part, problem.state)), problem.columns.is_fine(entry)
            rows.append(normal(entry, start, least, note_of(need), guarded=guarded))
    return rows


# ------------------------------------------------------------------ counts


def _count(
    problem: Problem,
    after: After,
    need: Requirement,
    count: Count,
    sign: int,
    rows: list[RowData],
    closed: set[int],
) -> None:
    """Keep a count: close new names beyond the room, or keep names that the list would give up."""
    short = int(np.ceil(as_float(need.least - value(need.form, after)) - 1e-9))
    before, now = problem.state, after
    if sign < 0:
        new = [part for part in count.parts if not value(part, before)]
        opened = sorted((part for part in new if value(part, now)), key=lambda p: -abs(value(p, now)))
        kept = opened[: max(0, len(opened) - short)]
        for part in new:
            if part not in kept:
                closed.update(_purchases(problem.columns, part))
        return
    gone = [part for part in count.parts if value(part, before) and not value(part, now)]
    for part in sorted(gone, key=lambda p: (abs(value(p, before)), p.terms[0][0].symbol or ""))[:short]:
        entry = problem.columns.row(part)
        if entry.columns.size:
            first = int(entry.columns[0])
            least = abs(float(entry.amounts[0])) * float(problem.grid.step[first])
            rows.append(normal(entry, as_float(value(part, before)), least, note_of(need)))


def _purchases(columns: Columns, part: Linear) -> list[int]:
    return [int(column) for column in columns.row(part).columns if column < columns.count]
