"""The search for a proposal beside cvxpy with Clarabel, PuLP with CBC, and SCIP, on the same accounts.

Loss is in basis points of net assets, above the best bound that we or SCIP proved. An answer that misses a
row or a smallest ticket is none.
"""

import statistics
import warnings
from collections.abc import Callable

import numpy as np

from benchmarks.invented import account
from benchmarks.optimizer import SCIP_MOST, parts_of, spent
from benchmarks.parts.sizes import Sizes
from benchmarks.peers import Told, by_cbc, by_cvxpy, by_scip
from benchmarks.table import Row, beside
from optimizer.model import Floats, Model, objective, row_values, violation
from optimizer.prices import Climb
from optimizer.settle import settled

TOLERANCE = 1e-3
"""Basis points by which a solver may miss a row or a smallest ticket."""

Tool = Callable[[Model], Told]


def rows(sizes: Sizes) -> list[Row]:
    """Return, for each size, our time and loss beside each tool's: medians over the accounts."""
    parts_of(*account(20, 0))  # what is made once is made before
    return [row for names in sizes.names for row in _of(names, sizes)]


def _of(names: int, sizes: Sizes) -> list[Row]:
    models = [account(names, seed)[0] for seed in range(sizes.accounts)]
    ours, answers = timed(_ours, models)
    work, seconds = f"the trades of an account of {names:,} names", sizes.seconds
    tools: list[tuple[str, str, Tool, str]] = [
        ("cvxpy, Clarabel", "cvxpy", by_cvxpy, "relaxation, its modes rounded, then amounts again"),
        ("PuLP, CBC", "pulp", lambda model: by_cbc(model, seconds), "linear tracking, the first within 1%"),
    ]
    if names < SCIP_MOST:
        said = f"the mixed-integer program as it is, {seconds:g} s at most"
        tools.append(("SCIP", "pyscipopt", lambda model: by_scip(model, seconds), said))

    def told(name: str, tool: Tool, said: str) -> Callable[[], tuple[float, str]]:
        def run() -> tuple[float, str]:
            theirs, others = timed(tool, models)
            proved = others if name == "SCIP" else answers
            bounds = [max(own.bound, one.bound) for own, one in zip(answers, proved, strict=True)]
            loss, own = _losses(models, others, bounds), _losses(models, answers, bounds)
            return theirs, f"{said}: loss {loss}, ours {own}; no whole shares, no gate, no reasons"

        return run

    return [
        beside(
            part="optimizer",
            work=f"{work}, {models[0].lots.count:,} lots, {_times(len(models))}",
            ours=ours,
            peer=name,
            install=install,
            run=told(name, tool, said),
        )
        for name, install, tool, said in tools
    ]


def _times(accounts: int) -> str:
    return "once" if accounts == 1 else f"median of {accounts}"


def _ours(model: Model) -> Told:
    climb = Climb(model)
    found = settled(model, climb, climb.climb())
    return Told(trades=None) if found is None else Told(trades=found.trades, bound=found.bound)


def timed(tool: Tool, models: list[Model]) -> tuple[float, list[Told]]:
    """Return the median milliseconds of processor time for an account, and the answers."""
    times, answers = [], []
    for model in models:
        begun = spent()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # a solver's doubts about itself: what it answers is measured below
            answers.append(tool(model))
        times.append(spent() - begun)
    return statistics.median(times), answers


def _losses(models: list[Model], answers: list[Told], bounds: list[float]) -> str:
    """Return in words the median loss against the bounds."""
    losses = [
        objective(model, told.trades) - bound
        for model, told, bound in zip(models, answers, bounds, strict=True)
        if told.trades is not None and is_allowed(model, told.trades)
    ]
    if not losses:
        return "unknown (no answer, or a row or a smallest ticket missed)"
    missed = len(models) - len(losses)
    return f"{np.median(losses):.3f} bp" + (
        f" ({missed} of {len(models)} without an answer)" if missed else ""
    )


def is_allowed(model: Model, trades: Floats) -> bool:
    """Whether trades keep every row, and no purchase or sale is below its smallest ticket."""
    positions, lots = model.positions, model.lots
    bought = trades[: positions.count]
    sold = np.bincount(lots.position, trades[positions.count :], positions.count)
    small = [
        (side > TOLERANCE) & (side < np.minimum(least, most) - TOLERANCE)
        for side, least, most in (
            (bought, positions.buy_least, positions.buy_most),
            (sold, positions.sale_least, positions.sale_most),
        )
    ]
    rows_kept = violation(model.rows, row_values(model, trades)).max() <= TOLERANCE
    return bool(rows_kept and not small[0].any() and not small[1].any())
