"""Each name by itself, solved exactly at given prices: hold, buy, sell, or sell without losses.

At row prices y a purchase costs kb = its own cost + y'A per unit and a sale of lot l costs kl. With
bend q and m = 2 q (value - target) a purchase of b is worth q b^2 + (m + kb) b, least at
b = -(m + kb) / 2q; a sale of S in total is worth q S^2 - m S + sum kl s_l, cheapest lots first, and

    S = largest over lots, cheapest first, of min(size of the lots so far, (m - kl) / 2q).

With q = 0.1, m = 4 and lots of 10 at k = 1 and 10 at k = 3 the wanted sizes are 15 and 5, so S = 10: the
first lot and none of the second. Everything is over all names at once; a loop over names is 100 times
slower. The order of the lots hardly changes from one set of prices to the next, so that it is kept and
only looked over.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.model import INF, Bools, Floats, Ints, Model, sold

NONE = INF
"""The worth of a mode that is not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What may be sold, in all or without losses; least <= top."""

    most: Floats  # (n_lots,)
    before: Floats  # (n_lots,) sizes of the lots of all positions before
    least: Floats  # (n_positions,)
    top: Floats
    is_open: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What does not change with prices: where lots stand, which modes are open, how groups are made."""

    n_groups: int
    owners: Ints  # positions that have lots, ascending
    starts: Ints  # first lot of each owner
    alone: Bools  # (n_positions,) the only position of its wash group
    all_alone: bool
    marginal: Floats  # (n_positions,) 2 q (value - target)
    pliancy: Floats  # (n_positions,) 1 / 2q
    lot_marginal: Floats  # (n_lots,) of the lot's position
    lot_pliancy: Floats
    same: Bools  # (n_lots - 1,) whether the next lot is of the same position
    open_buy: Bools
    buy_top: Floats
    sale: Sizes
    harmless: Sizes  # with loss lots closed in wash groups of several positions


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleAnswer:
    """The best sale of each position at the prices given."""

    worth: Floats  # (n_positions,) NONE where closed
    amount: Floats  # (n_positions,) 0 where closed
    sales: Floats  # (n_lots,)
    marginal: Ints  # (n_positions,) lot at the margin where the answer moves with prices, else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAnswer:
    """The best purchase and the best sales of every position at the prices given."""

    buy_worth: Floats
    buys: Floats
    buy_moves: Bools  # the purchase moves with prices
    sale: SaleAnswer
    harmless: SaleAnswer
    order: Ints  # (n_lots,) the lots of each position, cheapest first


def lay_out(model: Model) -> Layout:
    """Return what is fixed over all prices."""
    positions, lots = model.positions, model.lots
    assert (np.diff(lots.position) >= 0).all(), "lots stand by position"
    owners, starts = np.unique(lots.position, return_index=True)
    n_groups = int(positions.group.max()) + 1 if positions.count else 0
    size = np.bincount(positions.group, minlength=n_groups)
    alone = size[positions.group] == 1
    marginal = 2 * positions.curvature * (positions.value - positions.target)
    pliancy = 1 / (2 * positions.curvature)
    open_sale = (positions.sale_most > 0) & (positions.sale_most >= positions.sale_least - SLACK)
    sale = _sizes(model, lots.most, positions.sale_most, open_sale)
    kept = np.where(lots.is_loss & ~alone[lots.position], 0.0, lots.most)
    cap = np.minimum(positions.sale_most, sold(model, kept))
    open_harmless = open_sale & (cap > 0) & (cap >= positions.sale_least - SLACK)
    return Layout(
        n_groups=n_groups,
        owners=owners.astype(np.int64),
        starts=starts.astype(np.int64),
        alone=alone,
        all_alone=bool(alone.all()),
        marginal=marginal,
        pliancy=pliancy,
        lot_marginal=marginal[lots.position],
        lot_pliancy=pliancy[lots.position],
        same=lots.position[1:] == lots.position[:-1],
        open_buy=(positions.buy_most > 0) & (positions.buy_most >= positions.buy_least - SLACK),
        buy_top=np.maximum(positions.buy_most, positions.buy_least),
        sale=sale,
        harmless=_sizes(model, kept, cap, open_harmless),
    )


SLACK = 1e-9
"""Units by which a largest amount may fall short of the smallest and still reach it."""


SMALL_SHARE = 1e-9
"""A mode with a smaller share moves no price."""

SLIVER = 1e-9
"""Part of a lot; where less is sold, or left, the sale ends between two lots and does not move."""


def _sizes(model: Model, most: Floats, cap: Floats, is_open: Bools) -> Sizes:
    by_position = sold(model, most)
    before = np.concatenate(([0.0], np.cumsum(by_position)))[:-1]
    least = np.minimum(model.positions.sale_least, np.maximum(cap, 0.0))
    return Sizes(
        most=most,
        before=before[model.lots.position],
        least=least,
        top=np.maximum(cap, least),
        is_open=is_open,
    )


def answer_names(
    model: Model, layout: Layout, charge: Floats, *, whole: bool = False, order: Ints | None = None
) -> NameAnswer:
    """Return each name's best purchase and sales where rows charge each column `charge`, (n_columns,).

    whole: in steps of tradable quantities, for the last, sharper bound. order: of an earlier answer.
    """
    positions, lots = model.positions, model.lots
    slope = layout.marginal + positions.buy_cost
    slope += charge[: positions.count]
    free = -slope * layout.pliancy
    buys = np.minimum(np.maximum(free, positions.buy_least), layout.buy_top)
    if whole:
        buys = _nearest_step(buys, positions.step, positions.buy_least, positions.buy_most)
    worth = (positions.curvature * buys + slope) * buys + positions.ticket
    price = lots.cost + charge[positions.count :]
    order = np.lexsort((price, lots.position)) if order is None or whole else _sorted(layout, price, order)
    sale = _sales(model, layout, price, order, layout.sale, whole)
    harmless = sale if layout.all_alone else _sales(model, layout, price, order, layout.harmless, whole)
    return NameAnswer(
        buy_worth=np.where(layout.open_buy, worth, NONE),
        buys=np.where(layout.open_buy, buys, 0.0),
        buy_moves=layout.open_buy & (free > positions.buy_least) & (free < positions.buy_most),
        sale=sale,
        harmless=harmless,
        order=order,
    )


def _sorted(layout: Layout, price: Floats, order: Ints) -> Ints:
    """Return the lots of each position cheapest first, from an order that was so a moment ago."""
    shown = price[order]
    if not ((shown[1:] < shown[:-1]) & layout.same).any():
        return order
    owner = np.cumsum(np.concatenate(([0], ~layout.same)))
    span = 2.0 * float(np.abs(price).max()) + 1.0
    return np.asarray(order[np.argsort(shown + span * owner, kind="stable")])


def _nearest_step(amount: Floats, step: Floats, least: Floats, most: Floats) -> Floats:
    """Return the tradable amount nearest to `amount`: the best one, as the worth is a parabola."""
    unit = np.where(step > 0, step, 1.0)
    low = np.ceil(least / unit - 1e-9) * unit
    high = np.floor(most / unit + 1e-9) * unit
    stepped = np.clip(np.round(amount / unit) * unit, low, np.maximum(high, low))
    return np.asarray(np.where(step > 0, stepped, amount))


def _sales(model: Model, layout: Layout, price: Floats, order: Ints, sizes: Sizes, whole: bool) -> SaleAnswer:
    positions, owner = model.positions, model.lots.position
    n = positions.count
    if not model.lots.count:
        return SaleAnswer(
            worth=np.full(n, NONE), amount=np.zeros(n), sales=np.zeros(0), marginal=np.full(n, -1)
        )
    size, cost = sizes.most[order], price[order]
    reached = np.cumsum(size) - sizes.before
    previous = reached - size
    wanted = (layout.lot_marginal - cost) * layout.lot_pliancy
    best = np.zeros(n)
    best[layout.owners] = np.maximum.reduceat(np.minimum(reached, wanted), layout.starts)
    amount = np.minimum(np.maximum(best, sizes.least), sizes.top)
    inside = (amount == best) & (best > sizes.least)
    if whole:
        amount = _whole_sale(model, reached, previous, cost, layout.marginal, amount, sizes)
    amount = np.where(sizes.is_open, amount, 0.0)
    taken = np.minimum(np.maximum(amount[owner] - previous, 0.0), size)
    sales = np.empty(owner.size)
    sales[order] = taken
    worth = (positions.curvature * amount - layout.marginal) * amount
    worth[layout.owners] += np.add.reduceat(cost * taken, layout.starts)
    worth += positions.ticket
    sliver = SLIVER * size
    partial = np.flatnonzero((taken > sliver) & (taken < size - sliver) & inside[owner])
    partial = partial[wanted[partial] <= reached[partial]]
    at = np.full(n, -1, dtype=np.int64)
    at[owner[partial]] = order[partial]
    return SaleAnswer(worth=np.where(sizes.is_open, worth, NONE), amount=amount, sales=sales, marginal=at)


def _whole_sale(
    model: Model,
    reached: Floats,
    previous: Floats,
    cost: Floats,
    marginal: Floats,
    amount: Floats,
    sizes: Sizes,
) -> Floats:
    """Return the better of the two tradable amounts around each best sale."""
    positions, owner = model.positions, model.lots.position
    unit = np.where(positions.step > 0, positions.step, 1.0)
    low = np.ceil(sizes.least / unit - 1e-9) * unit
    high = np.maximum(np.floor(sizes.top / unit + 1e-9) * unit, low)

    def worth_of(total: Floats) -> Floats:
        taken = np.clip(total[owner] - previous, 0.0, reached - previous)
        lots_cost = np.bincount(owner, cost * taken, positions.count)
        return np.asarray(positions.curvature * total * total - marginal * total + lots_cost)

    below = np.clip(np.floor(amount / unit + 1e-9) * unit, low, high)
    above = np.clip(below + unit, low, high)
    stepped = np.where(worth_of(above) < worth_of(below), above, below)
    return np.asarray(np.where(positions.step > 0, stepped, amount))
