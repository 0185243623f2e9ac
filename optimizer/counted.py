"""Rules that cap a number of names: the names that use up the room are priced, and the best ones kept.

Where a list opens more positions than a rule leaves room for, each new name is charged p and each position
that is closed earns p. Whatever p >= 0, no list that keeps the rule costs less than

    best worth of all names at charge p  +  the rows' part  -  p * room

and the charge at which that is largest says which new names are worth a place. All else as in `prices`.

    room for 2 of the new names A, B, C, worth 5, 4 and 1 as they are: at p = 1 all but C are worth it, and
    the bound is 5 + 4 = 9 below doing nothing; without the charge it would be 10
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.barrier import Barrier
from optimizer.build import Problem, with_most
from optimizer.model import Floats, Ints, sold
from optimizer.modes import best_choice
from optimizer.names import Layout, NameAnswer, answer_names, lay_out
from optimizer.requirements import Requirement
from optimizer.scale import as_float
from optimizer.shape import counts_of
from rulebooks.evaluate import value

MOST_CHARGE = 1e4
SECTIONS = 50
ROUNDS = 4
"""Lists that are tried, each from the prices of the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One rule that caps a number of positions."""

    need: Requirement
    fresh: Ints  # positions that are not held and may be bought: one more each
    held: Ints  # positions that may be sold out: one less each
    room: int  # new names, less names given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """A bound at the best charge, and the new names in the order of what they are worth there.

    gone: positions worth selling out for the place they leave. places: for new names, those included.
    """

    bound: float
    charge: float
    order: Ints
    gone: Ints
    places: int


def caps_of(problem: Problem) -> tuple[Cap, ...]:
    """Return the rules that cap a number of single positions; others are left to the patterns."""
    found = (_cap(problem, need) for need in problem.curved)
    return tuple(cap for cap in found if cap is not None)


def _cap(problem: Problem, need: Requirement) -> Cap | None:
    counts = counts_of(need.form)
    if len(counts) != 1 or counts[0][1] > 0:
        return None
    fresh, held = [], []
    for part in counts[0][0].parts:
        entry = problem.columns.row(part)
        owners = set(problem.grid.position[entry.columns].tolist())
        if len(owners) > 1:
            return None
        for index in owners:
            now = value(part, problem.state)
            if now:
                held.append(index)
            elif problem.grid.most[index]:
                fresh.append(index)
    room = int(np.floor(as_float(value(need.form, problem.state) - need.least) + 1e-9))
    return Cap(
        need=need, fresh=np.array(fresh, dtype=np.int64), held=np.array(held, dtype=np.int64), room=room
    )


class Counter:
    """The bound of one problem with one cap priced."""

    def __init__(self, problem: Problem, cap: Cap) -> None:
        self.problem, self.cap = problem, cap
        self.layout: Layout = lay_out(problem.model)
        self.barrier = Barrier(problem.model.rows)
        model = problem.model
        open_sale = sold(model, model.lots.most)
        may_close = np.abs(open_sale - model.positions.value) <= 1e-9 * (1 + model.positions.value)
        self.closable = cap.held[may_close[cap.held] & self.layout.sale.is_open[cap.held]]

    def charged(self, prices: Floats) -> Charged | None:
        """Return the best charge at these row prices; None where they give no bound."""
        prices = prices[: self.problem.model.rows.count]
        if prices.size < self.problem.model.rows.count or not self.barrier.legal(prices):
            return None
        charge = np.asarray(self.problem.model.rows.matrix.T @ prices)
        answer = answer_names(self.problem.model, self.layout, charge, whole=True)
        full = self._full(charge)
        rest = self.barrier.exact(prices)
        best = _highest(lambda charge: self._bound(answer, full, rest, charge))
        worth = answer.buy_worth[self.cap.fresh]
        order = np.argsort(worth, kind="stable")
        at = self.closable
        gone = at[full[at] - best < np.minimum(answer.sale.worth[at], np.minimum(answer.buy_worth[at], 0.0))]
        return Charged(
            bound=self._bound(answer, full, rest, best),
            charge=best,
            order=self.cap.fresh[order[worth[order] < 0]],
            gone=gone,
            places=max(0, self.cap.room + gone.size),
        )

    def _full(self, charge: Floats) -> Floats:
        """Return what selling out costs each position, (n_positions,)."""
        model = self.problem.model
        positions, lots = model.positions, model.lots
        price = lots.cost + charge[positions.count :]
        amount = sold(model, lots.most)
        own = (positions.curvature * amount - self.layout.marginal) * amount
        return np.asarray(own + sold(model, price * lots.most) + positions.tickets)

    def _bound(self, answer: NameAnswer, full: Floats, rest: float, charge: float) -> float:
        buy = answer.buy_worth.copy()
        buy[self.cap.fresh] += charge
        sale, harmless = answer.sale.worth.copy(), answer.harmless.worth.copy()
        at = self.closable
        sale[at] = np.minimum(sale[at], full[at] - charge)
        alone = self.layout.alone[at]
        harmless[at] = np.where(alone, np.minimum(harmless[at], full[at] - charge), harmless[at] - charge)
        moved = replace(
            answer,
            buy_worth=buy,
            sale=replace(answer.sale, worth=sale),
            harmless=replace(answer.harmless, worth=harmless),
        )
        worth = best_choice(self.layout, self.problem.model, moved).worth
        return float(worth + rest - charge * self.cap.room)


GOLDEN = (5**0.5 - 1) / 2


def _highest(bound: Callable[[float], float]) -> float:
    """Return where a bound that is concave in the charge is highest, by golden sections."""
    low, high = 0.0, MOST_CHARGE
    left, right = high - GOLDEN * high, GOLDEN * high
    at_left, at_right = bound(left), bound(right)
    for _ in range(SECTIONS):
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = bound(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = bound(left)
    return (low + high) / 2


Attempt = Callable[[Problem], Floats]
"""Searches a problem and returns the row prices that it ended at."""


def try_names(problem: Problem, cap: Cap, firsts: tuple[Floats, ...], attempt: Attempt) -> float:
    """Search with new names charged, and with those closed that are not worth a place; return a bound.

    firsts: row prices to begin from, (n_rows,), or of more rows, of which the first are the problem's. The
    bound is of the problem as it is: of lists that keep the cap.
    """
    counter = Counter(problem, cap)
    known = [one for one in (counter.charged(prices) for prices in firsts) if one is not None]
    tried: set[frozenset[int]] = set()
    charged: set[float] = set()
    for _ in range(ROUNDS if known else 0):
        best = max(known, key=lambda one: one.bound)
        if best.charge in charged:
            break
        charged.add(best.charge)
        kept = frozenset(int(index) for index in best.order[: best.places])
        if kept not in tried:
            tried.add(kept)
            closed = frozenset(int(index) for index in cap.fresh) - kept
            kept_apart = with_most(problem, closed)
            known += _told(counter, attempt(_selling_out(kept_apart, best.gone, FAVOUR * best.charge)))
        known += _told(counter, attempt(_charging(problem, cap, best.charge)))
    return max((one.bound for one in known), default=-float("inf"))


def _told(counter: Counter, prices: Floats) -> list[Charged]:
    found = counter.charged(prices)
    return [] if found is None else [found]


FAVOUR = 1.1
"""Of the charge that selling a position out earns where its place is wanted: enough to settle ties."""


def _selling_out(problem: Problem, positions: Ints, credit: float) -> Problem:
    """Return the problem with positions that are sold out, if at all, and earn a credit for that."""
    model, grid = problem.model, problem.grid
    size = sold(model, model.lots.most)
    part = np.zeros(size.size)
    part[positions] = credit / size[positions]
    least, steps = model.positions.sale_least.copy(), grid.least.copy()
    least[positions] = size[positions]
    picked = np.isin(grid.position, positions) & grid.is_sale & (grid.most > 0)
    steps[picked] = grid.most[picked]
    lots = replace(model.lots, cost=model.lots.cost - part[model.lots.position])
    changed = replace(model, positions=replace(model.positions, sale_least=least), lots=lots)
    return replace(problem, model=changed, grid=replace(grid, least=steps))


def _charging(problem: Problem, cap: Cap, charge: float) -> Problem:
    """Return the problem with a charge for each new name on top of what its order costs."""
    positions = problem.model.positions
    ticket = positions.tickets.copy()
    ticket[cap.fresh] += charge
    model = replace(problem.model, positions=replace(positions, ticket=ticket))
    return replace(problem, model=model)
