"""Time and gap of proposals: the search by itself, the whole way from a book, and other tools beside it.

    OMP_NUM_THREADS=1 python -m benchmarks.optimizer               all at 100, 500 and 3,000 names
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer search 500 20   20 accounts of 500 names
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer way 500 5       book to gate, 5 accounts
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer peers 100 3     ours, cvxpy, SCIP, CBC

Seeds are fixed, each account is solved once and cold, times are processor time of one core in
milliseconds, children included. Gaps are in basis points of net assets against the bound: of amounts
against the bound for any amounts, of whole shares against the bound for whole shares.
"""

import resource
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from benchmarks.peers import Told, by_cbc, by_cvxpy, by_scip
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import GateAnswer
from optimizer.build import build
from optimizer.model import INF, Floats, Ints, Lots, Model, Positions, Rows, objective, row_values, violation
from optimizer.prices import Climb
from optimizer.propose import propose
from optimizer.search import search
from optimizer.settings import Intent, Settings
from optimizer.settle import settled
from optimizer.whole import Grid, whole_trades
from tests.optimizer.worlds import Sizes, make_world

NET_ASSETS = 1_000_000
AVERSION = 50.0
FACTORS = 20
SECTORS = 11
LOTS = 3.5
TICKET = 1.0  # basis points


def account(names: int, seed: int) -> tuple[Model, Grid]:
    """Return an invented account: 36 months of purchases, factor risk, bands, turnover and gain caps."""
    rng = np.random.default_rng(seed)
    weight = np.sort(np.exp(rng.normal(0, 1.2, names)))[::-1]
    weight *= 9_900 / weight.sum()
    sector = rng.integers(0, SECTORS, names)
    loads = np.zeros((names, FACTORS))
    loads[:, 0] = 1 + 0.25 * rng.normal(size=names)
    loads[np.arange(names), 1 + sector % (SECTORS - 1)] = 1.0
    loads[:, SECTORS:] = 0.5 * rng.normal(size=(names, FACTORS - SECTORS))
    volatility = np.r_[0.16, np.full(SECTORS - 1, 0.10), np.full(FACTORS - SECTORS, 0.04)]
    own = np.exp(rng.normal(np.log(0.24), 0.3, names))
    held = weight * np.exp(rng.normal(0, 0.3, names)) * (rng.random(names) < 0.9)
    cash = rng.uniform(100, 400)
    held *= (10_000 - cash) / held.sum()
    count = np.where(held > 0, np.maximum(1, rng.poisson(LOTS, names)), 0)
    owner = np.repeat(np.arange(names), count)
    part = rng.gamma(1.5, 1, owner.size)
    share = rng.uniform(10, 400, names) / NET_ASSETS * 10_000
    size = np.floor(held[owner] * part / np.bincount(owner, part, names)[owner] / share[owner]) * share[owner]
    held = np.bincount(owner, size, names).astype(np.float64)
    age = rng.integers(0, 36, owner.size)
    drawn = rng.normal(0.006 * age, 0.30 * np.sqrt((age + 0.5) / 12))
    gain = 1 - np.exp(-drawn)
    rate = np.where(age >= 12, 0.238, 0.408)
    locked = (gain < 0) & (age == 0)
    most = np.where(locked, 0.0, size)
    cost = np.clip(np.exp(rng.normal(np.log(4), 0.5, names)), 1, 25) * 1e-4
    band = np.maximum(0.6 * weight, 8.0)
    buy_most = np.maximum(0.0, np.floor((np.maximum(weight + band, held) - held) / share)) * share
    buy_most[rng.random(names) < 0.07] = 0.0
    whole_sale = np.minimum(np.bincount(owner, most, names), held)
    step_least = np.ceil(TICKET / share) * share
    positions = Positions(
        value=held,
        target=weight,
        curvature=AVERSION / 10_000 * own**2,
        buy_cost=cost,
        buy_least=step_least,
        buy_most=np.where(buy_most >= step_least, buy_most, 0.0),
        sale_least=np.minimum(step_least, whole_sale),
        sale_most=whole_sale,
        step=share,
        group=np.arange(names),
    )
    lots = Lots(position=owner, most=most, cost=rate * gain + cost[owner], is_loss=gain < 0)
    rows = account_rows(loads * volatility, sector, owner, gain, age, held - weight, cash)
    least = np.maximum(1, np.round(step_least / share)).astype(np.int64)
    grid = Grid(
        position=np.r_[np.arange(names), owner],
        step=np.r_[share, share[owner]],
        least=np.r_[least, np.ones(owner.size, dtype=np.int64)],
        most=np.r_[np.round(positions.buy_most / share), np.round(most / share[owner])].astype(np.int64),
        all_exempt=np.zeros(names + owner.size, dtype=np.bool_),
        is_sale=np.arange(names + owner.size) >= names,
        is_loss=np.r_[np.zeros(names, dtype=np.bool_), gain < 0],
    )
    return Model(positions=positions, lots=lots, rows=rows), grid


def account_rows(
    loads: Floats, sector: Ints, owner: Ints, gain: Floats, age: Ints, away: Floats, cash: float
) -> Rows:
    """Return factor rows, sector bands of 100, cash 50 to 150, turnover 3,000, and two gain caps."""
    names = away.size
    sectors = np.eye(SECTORS)[sector]
    top = np.vstack([loads.T, sectors.T])
    buys = np.r_[np.zeros(names)]
    lines = [
        np.hstack([top, -top[:, owner]]),
        np.r_[-np.ones(names), np.ones(owner.size)][None],
        -np.ones((1, names + owner.size)),
        np.r_[buys, -gain * (age < 12)][None],
        np.r_[buys, -gain][None],
    ]
    matrix = np.vstack(lines)
    start = np.r_[top @ away, cash, 0.0, 0.0, 0.0]
    sector_now = start[FACTORS : FACTORS + SECTORS]
    low = np.r_[np.full(FACTORS, -INF), np.minimum(-100, sector_now), 50.0, -3_000.0, 0.0, -10.0]
    high = np.r_[np.full(FACTORS, INF), np.maximum(100, sector_now), max(150.0, cash), INF, INF, INF]
    bend = np.r_[np.full(FACTORS, AVERSION / 10_000), np.zeros(SECTORS + 4)]
    flat = np.zeros(start.size)
    return Rows(
        matrix=sp.csc_matrix(matrix),
        start=start,
        low=low,
        high=high,
        price_cap=np.full(start.size, INF),
        curvature=bend,
        centre=flat,
    )


def spent() -> float:
    """Return processor time used so far in milliseconds, by this process and those it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (time.process_time() + children.ru_utime + children.ru_stime) * 1e3


def line(label: str, times: list[list[float]], gaps: list[list[float]]) -> str:
    """Return medians of each part, median and 95th percentile of the whole, and gaps."""
    parts, apart = np.array(times), np.array(gaps)
    whole = parts.sum(axis=1)
    told = " ".join(f"{value:9.1f}" for value in np.median(parts, axis=0))
    ends = " ".join(f"{np.median(apart[:, k]):8.3f} {apart[:, k].max():8.3f}" for k in range(apart.shape[1]))
    return f"{label} {told} {np.median(whole):9.1f} {np.percentile(whole, 95):9.1f}   {ends}"


def search_line(names: int, accounts: int) -> str:
    """Return one line: the search on the invented accounts, part by part."""
    times, gaps, shape = [], [], (0, 0)
    for seed in range(accounts):
        model, grid = account(names, seed)
        shape = (model.lots.count, model.rows.count)
        marks = [spent()]
        climb = Climb(model)
        priced = climb.climb()
        marks.append(spent())
        found = settled(model, climb, priced)
        assert found is not None, f"no amounts for seed {seed}"
        marks.append(spent())
        steps = whole_trades(model, grid, found.trades, charge=climb.charge(priced.prices))
        marks.append(spent())
        times.append([after - before for before, after in pairwise(marks)])
        whole = climb.bound(priced.prices, whole=True)
        gaps.append([found.cost - priced.bound, objective(model, steps * grid.step) - whole])
    return line(f"{names:6d} {shape[0]:6d} {shape[1]:5d}", times, gaps)


def way_line(names: int, accounts: int) -> str:
    """Return one line: a household of one account under an invented mandate, from ground book to gate."""
    times, gaps, rows, stopped = [], [], 0, 0
    engine = Inline()
    for seed in range(accounts):
        world = make_world(
            seed, Sizes(names=(names, names), lots=6, accounts=1, net_assets=(500_000, 20_000_000))
        )
        settings = Settings()
        opened = open_book(world.ground)
        marks = [spent()]
        problem = build(world.ground, accounts=world.accounts, intent=Intent(), settings=settings)
        marks.append(spent())
        found = search(problem)
        marks.append(spent())
        rows = problem.model.rows.count
        in_gate = [0.0]

        def asked(
            trades: tuple[Trade, ...], opened: object = opened, used: list[float] = in_gate
        ) -> GateAnswer:
            begun = spent()
            answer = judge(opened, trades, engine=engine, explained=False)  # type: ignore[arg-type]
            used[0] += spent() - begun
            return answer

        told = propose(world.ground, accounts=world.accounts, intent=Intent(), settings=settings, judge=asked)
        stopped += told.rounds > 1
        times.append([marks[1] - marks[0], marks[2] - marks[1], in_gate[0]])
        gaps.append([found.cost - found.bound])
    return f"{line(f'{names:6d} {rows:5d}', times, gaps)} {stopped:7d}"


SECONDS = 60.0
"""How long SCIP and CBC may take for an account."""


def peer_lines(names: int, accounts: int) -> list[str]:
    """Return one line for each tool, on the same accounts; loss is against the best bound known."""

    def ours(model: Model) -> Told:
        climb = Climb(model)
        priced = climb.climb()
        found = settled(model, climb, priced)
        return Told(trades=None if found is None else found.trades, bound=priced.bound)

    tools: dict[str, Callable[[Model], Told]] = {
        "ours": ours,
        "cvxpy": by_cvxpy,
        "cbc": lambda model: by_cbc(model, SECONDS),
        "scip": lambda model: by_scip(model, SECONDS),
    }
    models = [account(names, seed)[0] for seed in range(accounts)]
    answers: dict[str, list[tuple[Told, float]]] = {}
    for name, tool in tools.items():
        for model in models:
            begun = spent()
            answers.setdefault(name, []).append((tool(model), spent() - begun))
    bounds = [max(answers["ours"][k][0].bound, answers["scip"][k][0].bound) for k in range(accounts)]
    found = []
    for name in tools:
        losses = [
            _loss(model, told, bound)
            for model, (told, _), bound in zip(models, answers[name], bounds, strict=True)
        ]
        known = [loss for loss in losses if loss < INF]
        used = np.median([ms for _, ms in answers[name]])
        ends = f"{np.median(known):9.3f} {max(known):9.3f}" if known else f"{'-':>9s} {'-':>9s}"
        found.append(f"{names:6d} {name:6s} {used:10.1f} {ends} {len(known):4d} of {accounts}")
    return found


def _loss(model: Model, told: Told, bound: float) -> float:
    """Return by how much trades are above the bound; inf where there are none or a row is missed."""
    if told.trades is None or violation(model.rows, row_values(model, told.trades)).max() > 1e-3:
        return INF
    return objective(model, told.trades) - bound


def main() -> None:
    """Print the tables asked for."""
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    sizes = [int(sys.argv[2])] if len(sys.argv) > 2 else [100, 500, 3_000]
    accounts = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    model, _ = account(50, 0)
    climb = Climb(model)
    settled(model, climb, climb.climb())
    if which in ("all", "search"):
        print(" names   lots  rows    prices   amounts     whole     total       p95   gap of amounts"
              "      gap of whole shares")  # fmt: skip
        for names in sizes:
            print(search_line(names, accounts), flush=True)
    if which in ("all", "way"):
        print(" names  rows     build    search      gate     total       p95   gap              stopped")
        for names in sizes:
            print(way_line(names, accounts), flush=True)
    if which in ("all", "peers"):
        print(" names tool           ms      loss   largest  answered")
        for names in sizes:
            print("\n".join(peer_lines(names, min(accounts, 3))), flush=True)


if __name__ == "__main__":
    main()
