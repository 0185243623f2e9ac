"""Rules without a row of their own in a mixed-integer program: largest parts, derived sets, counts.

largest k parts x   k t + sum max(0, x - t) is at least their sum, and no more at the best t
derived set         a switch says whether a member counts; within its test it counts for nothing
count               a switch says whether a position is there: bought, or not sold in full
other bent rules    by tangents where a list breaks them (`cut`)

members above 5% count: x <= 5 + 7 z and counted >= x - 5 (1 - z), for x up to 12
"""

from collections.abc import Callable

import numpy as np

from optimizer.curved import After, missed_curves, near_value
from optimizer.model import Floats
from optimizer.requirements import Requirement
from optimizer.scale import as_float
from optimizer.shape import Curve, counts_of, curve_of, linear_parts, tangent
from optimizer.small_trades import Trades
from rulebooks.evaluate import value
from rulebooks.forms import Count, Form, Guarded, Largest, Least, Linear, Sum

MARGIN = 1e-5
"""Part of its largest coefficient by which a rule with switches is held inside: above solver noise."""

EDGE = 1.0
"""Money by which a member is kept on its side of a test: more than a step of a share in fractions."""

Shown = tuple[dict[int, float], float]
"""Terms over columns of the program, and what stands beside them."""


def is_writable(form: Form) -> bool:
    """Return whether a rule can be written down, or met by tangents."""
    return curve_of(form) in (Curve.LINEAR, Curve.CONCAVE) or _is_exact(form)


def _is_exact(form: Form) -> bool:
    match form:
        case Sum():
            return all(_is_part(part, factor > 0) for factor, part in form.parts)
        case Guarded() | Count():
            return _is_part(form, True)
        case _:
            return False


def _is_part(form: Form, positive: bool) -> bool:
    match form:
        case Linear():
            return True
        case Count():
            return all(len(piece.terms) == 1 and not piece.constant for piece in form.parts)
        case Guarded():
            return isinstance(form.form, Linear) and all(isinstance(t.form, Linear) for t in form.tests)
        case Largest():
            return not positive and all(isinstance(part, Linear) for part in form.parts)
        case Least():
            return positive and linear_parts(form) is not None
        case _:
            return False


class Rules:
    """The rules of a problem that are not rows, written beside its trades.

    firm: a hair inside their limits, for lists that a solver's arithmetic brings outside; no bound then.
    """

    def __init__(self, trades: Trades, *, firm: bool = False) -> None:
        self.trades, self.program, self.problem = trades, trades.program, trades.problem
        self.margin, self.edge = (MARGIN, EDGE) if firm else (0.0, 0.0)
        for need in self.problem.curved:
            if _is_exact(need.form):
                parts = need.form.parts if isinstance(need.form, Sum) else ((1, need.form),)
                shown = [self._part(part, as_float(factor)) for factor, part in parts]
                self._at_least(_added(shown), need)

    def cut(self, trades: Floats) -> bool:
        """Add tangents of bent rules that a list breaks; return whether there were any."""
        missed = [need for need in missed_curves(self.problem, trades) if not _is_exact(need.form)]
        after = After(self.problem.columns, self.problem.state, trades)
        for need in missed:
            for part in linear_parts(tangent(need.form, after)) or ():
                self._at_least(self._form(part), need)
        return bool(missed)

    def _at_least(self, shown: Shown, need: Requirement) -> None:
        terms, start = shown
        size = max((abs(amount) for amount in terms.values()), default=0.0)
        if size:
            margin = 0.0 if counts_of(need.form) else self.margin
            low = (as_float(need.least) - start) / size + margin
            self.program.row({n: a / size for n, a in terms.items()}, low=low)

    def _form(self, form: Linear) -> Shown:
        entry = self.problem.columns.row(form)
        return self.trades.terms(entry.columns, entry.amounts), as_float(value(form, self.problem.state))

    def _most(self, form: Linear) -> float:
        """Return what a form can come to at most, whatever is traded."""
        entry, grid = self.problem.columns.row(form), self.problem.grid
        up = np.maximum(entry.amounts, 0.0) @ (grid.most * grid.step)[entry.columns]
        return as_float(value(form, self.problem.state)) + float(up)

    def _size(self, form: Linear) -> float:
        """Return a size of a form, for scaling."""
        entry, grid = self.problem.columns.row(form), self.problem.grid
        moved = np.abs(entry.amounts) @ (grid.most * grid.step)[entry.columns]
        return abs(as_float(value(form, self.problem.state))) + float(moved) + 1.0

    def _after(self, form: Form) -> Callable[[Floats], float]:
        def after(trades: Floats) -> float:
            return near_value(form, After(self.problem.columns, self.problem.state, trades))

        return after

    def _part(self, part: Form, factor: float) -> Shown:
        match part:
            case Linear():
                terms, start = self._form(part)
                return {n: factor * a for n, a in terms.items()}, factor * start
            case Count():
                return _added([self._there(p, factor) for p in part.parts])
            case Guarded():
                return self._guarded(part, factor)
            case Largest():
                return self._largest(part, factor), 0.0
            case Least():
                size = max(self._size(p) for p in linear_parts(part) or ())
                return {self._least(part, size): factor * size}, 0.0
            case _:
                raise AssertionError("no such part is writable")

    # ---------------------------------------------------------------- counts

    def _there(self, part: Linear, factor: float) -> Shown:
        """Return factor * (1 where the part, one position's, is not zero after trading)."""
        entry = self.problem.columns.row(part)
        owners = set(self.problem.grid.position[entry.columns].tolist())
        now = as_float(value(part, self.problem.state))
        if not owners:
            return {}, factor * float(bool(now))
        index = owners.pop()
        if not now:
            return ({self.trades.buys[index]: factor} if index in self.trades.buys else {}), 0.0
        gone = self.trades.selling_out(index)
        return ({} if gone is None else {gone: -factor}), factor

    # ---------------------------------------------------------------- derived sets

    def _guarded(self, part: Guarded, factor: float) -> Shown:
        """Return factor * (the form where its tests hold)."""
        assert isinstance(part.form, Linear)
        size, most = self._size(part.form), self._most(part.form)
        shown = self.program.column(high=1.0)
        terms, start = self._form(part.form)
        scaled = {n: a / size for n, a in terms.items()}
        if factor < 0:
            switch, within = self._hurting(part, most)
            counted = {shown: 1.0, switch: -within / size, **{n: -a for n, a in scaled.items()}}
            self.program.row(counted, low=(start - within) / size)
            return {shown: factor * size}, 0.0
        switch = self._helping(part)
        self.program.row({shown: 1.0, switch: -1.0}, high=0.0)
        self.program.row({shown: 1.0, **{n: -a for n, a in scaled.items()}}, high=start / size)
        return {shown: factor * size}, 0.0

    def _hurting(self, part: Guarded, most: float) -> tuple[int, float]:
        """Return a switch that is on if all tests hold, and how large the form may be where it is off."""
        holds = self._after(part)
        switch = self.trades.switch(lambda trades: float(holds(trades) != 0))
        parts: list[int] = []
        within = most
        for test in part.tests:
            assert isinstance(test.form, Linear)
            assert isinstance(part.form, Linear)
            terms, start = self._form(test.form)
            own = switch if len(part.tests) == 1 else self._own(test.form, test.strict)
            parts.append(own)
            top, edge = self._most(test.form), -self.edge
            reach = max(abs(top - edge), 1.0)
            self.program.row(
                {**{n: a / reach for n, a in terms.items()}, own: -max(top - edge, 0.0) / reach},
                high=(edge - start) / reach,
            )
            if own == switch and self._apart(part.form, test.form):
                within = min(most, self._form(part.form)[1] - start)
        if len(part.tests) > 1:
            self.program.row({switch: 1.0, **dict.fromkeys(parts, -1.0)}, low=1.0 - len(parts))
        return switch, max(within, 0.0)

    def _apart(self, form: Linear, test: Linear) -> bool:
        """Return whether trades move a form and its test alike."""
        one, other = self.problem.columns.row(form), self.problem.columns.row(test)
        return np.array_equal(one.columns, other.columns) and bool(
            np.allclose(one.amounts, other.amounts, rtol=1e-12, atol=0.0)
        )

    def _own(self, test: Linear, strict: bool) -> int:
        after = self._after(test)
        return self.trades.switch(lambda trades: float(after(trades) > 0 if strict else after(trades) >= 0))

    def _helping(self, part: Guarded) -> int:
        """Return a switch that may be on only if all tests hold."""
        holds = self._after(part)
        switch = self.trades.switch(lambda trades: float(holds(trades) != 0))
        for test in part.tests:
            assert isinstance(test.form, Linear)
            terms, start = self._form(test.form)
            reach, edge = self._size(test.form), self.edge
            scaled = {n: a / reach for n, a in terms.items()}
            self.program.row({**scaled, switch: -2.0}, low=(edge - start) / reach - 2.0)
        return switch

    # ---------------------------------------------------------------- largest and least parts

    def _largest(self, form: Largest, factor: float) -> dict[int, float]:
        """Return terms that are at least the sum of the largest parts, times a factor below zero."""
        parts = [part for part in form.parts if isinstance(part, Linear)]
        size = max(self._size(part) for part in parts)
        edge = self.program.column()
        total = {edge: factor * size * min(form.count, len(parts))}
        for part in parts:
            terms, start = self._form(part)
            over = self.program.column()
            self.program.row(
                {over: 1.0, edge: 1.0, **{n: -a / size for n, a in terms.items()}}, low=start / size
            )
            total[over] = factor * size
        return total

    def _least(self, part: Least, size: float) -> int:
        column = self.program.column(low=-1.0, high=1.0)
        for piece in linear_parts(part) or ():
            terms, start = self._form(piece)
            self.program.row({column: 1.0, **{n: -a / size for n, a in terms.items()}}, high=start / size)
        return column


def _added(parts: list[Shown]) -> Shown:
    found: dict[int, float] = {}
    start = 0.0
    for terms, offset in parts:
        start += offset
        for number, amount in terms.items():
            found[number] = found.get(number, 0.0) + amount
    return found, start
