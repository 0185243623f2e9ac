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

from benchmarks.invented import account
from benchmarks.peers import Told, by_cbc, by_cvxpy, by_scip
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import GateAnswer
from optimizer.build import build
from optimizer.model import INF, Model, objective, row_values, violation
from optimizer.prices import Climb
from optimizer.propose import propose
from optimizer.search import search
from optimizer.settings import Intent, Settings
from optimizer.settle import settled
from optimizer.whole import whole_trades
from tests.optimizer.worlds import Sizes, make_world


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
