"""The curvature of the smoothed bound: how trades move with prices, and how they are spread over modes.

Within its mode a name at the margin moves by 1 / 2q for each unit of price. Where it is undecided
between modes, a small change of prices moves it from one to the other: the variance of its trades over
modes, divided by the temperature, is what that adds. On mirrored rows all that a name can do is a number
of units bought or sold, so that the moments of that number are all that is needed there:

    curvature of mirrored rows = sum over names of its moment * (its coefficients) (its coefficients)'

A name that buys 10 with share 0.5 and else holds has mean 5 and variance 0.5 * 100 - 25 = 25.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.compiled import Loops
from optimizer.model import Floats, Ints, Model
from optimizer.modes import Mix
from optimizer.names import SMALL_SHARE, Layout, NameAnswer, SaleAnswer
from optimizer.pulls import Pulls

DECIDED = 1e-7
"""A share this near to 0 or 1 is decided."""


@dataclass(slots=True)
class Moments:
    """Second moments of what names do: units traded (signed), and what they do to the odd rows."""

    units: Floats  # (n_positions,) units by units
    mixed: Floats  # (n_odd, n_positions) units by odd rows
    odd: Floats  # (n_odd, n_odd)

    def add(self, weight: Floats, units: Floats, odd: Floats) -> None:
        """Add `weight` times the product of (units, odd) with itself, for every position."""
        by_units = weight * units
        self.units += by_units * units
        self.mixed += by_units * odd
        self.odd += (weight * odd) @ odd.T

    def add_units(self, names: Ints, weight: Floats, sign: float, odd: Floats) -> None:
        """Add the same for one unit bought (sign 1) or sold (-1) of some positions."""
        self.units[names] += weight
        weighted = weight * odd
        self.mixed[:, names] += sign * weighted
        self.odd += weighted @ odd.T


def expected_rows(pulls: Pulls, answer: NameAnswer, mix: Mix) -> Floats:
    """Return by how much the mixed trades move each row, (n_rows,)."""
    by_position = mix.sale * answer.sale.amount + mix.harmless * answer.harmless.amount
    bought = mix.buy * answer.buys
    found = np.empty(pulls.buy.shape[1])
    found[pulls.mirrored] = (bought - by_position) @ pulls.even
    found[pulls.odd] = pulls.buy_odd @ bought + pulls.sale_odd @ by_position
    if pulls.varied.size:
        found[pulls.varied] += pulls.lots @ _by_lot(pulls, answer, mix)
    return found


def expected_trades(pulls: Pulls, answer: NameAnswer, mix: Mix) -> Floats:
    """Return the mixed trades, (n_columns,)."""
    return np.concatenate((mix.buy * answer.buys, _by_lot(pulls, answer, mix)))


def _by_lot(pulls: Pulls, answer: NameAnswer, mix: Mix) -> Floats:
    sales = mix.sale[pulls.owner] * answer.sale.sales
    if answer.harmless is not answer.sale:
        sales = sales + mix.harmless[pulls.owner] * answer.harmless.sales
    return np.asarray(sales)


def curvature(
    pulls: Pulls,
    model: Model,
    layout: Layout,
    answer: NameAnswer,
    mix: Mix,
    temperature: float,
    *,
    loops: Loops | None = None,
) -> Floats:
    """Return the negated second derivative of the names' smoothed worth, (n_rows, n_rows)."""
    weight = (1.0 - mix.side_a[model.positions.group]) / temperature
    if loops is None:
        sold = pulls.odd_of_sales(answer.harmless.amount, answer.harmless.sales)
        moments = _modes(pulls, answer, mix, weight, sold)
    else:
        units, mixed, odd = loops.spread_modes(answer, mix, weight, loops.odd_of_sales(answer.harmless))
        moments = Moments(units=units, mixed=mixed, odd=odd)
    buying = np.flatnonzero(answer.buy_moves & (mix.buy > SMALL_SHARE))
    own = np.take(pulls.buy_odd, buying, axis=1)
    moments.add_units(buying, (mix.buy * layout.pliancy)[buying], 1.0, own)
    _margins(moments, pulls, layout, answer.sale, mix.sale)
    if not layout.all_alone:
        _margins(moments, pulls, layout, answer.harmless, mix.harmless)
        weight = mix.side_a[model.positions.group] * mix.sale_in_a * (1 - mix.sale_in_a) / temperature
        sold = pulls.odd_of_sales(answer.sale.amount, answer.sale.sales)
        moments.add(weight, -answer.sale.amount, sold)
    found = _assembled(pulls, moments)
    if not layout.all_alone:
        _add_sides(found, pulls, model, answer, mix, temperature)
    return found


def _modes(pulls: Pulls, answer: NameAnswer, mix: Mix, weight: Floats, sold: Floats) -> Moments:
    """Return the variance over the modes hold, buy and sell (without losses in groups of several)."""
    odds_buy, odds_sale = mix.buy_in_b, mix.harmless_in_b
    buys, sales = answer.buys, answer.harmless.amount
    bought = pulls.buy_odd * buys
    odd, count = sold.shape
    moments = Moments(units=np.zeros(count), mixed=np.zeros((odd, count)), odd=np.zeros((odd, odd)))
    moments.add(weight * odds_buy * (1 - odds_buy), buys, bought)
    moments.add(weight * odds_sale * (1 - odds_sale), -sales, sold)
    either = weight * odds_buy * odds_sale
    bought_either = either * buys
    moments.units += 2 * bought_either * sales
    moments.mixed += (either * sales) * bought - bought_either * sold
    both = (either * bought) @ sold.T
    moments.odd -= both + both.T
    return moments


def _margins(moments: Moments, pulls: Pulls, layout: Layout, answer: SaleAnswer, share: Floats) -> None:
    selling = np.flatnonzero((answer.marginal >= 0) & (share > SMALL_SHARE))
    odd = pulls.odd_of_lots(answer.marginal[selling])
    moments.add_units(selling, share[selling] * layout.pliancy[selling], -1.0, odd)


def _assembled(pulls: Pulls, moments: Moments) -> Floats:
    cross = moments.mixed @ pulls.even
    root = np.sqrt(np.maximum(moments.units, 0.0))[:, None] * pulls.even
    count = pulls.mirrored.size
    found = np.empty((pulls.place.size,) * 2)
    found[:count, :count] = root.T @ root
    found[count:, :count] = cross
    found[:count, count:] = cross.T
    found[count:, count:] = moments.odd
    return np.asarray(found[pulls.place[:, None], pulls.place])


def _add_sides(
    found: Floats, pulls: Pulls, model: Model, answer: NameAnswer, mix: Mix, temperature: float
) -> None:
    """Add what wash groups of several positions spread between their sides."""
    side = mix.side_a
    undecided = np.flatnonzero((side > DECIDED) & (side < 1 - DECIDED))
    if not undecided.size:
        return
    place = np.full(side.size, -1, dtype=np.int64)
    place[undecided] = np.arange(undecided.size)
    names = np.flatnonzero(place[model.positions.group] >= 0)
    gap = pulls.buy[names] * (mix.buy_in_b * answer.buys)[names, None]
    gap += _sales_of(pulls, names, answer.harmless) * mix.harmless_in_b[names, None]
    gap -= _sales_of(pulls, names, answer.sale) * mix.sale_in_a[names, None]
    sums = np.zeros((undecided.size, gap.shape[1]))
    np.add.at(sums, place[model.positions.group[names]], gap)
    found += sums.T @ ((side[undecided] * (1 - side[undecided]) / temperature)[:, None] * sums)


def _sales_of(pulls: Pulls, positions: Ints, answer: SaleAnswer) -> Floats:
    """Return what the sales of some positions do to each row, (k, n_rows)."""
    found = pulls.sale[positions] * answer.amount[positions, None]
    if pulls.varied.size and positions.size:
        found[:, pulls.varied] = pulls.of_varied(answer.sales)[:, positions].T
    return np.asarray(found)
