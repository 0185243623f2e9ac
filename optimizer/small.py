"""Small accounts exactly: every choice as an integer, bent costs by tangents, until bound and list meet.

With few names one large trade is a large part of the account, and the prices of `prices` leave a real
gap; so do rules that count names or members of derived sets. Up to `Settings.exact_columns` the whole
problem is written as a mixed-integer linear program (`small_trades`, `small_rules`): steps, tickets, wash
groups, derived sets and counts as they are, quadratic costs from below by tangents. Its bound is a bound
for the problem; tangents and cutting planes at each answer bring the two together.

    q d^2 at d = 3 is at least q (6 d - 9); at d = 3 exactly that
"""

from dataclasses import dataclass

from optimizer.build import Problem, with_most, with_rows
from optimizer.curved import missed_curves, patches
from optimizer.model import INF, Floats, Ints, objective
from optimizer.requirements import Requirement
from optimizer.shape import Curve, curve_of
from optimizer.small_rules import Rules, is_writable
from optimizer.small_trades import Trades
from optimizer.whole import missed, whole_trades

WIDE_GAP = 3.0
"""Basis points from which half as many columns more are branched on."""

RELAXED_PASSES = 20
MOST_PASSES = 3
MOST_NODES = 1000
NODES = 20_000
"""Nodes of each search, times open columns: a node costs the more the larger the problem."""

MOST_MOVES = 60
MOST_REPAIRS = 6
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


def is_small(problem: Problem, *, gap: float) -> bool:
    """Return whether the problem is small enough for its gap, and has only rules that can be written down."""
    most = problem.settings.exact_columns
    if gap > WIDE_GAP:
        most = most * 3 // 2
    if int((problem.grid.most > 0).sum()) > most:
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
    nodes = min(MOST_NODES, NODES // max(1, int((problem.grid.most > 0).sum())))
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
        """Take whole shares near `wished`, as they are or after moves that better them, if better.

        Rules that moves break are held to what `wished` makes of them, and the moves made again.
        """
        problem = self.problem
        steps = whole_trades(problem.model, problem.grid, wished, most_moves=0)
        near, held = steps * problem.grid.step, problem
        self._take(steps)
        for _ in range(MOST_REPAIRS):
            steps = whole_trades(held.model, held.grid, near, most_moves=MOST_MOVES)
            self._take(steps)
            broken = missed_curves(problem, steps * problem.grid.step)
            if not broken:
                break
            held = _holding(held, near, steps * problem.grid.step, broken)

    def _take(self, steps: Ints) -> None:
        problem, trades = self.problem, steps * self.problem.grid.step
        cost = objective(problem.model, trades)
        if cost >= self.cost or missed(problem.model, problem.grid, steps) > BROKEN:
            return
        if not missed_curves(problem, trades):
            self.steps, self.cost = steps, cost


def _holding(problem: Problem, near: Floats, broke: Floats, broken: tuple[Requirement, ...]) -> Problem:
    """Return the problem with rows for rules that a list broke: bent ones there, others as in `near`."""
    bent = tuple(need for need in broken if curve_of(need.form) is Curve.CONCAVE)
    others = tuple(need for need in broken if need not in bent)
    found = [patches(problem, broke, bent, {})[0]] if bent else []
    if others:
        options = patches(problem, near, others, {})
        found.append(options[min(1, len(options) - 1)])
    problem = with_rows(problem, (*problem.rows, *(row for patch in found for row in patch.rows)))
    return with_most(problem, frozenset(column for patch in found for column in patch.closed))
