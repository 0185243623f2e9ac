"""The curvature of the smoothed bound: how trades move with prices, and how they are spread over modes.

Within its mode a name at the margin moves by 1 / 2q for each unit of price. Where it is undecided
between modes, a small change of prices moves it from one to the other: the variance of its trades over
modes, divided by the temperature, is what that adds. Both are sums of outer products of what trades do
to the rows, so that one product of matrices gives them.

A name that buys 10 with share 0.5 and else holds has mean 5 and variance 0.5 * 100 - 25 = 25.
"""

from dataclasses import dataclass, field

import numpy as np

from optimizer.model import Bools, Floats, Ints, Model
from optimizer.modes import Mix
from optimizer.names import Layout, NameAnswer, SaleAnswer
from optimizer.pulls import Pulls

DECIDED = 1e-7
"""A share this near to 0 or 1 is decided."""

FAINT = 1e-2
"""What is left out of the curvature at most: the names that add least to it."""

SMALL_SHARE = 1e-9
"""A mode with a smaller share moves no price."""


@dataclass(slots=True)
class Outer:
    """Vectors over the rows, and the weight of each one's outer product."""

    vectors: list[Floats] = field(default_factory=list)
    weights: list[Floats] = field(default_factory=list)

    def add(self, vectors: Floats, weights: Floats) -> None:
        """Add vectors (k, n_rows) with weights (k,)."""
        if weights.size:
            self.vectors.append(vectors)
            self.weights.append(weights)

    def total(self, size: int) -> Floats:
        """Return the sum of the weighted outer products, (n_rows, n_rows)."""
        if not self.weights:
            return np.zeros((size, size))
        stacked, weights = np.concatenate(self.vectors), np.concatenate(self.weights)
        return np.asarray((stacked * weights[:, None]).T @ stacked)


def expected_rows(pulls: Pulls, answer: NameAnswer, mix: Mix) -> Floats:
    """Return by how much the mixed trades move each row, (n_rows,)."""
    by_position = mix.sale * answer.sale.amount + mix.harmless * answer.harmless.amount
    found = (mix.buy * answer.buys) @ pulls.buy + by_position @ pulls.sale
    if pulls.varied.size:
        found[pulls.varied] += _by_lot(pulls, answer, mix) @ pulls.lots
    return np.asarray(found)


def expected_trades(pulls: Pulls, answer: NameAnswer, mix: Mix) -> Floats:
    """Return the mixed trades, (n_columns,)."""
    return np.concatenate((mix.buy * answer.buys, _by_lot(pulls, answer, mix)))


def _by_lot(pulls: Pulls, answer: NameAnswer, mix: Mix) -> Floats:
    sales = mix.sale[pulls.owner] * answer.sale.sales
    if answer.harmless is not answer.sale:
        sales = sales + mix.harmless[pulls.owner] * answer.harmless.sales
    return np.asarray(sales)


def outer_products(
    pulls: Pulls, model: Model, layout: Layout, answer: NameAnswer, mix: Mix, temperature: float
) -> Outer:
    """Return what makes the curvature of the smoothed bound: names at the margin, and names undecided."""
    found = Outer()
    group = model.positions.group
    in_b = 1.0 - mix.side_a[group]
    odds_buy, odds_sale = mix.buy_in_b, mix.harmless_in_b
    either = odds_buy * odds_sale > DECIDED
    buy = odds_buy * np.where(either, 1.0, 1.0 - odds_buy) * in_b * answer.buys**2 / temperature
    buy = buy + np.where(answer.buy_moves, mix.buy * layout.pliancy, 0.0)
    buying = _strong(buy)
    found.add(pulls.buy[buying], buy[buying])
    _margins(found, pulls, layout, answer.sale, mix.sale)
    if not layout.all_alone:
        _margins(found, pulls, layout, answer.harmless, mix.harmless)
    sale = odds_sale * np.where(either, 1.0, 1.0 - odds_sale) * in_b / temperature
    selling = _strong(sale * answer.harmless.amount**2, either)
    of_sale = _sales_of(pulls, selling, answer.harmless)
    found.add(of_sale, sale[selling])
    both = np.flatnonzero(either[selling])
    if both.size:
        names = selling[both]
        mean = of_sale[both] * odds_sale[names, None]
        mean += pulls.buy[names] * (odds_buy * answer.buys)[names, None]
        found.add(mean, -in_b[names] / temperature)
    if not layout.all_alone:
        _sides(found, pulls, model, layout, answer, mix, temperature)
    return found


def _strong(weight: Floats, also: Bools | None = None) -> Ints:
    """Return where the weights are that make all but a small part of their sum."""
    kept = weight > FAINT * float(weight.sum()) / max(weight.size, 1)
    return np.flatnonzero(kept if also is None else kept | also)


def _margins(found: Outer, pulls: Pulls, layout: Layout, answer: SaleAnswer, share: Floats) -> None:
    selling = np.flatnonzero((answer.marginal >= 0) & (share > SMALL_SHARE))
    found.add(pulls.of_lots(answer.marginal[selling]), share[selling] * layout.pliancy[selling])


def _sides(
    found: Outer,
    pulls: Pulls,
    model: Model,
    layout: Layout,
    answer: NameAnswer,
    mix: Mix,
    temperature: float,
) -> None:
    """Add what wash groups of several positions spread: within side A, and between their sides."""
    in_a = mix.side_a[model.positions.group]
    weight = in_a * mix.sale_in_a * (1 - mix.sale_in_a) / temperature
    open_a = _strong(weight * answer.sale.amount**2)
    found.add(_sales_of(pulls, open_a, answer.sale), weight[open_a])
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
    found.add(sums, side[undecided] * (1 - side[undecided]) / temperature)


def _sales_of(pulls: Pulls, positions: Ints, answer: SaleAnswer) -> Floats:
    """Return what the sales of some positions do to each row, (k, n_rows)."""
    found = pulls.sale[positions] * answer.amount[positions, None]
    if pulls.varied.size and positions.size:
        found[:, pulls.varied] = pulls.of_varied(answer.sales)[positions]
    return np.asarray(found)
