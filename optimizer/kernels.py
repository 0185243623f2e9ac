"""The climb's inner loops as plain loops over names, for compiling (see `compiled`).

The same arithmetic as `names.answer_names`, `modes.soft_mix` and `spread`, name by name instead of array
by array; those are the reference, and a test holds both to 1e-9. Nothing here is called unless it is
compiled: as they stand these loops are a hundred times slower than the arrays.

Arguments are arrays and numbers only; results are written into arrays given. Array names are those of
`Layout`, `NameAnswer`, `Mix` and `Pulls`; begins is (n_positions + 1,), the first lot of each position.
`kernels_heat` makes Newton steps of them.
"""

import math

from optimizer.model import Bools, Floats, Ints

INF = math.inf


def buy(
    charge: Floats,
    curvature: Floats,
    marginal: Floats,
    pliancy: Floats,
    ticket: Floats,
    cost: Floats,
    least: Floats,
    most: Floats,
    top: Floats,
    is_open: Bools,
    worth: Floats,
    buys: Floats,
    moves: Bools,
) -> None:
    """Write the best purchase of every name."""
    for i in range(buys.size):
        slope = marginal[i] + cost[i] + charge[i]
        free = -slope * pliancy[i]
        amount = min(max(free, least[i]), top[i])
        if is_open[i]:
            worth[i] = (curvature[i] * amount + slope) * amount + ticket[i % ticket.size]
            buys[i] = amount
            moves[i] = least[i] < free < most[i]
        else:
            worth[i], buys[i], moves[i] = INF, 0.0, False


def sort(charge: Floats, begins: Ints, cost: Floats, order: Ints, price: Floats) -> None:
    """Write each lot's price, and bring `order` up to date: the lots of each name cheapest first."""
    n = begins.size - 1
    for lot in range(cost.size):
        price[lot] = cost[lot] + charge[n + lot]
    for i in range(n):
        for k in range(begins[i] + 1, begins[i + 1]):
            lot, j = order[k], k
            while j > begins[i] and price[order[j - 1]] > price[lot]:
                order[j] = order[j - 1]
                j -= 1
            order[j] = lot


def sell(
    sliver: float,
    price: Floats,
    order: Ints,
    begins: Ints,
    curvature: Floats,
    marginal: Floats,
    pliancy: Floats,
    ticket: Floats,
    most: Floats,
    least: Floats,
    top: Floats,
    is_open: Bools,
    worths: Floats,
    amounts: Floats,
    sales: Floats,
    margins: Ints,
) -> None:
    """Write the best sale of every name."""
    for i in range(amounts.size):
        best, reached = 0.0, 0.0
        for k in range(begins[i], begins[i + 1]):
            reached += most[order[k]]
            reach = min(reached, (marginal[i] - price[order[k]]) * pliancy[i])
            best = reach if k == begins[i] else max(best, reach)
        amount = min(max(best, least[i]), top[i])
        inside = amount == best and best > least[i]
        amount = amount if is_open[i] else 0.0
        worth = (curvature[i] * amount - marginal[i]) * amount + ticket[i % ticket.size]
        at, reached = -1, 0.0
        for k in range(begins[i], begins[i + 1]):
            lot = order[k]
            size = most[lot]
            taken = min(max(amount - reached, 0.0), size)
            reached += size
            sales[lot] = taken
            worth += price[lot] * taken
            ends = sliver * size < taken < size - sliver * size
            if inside and ends and (marginal[i] - price[lot]) * pliancy[i] <= reached:
                at = lot
        worths[i] = worth if is_open[i] else INF
        amounts[i], margins[i] = amount, at


def mix_alone(
    temperature: float, buy_worth: Floats, sale_worth: Floats, buys: Floats, sales: Floats
) -> float:
    """Write shares of buying and selling where every name is its own wash group; return the worth."""
    total = 0.0
    for i in range(buys.size):
        of_buy, of_sale = -buy_worth[i] / temperature, -sale_worth[i] / temperature
        top = max(max(of_buy, of_sale), 0.0)
        of_buy, of_sale = math.exp(of_buy - top), math.exp(of_sale - top)
        whole = math.exp(-top) + of_buy + of_sale
        total += top + math.log(whole)
        buys[i], sales[i] = of_buy / whole, of_sale / whole
    return -temperature * total


def mix_groups(
    temperature: float,
    group: Ints,
    alone: Bools,
    buy_worth: Floats,
    sale_worth: Floats,
    harmless_worth: Floats,
    side_a: Floats,
    log_b: Floats,
    shares: Floats,
) -> float:
    """Write shares of modes and of sides; shares is (6, n) in the order of `Mix`. Return the worth."""
    for i in range(alone.size):
        of_buy, of_sale = -buy_worth[i] / temperature, -sale_worth[i] / temperature
        of_harmless = -harmless_worth[i] / temperature
        top_a, top_b = max(of_sale, 0.0), max(max(of_buy, of_harmless), 0.0)
        sum_a = math.exp(-top_a) + math.exp(of_sale - top_a)
        sum_b = math.exp(-top_b) + math.exp(of_buy - top_b) + math.exp(of_harmless - top_b)
        shares[3, i] = math.exp(of_buy - top_b) / sum_b
        shares[4, i] = math.exp(of_sale - top_a) / sum_a
        shares[5, i] = math.exp(of_harmless - top_b) / sum_b
        side_a[group[i]] = -INF if alone[i] else side_a[group[i]] + top_a + math.log(sum_a)
        log_b[group[i]] += top_b + math.log(sum_b)
    total = 0.0
    for g in range(side_a.size):
        top = max(side_a[g], log_b[g])
        whole = top + math.log(math.exp(side_a[g] - top) + math.exp(log_b[g] - top))
        total += whole
        side_a[g] = math.exp(side_a[g] - whole)
    for i in range(alone.size):
        in_a = side_a[group[i]]
        shares[0, i] = (1.0 - in_a) * shares[3, i]
        shares[1, i] = shares[5, i] if alone[i] else in_a * shares[4, i]
        shares[2, i] = 0.0 if alone[i] else (1.0 - in_a) * shares[5, i]
    return -temperature * total


def odd_of_sales(
    begins: Ints,
    sale_odd: Floats,
    lots: Floats,
    varied_odd: Ints,
    amounts: Floats,
    sales: Floats,
    found: Floats,
) -> None:
    """Write what the sales of each name do to the odd rows, (n_odd, n)."""
    for r in range(found.shape[0]):
        for i in range(amounts.size):
            found[r, i] = sale_odd[r, i] * amounts[i]
    for v in range(varied_odd.size):
        r = varied_odd[v]
        for i in range(amounts.size):
            total = 0.0
            for lot in range(begins[i], begins[i + 1]):
                total += lots[v, lot] * sales[lot]
            found[r, i] = total


def spread_modes(
    weight: Floats,
    of_buy: Floats,
    of_sale: Floats,
    buys: Floats,
    buy_odd: Floats,
    amounts: Floats,
    sold: Floats,
    units: Floats,
    mixed: Floats,
    odd: Floats,
) -> None:
    """Write the variance over hold, buy and sell: by units, units by odd rows, and odd rows (lower half)."""
    count = odd.shape[0]
    for i in range(buys.size):
        buying = weight[i] * of_buy[i] * (1.0 - of_buy[i])
        selling = weight[i] * of_sale[i] * (1.0 - of_sale[i])
        either = weight[i] * of_buy[i] * of_sale[i]
        b, s = buys[i], amounts[i]
        units[i] = buying * b * b + selling * s * s + 2 * either * b * s
        for r in range(count):
            bought, gone = buy_odd[r, i] * b, sold[r, i]
            mixed[r, i] = (buying * b + either * s) * bought - (selling * s + either * b) * gone
            for q in range(r + 1):
                other, gone_too = buy_odd[q, i] * b, sold[q, i]
                odd[r, q] += buying * bought * other + selling * gone * gone_too
                odd[r, q] -= either * (bought * gone_too + gone * other)
