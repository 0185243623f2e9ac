"""One mode for every name: of the names that the prices leave undecided, those that fit together.

Taking each name's likeliest mode leaves rows off balance, and what brings them back costs. Near the
prices that cost is known: with r what the modes leave in the rows and H the curvature of the bound at
fixed modes,

    cost of modes = sum of their worths + r' inv(H) r / 2

so that the modes are changed one at a time, then two at a time, while this falls.

    r = 6 in one row with H = 900: 0.02; a name that takes the row to -1 at 0.005 is worth it
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import lapack

from optimizer.barrier import Barrier
from optimizer.model import Bools, Floats, Ints, Model
from optimizer.modes import Choice, Mix
from optimizer.names import Layout, NameAnswer
from optimizer.pulls import Pulls
from optimizer.spread import curvature

UNDECIDED = 0.3
"""Basis points by which a mode may be worth less than the one chosen and still be tried."""

MOST_OPTIONS = 240
MOST_CHANGES = 400
WORTHWHILE = 1e-7
SIZE = 1e-3
"""Of the barrier that tells rows at their limits (hard to move) from rows away from them."""


HOLD, BUY, SELL = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Modes that are tried: one per row, of one name each; the modes of a name side by side."""

    name: Ints
    mode: Ints
    first: Bools  # the likeliest mode of its name
    worth: Floats  # more than that of the first
    pull: Floats  # (n_options, n_rows)


def as_mix(choice: Choice) -> Mix:
    """Return modes chosen as shares of 0 and 1."""
    sells = (choice.sells & ~choice.harmless).astype(np.float64)
    buys, harmless = choice.buys.astype(np.float64), choice.harmless.astype(np.float64)
    nothing = np.zeros(buys.size)
    return Mix(
        worth=0.0,
        side_a=nothing,
        buy=buys,
        sale=sells,
        harmless=harmless,
        buy_in_b=buys,
        sale_in_a=nothing,
        harmless_in_b=sells + harmless,
    )


def fitting_choice(
    pulls: Pulls,
    barrier: Barrier,
    model: Model,
    layout: Layout,
    choice: Choice,
    prices: Floats,
    answer: NameAnswer,
    left: Floats | None = None,
) -> Choice:
    """Return modes that fit together better than `choice` at these prices.

    left: what the modes leave in the rows, (n_rows,); None: nothing, the amounts have been put in order.
    """
    options = _options(pulls, layout, choice, answer)
    if options is None:
        return choice
    fixed = as_mix(choice)
    _, bend = barrier.slopes(prices, SIZE)
    left = np.zeros(bend.size) if left is None else left
    bent = curvature(pulls, model, layout, answer, fixed, 1.0)
    bent[np.diag_indices(bend.size)] += bend + 1e-9 * max(float(np.trace(bent)), 1e-12)
    _, eased, failed = lapack.dposv(bent, np.column_stack((options.pull.T, left)), lower=1)
    if failed:
        return choice
    between = options.pull @ eased[:, :-1]
    taken = _changed(options, between, options.pull @ eased[:, -1])
    buys, sells = choice.buys.copy(), choice.sells.copy()
    buys[options.name[taken]] = options.mode[taken] == BUY
    sells[options.name[taken]] = options.mode[taken] == SELL
    return replace(choice, buys=buys, sells=sells, harmless=sells & ~choice.in_a & ~layout.alone)


def _options(pulls: Pulls, layout: Layout, choice: Choice, answer: NameAnswer) -> Options | None:
    """Return the modes of the names whose second mode is worth nearly as much as the chosen one."""
    in_a = choice.in_a
    sale = np.where(in_a, answer.sale.worth, answer.harmless.worth)
    buy = np.where(in_a, np.inf, answer.buy_worth)
    worths = np.stack((np.zeros(buy.size), buy, sale))
    current = np.where(choice.buys, BUY, np.where(choice.sells, SELL, HOLD))
    every = np.arange(buy.size)
    away = worths - worths[current, every]
    away[current, every] = np.inf
    nearest = away.min(axis=0)
    names = np.flatnonzero(nearest < UNDECIDED)
    if not names.size:
        return None
    names = names[np.argsort(nearest[names], kind="stable")][: MOST_OPTIONS // 3]
    amount = np.where(in_a, answer.sale.amount, answer.harmless.amount)
    sales = np.where(in_a[pulls.owner], answer.sale.sales, answer.harmless.sales)
    pull = np.zeros((3, names.size, pulls.buy.shape[1]))
    pull[BUY] = pulls.buy[names] * answer.buys[names, None]
    pull[SELL] = pulls.sale[names] * amount[names, None]
    if pulls.varied.size:
        pull[SELL][:, pulls.varied] = pulls.of_varied(sales)[:, names].T
    tried = away[:, names] < UNDECIDED
    own = current[names]
    tried[own, np.arange(names.size)] = True
    mode, at = np.nonzero(tried)
    worths = worths[:, names]
    return Options(
        name=names[at],
        mode=mode,
        first=mode == own[at],
        worth=worths[mode, at] - worths[own[at], at],
        pull=pull[mode, at] - pull[own[at], at],
    )


def _changed(options: Options, between: Floats, pulled: Floats) -> Ints:
    """Return the option taken for each option's name, after single changes and pairs that help.

    Every option is told from the first choice of its name. between: products of what two options pull.
    """
    first = np.flatnonzero(options.first)
    first = first[np.argsort(options.name[first])]
    taken = first[np.searchsorted(options.name[first], options.name)]
    rival = options.name[:, None] == options.name[None, :]
    alone = options.worth + pulled
    own = np.diag(between)
    every = np.arange(taken.size)
    for _ in range(MOST_CHANGES):
        sums = between[:, np.unique(taken)].sum(axis=1)
        gain = alone + sums - (alone + sums)[taken] + (own + own[taken]) / 2 - between[every, taken]
        best = int(np.argmin(gain))
        if gain[best] < -WORTHWHILE:
            taken = np.where(rival[best], best, taken)
            continue
        apart = between - between[:, taken]
        both = apart - apart[taken]
        both += gain[:, None]
        both += gain
        both[rival] = 0.0
        pair = np.unravel_index(int(np.argmin(both)), both.shape)
        if both[pair] >= -WORTHWHILE:
            break
        for one in map(int, pair):
            taken = np.where(rival[one], one, taken)
    return np.unique(taken)
