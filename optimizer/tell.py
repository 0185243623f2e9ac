"""From a solution to the proposal: figures, reasons and prices, in money and words.

Reasons are exact parts of the improvement. Drift is quadratic, so that its change over a list is the
slope half way times each trade; priced rows are shared in proportion to what each trade moves them.

    drift 1,200 -> 300 by two trades that each do half: 450 and 450; with tax -20 and cost 5 each,
    each trade's reasons come to 450 + 20 - 5 = 465
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

import numpy as np

from engine.facts.ids import AccountId, Symbol
from engine.facts.money import cents_half_up
from engine.facts.trades import Side, Trade
from engine.gate.verdict import Decision, GateAnswer
from engine.ledger.settle import Settlement, Taken, settle
from optimizer.assume import assumptions
from optimizer.binding import binding_rules
from optimizer.build import Problem
from optimizer.conflict import Explained
from optimizer.figures import account_figures, joint_figures
from optimizer.margin import Priced, margins
from optimizer.model import Floats, row_cost, row_values
from optimizer.promises import promises
from optimizer.proposal import (
    AccountChange,
    Asked,
    Change,
    Objective,
    Proposal,
    ProposedTrade,
    Reason,
    Status,
)
from optimizer.rows import RowData
from optimizer.scale import as_cents, trades_of
from optimizer.search import Solution
from optimizer.stated import ticket_cost, trading_cost
from optimizer.tell_tax import TAX_POINTS, Rate, later_tax, rates_of, tax_at, tax_of
from optimizer.tradable import policy_of

ZERO = Decimal(0)
CENT = Decimal("0.01")


Listed = tuple[tuple[Trade, int | None], ...]
"""Trades with their columns; None for a trade that the problem has no column for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A list as it is told: its trades, and the amounts of the columns in units, (n_columns,)."""

    listed: Listed
    amounts: Floats
    changes: tuple[Change, ...] = ()


def tell(
    solution: Solution,
    answer: GateAnswer,
    *,
    status: Status,
    rounds: int,
    notes: tuple[str, ...],
    conflict: Explained,
    given: Given | None = None,
) -> Proposal:
    """Return the proposal of a solution that the gate has answered; `given`: of this very list."""
    problem = solution.problem
    priced: Mapping[int, Priced] = {}
    if given is None:
        given = Given(listed=trades_of(problem.columns, solution.steps), amounts=solution.trades)
        priced = margins(solution)
    trades = tuple(trade for trade, _ in given.listed)
    settlement = settle(problem.ground.book, trades, reading=problem.ground.rulebook.tax)
    rows, objective, nothing = _told_trades(problem, given, settlement, priced)
    changes = _account_changes(problem, trades, settlement)
    return Proposal(
        as_of=problem.ground.book.as_of,
        status=status,
        intent=problem.intent.words,
        currency=problem.state.currency,
        trades=rows,
        objective=objective,
        doing_nothing=nothing,
        gap=_gap(solution, status),
        rounds=rounds,
        binding=binding_rules(solution) if trades else (),
        conflict=conflict.rules,
        relaxations=conflict.relaxations,
        let_go=_let_go(answer),
        gate=answer,
        before=joint_figures(problem, [change.before for change in changes]),
        after=joint_figures(problem, [change.after for change in changes]),
        accounts=changes,
        assumptions=assumptions(problem),
        notes=notes,
        asked=tuple(
            Asked(what=row.what, asked=row.asked, reached=row.reached, least=row.least, kept=row.kept)
            for row in promises(problem, trades)
        ),
        changes=given.changes,
        tax_at=tuple(tax_at(problem, settlement, points) for points in TAX_POINTS) if rows else (),
    )


def _account_changes(
    problem: Problem, trades: tuple[Trade, ...], settlement: Settlement
) -> tuple[AccountChange, ...]:
    return tuple(
        AccountChange(
            account=account,
            before=account_figures(problem, account, None),
            after=account_figures(problem, account, settlement if trades else None, trades),
        )
        for account in problem.accounts
    )


def _gap(solution: Solution, status: Status) -> Decimal | None:
    if not np.isfinite(solution.bound) or status in (Status.INFEASIBLE, Status.NOTHING_TO_DO):
        return None
    return Decimal(max(0, round((solution.cost - solution.bound) * 10_000))) / 10_000


def _let_go(answer: GateAnswer) -> tuple[str, ...]:
    """Return the warning rules that the list itself breaks."""
    found = [v.rule for v in answer.verdicts if v.breach == "active" and v.decision is Decision.WARN]
    return tuple(dict.fromkeys(found))


# ------------------------------------------------------------------ trades and reasons


def _told_trades(
    problem: Problem, given: Given, settlement: Settlement, priced: Mapping[int, Priced]
) -> tuple[tuple[ProposedTrade, ...], Objective, Objective]:
    listed = given.listed
    now = row_cost(problem.model.rows, problem.model.rows.start)
    asked = np.array([row.note.kind == "demand" for row in problem.rows], dtype=np.bool_)
    drift_before = problem.constant + float(now[~asked].sum())
    parts = drift_parts(problem, given.amounts)
    wished = [
        -part.amounts[column] * weight * problem.columns.unit if column is not None else 0.0
        for column, weight in _weighed(listed)
        for part in parts
    ]
    drift_change = float(sum(part.amounts.sum() for part in parts))
    before = as_cents(drift_before * problem.columns.unit)
    after = as_cents((drift_before + drift_change) * problem.columns.unit)
    shares = apportion(before - after, wished)
    rows: list[ProposedTrade] = []
    tickets, rates = _tickets(problem, listed), rates_of(problem, settlement)
    for index, (trade, column) in enumerate(listed):
        own = shares[index * len(parts) : (index + 1) * len(parts)]
        reasons = (
            *_purpose(problem, trade),
            *(
                Reason(what=part.what, rule=part.rule, amount=share)
                for part, share in zip(parts, own, strict=True)
                if share
            ),
        )
        taken = settlement.of_trade(trade.number)
        row = _told(problem, trade, column, reasons, taken, tickets[index], rates)
        charges, margin = priced.get(column, ((), None)) if column is not None else ((), None)
        rows.append(replace(row, charges=charges, margin=margin))
    tax = sum((row.tax for row in rows), ZERO)
    cost = sum((_cost(problem, row.trade.account, row.value) for row in rows), sum(tickets, ZERO))
    objective = Objective(drift=after, tax=tax, cost=cost)
    return tuple(rows), objective, Objective(drift=before, tax=ZERO, cost=ZERO)


def _weighed(listed: Listed) -> list[tuple[int | None, float]]:
    """Return each trade's column and its share of what the list trades in that column."""
    totals: dict[int, Fraction] = {}
    for trade, column in listed:
        if column is not None:
            totals[column] = totals.get(column, Fraction(0)) + Fraction(trade.quantity)
    return [
        (column, 0.0 if column is None else float(Fraction(trade.quantity) / totals[column]))
        for trade, column in listed
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the change in drift and priced rules: what it is, and each column's share, in units."""

    what: str
    rule: str | None
    amounts: Floats  # (n_columns,)


def drift_parts(problem: Problem, trades: Floats) -> tuple[Part, ...]:
    """Return what the trades change in drift and priced rules; all shares add up to the change.

    What the request itself demands has no price for anybody: it is left out.
    """
    model = problem.model
    positions, rows = model.positions, model.rows
    n = positions.count
    sign = np.concatenate((np.ones(n), -np.ones(model.lots.count)))
    owner = problem.grid.position
    change = np.bincount(owner, sign * trades, n)
    slope = positions.curvature * (change + 2 * (positions.value - positions.target))
    own = np.asarray(slope[owner] * sign * trades)
    if not rows.count:
        return (Part(what="drift", rule=None, amounts=own),)
    after = row_values(model, trades)
    moved = after - rows.start
    gained = row_cost(rows, after) - row_cost(rows, rows.start)
    moves = np.abs(moved) > 1e-12
    weight = np.where(moves, gained / np.where(moves, moved, 1.0), 0.0)
    weight[[row.note.kind == "demand" for row in problem.rows]] = 0.0
    labels: dict[tuple[str, str | None], Floats] = {("drift", None): np.zeros(rows.count)}
    for row in np.flatnonzero(weight):
        key = _label(problem.rows[int(row)])
        labels.setdefault(key, np.zeros(rows.count))[row] = weight[row]
    found = []
    for (what, rule), weights in labels.items():
        shares = np.asarray(rows.matrix.T @ weights) * trades
        found.append(Part(what=what, rule=rule, amounts=shares + own if what == "drift" else shares))
    return tuple(found)


def _purpose(problem: Problem, trade: Trade) -> tuple[Reason, ...]:
    """Return the request for cash that a trade serves, which no amount of money stands for."""
    serves = problem.intent.kind == ("raise" if trade.side is Side.SELL else "invest")
    return (Reason(what=problem.intent.goal, rule=None, amount=ZERO),) if serves else ()


def _label(row: RowData) -> tuple[str, str | None]:
    """Return the words and the rule under which a row's part is told."""
    note = row.note
    assert note.kind != "demand", "what the request demands has no price"
    match note.kind:
        case "drift":
            return "drift", None
        case "aim":
            return f"back to the band: {note.words}", None if note.rule is None else note.rule.id
        case "rule" | "cut":
            return f"towards the limit: {note.words}", None if note.rule is None else note.rule.id
        case _:
            assert_never(note.kind)


def apportion(total: Decimal, wished: list[float]) -> list[Decimal]:
    """Return amounts in cents that add up to `total`, each next to what was wished for."""
    cents = [Decimal(int(np.floor(amount * 100))) * CENT for amount in wished]
    rest = int((total - sum(cents, ZERO)) / CENT)
    order = sorted(range(len(wished)), key=lambda i: (-(wished[i] * 100 - np.floor(wished[i] * 100)), i))
    step = 1 if rest > 0 else -1
    position = 0
    while rest and order:
        cents[order[position % len(order)]] += step * CENT
        rest -= step
        position += 1
    return cents


def _tickets(problem: Problem, listed: Listed) -> list[Decimal]:
    """Return each trade's part of what its order costs: an order is all of a security on one side."""
    orders: dict[tuple[AccountId, Symbol, bool], list[int]] = {}
    for index, (trade, _) in enumerate(listed):
        orders.setdefault((trade.account, trade.symbol, trade.side is Side.BUY), []).append(index)
    found = [ZERO] * len(listed)
    for (account, _, _), members in orders.items():
        charge = Fraction(ticket_cost(problem.ground, account, problem.settings).value)
        cents = cents_half_up(charge * problem.state.rate_of(account))
        parts = apportion(cents, [float(cents) / len(members)] * len(members))
        for index, part in zip(members, parts, strict=True):
            found[index] = part
    return found


def _told(
    problem: Problem,
    trade: Trade,
    column: int | None,
    parts: tuple[Reason, ...],
    taken: tuple[Taken, ...],
    ticket: Decimal,
    rates: Rate,
) -> ProposedTrade:
    book = problem.ground.book
    price = book.prices[trade.symbol].price
    unit = problem.state.unit_value(trade.account, trade.symbol) or Fraction(0)
    value = cents_half_up(Fraction(trade.quantity) * unit)
    gain, own_term, tax, later = None, None, ZERO, ZERO
    if trade.side is Side.SELL:
        rate = problem.state.rate_of(trade.account)
        gain = cents_half_up(sum((row.gain for row in taken), Fraction(0)) * rate)
        own_term = taken[0].term if taken else None
        tax = cents_half_up(tax_of(trade.account, taken, rates) * rate)
        later = cents_half_up(later_tax(problem, trade.account, taken) * rate)
    cost = _cost(problem, trade.account, value)
    reasons = list(parts)
    if tax:
        harvested = column is not None and problem.columns.lot(column).selected
        reasons.append(_tax_reason(problem, trade, tax, harvested=harvested))
    reasons.append(Reason(what="trading cost", rule=None, amount=-cost))
    if ticket:
        reasons.append(Reason(what="charge for the order", rule=None, amount=-ticket))
    return ProposedTrade(
        trade=trade,
        price=price,
        value=value,
        gain=gain,
        term=own_term,
        tax=tax,
        reasons=tuple(reasons),
        later=later,
    )


def _tax_reason(problem: Problem, trade: Trade, tax: Decimal, *, harvested: bool) -> Reason:
    if tax > 0:
        return Reason(what="tax on the gain", rule=None, amount=-tax)
    if harvested:
        return Reason(what="loss harvested", rule=_harvest_rule(problem, trade), amount=-tax)
    return Reason(what="tax saved by the loss", rule=None, amount=-tax)


def _cost(problem: Problem, account: AccountId, value: Decimal) -> Decimal:
    rate = trading_cost(problem.ground, account, problem.settings).value
    return cents_half_up(value * rate / 10_000)


def _harvest_rule(problem: Problem, trade: Trade) -> str | None:
    harvests = any(policy.harvest is not None for policy in policy_of(problem.ground, trade.account))
    return "harvest losses" if harvests else None
