"""From the names' answers to modes: which side each wash group takes, and how much of each mode.

A group of one position holds, buys or sells. A larger group chooses between two sides: A, nobody buys
(hold or sell anything), and B, nobody sells at a loss (hold, buy or sell without losses). The worth of a
side is the sum of its positions' best; the group takes the better side. For prices that move smoothly
the hard minimum is replaced by -T log sum exp(-worth / T), which tends to it as T falls to 0.

Two positions with worths A: (0 + -5), B: (-3 + 0): the group takes side A, worth -5.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.model import INF, Bools, Floats, Model
from optimizer.names import Layout, NameAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Shares of modes, (n_positions,) each; hold has the rest. `side_a` is (n_groups,)."""

    worth: float
    side_a: Floats
    buy: Floats
    sale: Floats
    harmless: Floats
    buy_in_b: Floats  # share within side B
    sale_in_a: Floats
    harmless_in_b: Floats


def soft_mix(layout: Layout, model: Model, answer: NameAnswer, temperature: float) -> Mix:
    """Return the smoothed worth and the shares of modes at `temperature`."""
    buy, sale = answer.buy_worth / -temperature, answer.sale.worth / -temperature
    if layout.all_alone:
        return _all_alone(layout, buy, sale, temperature)
    group = model.positions.group
    alone = layout.alone
    harmless = answer.harmless.worth / -temperature
    top_a, top_b = np.maximum(sale, 0.0), np.maximum(np.maximum(buy, harmless), 0.0)
    sum_a = np.exp(-top_a) + np.exp(sale - top_a)
    sum_b = np.exp(-top_b) + np.exp(buy - top_b) + np.exp(harmless - top_b)
    log_a = np.bincount(group, top_a + np.log(sum_a), layout.n_groups)
    log_b = np.bincount(group, top_b + np.log(sum_b), layout.n_groups)
    log_a[group[alone]] = -INF
    top = np.maximum(log_a, log_b)
    total = top + np.log(np.exp(log_a - top) + np.exp(log_b - top))
    side_a = np.exp(log_a - total)
    in_a, in_b = side_a[group], 1.0 - side_a[group]
    buy_in_b = np.exp(buy - top_b) / sum_b
    harmless_in_b = np.exp(harmless - top_b) / sum_b
    sale_in_a = np.exp(sale - top_a) / sum_a
    alone_sale = np.where(alone, harmless_in_b, 0.0)
    return Mix(
        worth=float(-temperature * total.sum()),
        side_a=side_a,
        buy=in_b * buy_in_b,
        sale=np.where(alone, alone_sale, in_a * sale_in_a),
        harmless=np.where(alone, 0.0, in_b * harmless_in_b),
        buy_in_b=buy_in_b,
        sale_in_a=sale_in_a,
        harmless_in_b=harmless_in_b,
    )


def _all_alone(layout: Layout, buy: Floats, sale: Floats, temperature: float) -> Mix:
    """Return the mix where every position is its own wash group: hold, buy or sell."""
    top = np.maximum(np.maximum(buy, sale), 0.0)
    of_buy, of_sale = np.exp(buy - top), np.exp(sale - top)
    total = np.exp(-top) + of_buy + of_sale
    buys, sales = of_buy / total, of_sale / total
    nothing = np.zeros(buy.size)
    return Mix(
        worth=float(-temperature * (top + np.log(total)).sum()),
        side_a=np.zeros(layout.n_groups),
        buy=buys,
        sale=sales,
        harmless=nothing,
        buy_in_b=buys,
        sale_in_a=nothing,
        harmless_in_b=sales,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One mode for each position: at most one of the two is true."""

    worth: float
    buys: Bools
    sells: Bools
    harmless: Bools  # sells, but no lot at a loss
    in_a: Bools  # of a group that takes side A: nobody buys


def best_choice(layout: Layout, model: Model, answer: NameAnswer) -> Choice:
    """Return the exact best modes, and their worth: the separable part of the bound."""
    group = model.positions.group
    alone = layout.alone
    harmless = answer.harmless.worth
    best_a = np.minimum(answer.sale.worth, 0.0)
    best_b = np.minimum(np.minimum(answer.buy_worth, harmless), 0.0)
    worth_a = np.bincount(group, best_a, layout.n_groups).astype(np.float64)  # of no names: whole numbers
    worth_b = np.bincount(group, best_b, layout.n_groups)
    worth_a[group[alone]] = INF
    takes_a = (worth_a < worth_b)[group]
    buys = ~takes_a & (answer.buy_worth < 0) & (answer.buy_worth <= harmless)
    sells = np.where(takes_a, answer.sale.worth < 0, (harmless < 0) & ~buys)
    return Choice(
        worth=float(np.minimum(worth_a, worth_b).sum()),
        buys=buys,
        sells=sells,
        harmless=sells & ~takes_a & ~alone,
        in_a=takes_a & ~alone,
    )


def likely_choice(layout: Layout, model: Model, mix: Mix) -> Choice:
    """Return the modes with the largest shares; `worth` is the smoothed one."""
    group = model.positions.group
    takes_a = (mix.side_a > 0.5)[group]
    alone = layout.alone
    hold_b = 1.0 - mix.buy_in_b - mix.harmless_in_b
    buys = ~takes_a & (mix.buy_in_b > mix.harmless_in_b) & (mix.buy_in_b > hold_b)
    sells_b = ~takes_a & (mix.harmless_in_b >= mix.buy_in_b) & (mix.harmless_in_b > hold_b)
    sells = np.where(takes_a, mix.sale_in_a > 0.5, sells_b)
    return Choice(
        worth=mix.worth,
        buys=buys,
        sells=sells,
        harmless=sells & ~takes_a & ~alone,
        in_a=takes_a & ~alone,
    )
