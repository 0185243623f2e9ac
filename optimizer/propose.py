"""Propose: search, gate, tighten, search again; nothing leaves here that the gate does not pass.

1. build the problem from the ground book and search it
2. put exactly the whole-share list to the gate
3. rejected: the row that the verdict names is tightened, or, where it has none, the trades that
   lowered the headroom are closed; back to the search
4. still rejected after the last round: drop the trades that verdicts name until the gate passes
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from engine.facts.ids import AccountId
from engine.facts.trades import Trade
from engine.gate.verdict import Decision, GateAnswer, Verdict
from optimizer.build import Problem, build, with_most, with_rows
from optimizer.capped import Capped, Rebuild, cap_notes, capped, certified, higher, over_cap
from optimizer.conflict import Explained, explain_conflict
from optimizer.model import Floats, Ints, objective, row_values
from optimizer.promises import Promise, firmer, promises
from optimizer.proposal import Proposal, Status
from optimizer.regimes import netted
from optimizer.removal import removal_costs
from optimizer.rows import RowData
from optimizer.scale import trades_of
from optimizer.search import Solution, cost_of_nothing, search
from optimizer.settings import Intent, Settings
from optimizer.tell import tell
from optimizer.trigger import triggers
from optimizer.waiting import waiting_notes
from rulebooks.ground import GroundBook

Judge = Callable[[tuple[Trade, ...]], GateAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """A list that the gate has passed, or the empty one."""

    solution: Solution
    answer: GateAnswer
    rounds: int
    dropped: int  # trades that had to be dropped at the end


def propose(
    ground: GroundBook,
    *,
    accounts: Iterable[AccountId],
    intent: Intent,
    settings: Settings,
    judge: Judge,
) -> Proposal:
    """Return trades for `accounts` that the gate passes, or why there are none.

    ground: the rulebook laid out over the book. judge: the gate for lists over the same ground book.
    """
    asked = tuple(sorted(accounts))
    acting, notes = triggers(ground, asked, intent)
    if not acting:
        problem = build(ground, accounts=asked, intent=intent, settings=settings)
        return _nothing(problem, judge, notes)
    resting = frozenset(asked) - frozenset(acting)

    def plain(moved: Settings) -> Problem:
        return build(ground, accounts=asked, intent=intent, settings=moved, resting=resting)

    def rebuild(moved: Settings) -> Problem:
        return netted(plain(moved))

    gated, caps = within_caps(rebuild, settings, judge)
    problem, told_caps = caps.problem, cap_notes(caps, gated.solution)
    short = unmet(gated.solution)
    conflict = explain_conflict(plain(settings)) if short else Explained()
    if conflict.rules:
        return _infeasible(problem, judge, gated, conflict, notes)
    listed = tuple(trade for trade, _ in trades_of(problem.columns, gated.solution.steps))
    said = (*notes, *told_caps, *_said(gated, short), *waiting_notes(problem, listed))
    status = _status(problem, gated, short)
    told = tell(
        gated.solution, gated.answer, status=status, rounds=gated.rounds, notes=said, conflict=Explained()
    )
    if not (settings.rule_costs and told.trades):
        return told
    return replace(told, removals=removal_costs(gated.solution, resting=resting))


def within_caps(rebuild: Rebuild, settings: Settings, judge: Judge) -> tuple[Gated, Capped]:
    """Return the best list that the gate passes under the caps on the tracking error, and their prices."""
    now = capped(rebuild, settings)
    gated = gate_rounds(now.problem, judge)
    for _ in range(MOST_FIRMED if now.caps else 0):
        over = over_cap(now, gated.solution)
        if not over:
            break
        now = higher(rebuild, settings, now, over)
        gated = gate_rounds(now.problem, judge)
    return replace(gated, solution=certified(now, gated.solution)), now


def _nothing(problem: Problem, judge: Judge, notes: tuple[str, ...]) -> Proposal:
    solution = idle(problem)
    return tell(solution, judge(()), status=Status.NOTHING_TO_DO, rounds=0, notes=notes, conflict=Explained())


def _infeasible(
    problem: Problem, judge: Judge, gated: Gated, conflict: Explained, notes: tuple[str, ...]
) -> Proposal:
    solution = idle(problem)
    alone = () if conflict.relaxations else ("no change of one limit alone would make it possible",)
    return tell(
        solution,
        judge(()),
        status=Status.INFEASIBLE,
        rounds=gated.rounds,
        notes=(*notes, *alone),
        conflict=conflict,
    )


def idle(problem: Problem) -> Solution:
    """Return the empty list as a solution."""
    return Solution(
        problem=problem,
        steps=np.zeros(problem.model.columns, dtype=np.int64),
        cost=cost_of_nothing(problem),
        bound=-float("inf"),
        prices=np.zeros(problem.model.rows.count),
        restricted=(),
    )


def _status(problem: Problem, gated: Gated, short: tuple[str, ...]) -> Status:
    solution = gated.solution
    if not solution.steps.any():
        return Status.NOTHING_TO_DO
    gap = solution.cost - solution.bound
    tight = gap <= float(problem.settings.tolerance_bp)
    return Status.OPTIMAL if tight and not short and not gated.dropped else Status.FEASIBLE


UNMET = 1.0
"""Units by which a demand may be missed through whole shares before it is said."""


def unmet(solution: Solution) -> tuple[str, ...]:
    """Return the demands that the list misses by more than whole shares explain."""
    problem = solution.problem
    values = row_values(problem.model, solution.trades)
    slack = max(UNMET, float(problem.grid.step.max(initial=0.0)))
    found = []
    for row, data in enumerate(problem.rows):
        if data.note.kind in ("aim", "demand") and data.low - values[row] > slack:
            found.append(data.note.words)
    return tuple(dict.fromkeys(found))


def _said(gated: Gated, short: tuple[str, ...]) -> tuple[str, ...]:
    notes = [
        f"{name} cannot be reached in full: what is missing is locked or too small to trade" for name in short
    ]
    if gated.solution.restricted:
        rules = sorted({need.limit.rule.rule.id for need in gated.solution.restricted})
        notes.append(f"kept to the groups of the book as they are: {', '.join(rules)}")
    if gated.dropped:
        notes.append(f"{gated.dropped} trades were dropped because the gate did not pass them")
    return (*notes, *_open_gap(gated.solution))


def _open_gap(solution: Solution) -> tuple[str, ...]:
    """Return why the list may not be the best, where its distance from the bound is above the tolerance."""
    problem, gap = solution.problem, solution.cost - solution.bound
    if not solution.steps.any() or not gap > float(problem.settings.tolerance_bp) or not np.isfinite(gap):
        return ()
    may = f"another list may be better by up to {gap:.2f} bp"
    if solution.restricted:
        return (f"{may}: the bound leaves open which groups count, and the list keeps to those of the book",)
    largest = int(np.argmax(problem.model.positions.step))
    name, share = problem.columns.names[largest].symbol, problem.model.positions.step[largest]
    return (
        f"{may}: the bound looks at rules and positions one by one, where lists are of whole shares "
        f"(one of {name} is {share:.2f} bp of net assets)",
    )


# ------------------------------------------------------------------ rounds


def gate_rounds(problem: Problem, judge: Judge) -> Gated:
    """Return the best list that the gate passes, and how often a list was put to it."""
    solution, firmed = search(problem), 0
    for number in range(1, problem.settings.most_rounds + 1):
        answer, columns = gate_list(solution, judge)
        if not columns or passes(answer):
            broken = broken_promises(solution)
            if not broken or firmed == MOST_FIRMED:
                rounds = number if columns else number - 1
                return _held(Gated(solution=solution, answer=answer, rounds=rounds, dropped=0), judge)
            solution = search(firmer(solution.problem, broken, times=firmed))
            firmed += 1
            continue
        if answer.fault is not None:
            return Gated(solution=idle(problem), answer=answer, rounds=number, dropped=len(columns))
        again = search(tighten(solution, answer, columns))
        solution = replace(again, bound=max(solution.bound, -float("inf")))
    return _held(drop_until_passed(solution, judge, problem.settings.most_rounds), judge)


MOST_FIRMED = 5
"""How often rows are tightened for a promise that whole shares missed."""


def broken_promises(solution: Solution) -> tuple[Promise, ...]:
    """Return what was asked for in money and is not kept by exactly this list."""
    listed = trades_of(solution.problem.columns, solution.steps)
    found = promises(solution.problem, (trade for trade, _ in listed))
    return tuple(promise for promise in found if not promise.kept)


def _held(gated: Gated, judge: Judge) -> Gated:
    """Return the list without the trades that still break a promise that is a ceiling."""
    while gated.solution.steps.any() and any(not p.least for p in broken_promises(gated.solution)):
        solution = gated.solution
        worth = _weights(solution, broken_promises(solution))
        steps = solution.steps.copy()
        steps[int(np.argmax(worth))] = 0
        again = drop_until_passed(replace(solution, steps=steps), judge, gated.rounds)
        gated = replace(again, dropped=gated.dropped + again.dropped + 1)
    return gated


def _weights(solution: Solution, broken: tuple[Promise, ...]) -> Floats:
    """Return by how much each column's trade uses up the promises that are ceilings, (n_columns,)."""
    columns, trades = solution.problem.columns, solution.trades
    gains = any(promise.what == "gains recognized" for promise in broken)
    found = np.zeros(columns.width)
    for column in np.flatnonzero(solution.steps):
        is_sale = column >= columns.count
        rate = float(columns.lot(int(column)).recognized) if is_sale else 0.0
        found[column] = trades[column] * (rate if gains else float(not is_sale))
    return found


def gate_list(solution: Solution, judge: Judge) -> tuple[GateAnswer, list[int]]:
    """Return the gate's answer to a solution's list, and the columns of its trades."""
    listed = trades_of(solution.problem.columns, solution.steps)
    return judge(tuple(trade for trade, _ in listed)), [column for _, column in listed]


def passes(answer: GateAnswer) -> bool:
    """Return whether the list needs no block lifted and no approval."""
    return answer.fault is None and answer.decision.rank <= Decision.WARN.rank


def _stopping(answer: GateAnswer) -> list[Verdict]:
    return [v for v in answer.verdicts if v.decision.rank > Decision.WARN.rank and v.trades]


TIGHTEN_STEPS = 1.0
"""Smallest steps of the row's positions by which a missed row is tightened, each time."""


def tighten(solution: Solution, answer: GateAnswer, listed: list[int]) -> Problem:
    """Return the problem with what the gate said of a list; `listed` are the columns of its trades."""
    problem = solution.problem
    values = row_values(problem.model, solution.trades)
    rows = list(problem.rows)
    closed: set[int] = set()
    for verdict in _stopping(answer):
        matching = [r for r, data in enumerate(rows) if speaks_of(data, verdict)]
        for row in matching:
            rows[row] = _tighter(rows[row], float(values[row]), problem)
        if not matching:
            closed.update(listed[number - 1] for number in verdict.trades)
    if not closed and not _stopping(answer):
        closed.update(listed)
    problem = with_rows(problem, tuple(rows))
    return with_most(problem, frozenset(closed)) if closed else problem


def speaks_of(data: RowData, verdict: Verdict) -> bool:
    """Return whether a row stands for the rule, account and group of a verdict."""
    limit = data.note.limit
    if limit is None or data.note.kind not in ("rule", "cut") or limit.rule.rule.id != verdict.rule:
        return False
    if verdict.account is not None and limit.scope.account != verdict.account:
        return False
    group = () if limit.group is None else (limit.group,)
    return not verdict.group or not group or verdict.group[0] == group[0]


def _tighter(data: RowData, reached: float, problem: Problem) -> RowData:
    steps = problem.grid.step[data.entry.columns] * np.abs(data.entry.amounts)
    margin = TIGHTEN_STEPS * float(np.median(steps[steps > 0])) if (steps > 0).any() else 1e-3
    return replace(data, low=max(data.low, reached) + margin)


def drop_until_passed(solution: Solution, judge: Judge, rounds: int, *, improving: bool = True) -> Gated:
    """Drop the trades that verdicts name until the gate passes; the empty list always does.

    improving: what is left must be better than doing nothing, else it is dropped too.
    """
    steps, dropped = solution.steps.copy(), 0
    while True:
        listed = trades_of(solution.problem.columns, steps)
        answer = judge(tuple(trade for trade, _ in listed))
        rounds += 1
        if not listed or passes(answer):
            kept = _with_steps(solution, steps, improving)
            if listed and not kept.steps.any():
                answer = judge(())
            return Gated(solution=kept, answer=answer, rounds=rounds, dropped=dropped)
        named = {number for verdict in _stopping(answer) for number in verdict.trades}
        gone = [column for trade, column in listed if trade.number in named] or [c for _, c in listed]
        steps[gone] = 0
        dropped += len(gone)


def _with_steps(solution: Solution, steps: Ints, improving: bool) -> Solution:
    problem = solution.problem
    trades: Floats = np.asarray(steps * problem.grid.step)
    if improving and objective(problem.model, trades) >= cost_of_nothing(problem):
        steps = np.zeros_like(steps)
        trades = np.zeros(problem.model.columns)
    return replace(solution, steps=steps, cost=objective(problem.model, trades))
