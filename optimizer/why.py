"""Why a security was not traded: the lock or limit that closed it, or by how much trading would be worse.

At the prices of the answer, one ticket of a security costs its own drift, tax and trading cost, and what
the rows charge for the room it takes. A name that is left alone has a positive sum on both sides:

    buy 10 DDD: drift -3.10, trading cost 0.50, room under IPS-4.1 4.00: worse by 1.40
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from engine.facts.ids import AccountId, Symbol
from optimizer.build import Problem, build
from optimizer.model import Floats
from optimizer.proposal import Reason
from optimizer.scale import as_cents
from optimizer.search import Solution, search
from optimizer.settings import Intent, Settings
from rulebooks.ground import GroundBook


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """One side of one position that was not traded.

    margin: money by which the smallest ticket would make the list worse, the sum of `parts` (money given
    up positive); None where it may not trade at all.
    """

    account: AccountId
    symbol: Symbol
    side: Literal["buy", "sell"]
    words: str
    rule: str | None
    margin: Decimal | None
    parts: tuple[Reason, ...]


def why_not(
    ground: GroundBook,
    symbol: Symbol,
    *,
    accounts: tuple[AccountId, ...],
    intent: Intent,
    settings: Settings,
) -> tuple[WhyNot, ...]:
    """Return, for each account and side, why `symbol` is not traded; sides that are traded are left out."""
    problem = build(ground, accounts=accounts, intent=intent, settings=settings)
    solution = search(problem)
    found: list[WhyNot] = []
    for account in accounts:
        index = problem.columns.places.get((account, symbol))
        if index is None:
            found.append(_closed(account, symbol, "buy", f"{symbol} is neither held nor wished for", None))
            continue
        found.extend(_sides(solution, index))
    return tuple(found)


def _closed(
    account: AccountId, symbol: Symbol, side: Literal["buy", "sell"], words: str, rule: str | None
) -> WhyNot:
    return WhyNot(account=account, symbol=symbol, side=side, words=words, rule=rule, margin=None, parts=())


def _sides(solution: Solution, index: int) -> list[WhyNot]:
    problem = solution.problem
    name = problem.columns.names[index]
    sales = problem.columns.sales(index)
    found: list[WhyNot] = []
    if not solution.steps[index] and not any(solution.steps[c] for c in sales):
        found.append(_buy(solution, index))
        if sales:
            found.append(_sell(solution, index, sales))
    assert all(row.symbol == name.symbol for row in found)
    return found


def _buy(solution: Solution, index: int) -> WhyNot:
    problem = solution.problem
    name = problem.columns.names[index]
    if name.buy_lock is not None:
        lock = name.buy_lock
        return _closed(name.account, name.symbol, "buy", lock.words, lock.name)
    if not problem.grid.most[index]:
        return _no_room(problem, index, is_sale=False)
    return _priced(solution, index, index, "buy")


def _sell(solution: Solution, index: int, sales: list[int]) -> WhyNot:
    problem = solution.problem
    name = problem.columns.names[index]
    is_open = [column for column in sales if problem.grid.most[column]]
    if is_open:
        priced = [_priced(solution, index, column, "sell") for column in is_open]
        return min(priced, key=lambda row: row.margin or Decimal(0))
    for column in sales:
        lock = problem.columns.lot(column).lock
        if lock is not None:
            return _closed(name.account, name.symbol, "sell", lock.words, lock.name)
    return _no_room(problem, index, is_sale=True)


def _no_room(problem: Problem, index: int, *, is_sale: bool) -> WhyNot:
    name = problem.columns.names[index]
    side: Literal["buy", "sell"] = "sell" if is_sale else "buy"
    bounds = [row for row in problem.bounds if row.index == index and row.is_sale is is_sale]
    if not bounds:
        return _closed(name.account, name.symbol, side, "no ticket fits", None)
    tightest = min(bounds, key=lambda row: row.most)
    rule = tightest.note.rule
    words = f"no room under {tightest.note.words}"
    return _closed(name.account, name.symbol, side, words, None if rule is None else rule.id)


def _priced(solution: Solution, index: int, column: int, side: Literal["buy", "sell"]) -> WhyNot:
    """Return what the smallest ticket of a column would cost, part by part."""
    problem, model = solution.problem, solution.problem.model
    positions, grid, unit = model.positions, problem.grid, problem.columns.unit
    name = problem.columns.names[index]
    count = min(int(grid.least[column]), int(grid.most[column]))
    size = count * float(grid.step[column])
    shift = size if side == "buy" else -size
    away = float(positions.value[index] - positions.target[index])
    own = float(positions.curvature[index]) * shift * (shift + 2 * away)
    cost = float(problem.settings.cost_bps) / 10_000 * size
    parts: dict[tuple[str, str | None], float] = {("drift", None): own, ("trading cost", None): cost}
    if side == "sell":
        parts[("tax", None)] = (float(model.lots.cost[column - positions.count]) * size) - cost
    for key, amount in _charges(problem, solution.prices, column, size).items():
        parts[key] = parts.get(key, 0.0) + amount
    told = tuple(
        Reason(what=what, rule=rule, amount=as_cents(amount * unit))
        for (what, rule), amount in parts.items()
        if as_cents(amount * unit)
    )
    margin = sum((part.amount for part in told), Decimal(0))
    shares = name.step * count
    words = f"{side} {shares} {name.symbol}: the list would be worse by {margin}"
    return WhyNot(
        account=name.account,
        symbol=name.symbol,
        side=side,
        words=words,
        rule=None,
        margin=margin,
        parts=told,
    )


def _charges(
    problem: Problem, prices: Floats, column: int, size: float
) -> dict[tuple[str, str | None], float]:
    """Return what rows charge for a ticket, drift rows together, rules by name."""
    line = problem.model.rows.matrix[:, [column]].tocoo()
    found: dict[tuple[str, str | None], float] = {}
    for row, amount in zip(line.row, line.data, strict=True):
        if row >= np.size(prices):
            continue
        note = problem.rows[int(row)].note
        key: tuple[str, str | None] = ("drift", None)
        if note.kind != "drift":
            key = (f"room under {note.words}", None if note.rule is None else note.rule.id)
        found[key] = found.get(key, 0.0) + float(prices[int(row)]) * float(amount) * size
    return found
