"""Prices for the rows: the dual of the model, climbed by Newton steps, with a bound that holds at every step.

Whatever the prices y, no list can cost less than

    D(y) = sum over groups of their best worth at y  +  sum over rows of min over w of (cost_r(w) - y_r w)
           + y . start + the cost of the names as they are,

so the best D found is a certificate. The climb uses a smoothed D (temperature for the modes, a barrier
for bounded rows) and lowers both by a factor of five until they no longer matter. At the end y says what
one more unit of each row would be worth.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.model import Floats, Ints, Matrix, Model
from optimizer.modes import Mix, best_choice, soft_mix
from optimizer.names import Layout, NameAnswer, answer_names, lay_out
from optimizer.spread import spread_patterns

FIRST_TEMPERATURE = 3.0
"""In basis points: about the worth of one middling trade."""

LAST_TEMPERATURE = 2e-3
"""In basis points: below what any reader would call a difference."""

COOLING = 0.2
STILL = 1e-100
"""A smaller change of a price is none."""

MOST_PRICE = 200.0
"""Highest price of a one-sided row; rows that leave each other no room would else climb for ever.

A bound at lower prices is still a bound.
"""

MOST_DENSE = 2_000_000
"""Entries up to which a full matrix is faster than a sparse one."""

BARRIER_PER_TEMPERATURE = 5.0
MOST_STEPS = 25
SMALL_SHARE = 1e-9
"""A mode with a smaller share moves no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The end of the climb."""

    prices: Floats  # (n_rows,)
    bound: float  # no list costs less
    mix: Mix
    answer: NameAnswer
    steps: int


class Climb:
    """The climb over prices for one model; holds what is fixed between steps."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.layout: Layout = lay_out(model)
        rows = model.rows
        small = rows.count * model.columns <= MOST_DENSE
        self._matrix = rows.matrix.toarray() if small else rows.matrix
        self._turned = np.ascontiguousarray(self._matrix.T) if small else rows.matrix.T.tocsr()
        self._small = small
        self._bent = np.flatnonzero(rows.curvature > 0)
        flat = rows.curvature == 0
        has_low, has_high = np.isfinite(rows.low) & flat, np.isfinite(rows.high) & flat
        self._two = np.flatnonzero(has_low & has_high)
        self._one = np.flatnonzero(has_low ^ has_high)
        self._sign = np.where(has_high[self._one], 1.0, -1.0)
        self._limit = np.where(has_high[self._one], rows.high[self._one], -rows.low[self._one])
        self._cap = np.minimum(rows.price_cap[self._one], MOST_PRICE)
        self._middle = (rows.high[self._two] + rows.low[self._two]) / 2
        self._half = (rows.high[self._two] - rows.low[self._two]) / 2

    def charge(self, prices: Floats) -> Floats:
        """Return what the rows charge each column at `prices`, (n_columns,)."""
        return np.asarray(self._turned @ prices)

    def first_prices(self) -> Floats:
        """Return prices to begin with, inside their signs."""
        prices = np.zeros(self.model.rows.count)
        prices[self._one] = self._sign * np.minimum(0.01, self._cap / 2)
        return prices

    def legal(self, prices: Floats) -> bool:
        """Return whether one-sided rows have prices of their sign and below their cap."""
        own = self._sign * prices[self._one]
        return bool((own >= 0).all() and (own <= self._cap).all())

    def bound(self, prices: Floats, *, whole: bool = False) -> float:
        """Return the rigorous lower bound at `prices`; -inf where they are not legal."""
        if not self.legal(prices):
            return -float("inf")
        rows = self.model.rows
        answer = answer_names(self.model, self.layout, self.charge(prices), whole=whole)
        total = best_choice(self.layout, self.model, answer).worth + float(prices @ rows.start)
        total -= float((self._sign * prices[self._one]) @ self._limit)
        two = prices[self._two]
        total -= float(two @ self._middle + np.abs(two) @ self._half)
        bent = prices[self._bent]
        total -= float(bent @ rows.centre[self._bent] + (bent**2 / (4 * rows.curvature[self._bent])).sum())
        return total

    def smooth(self, prices: Floats, temperature: float) -> "tuple[float, NameAnswer, Mix]":
        """Return the smoothed bound, or -inf outside the barriers."""
        answer = answer_names(self.model, self.layout, self.charge(prices))
        mix = soft_mix(self.layout, self.model, answer, temperature)
        value = mix.worth + float(prices @ self.model.rows.start)
        value += self._row_parts(prices, BARRIER_PER_TEMPERATURE * temperature)[0]
        return value, answer, mix

    def _row_parts(self, prices: Floats, barrier: float) -> tuple[float, Floats, Floats]:
        """Return value, gradient and (negative) curvature of the rows' own part."""
        rows = self.model.rows
        gradient, bend = np.zeros(rows.count), np.zeros(rows.count)
        own = self._sign * prices[self._one]
        room = self._cap - own
        if (own <= 0).any() or (room <= 0).any():
            return -float("inf"), gradient, bend
        capped = np.isfinite(self._cap)
        value = float(-own @ self._limit + barrier * np.log(own).sum())
        value += float(barrier * np.log(room[capped]).sum())
        away = np.where(capped, barrier / room, 0.0)
        gradient[self._one] = self._sign * (-self._limit + barrier / own - away)
        bend[self._one] = barrier / own**2 + np.where(capped, barrier / room**2, 0.0)
        bent = prices[self._bent]
        curvature = rows.curvature[self._bent]
        value -= float(bent @ rows.centre[self._bent] + (bent**2 / (4 * curvature)).sum())
        gradient[self._bent] = -rows.centre[self._bent] - bent / (2 * curvature)
        bend[self._bent] = 1 / (2 * curvature)
        self._two_sided(prices, barrier, gradient, bend)
        value += self._two_value(prices, barrier)
        return value, gradient, bend

    def _off_middle(self, prices: Floats, barrier: float) -> Floats:
        two, half = prices[self._two], self._half
        still = np.abs(two) < 1e-14
        safe = np.where(still, 1.0, two)
        offset = np.where(still, 0.0, (-barrier + np.sqrt(barrier**2 + (two * half) ** 2)) / safe)
        return np.asarray(np.clip(offset, -half * (1 - 1e-12), half * (1 - 1e-12)))

    def _two_value(self, prices: Floats, barrier: float) -> float:
        offset = self._off_middle(prices, barrier)
        wide = self._half > 0
        inner = np.where(wide, (self._half - offset) * (self._half + offset), 1.0)
        two = prices[self._two]
        return float((-two * (self._middle + offset)).sum() - barrier * np.log(inner).sum())

    def _two_sided(self, prices: Floats, barrier: float, gradient: Floats, bend: Floats) -> None:
        offset, half = self._off_middle(prices, barrier), self._half
        gradient[self._two] = -(self._middle + offset)
        wide = half > 0
        gap = np.where(wide, 1 / np.maximum(half - offset, 1e-300) ** 2, 0.0)
        gap = gap + np.where(wide, 1 / np.maximum(half + offset, 1e-300) ** 2, 0.0)
        bend[self._two] = np.where(wide, 1 / (barrier * np.where(wide, gap, 1.0)), 0.0)

    def slopes(
        self, prices: Floats, answer: NameAnswer, mix: Mix, temperature: float
    ) -> tuple[Floats, Floats]:
        """Return gradient (n_rows,) and negated Hessian (n_rows, n_rows) of the smoothed bound."""
        model, layout = self.model, self.layout
        matrix = self._matrix
        owner = model.lots.position
        _, gradient, bend = self._row_parts(prices, BARRIER_PER_TEMPERATURE * temperature)
        expected = np.concatenate(
            (
                mix.buy * answer.buys,
                mix.sale[owner] * answer.sale.sales + mix.harmless[owner] * answer.harmless.sales,
            )
        )
        gradient = gradient + model.rows.start + matrix @ expected
        hessian = np.diag(bend)
        columns, weights = _moving_columns(model, answer, mix)
        if columns.size:
            hessian = hessian + self._outer(matrix[:, columns], np.sqrt(weights))
        patterns = spread_patterns(model, layout, answer, mix)
        if patterns is not None:
            spread = matrix @ patterns
            hessian = hessian + self._outer(spread, np.full(spread.shape[1], temperature**-0.5))
        return np.asarray(gradient), np.asarray(hessian)

    def _outer(self, columns: Matrix, weights: Floats) -> Floats:
        """Return the sum of the outer products of weighted columns, (n_rows, n_rows)."""
        if self._small:
            scaled = columns * weights
            return np.asarray(scaled @ scaled.T)
        scaled = columns.multiply(weights).tocsc()
        return np.asarray((scaled @ scaled.T).toarray())

    def climb(self, start: Floats | None = None, *, last: float = LAST_TEMPERATURE) -> Priced:
        """Return the best prices found and their bound."""
        prices = self.first_prices() if start is None else start.copy()
        temperature = FIRST_TEMPERATURE if start is None else FIRST_TEMPERATURE * COOLING
        best, best_prices, steps = -float("inf"), prices, 0
        while True:
            prices, taken = self._settle(prices, temperature)
            steps += taken
            bound = self.bound(prices)
            if bound > best:
                best, best_prices = bound, prices
            if temperature <= last:
                break
            temperature = max(temperature * COOLING, last)
        _, answer, mix = self.smooth(best_prices, last)
        return Priced(prices=best_prices, bound=best, mix=mix, answer=answer, steps=steps)

    def _settle(self, prices: Floats, temperature: float) -> tuple[Floats, int]:
        """Newton steps at one temperature; returns prices and the number of steps."""
        value, answer, mix = self.smooth(prices, temperature)
        for step in range(MOST_STEPS):
            gradient, hessian = self.slopes(prices, answer, mix, temperature)
            size = gradient.size
            ridge = 1e-10 * max(float(np.trace(hessian)), 1e-300) / max(size, 1)
            try:
                way = np.asarray(np.linalg.solve(hessian + ridge * np.eye(size), gradient), np.float64)
            except np.linalg.LinAlgError:
                return prices, step
            gain = float(gradient @ way)
            if gain < 2 * max(1e-2 * temperature, 1e-6):
                return prices, step
            moved = self._line(prices, way, value, gain, temperature)
            if moved is None:
                return prices, step
            prices, value, answer, mix = moved
        return prices, MOST_STEPS

    def _line(
        self, prices: Floats, way: Floats, value: float, gain: float, temperature: float
    ) -> "tuple[Floats, float, NameAnswer, Mix] | None":
        """Return the first point along `way` that climbs enough, inside the barriers."""
        length = self._longest(prices, way)
        for _ in range(25):
            trial = prices + length * way
            reached, answer, mix = self.smooth(trial, temperature)
            if reached >= value + 1e-4 * length * gain - 1e-12 * abs(value):
                return trial, reached, answer, mix
            length *= 0.4
        return None

    def _longest(self, prices: Floats, way: Floats) -> float:
        own, change = self._sign * prices[self._one], self._sign * way[self._one]
        length = 1.0
        falling = change < -STILL
        if falling.any():
            length = min(length, 0.95 * float(np.min(-own[falling] / change[falling])))
        rising = (change > STILL) & np.isfinite(self._cap)
        if rising.any():
            room = self._cap[rising] - own[rising]
            length = min(length, 0.95 * float(np.min(room / change[rising])))
        return length


def _moving_columns(model: Model, answer: NameAnswer, mix: Mix) -> tuple[Ints, Floats]:
    """Return columns whose amounts move with prices, and by how much per unit of price."""
    positions = model.positions
    pliancy = 1 / (2 * positions.curvature)
    buying = np.flatnonzero(answer.buy_moves & (mix.buy > SMALL_SHARE))
    selling = np.flatnonzero((answer.sale.marginal >= 0) & (mix.sale > SMALL_SHARE))
    harmless = np.flatnonzero((answer.harmless.marginal >= 0) & (mix.harmless > SMALL_SHARE))
    columns = np.concatenate(
        (
            buying,
            positions.count + answer.sale.marginal[selling],
            positions.count + answer.harmless.marginal[harmless],
        )
    )
    weights = np.concatenate(
        (
            mix.buy[buying] * pliancy[buying],
            mix.sale[selling] * pliancy[selling],
            mix.harmless[harmless] * pliancy[harmless],
        )
    )
    return columns, weights
