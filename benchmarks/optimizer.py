"""Time and gap of proposals: the search by itself, the whole way from a book, and other tools beside it.

    OMP_NUM_THREADS=1 python -m benchmarks.optimizer               all at 100, 500 and 3,000 names
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer search 500 20   20 accounts of 500 names
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer compiled 500 20   the same with compiled loops
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer growth        against names, lots, rules and factors
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer way 500 5       book to gate, 5 accounts
    OMP_NUM_THREADS=1 python -m benchmarks.optimizer peers 100 3 60   ours, cvxpy, SCIP, CBC, 60 seconds each

Seeds are fixed, each account is solved cold, times are processor time of one core in milliseconds,
children included. The search is timed at its first run on an account and, as a machine that others use
gives uneven times, at the best of three. Gaps are in basis points of net assets against the bound: of
amounts against the bound for any amounts, of whole shares against the bound for whole shares.
"""

import resource
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from benchmarks.invented import account
from benchmarks.peers import Told, by_cbc, by_cvxpy, by_scip
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import GateAnswer
from optimizer import compiled
from optimizer.build import build
from optimizer.model import INF, Model, objective, row_values, violation
from optimizer.prices import Climb
from optimizer.propose import propose
from optimizer.search import search
from optimizer.settings import Intent, Settings
from optimizer.settle import settled
from optimizer.whole import Grid, whole_trades
from tests.optimizer.worlds import Sizes, make_world


def spent() -> float:
    """Return processor time used so far in milliseconds, by this process and those it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (time.process_time() + children.ru_utime + children.ru_stime) * 1e3


def line(label: str, times: list[list[float]], gaps: list[list[float]]) -> str:
    """Return medians of each part, median and 95th percentile of the whole, and gaps."""
    parts = np.array(times)
    whole = parts.sum(axis=1)
    told = " ".join(f"{value:9.1f}" for value in np.median(parts, axis=0))
    return f"{label} {told} {np.median(whole):9.1f} {np.percentile(whole, 95):9.1f}   {ends(gaps)}"


def ends(gaps: list[list[float]]) -> str:
    """Return median, 99th percentile and maximum of each kind of gap."""
    apart = np.array(gaps).T
    return " ".join(f"{np.median(own):8.3f} {np.percentile(own, 99):8.3f} {own.max():8.3f}" for own in apart)


def parts_of(model: Model, grid: Grid) -> tuple[list[float], list[float]]:
    """Return the time of prices, amounts and whole shares, and the gaps of amounts and whole shares."""
    marks = [spent()]
    climb = Climb(model)
    priced = climb.climb()
    marks.append(spent())
    found = settled(model, climb, priced)
    assert found is not None, "no amounts"
    marks.append(spent())
    steps = whole_trades(model, grid, found.trades, charge=climb.charge(priced.prices))
    marks.append(spent())
    whole = max(climb.bound(prices, whole=True) for prices in (priced.prices, found.prices))
    gaps = [found.cost - found.bound, objective(model, steps * grid.step) - whole]
    return [after - before for before, after in pairwise(marks)], gaps


REPEATS = 3


def search_line(names: int, accounts: int) -> str:
    """Return one line: the search on the invented accounts, part by part."""
    times, best, gaps, shape = [], [], [], (0, 0)
    for seed in range(accounts):
        model, grid = account(names, seed)
        shape = (model.lots.count, model.rows.count)
        runs = [parts_of(model, grid) for _ in range(REPEATS)]
        times.append(runs[0][0])
        best.append(min(sum(run[0]) for run in runs))
        gaps.append(runs[0][1])
    close = float(np.mean([own[0] <= CERTIFIED for own in gaps]))
    label = f"{names:6d} {shape[0]:6d} {shape[1]:5d}"
    return f"{line(label, times, gaps)} {close:8.0%} {np.median(best):8.1f} {max(best):8.1f}"


CERTIFIED = 0.05
"""Basis points from the bound within which amounts count as certified."""

GROWTH: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("names", (100, 200, 400, 800, 1_600, 3_200)),
    ("lots", (2, 4, 8, 16, 32)),
    ("rules", (0, 40, 160, 640)),
    ("factors", (12, 20, 40, 80)),
)
"""What grows, and its values; the rest stays at 500 names, 3.5 lots for each, 20 factors, 15 rules."""


def growth_lines(accounts: int) -> list[str]:
    """Return time per account against names, lots of a name, rules beyond the usual ones, and factors."""
    found = []
    for what, values in GROWTH:
        least: list[float] = []
        for value in values:
            made = [_grown(what, value, seed) for seed in range(accounts)]
            runs = [[parts_of(model, grid) for _ in range(REPEATS)] for model, grid in made]
            least.append(float(np.median([min(sum(run[0]) for run in own) for own in runs])))
            size = made[0][0]
            shape = f"{size.positions.count:6d} {size.lots.count:6d} {size.rows.count:5d}"
            found.append(f"{what:8s} {value:6d} {shape} {least[-1]:9.1f}   {ends([r[0][1] for r in runs])}")
        power = np.polyfit(np.log(np.maximum(values, 1)), np.log(least), 1)[0] if values[0] else None
        if power is not None:
            found.append(f"{what:8s} time grows as {what} to the power {power:.2f}")
    return found


def _grown(what: str, value: int, seed: int) -> tuple[Model, Grid]:
    match what:
        case "names":
            return account(value, seed)
        case "lots":
            return account(500, seed, per_name=value)
        case "rules":
            return account(500, seed, caps=value)
        case _:
            return account(500, seed, factors=value)


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
"""Processor time that SCIP and CBC may take for an account; writing their models comes on top."""

SCIP_MOST = 1_000
"""Names from which SCIP is not tried: its model alone takes minutes there."""


def peer_lines(names: int, accounts: int, seconds: float) -> list[str]:
    """Return one line for each tool, on the same accounts; loss is against the best bound known."""

    def ours(model: Model) -> Told:
        climb = Climb(model)
        found = settled(model, climb, climb.climb())
        return Told(trades=None) if found is None else Told(trades=found.trades, bound=found.bound)

    tools: dict[str, Callable[[Model], Told]] = {"ours": ours, "cvxpy": by_cvxpy}
    tools["cbc"] = lambda model: by_cbc(model, seconds)
    if names < SCIP_MOST:
        tools["scip"] = lambda model: by_scip(model, seconds)
    models = [account(names, seed)[0] for seed in range(accounts)]
    answers: dict[str, list[tuple[Told, float]]] = {}
    for name, tool in tools.items():
        for model in models:
            begun = spent()
            answers.setdefault(name, []).append((tool(model), spent() - begun))
    exact = answers.get("scip", answers["ours"])
    bounds = [max(answers["ours"][k][0].bound, exact[k][0].bound) for k in range(accounts)]
    found = []
    for name, told in answers.items():
        losses = [_loss(models[k], told[k][0], bounds[k]) for k in range(accounts)]
        known = [loss for loss in losses if loss < INF]
        used = np.median([ms for _, ms in told])
        stopped = sum(ms > seconds * 1e3 for _, ms in told) if name in ("cbc", "scip") else 0
        far = f"{np.median(known):9.3f} {max(known):9.3f}" if known else f"{'-':>9s} {'-':>9s}"
        found.append(f"{names:6d} {name:6s} {used:10.1f} {far} {len(known):4d} of {accounts} {stopped:6d}")
    if "scip" not in answers:
        found.append(f"{names:6d} scip   not tried")
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
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else SECONDS
    if which == "compiled" and not compiled.switch_on():
        sys.exit("compiled loops need numba: pip install 'guardband[fast]'")
    parts_of(*account(50, 0))
    if which in ("all", "search", "compiled"):
        print(" names   lots  rows    prices   amounts     whole     total       p95   gap of amounts,   "
              "   p99,  largest, whole:    p99,  largest  <= 0.05  best of 3, largest")  # fmt: skip
        for names in sizes:
            print(search_line(names, accounts), flush=True)
    if which in ("all", "growth"):
        print(
            "what      value  names   lots  rows best of 3   gap of amounts, p99, largest   of whole shares"
        )
        print("\n".join(growth_lines(min(accounts, 3))), flush=True)
    if which in ("all", "way"):
        print(
            " names  rows     build    search      gate     total       p95   gap, p99, largest       stopped"
        )
        for names in sizes:
            print(way_line(names, accounts), flush=True)
    if which in ("all", "peers"):
        print(f"Limit for SCIP and CBC: {seconds:g} seconds of processor time for an account.")
        print(" names tool           ms      loss   largest  answered  at limit")
        for names in sizes:
            print("\n".join(peer_lines(names, min(accounts, 3), seconds)), flush=True)


if __name__ == "__main__":
    main()
