"""Repair: the list nearest to a given one that the gate passes, told like a proposal.

Trades of the given list may become smaller or be left out, never larger, and none is added: fewest trades
touched first, then least money (`nearest_list`).

    buy 50 ACME, 10 of which fit under the cap: buy 10 ACME
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from engine.facts.trades import Side, Trade
from engine.gate.deltas import settlement_of
from engine.gate.verdict import GateAnswer
from optimizer.build import Problem, build
from optimizer.conflict import Explained
from optimizer.model import Floats
from optimizer.nearest_list import Judge, Nearest, nearest_list, passes
from optimizer.proposal import Change, Proposal, Status
from optimizer.propose import idle
from optimizer.scale import as_float, exact_decimal
from optimizer.settings import Intent, Settings
from optimizer.tell import Given, Listed, tell
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground_state


def repair(
    ground: GroundBook,
    trades: Iterable[Trade],
    *,
    settings: Settings,
    judge: Judge,
) -> Proposal:
    """Return the list nearest to `trades` that the gate passes."""
    given = tuple(trades)
    first = judge(given)
    nearest = nearest_list(ground, ground_state(ground), given, judge)
    kept = _kept(given, nearest)
    listed, answer = _by_lot(ground, kept, nearest.answer, judge)
    intent = Intent(kind="repair", also=tuple((trade.account, trade.symbol) for trade in given))
    accounts = tuple(sorted({trade.account for trade in given}))
    problem = build(ground, accounts=accounts, intent=intent, settings=settings)
    return tell(
        idle(problem),
        answer,
        status=_status(nearest, kept),
        rounds=nearest.rounds,
        notes=_notes(given, nearest, kept),
        conflict=Explained(),
        given=Given(
            listed=_with_columns(problem, listed),
            amounts=given_amounts(problem, listed),
            changes=_changes(given, nearest, first),
        ),
    )


def _kept(given: tuple[Trade, ...], nearest: Nearest) -> tuple[Trade, ...]:
    return tuple(
        replace(trade, quantity=exact_decimal(shares))
        for trade in given
        if (shares := nearest.quantities[trade.number]) > 0
    )


def _status(nearest: Nearest, kept: tuple[Trade, ...]) -> Status:
    if not kept:
        return Status.NOTHING_TO_DO
    return Status.OPTIMAL if nearest.proven else Status.FEASIBLE


def _notes(given: tuple[Trade, ...], nearest: Nearest, kept: tuple[Trade, ...]) -> tuple[str, ...]:
    if not kept:
        return ("no part of the list passes",) if given else ("the list is empty",)
    if all(nearest.quantities[trade.number] == trade.quantity for trade in given):
        return ("the list passes as it is",)
    if nearest.proven:
        return ("no list that passes touches fewer trades, or as few for less money",)
    return ("a nearer list was not ruled out",)


def _changes(given: tuple[Trade, ...], nearest: Nearest, first: GateAnswer) -> tuple[Change, ...]:
    """Return what was made smaller, each with the rules that stopped it in the list as given."""
    rules = {row.trade.number: row.rules for row in first.trades}
    return tuple(
        Change(trade=trade, after=exact_decimal(shares), rules=rules.get(trade.number, ()))
        for trade in given
        if (shares := nearest.quantities[trade.number]) != trade.quantity
    )


def _by_lot(
    ground: GroundBook, kept: tuple[Trade, ...], answer: GateAnswer, judge: Judge
) -> tuple[tuple[Trade, ...], GateAnswer]:
    """Return the list with one sale for each lot; as it is where rules for each trade stop that."""
    settlement = settlement_of(ground.book, kept, ground.rulebook.tax)
    rows: list[Trade] = []
    for trade in kept:
        taken = settlement.of_trade(trade.number) if trade.side is Side.SELL else ()
        merged: dict[str, Fraction] = {}
        for row in taken:
            merged[row.lot] = merged.get(row.lot, Fraction(0)) + row.quantity
        whole = sum(merged.values(), Fraction(0)) == trade.quantity
        parts = (
            [
                replace(trade, lot=row.lot, quantity=exact_decimal(merged.pop(row.lot)))
                for row in taken
                if row.lot in merged
            ]
            if whole
            else []
        )
        rows.extend(parts or [trade])
    split = tuple(replace(trade, number=number) for number, trade in enumerate(rows, start=1))
    if not split:
        return split, answer
    again = judge(split)
    if passes(again) and again.decision == answer.decision:
        return split, again
    plain = tuple(replace(trade, number=number) for number, trade in enumerate(kept, start=1))
    return plain, judge(plain)


def _with_columns(problem: Problem, listed: tuple[Trade, ...]) -> Listed:
    columns = problem.columns
    found: list[tuple[Trade, int | None]] = []
    for trade in listed:
        index = columns.places.get((trade.account, trade.symbol))
        if index is None or trade.side is Side.BUY:
            found.append((trade, index))
            continue
        lots = {columns.lot(column).lot: column for column in columns.sales(index)}
        found.append((trade, None if trade.lot is None else lots.get(trade.lot)))
    return tuple(found)


def given_amounts(problem: Problem, listed: tuple[Trade, ...]) -> Floats:
    """Return a list as amounts of the columns, (n_columns,); sales by the lots that they name."""
    amounts = np.zeros(problem.columns.width)
    for trade, column in _with_columns(problem, listed):
        if column is not None and trade.side in (Side.BUY, Side.SELL):
            unit = problem.state.unit_value(trade.account, trade.symbol) or Fraction(0)
            amounts[column] += as_float(Fraction(trade.quantity) * unit) / problem.columns.unit
    return amounts
