"""A cap on the tracking error instead of an aversion: the aversion becomes one more price.

Drift is priced higher or lower until the cheapest list just stays under the cap. Whatever the price p, no
list under the cap costs less in tax and trading than

    bound at price p  -  p * net assets * cap^2

(the bound counts drift at p, and a list under the cap has no more of it), so that the best of these is a
certificate. The tracking error is measured in exact numbers, as the gate measures it: for an account that
aims at its benchmark it is the gate's own figure.

    cap 2%: price 50 leaves 1.4%, price 10 leaves 2.6%, price 22 leaves 1.99%: the price is 22, and one
    basis point more of the cap is worth 2 * 22 * net assets * 0.02 * 0.0001
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, Symbol
from engine.facts.money import plain
from optimizer.build import Problem
from optimizer.drift import LEAST_VOLATILITY
from optimizer.model import INF
from optimizer.regimes import bound_of
from optimizer.scale import as_cents, as_float
from optimizer.search import Solution, search
from optimizer.settings import Settings
from optimizer.stated import Given, error_cap
from rulebooks.evaluate import risk_rounded, square_root, variance
from rulebooks.forms import Form, Linear, Term, TermKind
from rulebooks.measures.risk import is_covered, risk_form

Rebuild = Callable[[Settings], Problem]
Caps = Mapping[AccountId, Given]

LEAST_PRICE, MOST_PRICE = 1e-3, 1e5
HALVINGS = 14
"""Prices tried between the ends; the last two are some 0.1% apart."""

QUICK = Decimal(1_000_000)
"""Basis points of gap with which a price is tried: small accounts are solved exactly at the last one only."""

HIGHER = 1.05
"""Factor on the prices where the list that the gate passed is above its cap after all."""

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """A problem whose aversions are the prices of the caps, and what no list under the caps can beat."""

    problem: Problem
    caps: Caps
    prices: Mapping[AccountId, float]
    floor: float  # of tax, trading cost and prices of rules together, in units; -inf: none known


def capped(rebuild: Rebuild, settings: Settings) -> Capped:
    """Return the problem, with prices for the caps that settings or policies set; without caps as it is.

    Raises InputError where a cap is set and the book has no risk model for all that is held or wished.
    """
    problem = rebuild(settings)
    caps = _caps(problem)
    if not caps:
        return Capped(problem=problem, caps={}, prices={}, floor=-INF)
    _measurable(problem, caps)
    low = dict.fromkeys(caps, LEAST_PRICE)
    high = dict.fromkeys(caps, MOST_PRICE)
    quick = replace(settings, tolerance_bp=QUICK)
    first = search(_at(rebuild, quick, caps, low))
    floor = _floor(first, caps, low)
    if _under(first, caps) == set(caps):
        high = low
    for _ in range(HALVINGS if high is not low else 0):
        middle = {account: (low[account] * high[account]) ** 0.5 for account in caps}
        found = search(_at(rebuild, quick, caps, middle))
        floor = max(floor, _floor(found, caps, middle))
        for account in caps:
            end = high if account in _under(found, caps) else low
            end[account] = middle[account]
    last = _at(rebuild, settings, caps, high)
    floor = max(floor, _floor(search(last), caps, high))
    return Capped(problem=last, caps=caps, prices=high, floor=floor)


def higher(rebuild: Rebuild, settings: Settings, now: Capped, over: set[AccountId]) -> Capped:
    """Return the problem with higher prices for the accounts that are above their caps."""
    prices = {a: p * HIGHER if a in over else p for a, p in now.prices.items()}
    return replace(now, problem=_at(rebuild, settings, now.caps, prices), prices=prices)


def over_cap(now: Capped, solution: Solution) -> set[AccountId]:
    """Return the accounts whose exact tracking error after the list is above their cap."""
    return set(now.caps) - _under(solution, now.caps)


def certified(now: Capped, solution: Solution) -> Solution:
    """Return the solution with the bound that holds for every list under the caps."""
    if not now.caps:
        return replace(solution, bound=bound_of(solution))
    gap = _without_drift(now.problem, solution.cost, now.prices, errors(solution)) - now.floor
    return replace(solution, bound=solution.cost - max(0.0, gap))


def cap_notes(now: Capped, solution: Solution) -> tuple[str, ...]:
    """Return a sentence for each cap: what the list comes to, and what one basis point more is worth."""
    found = []
    for account, error in errors(solution).items():
        if account not in now.caps:
            continue
        cap, by = now.caps[account].value, now.caps[account].source
        told = f"{account}: tracking error {_percent(risk_rounded(error))}, at most {_percent(cap)} ({by})"
        if risk_rounded(error) > Fraction(cap):
            found.append(f"{told}: no list that the rules allow was found under it")
            continue
        net_assets = as_float(now.problem.net_assets[account])
        worth = as_cents(2 * now.prices[account] * net_assets * float(cap) * 1e-4)
        binding = now.prices[account] > LEAST_PRICE
        found.append(f"{told}; one basis point more of it would be worth {plain(worth)}" if binding else told)
    return tuple(found)


def _percent(share: Fraction | Decimal) -> str:
    return f"{plain(Decimal(round(Fraction(share) * 1_000_000)) / 10_000)}%"


# ------------------------------------------------------------------ measuring


def errors(solution: Solution) -> Mapping[AccountId, Fraction]:
    """Return each account's yearly tracking error after the list, a fraction of one, before rounding."""
    problem = solution.problem
    changes: dict[tuple[AccountId, Symbol], Fraction] = {}
    for column in solution.steps.nonzero()[0]:
        index = int(column) if column < problem.columns.count else int(problem.grid.position[column])
        name = problem.columns.names[index]
        size = name.step * name.unit * int(solution.steps[column])
        sign = -1 if problem.grid.is_sale[column] else 1
        changes[name.place] = changes.get(name.place, ZERO) + sign * size
    return {account: _error(problem, account, changes) for account in problem.accounts}


def _error(
    problem: Problem, account: AccountId, changes: Mapping[tuple[AccountId, Symbol], Fraction]
) -> Fraction:
    risk, base = problem.ground.book.risk, problem.net_assets[account]
    if risk is None or base <= 0:
        return ZERO
    actives: dict[Symbol, Form] = {}
    for symbol in _symbols(problem, account):
        held = problem.state(Term(TermKind.VALUE, account, symbol))
        after = held + changes.get((account, symbol), ZERO)
        away = after - problem.aims.wishes.get((account, symbol), ZERO)
        if away and is_covered(risk, symbol):
            actives[symbol] = Linear(constant=away)
    return square_root(variance(risk_form(risk, actives), lambda _: ZERO)) / base


def _symbols(problem: Problem, account: AccountId) -> list[Symbol]:
    """Return what an account holds, wishes for or may trade; cash has no risk."""
    wished = {symbol for (owner, symbol), wish in problem.aims.wishes.items() if owner == account and wish}
    traded = {name.symbol for name in problem.columns.names if name.account == account}
    every = wished | traded | set(problem.state.held(account))
    known = problem.ground.book.securities
    return sorted(s for s in every if s not in known or known[s].asset_class != "cash")


def _under(solution: Solution, caps: Caps) -> set[AccountId]:
    found = errors(solution)
    return {account for account in caps if risk_rounded(found[account]) <= Fraction(caps[account].value)}


def _measurable(problem: Problem, caps: Caps) -> None:
    risk = problem.ground.book.risk
    for account in caps:
        unknown = [s for s in _symbols(problem, account) if risk is None or not is_covered(risk, s)]
        if risk is None or unknown:
            what = (
                "the book has no risk model" if risk is None else f"the risk model does not know {unknown[0]}"
            )
            raise InputError(
                f"a cap on the tracking error of {account} cannot be measured: {what}",
                place="factors.csv, exposures.csv",
                cure="add the risk model, or leave the cap out",
            )


# ------------------------------------------------------------------ prices


def _caps(problem: Problem) -> Caps:
    found: dict[AccountId, Given] = {}
    for account in sorted({name.account for name in problem.columns.names}):
        cap = error_cap(problem.ground, account, problem.intent, problem.settings)
        if cap is not None and problem.net_assets[account] > 0:
            found[account] = cap
    return found


def _at(rebuild: Rebuild, settings: Settings, caps: Caps, prices: Mapping[AccountId, float]) -> Problem:
    """Return the problem at these prices; substitutes share nothing but what the risk model says."""
    stated = tuple((account, Decimal(repr(prices[account]))) for account in caps)
    return rebuild(replace(settings, aversions=stated, likeness=Decimal(0)))


def _floor(solution: Solution, caps: Caps, prices: Mapping[AccountId, float]) -> float:
    """Return what every list under the caps costs at least beside drift; -inf where that is not known."""
    problem = solution.problem
    if not _is_measured_alike(problem, caps):
        return -INF
    return _without_drift(problem, bound_of(solution), prices, {a: Fraction(caps[a].value) for a in caps})


def _without_drift(
    problem: Problem, cost: float, prices: Mapping[AccountId, float], levels: Mapping[AccountId, Fraction]
) -> float:
    """Return a cost in units with the drift of these tracking errors taken off."""
    drift = sum(
        price * as_float(problem.net_assets[account]) / problem.columns.unit * as_float(levels[account]) ** 2
        for account, price in prices.items()
    )
    return cost + problem.constant - drift


def _is_measured_alike(problem: Problem, caps: Caps) -> bool:
    """Whether the drift that the search prices is the gate's tracking error: no floors, nothing left out."""
    risk = problem.ground.book.risk
    assert risk is not None, "a cap without a risk model is refused"
    for account in caps:
        if any((account, symbol) not in problem.columns.places for symbol in _symbols(problem, account)):
            return False
    return all(as_float(risk.specific[name.symbol]) >= LEAST_VOLATILITY for name in problem.columns.names)
