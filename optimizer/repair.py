"""Repair: the list nearest to a given one that the gate passes.

Trades of the given list may become smaller or be left out, never larger, and none is added. The rows of
the rules say by how much; the gate has the last word, as for every proposal.

    buy 50 ACME, 10 of which fit under the cap: buy 10 ACME
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from engine.facts.trades import Side, Trade
from engine.gate.verdict import GateAnswer
from engine.ledger.settle import settle
from optimizer.build import Problem, build, with_most
from optimizer.conflict import Explained
from optimizer.model import Floats, objective
from optimizer.nearest import nearest_whole
from optimizer.proposal import Proposal, Status
from optimizer.propose import Gated, drop_until_passed, gate_list, idle, passes, tighten
from optimizer.scale import as_float
from optimizer.search import Solution
from optimizer.settings import Intent, Settings
from optimizer.tell import tell
from rulebooks.ground import GroundBook

Judge = Callable[[tuple[Trade, ...]], GateAnswer]


def repair(
    ground: GroundBook,
    trades: Iterable[Trade],
    *,
    settings: Settings,
    judge: Judge,
) -> Proposal:
    """Return the list nearest to `trades` that the gate passes; purchases and sales only."""
    listed = tuple(trade for trade in trades if trade.side in (Side.BUY, Side.SELL))
    accounts = tuple(sorted({trade.account for trade in listed}))
    intent = Intent(kind="repair")
    problem = _given(build(ground, accounts=accounts, intent=intent, settings=settings), listed)
    gated = _rounds(problem, judge)
    kept = bool(gated.solution.steps.any())
    status = Status.FEASIBLE if kept else Status.NOTHING_TO_DO
    notes = () if kept else ("no part of the list passes",)
    return tell(
        gated.solution, gated.answer, status=status, rounds=gated.rounds, notes=notes, conflict=Explained()
    )


def _given(problem: Problem, listed: tuple[Trade, ...]) -> Problem:
    """Return the problem with every column closed beyond what the given list trades in it."""
    wished = given_amounts(problem, listed)
    steps = np.floor(wished / problem.grid.step + 1e-9).astype(np.int64)
    shut = frozenset(int(column) for column in np.flatnonzero(steps == 0))
    problem = with_most(problem, shut)
    return replace(problem, grid=replace(problem.grid, most=np.minimum(problem.grid.most, steps)))


def given_amounts(problem: Problem, listed: tuple[Trade, ...]) -> Floats:
    """Return a list as amounts of the columns, (n_columns,); sales by the lots that they take."""
    columns = problem.columns
    wished = np.zeros(columns.width)
    settlement = settle(problem.ground.book, listed, reading=problem.ground.rulebook.tax)
    for trade in listed:
        index = columns.places.get((trade.account, trade.symbol))
        if index is None:
            continue
        worth = as_float(columns.names[index].unit) / columns.unit
        if trade.side is Side.BUY:
            wished[index] += float(trade.quantity) * worth
            continue
        by_lot = {columns.lot(column).lot: column for column in columns.sales(index)}
        for row in settlement.of_trade(trade.number):
            if row.lot in by_lot:
                wished[by_lot[row.lot]] += as_float(row.quantity) * worth
    return wished


def _rounds(problem: Problem, judge: Judge) -> Gated:
    solution = _nearest(problem)
    for number in range(1, problem.settings.most_rounds + 1):
        answer, columns = gate_list(solution, judge)
        if not columns or passes(answer):
            return Gated(solution=solution, answer=answer, rounds=number, dropped=0)
        if answer.fault is not None:
            return Gated(solution=idle(problem), answer=answer, rounds=number, dropped=len(columns))
        solution = _nearest(tighten(solution, answer, columns))
    return drop_until_passed(solution, judge, problem.settings.most_rounds, improving=False)


def _nearest(problem: Problem) -> Solution:
    """Return the largest part of the given list that keeps every row."""
    wished = np.asarray(problem.grid.most * problem.grid.step, dtype=np.float64)
    steps = nearest_whole(problem.model, problem.grid, wished, reach=None)
    if steps is None:
        steps = np.zeros(problem.columns.width, dtype=np.int64)
    return replace(idle(problem), steps=steps, cost=objective(problem.model, steps * problem.grid.step))
