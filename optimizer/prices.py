"""Prices for the rows: the dual of the model, climbed by Newton steps, with a bound that holds at every step.

Whatever the prices y, no list can cost less than

    D(y) = sum over groups of their best worth at y  +  sum over rows of min over w of (cost_r(w) - y_r w)
           + y . start + the cost of the names as they are,

so the best D found is a certificate. The climb uses a smoothed D (temperature for the modes, a barrier
for bounded rows) and lowers both until they no longer matter. At the end y says what one more unit of
each row would be worth.

Only rows that matter are carried: narrow ones (a limit for an issuer of two names) join when the mixed
trades miss them, and have the price 0 until then.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.linalg import lapack

from optimizer import compiled
from optimizer.barrier import Barrier
from optimizer.compiled import Loops
from optimizer.model import Floats, Ints, Model, Rows
from optimizer.modes import Mix, best_choice, soft_mix
from optimizer.names import Layout, NameAnswer, answer_names, lay_out
from optimizer.pulls import Pulls
from optimizer.spread import curvature, expected_rows, expected_trades


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """One stage of the climb, in basis points.

    temperature: of the modes. barrier: of the rows. near: by how much the climb may fall short. last: a
    whole step that was to gain less is the last one, as the next would gain its square.
    """

    temperature: float
    barrier: float
    near: float
    last: float = 0.0


STAGES = (
    Heat(temperature=1.0, barrier=2.0, near=1.0, last=20.0),
    Heat(temperature=0.3, barrier=0.6, near=0.3, last=6.0),
    Heat(temperature=0.1, barrier=0.2, near=0.1, last=2.0),
    Heat(temperature=0.03, barrier=0.06, near=0.03, last=0.6),
    Heat(temperature=0.01, barrier=0.02, near=0.01, last=0.2),
    Heat(temperature=2.5e-3, barrier=2e-3, near=3e-3, last=0.01),
)
"""From about the worth of one middling trade to below what any reader would call a difference."""

WARM = 2
"""The stage at which a climb from known prices begins."""

MOST_STEPS, MOST_TRIES = 25, 25
FEW_ROWS = 48
"""Rows up to which all are carried from the start."""

WIDE = 16
WIDE_PART = 16
"""A row counts as wide from this many entries, and where it has one of this many of all columns."""

MISSED = 1e-3
"""Units by which mixed trades may miss a row that is not carried."""

MOST_JOINS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The end of the climb."""

    prices: Floats  # (n_rows,)
    bound: float  # no list costs less
    mix: Mix
    answer: NameAnswer
    steps: int
    carried: "Carried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a climb stands: prices of the rows carried, and what follows from them."""

    prices: Floats
    value: float  # of the smoothed bound
    answer: NameAnswer
    mix: Mix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Where the climb at one heat ended, after how many steps, and how rows give way there."""

    place: Place
    steps: int
    bend: Floats  # (n_rows,) negated second derivative of the smoothed bound, near there


class Climb:
    """The climb over prices for one model; holds what is fixed between steps."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.layout: Layout = lay_out(model)
        self._all = Barrier(model.rows)
        self._turned = model.rows.matrix.T

    def charge(self, prices: Floats) -> Floats:
        """Return what the rows charge each column at `prices`, (n_columns,)."""
        return np.asarray(self._turned @ prices)

    def bound(self, prices: Floats, *, whole: bool = False) -> float:
        """Return the rigorous lower bound at `prices`; -inf where they are not legal.

        whole: for lists in whole steps, which is a little higher.
        """
        if not self._all.legal(prices):
            return -float("inf")
        answer = answer_names(self.model, self.layout, self.charge(prices), whole=whole)
        return self.bound_of(answer, prices)

    def bound_of(self, answer: NameAnswer, prices: Floats) -> float:
        """Return the bound at legal prices to which the names have answered."""
        return best_choice(self.layout, self.model, answer).worth + self._all.exact(prices)

    def inner(self, prices: Floats) -> Floats:
        """Return the legal prices nearest to `prices`, a little inside their ranges."""
        return self._all.inner(prices)

    def climb(self, start: Floats | None = None) -> Priced:
        """Return the best prices found and their bound; start: prices of a problem like this one."""
        prices = self._all.first_prices() if start is None else self._all.inner(start)
        stages = STAGES if start is None else STAGES[WARM:]
        carried = Carried(self.model, self.layout, self._first_rows(start))
        carried, rest = self._stage(carried, prices[carried.rows], stages[0], None)
        steps = rest.steps
        for before, heat in pairwise(stages):
            carried, rest = self._stage(carried, carried.cooled(rest, before, heat), heat, rest.place.answer)
            steps += rest.steps
        place = rest.place
        full = np.zeros(prices.size)
        full[carried.rows] = place.prices
        bound = self.bound(full)
        return Priced(
            prices=full, bound=bound, mix=place.mix, answer=place.answer, steps=steps, carried=carried
        )

    def _stage(
        self, carried: "Carried", prices: Floats, heat: Heat, answer: NameAnswer | None
    ) -> "tuple[Carried, Rest]":
        """Climb at one heat; rows that turn out to be missed join. answer: near there."""
        rest, steps = carried.settle(prices, heat, None if answer is None else answer.order), 0
        for _ in range(MOST_JOINS):
            steps += rest.steps
            missed = self._missed(carried, rest.place)
            if not missed.size:
                break
            known = self._all.first_prices()
            known[carried.rows] = rest.place.prices
            carried = Carried(self.model, self.layout, np.union1d(carried.rows, missed))
            rest = carried.settle(known[carried.rows], heat, rest.place.answer.order)
        return carried, replace(rest, steps=steps)

    def _first_rows(self, start: Floats | None) -> Ints:
        """Return the rows carried from the start: all if few, else the wide, the missed and the priced."""
        rows = self.model.rows
        if rows.count <= FEW_ROWS:
            return np.arange(rows.count)
        entries = np.bincount(rows.matrix.indices, minlength=rows.count)
        out = (rows.start < rows.low) | (rows.start > rows.high)
        wide = entries >= max(WIDE, self.model.columns // WIDE_PART)
        kept = (rows.curvature > 0) | wide | out
        if start is not None:
            kept |= start != 0
        return np.flatnonzero(kept)

    def _missed(self, carried: "Carried", place: Place) -> Ints:
        """Return rows that are not carried and that the mixed trades miss."""
        rows = self.model.rows
        if carried.rows.size == rows.count:
            return np.zeros(0, dtype=np.int64)
        trades = expected_trades(carried.pulls, place.answer, place.mix)
        values = rows.start + rows.matrix @ trades
        outside = (np.maximum(values - rows.high, rows.low - values) > MISSED) & (rows.curvature == 0)
        outside[carried.rows] = False
        return np.flatnonzero(outside)


class Carried:
    """The rows that a climb carries."""

    def __init__(self, model: Model, layout: Layout, rows: Ints) -> None:
        self.model, self.layout, self.rows = model, layout, rows
        self.pulls = Pulls(model, rows, layout.starts, layout.owners)
        self.barrier = Barrier(_some(model.rows, rows))
        self.loops = Loops(model, layout, self.pulls, self.barrier) if compiled.is_on() else None

    def at(self, prices: Floats, heat: Heat, order: Ints | None) -> Place:
        """Return the smoothed bound at `prices`, -inf outside the barriers."""
        charge = self.pulls.charge(prices)
        if self.loops is None:
            answer = answer_names(self.model, self.layout, charge, order=order)
            mix = soft_mix(self.layout, self.model, answer, heat.temperature)
        else:
            answer, mix = self.loops.at(charge, heat.temperature, order)
        value = mix.worth + self.barrier.value(prices, heat.barrier)
        return Place(prices=prices, value=value, answer=answer, mix=mix)

    def slopes(self, place: Place, heat: Heat) -> tuple[Floats, Floats]:
        """Return gradient (n_rows,) and negated Hessian (n_rows, n_rows) of the smoothed bound."""
        gradient, bend = self.barrier.slopes(place.prices, heat.barrier)
        expected, hessian = self._of_names(place, heat)
        gradient = gradient + expected
        hessian.reshape(-1)[:: bend.size + 1] += bend
        return gradient, hessian

    def _of_names(self, place: Place, heat: Heat) -> tuple[Floats, Floats]:
        answer, mix = place.answer, place.mix
        hessian = curvature(
            self.pulls, self.model, self.layout, answer, mix, heat.temperature, loops=self.loops
        )
        return expected_rows(self.pulls, answer, mix), hessian

    def cooled(self, rest: Rest, before: Heat, heat: Heat) -> Floats:
        """Return the prices to begin from at the next heat."""
        prices = rest.place.prices
        if heat.barrier == before.barrier:
            return prices
        return self.barrier.cooled(prices, rest.bend, of=before.barrier, to=heat.barrier)

    def settle(self, prices: Floats, heat: Heat, order: Ints | None) -> Rest:
        """Newton steps at one heat."""
        if self.loops is not None and self.layout.all_alone:
            return self._by_loops(self.loops, prices, heat, order)
        place = self.at(prices, heat, order)
        step, bend = 0, np.zeros(place.prices.size)
        for step in range(MOST_STEPS if prices.size else 0):
            gradient, hessian = self.slopes(place, heat)
            bend, size = hessian.diagonal().copy(), gradient.size
            ridge = 1e-10 * max(float(bend.sum()), 1e-300) / max(size, 1)
            hessian.reshape(-1)[:: size + 1] += ridge
            _, way, failed = lapack.dposv(hessian, gradient, lower=1)
            if failed:
                break
            gain = float(gradient @ way)
            moved = None if gain < 2 * heat.near else self._line(place, way, gain, heat)
            if moved is None:
                break
            place, length = moved
            if length == 1.0 and gain < heat.last:
                step += 1
                break
        return Rest(place=place, steps=step, bend=bend)

    def _by_loops(self, loops: Loops, prices: Floats, heat: Heat, order: Ints | None) -> Rest:
        own = (heat.temperature, heat.barrier, heat.near, heat.last)
        found = loops.settle(prices, own, MOST_STEPS, MOST_TRIES, order)
        place = Place(prices=found.prices, value=found.value, answer=found.answer, mix=found.mix)
        return Rest(place=place, steps=found.steps, bend=found.bend)

    def _line(self, place: Place, way: Floats, gain: float, heat: Heat) -> tuple[Place, float] | None:
        """Return the first point along `way` that climbs enough, inside the barriers, and how far it is."""
        length = self.barrier.longest(place.prices, way)
        for _ in range(MOST_TRIES):
            trial = self.at(place.prices + length * way, heat, place.answer.order)
            if trial.value >= place.value + 1e-4 * length * gain - 1e-12 * abs(place.value):
                return trial, length
            length *= 0.4
        return None


def _some(rows: Rows, picked: Ints) -> Rows:
    """Return some of the rows, without their coefficients."""
    return replace(
        rows,
        matrix=None,
        start=rows.start[picked],
        low=rows.low[picked],
        high=rows.high[picked],
        price_cap=rows.price_cap[picked],
        curvature=rows.curvature[picked],
        centre=rows.centre[picked],
    )
