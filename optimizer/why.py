"""Why a security was not traded: the lock or limit that closed it, or by how much trading would be worse.

Done beside the list, one ticket of a security costs its drift, tax and trading cost, and what rules
charge for the room it takes at their prices. A name that is left alone has a positive sum on both sides:

    buy 10 DDD: drift -3.10, trading cost 0.50, room under IPS-4.1 4.00: worse by 1.40
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from engine.facts.ids import AccountId, Symbol
from optimizer.build import Problem, build
from optimizer.capped import capped
from optimizer.margin import binding_rows, charges
from optimizer.model import row_cost, row_values, violation
from optimizer.proposal import Reason
from optimizer.propose import Judge, within_caps
from optimizer.regimes import netted
from optimizer.rows import RowNote, note_of
from optimizer.scale import as_cents, as_float, exact_decimal
from optimizer.search import Solution, search
from optimizer.settings import Intent, Settings
from optimizer.shape import linear_parts
from optimizer.trigger import triggers
from rulebooks.evaluate import value
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
    judge: Judge | None = None,
) -> tuple[WhyNot, ...]:
    """Return, for each account and side, why `symbol` is not traded; one that is traded says so, once.

    judge: the gate, so that what it stopped on the way is told too; None: the search alone.
    """
    acting, notes = triggers(ground, accounts, intent)
    resting = frozenset(accounts) - frozenset(acting)
    if not acting:
        return tuple(_resting(account, symbol, notes) for account in accounts)

    def rebuild(moved: Settings) -> Problem:
        return netted(build(ground, accounts=accounts, intent=intent, settings=moved, resting=resting))

    if judge is None:
        solution = search(capped(rebuild, settings).problem)
    else:
        solution = within_caps(rebuild, settings, judge)[0].solution
    problem = solution.problem
    found: list[WhyNot] = []
    for account in accounts:
        if account in resting:
            found.append(_resting(account, symbol, notes))
            continue
        index = problem.columns.places.get((account, symbol))
        if index is None:
            found.append(_closed(account, symbol, "buy", f"{symbol} is neither held nor wished for", None))
            continue
        found.extend(_sides(solution, index))
    return tuple(found)


def _resting(account: AccountId, symbol: Symbol, notes: tuple[str, ...]) -> WhyNot:
    words = next((note for note in notes if note.startswith(f"{account}:")), f"{account}: it rests")
    return _closed(account, symbol, "buy", words.removeprefix(f"{account}: "), None)


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
    elif solution.steps[index]:
        shares = exact_decimal(name.step * int(solution.steps[index]))
        found.append(_closed(name.account, name.symbol, "buy", f"{shares} are bought", None))
    else:
        count = sum(int(solution.steps[c]) for c in sales)
        shares = exact_decimal(name.step * count)
        found.append(_closed(name.account, name.symbol, "sell", f"{shares} are sold", None))
    assert all(row.symbol == name.symbol for row in found)
    return found


def _buy(solution: Solution, index: int) -> WhyNot:
    problem = solution.problem
    name = problem.columns.names[index]
    if name.buy_lock is not None:
        lock = name.buy_lock
        return _closed(name.account, name.symbol, "buy", lock.words, lock.name)
    if not problem.grid.most[index]:
        return _no_room(problem, index, [index], is_sale=False)
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
    return _no_room(problem, index, sales, is_sale=True)


def _no_room(problem: Problem, index: int, columns: list[int], *, is_sale: bool) -> WhyNot:
    """Return what leaves no room for a side: the request, a bound, a row without room, or the ticket."""
    name = problem.columns.names[index]
    side: Literal["buy", "sell"] = "sell" if is_sale else "buy"
    ticket = name.sale if is_sale else name.buy
    if ticket.most == 0 and problem.intent.kind in ("raise", "invest", "harvest"):
        return _closed(name.account, name.symbol, side, f"the request is to {problem.intent.goal}", None)
    bounds = [row for row in problem.bounds if row.index == index and row.is_sale is is_sale]
    tightest = sorted(bounds, key=lambda row: row.most)[:1]
    notes = _full_rows(problem, columns) or [row.note for row in tightest]
    if notes:
        rule = notes[0].rule
        words = f"no room under {notes[0].words}"
        return _closed(name.account, name.symbol, side, words, None if rule is None else rule.id)
    none_selected = is_sale and not any(problem.columns.lot(column).selected for column in columns)
    if none_selected and problem.intent.kind == "harvest":
        return _closed(name.account, name.symbol, side, "the mandate harvests none of its lots", None)
    if ticket.least > 0:
        return _closed(name.account, name.symbol, side, "no ticket as large as the rules want fits", None)
    return _closed(name.account, name.symbol, side, "the gate stopped it, or no whole share fits", None)


def _full_rows(problem: Problem, columns: list[int]) -> list[RowNote]:
    """Return the notes of the hard rules that have no room left for any of the columns."""
    found: list[RowNote] = []
    for need in problem.wanted:
        for part in linear_parts(need.form) or () if need.force == "hard" else ():
            entry = problem.columns.row(part)
            against = entry.columns[entry.amounts < 0]
            room = value(part, problem.state) - need.least
            if np.isin(columns, against).any() and as_float(room) <= float(problem.columns.unit) * 1e-4:
                found.append(note_of(need))
    return found


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
    cost = float(positions.buy_cost[index]) * size
    parts: dict[tuple[str, str | None], float] = {
        ("drift", None): own + _pull(problem, solution, column, size),
        ("trading cost", None): cost,
        ("charge for the order", None): float(positions.tickets[index]),
    }
    if side == "sell":
        parts[("tax", None)] = (float(model.lots.cost[column - positions.count]) * size) - cost
    prices = np.where(binding_rows(solution), solution.prices, 0.0)
    for key, amount in charges(problem, prices, column, size).items():
        parts[key] = parts.get(key, 0.0) + amount
    told = tuple(
        Reason(what=what, rule=rule, amount=as_cents(amount * unit))
        for (what, rule), amount in parts.items()
        if as_cents(amount * unit)
    )
    margin = sum((part.amount for part in told), Decimal(0))
    shares = name.step * count
    words, rule = _told(solution, column, size, margin)
    words = f"{side} {exact_decimal(shares)} {name.symbol}: {words}"
    return WhyNot(
        account=name.account,
        symbol=name.symbol,
        side=side,
        words=words,
        rule=rule,
        margin=margin,
        parts=told,
    )


def _told(solution: Solution, column: int, size: float, margin: Decimal) -> tuple[str, str | None]:
    """Return what stops one more ticket beside the list, and the rule if one does."""
    problem, model = solution.problem, solution.problem.model
    worse = f"the list would be worse by {margin}" if margin >= 0 else f"it alone would be worth {-margin}"
    group = model.positions.group[problem.grid.position]
    rivals = solution.steps[group == group[column]]
    if rivals.any() and (problem.grid.is_loss[column] or column < problem.columns.count):
        return f"{worse}; trades of identical securities in the list exclude it", None
    change = model.rows.matrix[:, [column]].toarray().ravel() * size
    missed = violation(model.rows, row_values(model, solution.trades) + change)
    full = [problem.rows[int(row)].note for row in np.flatnonzero((missed > ROOM) & (change < 0))]
    if not full:
        return worse, None
    rule = full[0].rule
    return f"{worse}; the list leaves no room under {full[0].words}", None if rule is None else rule.id


ROOM = 1e-6
"""Units of a row by which a ticket must miss it to be out of room."""


def _pull(problem: Problem, solution: Solution, column: int, size: float) -> float:
    """Return what an amount of a column, done beside the list, changes in drift rows and priced rules."""
    rows = problem.model.rows
    before = row_values(problem.model, solution.trades)
    line = rows.matrix[:, [column]].toarray().ravel() * size
    change = row_cost(rows, before + line) - row_cost(rows, before)
    demands = np.array([row.note.kind == "demand" for row in problem.rows], dtype=np.bool_)
    return float(change[~demands].sum())
