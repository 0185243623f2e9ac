"""From prices to amounts: likely modes, the program that finds their amounts, and better modes after it.

The program's own prices say which other mode of which name would do better beside the rest; those are
changed and the amounts found again, while that helps. Account of 500 names: 1 to 3 rounds. Where few
names are undecided those prices also give the sharper bound.
"""

from dataclasses import dataclass, replace

from optimizer.decide import as_mix, fitting_choice
from optimizer.model import Floats, Model, objective
from optimizer.modes import Choice, likely_choice
from optimizer.names import answer_names
from optimizer.prices import STAGES, Climb, Priced
from optimizer.primal import Amounts, Known, fixed_modes
from optimizer.spread import expected_rows, expected_trades

MOST_ROUNDS = 5
CLOSE = 0.03
"""Basis points from the bound at which no better modes are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Amounts of all columns in one choice of modes, and what they cost."""

    choice: Choice
    trades: Floats
    cost: float
    bound: float  # the best known of the model, of the climb or of the amounts' prices
    prices: Floats  # at which it holds


def settled(model: Model, climb: Climb, priced: Priced) -> Settled | None:
    """Return the best amounts found in likely modes; None where the modes leave none."""
    carried = priced.carried
    choice = likely_choice(climb.layout, model, priced.mix)
    prices = priced.prices[carried.rows]
    gradient, _ = carried.barrier.slopes(prices, STAGES[-1].barrier)
    left = gradient + expected_rows(carried.pulls, priced.answer, as_mix(choice))
    choice = fitting_choice(
        carried.pulls, carried.barrier, model, climb.layout, choice, prices, priced.answer, left
    )
    known = Known(
        answer=priced.answer,
        charge=climb.charge(priced.prices),
        trades=expected_trades(carried.pulls, priced.answer, as_mix(choice)),
        prices=priced.prices,
        rows=carried.rows,
    )
    best: Settled | None = None
    bound, at = priced.bound, priced.prices
    for _ in range(MOST_ROUNDS):
        found = _amounts(model, choice, known)
        if found is None:
            break
        cost = objective(model, found.trades)
        near = climb.inner(found.prices)
        answer = answer_names(model, climb.layout, climb.charge(near), order=priced.answer.order)
        other = climb.bound_of(answer, near)
        if other > bound:
            bound, at = other, near
        if best is not None and cost >= best.cost - 1e-6:
            best = replace(best, bound=bound, prices=at)
            break
        best = Settled(choice=choice, trades=found.trades, cost=cost, bound=bound, prices=at)
        if cost - bound <= CLOSE:
            break
        own = near[carried.rows]
        better = fitting_choice(carried.pulls, carried.barrier, model, climb.layout, choice, own, answer)
        if _same(better, choice):
            break
        choice = better
    return best


def _amounts(model: Model, choice: Choice, known: Known) -> Amounts | None:
    """Return the amounts, with what the prices settle left out if that leaves any."""
    found = fixed_modes(model, choice, known=known)
    return fixed_modes(model, choice) if found is None else found


def _same(one: Choice, other: Choice) -> bool:
    return bool((one.buys == other.buys).all() and (one.sells == other.sells).all())
