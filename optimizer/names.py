"""Each name by itself, solved exactly at given prices: hold, buy, sell, or sell without losses.

At row prices y a purchase costs kb = its own cost + y'A per unit and a sale of lot l costs kl. With
bend q and m = 2 q (value - target) a purchase of b is worth q b^2 + (m + kb) b, least at
b = -(m + kb) / 2q; a sale of S in total is worth q S^2 - m S + sum kl s_l, cheapest lots first, and

    S = largest over lots, cheapest first, of min(size of the lots so far, (m - kl) / 2q).

With q = 0.1, m = 4 and lots of 10 at k = 1 and 10 at k = 3 the wanted sizes are 15 and 5, so S = 10: the
first lot and none of the second. Everything is over all names at once; a loop over names is 100 times
slower.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.model import INF, Bools, Floats, Ints, Model, sold

NONE = INF
"""The worth of a mode that is not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What does not change with prices: where lots stand, which modes are open, how groups are made."""

    n_groups: int
    owners: Ints  # positions that have lots, ascending
    starts: Ints  # first lot of each owner
    alone: Bools  # (n_positions,) the only position of its wash group
    open_buy: Bools
    open_sale: Bools
    harmless_most: Floats  # (n_lots,) sizes with loss lots closed
    harmless_open: Bools  # a sale without losses reaches the minimum
    harmless_cap: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleAnswer:
    """The best sale of each position at the prices given."""

    worth: Floats  # (n_positions,) NONE where closed
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


def lay_out(model: Model) -> Layout:
    """Return what is fixed over all prices."""
    positions, lots = model.positions, model.lots
    owners, starts = np.unique(lots.position, return_index=True)
    n_groups = int(positions.group.max()) + 1 if positions.count else 0
    size = np.bincount(positions.group, minlength=n_groups)
    slack = 1e-9
    harmless = np.where(lots.is_loss, 0.0, lots.most)
    cap = np.minimum(positions.sale_most, sold(model, harmless))
    open_sale = (positions.sale_most > 0) & (positions.sale_most >= positions.sale_least - slack)
    return Layout(
        n_groups=n_groups,
        owners=owners.astype(np.int64),
        starts=starts.astype(np.int64),
        alone=size[positions.group] == 1,
        open_buy=(positions.buy_most > 0) & (positions.buy_most >= positions.buy_least - slack),
        open_sale=open_sale,
        harmless_most=harmless,
        harmless_open=open_sale & (cap > 0) & (cap >= positions.sale_least - slack),
        harmless_cap=cap,
    )


def answer_names(model: Model, layout: Layout, charge: Floats, *, whole: bool = False) -> NameAnswer:
    """Return each name's best purchase and sales where rows charge each column `charge`, (n_columns,).

    whole: in steps of tradable quantities, for the last, sharper bound.
    """
    positions, lots = model.positions, model.lots
    marginal = 2 * positions.curvature * (positions.value - positions.target)
    slope = marginal + positions.buy_cost + charge[: positions.count]
    free = -slope / (2 * positions.curvature)
    buys = np.clip(free, positions.buy_least, np.maximum(positions.buy_most, positions.buy_least))
    if whole:
        buys = _nearest_step(buys, positions.step, positions.buy_least, positions.buy_most)
    worth = positions.curvature * buys * buys + slope * buys
    price = lots.cost + charge[positions.count :]
    order = np.lexsort((price, lots.position))
    sale = _sales(
        model, layout, price, order, lots.most, positions.sale_most, layout.open_sale, marginal, whole
    )
    harmless = sale
    if not layout.alone.all():
        harmless = _sales(
            model,
            layout,
            price,
            order,
            layout.harmless_most,
            layout.harmless_cap,
            layout.harmless_open,
            marginal,
            whole,
        )
    return NameAnswer(
        buy_worth=np.where(layout.open_buy, worth, NONE),
        buys=np.where(layout.open_buy, buys, 0.0),
        buy_moves=layout.open_buy & (free > positions.buy_least) & (free < positions.buy_most),
        sale=sale,
        harmless=harmless,
    )


def _nearest_step(amount: Floats, step: Floats, least: Floats, most: Floats) -> Floats:
    """Return the tradable amount nearest to `amount`: the best one, as the worth is a parabola."""
    unit = np.where(step > 0, step, 1.0)
    low = np.ceil(least / unit - 1e-9) * unit
    high = np.floor(most / unit + 1e-9) * unit
    stepped = np.clip(np.round(amount / unit) * unit, low, np.maximum(high, low))
    return np.asarray(np.where(step > 0, stepped, amount))


def _sales(
    model: Model,
    layout: Layout,
    price: Floats,
    order: Ints,
    sizes: Floats,
    cap: Floats,
    is_open: Bools,
    marginal: Floats,
    whole: bool,
) -> SaleAnswer:
    positions, lots = model.positions, model.lots
    n_lots = lots.count
    if not n_lots:
        nothing = np.full(positions.count, NONE)
        return SaleAnswer(worth=nothing, sales=np.zeros(0), marginal=np.full(positions.count, -1))
    owner = lots.position[order]
    size = sizes[order]
    running = np.cumsum(size)
    before_first = np.concatenate(([0.0], running))[layout.starts]
    reached = running - np.repeat(before_first, np.diff(np.append(layout.starts, n_lots)))
    previous = reached - size
    wanted = (marginal[owner] - price[order]) / (2 * positions.curvature[owner])
    best = np.zeros(positions.count)
    best[layout.owners] = np.maximum.reduceat(np.minimum(reached, wanted), layout.starts)
    least = np.minimum(positions.sale_least, np.maximum(cap, 0.0))
    amount = np.clip(best, least, np.maximum(cap, least))
    inside = (amount == best) & (best > least) & (best < cap)
    if whole:
        amount = _whole_sale(model, order, reached, previous, price, marginal, amount, least, cap)
    taken = np.clip(amount[owner] - previous, 0.0, size)
    sales = np.zeros(n_lots)
    sales[order] = taken
    worth = positions.curvature * amount * amount - marginal * amount + sold(model, price * sales)
    partial = (taken > 0) & (taken < size) & inside[owner] & (wanted <= reached)
    at = np.full(positions.count, -1, dtype=np.int64)
    at[owner[partial]] = order[partial]
    return SaleAnswer(worth=np.where(is_open, worth, NONE), sales=sales, marginal=at)


def _whole_sale(
    model: Model,
    order: Ints,
    reached: Floats,
    previous: Floats,
    price: Floats,
    marginal: Floats,
    amount: Floats,
    least: Floats,
    cap: Floats,
) -> Floats:
    """Return the better of the two tradable amounts around each best sale."""
    positions = model.positions
    owner = model.lots.position[order]
    unit = np.where(positions.step > 0, positions.step, 1.0)
    low = np.ceil(least / unit - 1e-9) * unit
    high = np.maximum(np.floor(cap / unit + 1e-9) * unit, low)

    def worth_of(total: Floats) -> Floats:
        taken = np.clip(total[owner] - previous, 0.0, reached - previous)
        lots_cost = np.bincount(owner, price[order] * taken, positions.count)
        return np.asarray(positions.curvature * total * total - marginal * total + lots_cost)

    below = np.clip(np.floor(amount / unit + 1e-9) * unit, low, high)
    above = np.clip(below + unit, low, high)
    stepped = np.where(worth_of(above) < worth_of(below), above, below)
    return np.asarray(np.where(positions.step > 0, stepped, amount))
