"""Newton steps at one heat as plain loops, for compiling (see `compiled`).

Only where every name is its own wash group. The same steps as `prices.Carried.settle`, with the rows' part
of `barrier` and the sums of `spread`; those are the reference, and a test holds both to 1e-9. One call does
a whole heat, as for small accounts calling every loop from outside would take longer than the loops.

Arrays that go through several loops stand in tuples, in the order named here.
"""

import math

import numpy as np

from optimizer.kernels import buy, mix_alone, odd_of_sales, sell, sort, spread_modes
from optimizer.model import Bools, Floats, Ints

INF = math.inf

Rows = tuple[Floats, Ints, Floats, Floats, Ints, Floats, Ints, Floats, Ints]
"""Of `Barrier`: linear, one, sign, cap, two, half, bent, inverse, idle."""

Pulled = tuple[Floats, Ints, Ints, Floats, Floats, Floats, Ints, Ints]
"""Of `Pulls`: even, mirrored, odd, buy_odd, sale_odd, lots, varied, varied_odd."""

Bends = tuple[Floats, Floats, Floats, Floats]
"""Of names: curvature, marginal, pliancy, ticket."""

Buying = tuple[Floats, Floats, Floats, Floats, Floats, Floats, Floats, Floats, Bools]
"""Of names: the bends, then cost, least, most, top, is_open."""

Selling = tuple[Floats, Floats, Floats, Bools]
"""most of lots; least, top, is_open of names."""

Fixed = tuple[Rows, Pulled, Bends, Buying, Selling, Ints, Floats]
"""What does not change; last: begins, cost of lots."""

Found = tuple[Floats, Floats, Ints, Floats, Floats, Bools, Floats, Floats, Floats, Ints, Floats, Floats]
"""Where the climb stands: charge, price, order, buy_worth, buys, moves, sale_worth, amounts, sales, margins,
of_buy, of_sale."""

Heat = tuple[float, float, float, float]
Limits = tuple[int, int, float, float, float]

# ------------------------------------------------------------------ rows


def rows_value(
    prices: Floats,
    barrier: float,
    linear: Floats,
    one: Ints,
    sign: Floats,
    cap: Floats,
    two: Ints,
    half: Floats,
    bent: Ints,
    inverse: Floats,
    idle: Ints,
) -> float:
    """Return the rows' part of the smoothed bound, -inf outside the ranges: `Barrier.value`."""
    total = 0.0
    for r in range(prices.size):
        total += prices[r] * linear[r]
    for k in range(one.size):
        own = sign[k] * prices[one[k]]
        inside = own * (cap[k] - own)
        if inside <= 0.0:
            return -INF
        total += barrier * math.log(inside)
    for k in range(bent.size):
        total -= prices[bent[k]] * prices[bent[k]] * inverse[k] / 2
    for k in range(two.size):
        price, offset = prices[two[k]], off_middle(prices[two[k]], half[k], barrier)
        total -= price * offset
        if half[k] > 0:
            total -= barrier * math.log((half[k] - offset) * (half[k] + offset))
    return total


def off_middle(price: float, half: float, barrier: float) -> float:
    """Return where a row with two limits stands, from the middle."""
    reach = price * half
    offset = reach * half / (barrier + math.sqrt(barrier * barrier + reach * reach))
    edge = half * (1 - 1e-12)
    return min(max(offset, -edge), edge)


def rows_slopes(
    prices: Floats,
    barrier: float,
    linear: Floats,
    one: Ints,
    sign: Floats,
    cap: Floats,
    two: Ints,
    half: Floats,
    bent: Ints,
    inverse: Floats,
    idle: Ints,
    gradient: Floats,
    bend: Floats,
) -> None:
    """Write the gradient and the negated second derivative of the rows' part: `Barrier.slopes`."""
    for r in range(prices.size):
        gradient[r], bend[r] = linear[r], 0.0
    for k in range(one.size):
        own = sign[k] * prices[one[k]]
        of_own, of_room = 1 / own, 1 / (cap[k] - own)
        gradient[one[k]] += sign[k] * barrier * (of_own - of_room)
        bend[one[k]] = barrier * (of_own * of_own + of_room * of_room)
    for k in range(bent.size):
        gradient[bent[k]] -= prices[bent[k]] * inverse[k]
        bend[bent[k]] = inverse[k]
    for k in range(idle.size):
        gradient[idle[k]], bend[idle[k]] = 0.0, 1.0
    for k in range(two.size):
        offset = off_middle(prices[two[k]], half[k], barrier)
        gradient[two[k]] -= offset
        if half[k] > 0:
            below, above = max(half[k] + offset, 1e-150), max(half[k] - offset, 1e-150)
            bend[two[k]] = (below * above) ** 2 / (barrier * (below * below + above * above))


def longest(prices: Floats, way: Floats, one: Ints, sign: Floats, cap: Floats, part: float) -> float:
    """Return how much of `way`, at most 1, stays inside the ranges: `Barrier.longest`."""
    length = 1.0
    for k in range(one.size):
        own, change = sign[k] * prices[one[k]], sign[k] * way[one[k]]
        if change < -1e-100:
            length = min(length, part * -own / change)
        elif change > 1e-100:
            length = min(length, part * (cap[k] - own) / change)
    return length


# ------------------------------------------------------------------ one heat, every name its own wash group


def charge_columns(
    prices: Floats,
    even: Floats,
    mirrored: Ints,
    odd: Ints,
    buy_odd: Floats,
    sale_odd: Floats,
    lots: Floats,
    varied: Ints,
    varied_odd: Ints,
    begins: Ints,
    charge: Floats,
) -> None:
    """Write what the rows charge each column: `Pulls.charge`."""
    n, of_odd = begins.size - 1, prices[odd]
    both, bought, gone = np.dot(even, prices[mirrored]), np.dot(of_odd, buy_odd), np.dot(of_odd, sale_odd)
    for i in range(n):
        charge[i] = both[i] + bought[i]
        for lot in range(begins[i], begins[i + 1]):
            own = gone[i] - both[i]
            for v in range(varied.size):
                own += lots[v, lot] * prices[varied[v]]
            charge[n + lot] = own


def value_at(
    prices: Floats, temperature: float, barrier: float, sliver: float, fixed: Fixed, found: Found
) -> float:
    """Write the names' answer and mix at `prices`, and return the smoothed bound: `Carried.at`."""
    rows, pulls, bends, buying, selling, begins, cost = fixed
    charge, price, order, buy_worth, buys, moves, sale_worth, amounts, sales, margins, of_buy, of_sale = found
    value = rows_value(prices, barrier, *rows)
    if value == -INF:
        return value
    charge_columns(prices, *pulls, begins, charge)
    buy(charge, *buying, buy_worth, buys, moves)
    sort(charge, begins, cost, order, price)
    sell(sliver, price, order, begins, *bends, *selling, sale_worth, amounts, sales, margins)
    return value + mix_alone(temperature, buy_worth, sale_worth, of_buy, of_sale)


def moments_at(
    temperature: float, small: float, fixed: Fixed, found: Found, units: Floats, mixed: Floats, square: Floats
) -> None:
    """Write how trades spread over modes and move with prices: the moments of `spread.curvature`."""
    _, pulls, bends, _, _, begins, _ = fixed
    _, _, odd, buy_odd, sale_odd, lots, _, varied_odd = pulls
    pliancy = bends[2]
    _, _, _, _, buys, moves, _, amounts, sales, margins, of_buy, of_sale = found
    sold, pulled = np.empty(mixed.shape), np.empty(odd.size)
    odd_of_sales(begins, sale_odd, lots, varied_odd, amounts, sales, sold)
    weight = np.full(buys.size, 1.0 / temperature)
    spread_modes(weight, of_buy, of_sale, buys, buy_odd, amounts, sold, units, mixed, square)
    for i in range(buys.size):
        if moves[i] and of_buy[i] > small:
            for r in range(odd.size):
                pulled[r] = buy_odd[r, i]
            add_unit(i, of_buy[i] * pliancy[i], 1.0, pulled, units, mixed, square)
        if margins[i] >= 0 and of_sale[i] > small:
            for r in range(odd.size):
                pulled[r] = sale_odd[r, i]
            for v in range(varied_odd.size):
                pulled[varied_odd[v]] = lots[v, margins[i]]
            add_unit(i, of_sale[i] * pliancy[i], -1.0, pulled, units, mixed, square)


def add_unit(
    i: int, weight: float, sign: float, pulled: Floats, units: Floats, mixed: Floats, square: Floats
) -> None:
    """Add one unit bought or sold of a name, the lower half of `square` only: `Moments.add_units`."""
    units[i] += weight
    for r in range(pulled.size):
        mixed[r, i] += sign * weight * pulled[r]
        for q in range(r + 1):
            square[r, q] += weight * pulled[r] * pulled[q]


def slopes_at(
    prices: Floats,
    temperature: float,
    barrier: float,
    small: float,
    fixed: Fixed,
    found: Found,
    gradient: Floats,
    hessian: Floats,
) -> None:
    """Write gradient and the lower half of the negated Hessian of the smoothed bound: `Carried.slopes`."""
    rows, pulls, _, _, _, begins, _ = fixed
    even, mirrored, odd, buy_odd, sale_odd, lots, varied, _ = pulls
    _, _, _, _, buys, _, _, amounts, sales, _, of_buy, of_sale = found
    n, bend = buys.size, np.empty(prices.size)
    rows_slopes(prices, barrier, *rows, gradient, bend)
    units, mixed, square = np.empty(n), np.empty((odd.size, n)), np.zeros((odd.size, odd.size))
    moments_at(temperature, small, fixed, found, units, mixed, square)
    moved, scaled = np.empty((odd.size + 1, n)), np.empty(even.shape)
    for i in range(n):
        moved[0, i] = of_buy[i] * buys[i] - of_sale[i] * amounts[i]
        for k in range(mirrored.size):
            scaled[i, k] = units[i] * even[i, k]
    moved[1:] = mixed
    crossed, top = np.dot(moved, even), np.dot(even.T, scaled)
    for k in range(mirrored.size):
        gradient[mirrored[k]] += crossed[0, k]
        for q in range(mirrored.size):
            hessian[mirrored[k], mirrored[q]] = top[k, q]
        for r in range(odd.size):
            hessian[odd[r], mirrored[k]] = hessian[mirrored[k], odd[r]] = crossed[r + 1, k]
    for r in range(odd.size):
        for q in range(r + 1):
            hessian[odd[r], odd[q]] = hessian[odd[q], odd[r]] = square[r, q]
        for i in range(n):
            bought, gone = of_buy[i] * buys[i], of_sale[i] * amounts[i]
            gradient[odd[r]] += buy_odd[r, i] * bought + sale_odd[r, i] * gone
    for v in range(varied.size):
        for i in range(n):
            for lot in range(begins[i], begins[i + 1]):
                gradient[varied[v]] += lots[v, lot] * of_sale[i] * sales[lot]
    for r in range(prices.size):
        hessian[r, r] += bend[r]


def solved(matrix: Floats, right: Floats) -> bool:
    """Turn `right` into the solution, by Cholesky in place; False where the matrix has no factor."""
    for j in range(right.size):
        for i in range(j, right.size):
            left = matrix[i, j]
            for k in range(j):
                left -= matrix[i, k] * matrix[j, k]
            if i > j:
                matrix[i, j] = left / matrix[j, j]
            elif left > 0.0:
                matrix[j, j] = math.sqrt(left)
            else:
                return False
    for i in range(right.size):
        for k in range(i):
            right[i] -= matrix[i, k] * right[k]
        right[i] /= matrix[i, i]
    for i in range(right.size - 1, -1, -1):
        for k in range(i + 1, right.size):
            right[i] -= matrix[k, i] * right[k]
        right[i] /= matrix[i, i]
    return True


def settle(
    prices: Floats, heat: Heat, limits: Limits, fixed: Fixed, found: Found, trial: Found, bend: Floats
) -> tuple[float, int, bool]:
    """Newton steps at one heat from `prices`, which are moved: `Carried.settle`.

    heat: temperature, barrier, near, last. limits: most steps, most tries, shortened, sliver, small.
    Returns the smoothed bound, the steps, and whether the answer stands in `trial` instead of `found`.
    """
    temperature, barrier, near, last = heat
    most, tries, shortened, sliver, small = limits
    _, one, sign, cap = fixed[0][:4]
    size, in_trial, step = prices.size, False, 0
    gradient, way, hessian = np.empty(size), np.empty(size), np.empty((size, size))
    value = value_at(prices, temperature, barrier, sliver, fixed, found)
    for step in range(most):
        slopes_at(prices, temperature, barrier, small, fixed, found, gradient, hessian)
        for r in range(size):
            bend[r], way[r] = hessian[r, r], gradient[r]
        ridge = 1e-10 * max(bend.sum(), 1e-300) / max(size, 1)
        for r in range(size):
            hessian[r, r] += ridge
        if not solved(hessian, way):
            break
        gain = 0.0
        for r in range(size):
            gain += gradient[r] * way[r]
        if gain < 2 * near:
            break
        length, better = longest(prices, way, one, sign, cap, shortened), value
        for attempt in range(tries):
            trial[2][:] = found[2]
            better = value_at(prices + length * way, temperature, barrier, sliver, fixed, trial)
            if better >= value + 1e-4 * length * gain - 1e-12 * abs(value):
                break
            length = length * 0.4 if attempt < tries - 1 else 0.0
        if length == 0.0:
            break
        prices += length * way
        value, found, trial, in_trial = better, trial, found, not in_trial
        if length == 1.0 and gain < last:
            step += 1
            break
    return value, step, in_trial
