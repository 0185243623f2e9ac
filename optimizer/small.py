"""Small accounts exactly: every choice as an integer, bent costs by tangents, until bound and list meet.

With few names one large trade is a large part of the account, and the prices of `prices` leave a real
gap; so do rules that count names or members of derived sets. Up to `Settings.exact_columns` the whole
problem is written as a mixed-integer linear program (`small_trades`, `small_rules`): steps, tickets, wash
groups, derived sets and counts as they are, quadratic costs from below by tangents. Its bound is a bound
for the problem; tangents and cutting planes at each answer bring the two together.

    q d^2 at d = 3 is at least q (6 d - 9); at d = 3 exactly that
"""

from dataclasses import dataclass

from optimizer.build import Problem
from optimizer.curved import missed_curves
from optimizer.model import INF, Floats, Ints, objective
from optimizer.small_rules import Rules, is_writable
from optimizer.small_trades import Trades
from optimizer.whole import missed, whole_trades

RELAXED_PASSES = 15
MOST_PASSES = 3
NODES = 20_000
"""Nodes of each search, times open columns: a node costs the more the larger the problem."""

MOST_MOVES = 60
SLACK = 1e-7
"""Part of a bound by which the program's arithmetic may overstate it."""

BROKEN = 2e-7
"""Units by which a hard row may be missed before a list counts as breaking it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallAnswer:
    """The best list known (steps of each column, None where none keeps every rule), and a bound of any."""

    steps: Ints | None
    cost: float
    bound: float


def is_small(problem: Problem) -> bool:
    """Return whether the problem is small enough, and has only rules that can be written down."""
    if int((problem.grid.most > 0).sum()) > problem.settings.exact_columns:
        return False
    return all(is_writable(need.form) for need in problem.curved)


def solve_small(problem: Problem, *, tolerance: float, first: Ints | None = None) -> SmallAnswer:
    """Return the best list found and a bound.

    first: steps of a list to begin from, (n_columns,), that keeps every rule.
    """
    best = _Best(problem, first)
    trades = Trades(problem)
    rules = Rules(trades)
    if best.steps is not None:
        trades.touch(best.trades)
    nodes = NODES // max(1, int((problem.grid.most > 0).sum()))
    bound = -INF
    if _relaxed(trades, rules, tolerance) is None:
        return SmallAnswer(steps=best.steps, cost=best.cost, bound=bound)
    for _ in range(MOST_PASSES):
        start = {} if best.steps is None else trades.start_of(best.trades)
        answer = trades.program.solve(gap=tolerance / 4, nodes=nodes, start=start)
        if answer is None:
            break
        bound = max(bound, answer.bound - SLACK * (1 + abs(answer.bound)))
        best.offer(trades.trades_of(answer.values))
        _polish(best, answer.values, tolerance)
        if best.cost - bound <= tolerance / 2:
            break
        rules.cut(trades.trades_of(answer.values))
        trades.tighten(answer.values)
    return SmallAnswer(steps=best.steps, cost=best.cost, bound=bound)


def _polish(best: "_Best", values: Floats, tolerance: float) -> None:
    """Offer the best amounts for the switches of an answer, a hair inside its rules."""
    trades = Trades(best.problem)
    rules = Rules(trades, firm=True)
    trades.hold(values)
    wished = _relaxed(trades, rules, tolerance / 10)
    if wished is not None:
        best.offer(wished)


def _relaxed(trades: Trades, rules: Rules, tolerance: float) -> Floats | None:
    """Add tangents where the program without whole numbers stands; return its amounts, None without."""
    amounts: Floats | None = None
    for _ in range(RELAXED_PASSES):
        answer = trades.program.relaxed()
        if answer is None:
            return None
        amounts = trades.amounts_of(answer.values)
        short = trades.tighten(answer.values)
        if not rules.cut(amounts) and short <= tolerance / 4:
            trades.fan(answer.values)
            break
    return amounts


class _Best:
    """The best list that keeps every rule."""

    def __init__(self, problem: Problem, steps: Ints | None) -> None:
        self.problem, self.steps, self.cost = problem, steps, INF
        if steps is not None:
            self.cost = objective(problem.model, self.trades)

    @property
    def trades(self) -> Floats:
        assert self.steps is not None
        return self.steps * self.problem.grid.step

    def offer(self, wished: Floats) -> None:
        """Take whole shares near `wished`, as they are or after moves that better them, if better."""
        problem = self.problem
        for moves in (0, MOST_MOVES):
            steps = whole_trades(problem.model, problem.grid, wished, most_moves=moves)
            trades = steps * problem.grid.step
            cost = objective(problem.model, trades)
            if cost >= self.cost or missed(problem.model, problem.grid, steps) > BROKEN:
                continue
            if not missed_curves(problem, trades):
                self.steps, self.cost = steps, cost
