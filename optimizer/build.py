"""The whole problem from a ground book: names, lots, rows, and what each of them stands for.

    ground book --aims, locks, tradables--> columns --requirements, drift, demands--> model + notes

Nothing here reads rule text. Rows are gathered one by one and stacked at the end, so that a cutting
plane or a tightened row is one more in the same list.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

import numpy as np
import scipy.sparse as sp

from engine.facts.ids import AccountId, Symbol
from engine.gate.builtin import book_limits
from optimizer.aims import Aims, aims_of
from optimizer.demands import demand_rows
from optimizer.drift import Factors, factors_of
from optimizer.drift_rows import drift_rows
from optimizer.locks import Locks, locks_of
from optimizer.model import INF, Floats, Ints, Lots, Model, Positions, Rows
from optimizer.netting import Regime
from optimizer.requirements import Requirement, requirements
from optimizer.rows import BoundData, Gathered, RowData, RowNote, gather
from optimizer.scale import Columns, as_float
from optimizer.settings import Intent, Settings
from optimizer.stated import rule_prices, ticket_cost, trading_cost
from optimizer.tradable import Tradable, policy_of, tradables
from optimizer.trade_rows import trade_rows
from optimizer.whole import Grid
from rulebooks.forms import Term, TermKind
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground_state
from rulebooks.state import BookState


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything that solving, rounding and telling need."""

    ground: GroundBook
    state: BookState
    accounts: tuple[AccountId, ...]
    intent: Intent
    settings: Settings
    aims: Aims
    locks: Locks
    factors: Factors
    columns: Columns
    net_assets: Mapping[AccountId, Fraction]
    model: Model
    grid: Grid
    rows: tuple[RowData, ...]
    bounds: tuple[BoundData, ...]
    curved: tuple[Requirement, ...]
    wanted: tuple[Requirement, ...]
    constant: float  # cost of drift now that no trade of these names can change, in units
    netting: Regime | None = None  # the signs of the year that it is held to

    @property
    def notes(self) -> tuple[RowNote, ...]:
        """What each row of the model stands for."""
        return tuple(row.note for row in self.rows)


def build(
    ground: GroundBook,
    *,
    accounts: tuple[AccountId, ...],
    intent: Intent,
    settings: Settings,
    resting: frozenset[AccountId] = frozenset(),
) -> Problem:
    """Return the problem of bringing `accounts` to where the intent wants them.

    resting: accounts that are told but do not trade.
    """
    state = ground_state(ground)
    aims = aims_of(ground, state, accounts, intent)
    locks = locks_of(ground)
    trading = tuple(account for account in accounts if account not in resting)
    candidates = _candidates(ground, state, trading, aims)
    for account, symbol in intent.also:
        candidates.setdefault(account, set()).add(symbol)
    names = tradables(ground, state, locks, candidates, intent=intent, settings=settings)
    names = _narrowed(ground, names, intent)
    net_assets = {a: state(Term(TermKind.NET_ASSETS, a)) for a in accounts}
    whole = sum((amount for amount in net_assets.values() if amount > 0), Fraction(0)) or Fraction(1)
    columns = Columns(names, whole, net_assets)
    limits = (*ground.limits, *book_limits(ground, state.currency))
    prices = rule_prices(ground) if settings.stated else {}
    wanted = requirements(limits, state, accounts, prices, each_side=True)
    elastic = intent.kind in ("raise", "invest")
    gathered = gather(columns, state, wanted, elastic=elastic)
    if intent.kind in ("harvest", "repair"):
        gathered.rows = [row for row in gathered.rows if row.price_cap == INF]
    factors = factors_of(ground.book, [name.symbol for name in names])
    drift, own, constant = drift_rows(ground, columns, aims, factors, net_assets, settings)
    gathered.rows.extend(trade_rows(ground, state, columns))
    rows = (*gathered.rows, *demand_rows(ground, state, columns, aims, wanted, intent, settings), *drift)
    positions, lots, grid = _tradable_arrays(ground, state, columns, aims, gathered, own, settings, locks)
    return Problem(
        ground=ground,
        state=state,
        accounts=accounts,
        intent=intent,
        settings=settings,
        aims=aims,
        locks=locks,
        factors=factors,
        columns=columns,
        net_assets=net_assets,
        model=Model(positions=positions, lots=lots, rows=stack(rows, columns.width)),
        grid=grid,
        rows=rows,
        bounds=tuple(gathered.bounds),
        curved=tuple(gathered.curved),
        wanted=wanted,
        constant=constant,
    )


def with_rows(problem: Problem, rows: tuple[RowData, ...]) -> Problem:
    """Return the problem with its rows replaced."""
    stacked = stack(rows, problem.columns.width)
    return replace(problem, rows=rows, model=replace(problem.model, rows=stacked))


def with_most(problem: Problem, closed: frozenset[int]) -> Problem:
    """Return the problem with some columns closed."""
    columns, model, grid = problem.columns, problem.model, problem.grid
    buy, sale = model.positions.buy_most.copy(), model.lots.most.copy()
    most = grid.most.copy()
    for column in closed:
        most[column] = 0
        if column < columns.count:
            buy[column] = 0.0
        else:
            sale[column - columns.count] = 0.0
    sale_most = np.minimum(
        model.positions.sale_most, np.bincount(model.lots.position, sale, model.positions.count)
    )
    return replace(
        problem,
        grid=replace(grid, most=most),
        model=replace(
            model,
            positions=replace(model.positions, buy_most=buy, sale_most=sale_most),
            lots=replace(model.lots, most=sale),
        ),
    )


def stack(rows: tuple[RowData, ...], width: int) -> Rows:
    """Return rows as arrays."""
    counts = [row.entry.columns.size for row in rows]
    at = np.repeat(np.arange(len(rows)), counts)
    columns = np.concatenate([row.entry.columns for row in rows]) if rows else np.zeros(0, dtype=np.int64)
    amounts = np.concatenate([row.entry.amounts for row in rows]) if rows else np.zeros(0)
    return Rows(
        matrix=sp.csc_matrix((amounts, (at, columns)), shape=(len(rows), width)),
        start=np.array([row.start for row in rows]),
        low=np.array([row.low for row in rows]),
        high=np.array([row.high for row in rows]),
        price_cap=np.array([row.price_cap for row in rows]),
        curvature=np.array([row.curvature for row in rows]),
        centre=np.zeros(len(rows)),
    )


# ------------------------------------------------------------------ who may trade


def _candidates(
    ground: GroundBook, state: BookState, accounts: tuple[AccountId, ...], aims: Aims
) -> dict[AccountId, set[Symbol]]:
    found: dict[AccountId, set[Symbol]] = {a: set(state.held(a)) for a in accounts}
    for (account, symbol), wish in aims.wishes.items():
        if wish > 0 and account in found:
            found[account].add(symbol)
    for account in accounts:
        for policy in policy_of(ground, account):
            for row in policy.substitutes:
                if row.symbol in found[account]:
                    found[account].update(Symbol(name) for name in row.replacements)
    return found


def _narrowed(ground: GroundBook, names: tuple[Tradable, ...], intent: Intent) -> tuple[Tradable, ...]:
    """Return the positions with what the intent does not want closed."""
    match intent.kind:
        case "rebalance" | "repair":
            return names
        case "raise":
            return tuple(_closed(name, buy=True) for name in names)
        case "invest":
            return tuple(_closed(name, sale=True) for name in names)
        case "harvest":
            return _harvest_only(ground, names)
        case _:
            assert_never(intent.kind)


def _closed(name: Tradable, *, buy: bool = False, sale: bool = False) -> Tradable:
    """Return the position with a side closed."""
    if buy:
        name = replace(name, buy=replace(name.buy, most=Fraction(0)))
    if sale:
        name = replace(name, sale=replace(name.sale, most=Fraction(0)))
    return name


def _harvest_only(ground: GroundBook, names: tuple[Tradable, ...]) -> tuple[Tradable, ...]:
    wanted: dict[AccountId, set[Symbol] | None] = {}
    for name in names:
        if any(lot.selected and lot.lock is None for lot in name.lots):
            _add_substitutes(ground, name, wanted)
    kept: list[Tradable] = []
    for name in names:
        buyers = wanted.get(name.account, set())
        lots = tuple(
            lot if lot.selected else replace(lot, shares=Fraction(0), whole=False) for lot in name.lots
        )
        kept.append(_closed(replace(name, lots=lots), buy=buyers is not None and name.symbol not in buyers))
    return tuple(kept)


def _add_substitutes(ground: GroundBook, name: Tradable, wanted: dict[AccountId, set[Symbol] | None]) -> None:
    """Add what may be bought for a harvested name; a name without substitutes opens all (None)."""
    known = wanted.setdefault(name.account, set())
    found: set[Symbol] = set()
    for policy in policy_of(ground, name.account):
        if policy.harvest is not None and policy.harvest.with_substitutes:
            for row in policy.substitutes:
                if row.symbol == name.symbol:
                    found.update(Symbol(s) for s in row.replacements)
    if not found or known is None:
        wanted[name.account] = None
    else:
        known.update(found)


# ------------------------------------------------------------------ arrays


def _costs(
    ground: GroundBook, state: BookState, account: AccountId, settings: Settings
) -> tuple[float, float]:
    """Return what trading costs an account: a fraction of the value, and money for each order."""
    part = as_float(trading_cost(ground, account, settings).value) / 10_000
    rate = state.rate_of(account)
    return part, as_float(ticket_cost(ground, account, settings).value) * as_float(rate)


def _tradable_arrays(
    ground: GroundBook,
    state: BookState,
    columns: Columns,
    aims: Aims,
    gathered: Gathered,
    own: Floats,
    settings: Settings,
    locks: Locks,
) -> tuple[Positions, Lots, Grid]:
    charges = {a: _costs(ground, state, a, settings) for a in ground.accounts}
    n, unit = columns.count, columns.unit
    names = columns.names
    cost = np.array([charges[name.account][0] for name in names])
    step = columns.steps[:n]
    value = np.array([as_float(name.held) for name in names]) * np.array(columns.unit_of) / unit
    wish = np.array([as_float(aims.wishes.get(name.place, Fraction(0))) / unit for name in names])
    sale_cap = np.full(n, INF)
    buy_cap = np.full(n, INF)
    for bound in gathered.bounds:
        cap = sale_cap if bound.is_sale else buy_cap
        cap[bound.index] = min(cap[bound.index], bound.most)
    owner = columns.owner
    grid_most = np.zeros(columns.width, dtype=np.int64)
    grid_least = np.ones(columns.width, dtype=np.int64)
    exempt = np.zeros(columns.width, dtype=np.bool_)
    least = np.array([as_float(name.buy.least) for name in names]) / unit
    grid_least[:n] = np.maximum(1, np.ceil(least / step - 1e-9))
    grid_most[:n] = np.floor(np.minimum(columns.most[:n], buy_cap) / step + 1e-9)
    grid_most[:n][grid_most[:n] < grid_least[:n]] = 0
    buy_least, buy_most = grid_least[:n] * step, grid_most[:n] * step
    for index in range(n):
        _sale_grid(columns, index, float(step[index]), float(sale_cap[index]), grid_least, grid_most, exempt)
    shut = np.array(sorted(gathered.closed), dtype=np.int64)
    grid_most[shut] = 0
    buy_most[shut[shut < n]] = 0.0
    sale_steps = grid_most[n:]
    lot_most = sale_steps * step[owner] if owner.size else np.zeros(0)
    whole = np.bincount(owner, lot_most, n) if owner.size else np.zeros(n)
    smallest = np.full(n, INF)
    reach = np.minimum(grid_least[n:], sale_steps) * step[owner] if owner.size else np.zeros(0)
    open_lot = sale_steps > 0
    np.minimum.at(smallest, owner[open_lot], reach[open_lot])
    sale_most = np.minimum(whole, sale_cap)
    positions = Positions(
        value=value,
        target=wish,
        curvature=own,
        buy_cost=cost,
        buy_least=buy_least,
        buy_most=buy_most,
        sale_least=np.where(np.isfinite(smallest), smallest, 0.0),
        sale_most=sale_most,
        step=step,
        group=_groups(columns, locks),
        ticket=np.array([charges[name.account][1] / unit for name in names]),
    )
    is_loss = np.array([lot.is_loss for _, lot in columns.lots], dtype=np.bool_)
    lots = Lots(
        position=owner,
        most=lot_most,
        cost=np.array([as_float(lot.tax) for _, lot in columns.lots]) + cost[owner],
        is_loss=is_loss,
    )
    grid = Grid(
        position=np.concatenate((np.arange(n), owner)),
        step=np.concatenate((step, step[owner])) if owner.size else step,
        least=grid_least,
        most=grid_most,
        all_exempt=exempt,
        is_sale=np.arange(columns.width) >= n,
        is_loss=np.concatenate((np.zeros(n, dtype=np.bool_), is_loss)),
    )
    return positions, lots, grid


def _sale_grid(
    columns: Columns,
    index: int,
    step: float,
    cap: float,
    grid_least: Ints,
    grid_most: Ints,
    exempt: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> None:
    sales = columns.sales(index)
    if not sales:
        return
    name, unit = columns.names[index], columns.unit
    least = max(1, math.ceil(as_float(name.sale.least) / unit / step - 1e-9))
    most = None if name.sale.most is None else int(name.sale.most / (name.unit * name.step))
    room = math.floor(cap / step + 1e-9) if math.isfinite(cap) else None
    for column in sales:
        lot = columns.lot(column)
        count = 0 if lot.lock is not None else int(lot.shares / name.step)
        count = min(count, *(edge for edge in (most, room) if edge is not None), count)
        closes = (
            name.sale.closing_exempt and len(sales) == 1 and lot.whole and count * name.step == lot.shares
        )
        if count < least and not closes:
            count = 0
        grid_least[column], grid_most[column], exempt[column] = least, count, closes


def _groups(columns: Columns, locks: Locks) -> Ints:
    """Return wash groups: identical securities of a household, and what windows tie together."""
    parent = list(range(columns.count))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(first: int, second: int) -> None:
        parent[max(root(first), root(second))] = min(root(first), root(second))

    by_identity: dict[str, int] = {}
    for index, name in enumerate(columns.names):
        join(index, by_identity.setdefault(name.identity, index))
    for one, other in sorted(locks.pairs):
        if one in columns.places and other in columns.places:
            join(columns.places[one], columns.places[other])
    roots = [root(index) for index in range(columns.count)]
    numbers = {label: number for number, label in enumerate(sorted(set(roots)))}
    return np.array([numbers[label] for label in roots], dtype=np.int64)
