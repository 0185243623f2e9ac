"""How far a name's trades are spread over its modes: the part of the curvature that comes from choosing.

Where a name is undecided between modes, a small change of prices moves it from one to the other. The
variance of its trades over modes, divided by the temperature, is what that adds to the curvature. It is
given as columns whose outer products add up to it: within a side one column per open mode, about the
side's mean; between the sides of a wash group one column, the difference of the sides' means.

A name that buys 10 with share 0.5 and else holds has mean 5 and variance 25: columns 5 and -5, each
weighted by the root of 0.5.
"""

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from optimizer.model import Floats, Ints, Matrix, Model
from optimizer.modes import Mix
from optimizer.names import Layout, NameAnswer

DECIDED = 1e-7
"""A share this near to 0 or 1 is decided."""


@dataclass(slots=True)
class _Entries:
    """Entries of the matrix under construction."""

    rows: list[Ints] = field(default_factory=list)
    columns: list[Ints] = field(default_factory=list)
    amounts: list[Floats] = field(default_factory=list)
    width: int = 0

    def add(self, rows: Ints, columns: Ints, amounts: Floats) -> None:
        """Add entries to columns counted from the present width."""
        self.rows.append(rows)
        self.columns.append(columns + self.width)
        self.amounts.append(amounts)


def spread_patterns(model: Model, layout: Layout, answer: NameAnswer, mix: Mix) -> Matrix | None:
    """Return a sparse (n_columns, k) matrix of trades whose outer products make the variance, or None."""
    entries = _Entries()
    owner = model.lots.position
    harmless = np.where(layout.alone[owner], answer.sale.sales, answer.harmless.sales)
    _within_b(entries, model, answer.buys, harmless, mix)
    _within_a(entries, model, answer.sale.sales, mix)
    _between(entries, model, answer.buys, harmless, answer.sale.sales, mix)
    if not entries.width:
        return None
    return sp.csc_matrix(
        (np.concatenate(entries.amounts), (np.concatenate(entries.rows), np.concatenate(entries.columns))),
        shape=(model.columns, entries.width),
    )


def _picked(model: Model, undecided: Ints) -> tuple[Ints, Ints]:
    """Return the lots of the undecided positions, and the place of each lot's position among them."""
    place = np.full(model.positions.count, -1, dtype=np.int64)
    place[undecided] = np.arange(undecided.size)
    lots = np.flatnonzero(place[model.lots.position] >= 0)
    return lots, place[model.lots.position[lots]]


def _within_b(entries: _Entries, model: Model, buys: Floats, harmless: Floats, mix: Mix) -> None:
    share = (1.0 - mix.side_a)[model.positions.group]
    hold = np.maximum(1.0 - mix.buy_in_b - mix.harmless_in_b, 0.0)
    largest = np.maximum(np.maximum(mix.buy_in_b, mix.harmless_in_b), hold)
    undecided = np.flatnonzero((largest < 1 - DECIDED) & (share > DECIDED))
    if not undecided.size:
        return
    lots, place = _picked(model, undecided)
    first = np.arange(undecided.size)
    buy, sale = mix.buy_in_b[undecided], mix.harmless_in_b[undecided]
    weight_of = np.sqrt(share[undecided])
    for own_buy, own_sale, odds in ((1.0, 0.0, buy), (0.0, 1.0, sale), (0.0, 0.0, hold[undecided])):
        weight = weight_of * np.sqrt(odds)
        entries.add(undecided, first, weight * (own_buy - buy) * buys[undecided])
        size = (weight * (own_sale - sale))[place] * harmless[lots]
        entries.add(model.positions.count + lots, place, size)
        entries.width += undecided.size


def _within_a(entries: _Entries, model: Model, sales: Floats, mix: Mix) -> None:
    share = mix.side_a[model.positions.group]
    odds = mix.sale_in_a
    undecided = np.flatnonzero((share > DECIDED) & (odds > DECIDED) & (odds < 1 - DECIDED))
    if not undecided.size:
        return
    lots, place = _picked(model, undecided)
    weight = np.sqrt(share * odds * (1 - odds))[undecided]
    entries.add(model.positions.count + lots, place, weight[place] * sales[lots])
    entries.width += undecided.size


def _between(
    entries: _Entries, model: Model, buys: Floats, harmless: Floats, sales: Floats, mix: Mix
) -> None:
    side = mix.side_a
    undecided = np.flatnonzero((side > DECIDED) & (side < 1 - DECIDED))
    if not undecided.size:
        return
    place = np.full(side.size, -1, dtype=np.int64)
    place[undecided] = np.arange(undecided.size)
    weight = np.sqrt(side * (1 - side))[undecided]
    group, owner = model.positions.group, model.lots.position
    names = np.flatnonzero(place[group] >= 0)
    at = place[group[names]]
    entries.add(names, at, weight[at] * mix.buy_in_b[names] * buys[names])
    lots = np.flatnonzero(place[group[owner]] >= 0)
    at = place[group[owner[lots]]]
    gap = mix.harmless_in_b[owner[lots]] * harmless[lots] - mix.sale_in_a[owner[lots]] * sales[lots]
    entries.add(model.positions.count + lots, at, weight[at] * gap)
    entries.width += undecided.size
