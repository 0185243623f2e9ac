"""True netting: the search is held to one cone of the year's signs at a time, and the best one is kept.

In a cone both kinds have constant rates (`netting`), so that each is a problem like any other, with rows
that hold the signs. No list of any cone costs less than the least of their bounds.

Netting needs the year's position. It is done where an account of the return states a carryover or what it
has realized (or `Settings.netting` asks for it); else each gain and loss counts at the rate of its own kind,
which is the same wherever the year has gains of both kinds, or losses of both.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from engine.facts.accounts import Account
from engine.facts.ids import AccountId
from optimizer.build import Problem, with_rows
from optimizer.model import INF, row_values, violation
from optimizer.netting import CONES, Cone, Regime, Return
from optimizer.rows import RowData, RowNote, normal
from optimizer.scale import as_float
from optimizer.search import MISSED, Solution, cost_of_nothing, search
from optimizer.settings import Settings
from optimizer.tradable import rate_of
from rulebooks.evaluate import value
from rulebooks.forms import Linear, Term, TermKind, linear, scaled
from rulebooks.ground import GroundBook
from rulebooks.state import BookState

ZERO = Fraction(0)


def netted(problem: Problem) -> Problem:
    """Return the problem held to the best cone of its return; as it is where netting is not needed."""
    tax_return = return_of(problem)
    if tax_return is None:
        return problem
    tried = [(cone, held(problem, tax_return, cone)) for cone in CONES if _reaches(problem, tax_return, cone)]
    found = [(cone, one, search(one)) for cone, one in tried]
    best = int(np.argmin([_cost(solution, _regime(one).offset) for _, one, solution in found]))
    cone, chosen, _ = found[best]
    offset = _regime(chosen).offset
    rivals = [row.bound + _regime(one).offset for other, one, row in found if other is not cone]
    return replace(chosen, netting=replace(_regime(chosen), others=min(rivals, default=INF) - offset))


def _regime(problem: Problem) -> Regime:
    assert problem.netting is not None, "held to a cone"
    return problem.netting


def bound_of(solution: Solution) -> float:
    """Return what no list costs less than, in the problem's units, lists of other cones included."""
    regime = solution.problem.netting
    return solution.bound if regime is None else min(solution.bound, regime.others)


def _cost(solution: Solution, offset: float) -> float:
    model = solution.problem.model
    if not solution.steps.any():
        return cost_of_nothing(solution.problem) + offset
    worst = float(violation(model.rows, row_values(model, solution.trades)).max(initial=0.0))
    return INF if worst > MISSED else solution.cost + offset


# ------------------------------------------------------------------ the return


def return_of(problem: Problem, *, always: bool = False) -> Return | None:
    """Return the tax return that the problem's taxable accounts are of; None where netting is not done.

    always: also where no position is stated. Accounts of several returns, or with several rates, are not
    netted.
    """
    ground, settings = problem.ground, problem.settings
    trading = {name.account for name in problem.columns.names}
    taxed = sorted(a for a in trading if not ground.book.accounts[a].is_retirement)
    if not taxed or settings.netting is False:
        return None
    returns = {_payers(ground, account) for account in taxed}
    rates = {_rates(ground, account, settings) for account in taxed}
    if len(returns) != 1 or len(rates) != 1:
        return None
    payers, (short_rate, long_rate) = returns.pop(), rates.pop()
    if not (always or settings.netting or _is_stated(ground, payers)) or short_rate < long_rate:
        return None
    return Return(
        accounts=tuple(taxed),
        short=_position(ground, problem.state, payers, long=False),
        long=_position(ground, problem.state, payers, long=True),
        short_rate=short_rate,
        long_rate=long_rate,
    )


def _payers(ground: GroundBook, account: AccountId) -> tuple[AccountId, ...]:
    """Return the accounts of the return that an account is told in: own and spouse's, or an entity's."""
    accounts = ground.book.accounts
    own = accounts[account]
    if own.owner not in ("self", "spouse") or own.filing_status == "married_separate":
        return tuple(a for a, row in accounts.items() if _is_with(row, own) and row.owner == own.owner)
    return tuple(a for a, row in accounts.items() if _is_with(row, own) and row.owner in ("self", "spouse"))


def _is_with(row: Account, own: Account) -> bool:
    return row.household == own.household and not row.is_retirement


def _rates(ground: GroundBook, account: AccountId, settings: Settings) -> tuple[Fraction, Fraction]:
    return rate_of(ground, account, "short", settings), rate_of(ground, account, "long", settings)


def _is_stated(ground: GroundBook, payers: Iterable[AccountId]) -> bool:
    names = ("carryover_short", "carryover_long", "realized_short", "realized_long")
    return any(getattr(ground.book.accounts[account], name) for account in payers for name in names)


def _position(ground: GroundBook, state: BookState, payers: tuple[AccountId, ...], *, long: bool) -> Fraction:
    """Return the year so far less what was carried into it; a carryover that every row repeats is one."""
    kind = TermKind.GAIN_LONG if long else TermKind.GAIN_SHORT
    name = "carryover_long" if long else "carryover_short"
    stated = [
        Fraction(amount) * state.rate_of(account)
        for account in payers
        if (amount := getattr(ground.book.accounts[account], name))
    ]
    brought = stated[0] if len(set(stated)) == 1 else sum(stated, ZERO)
    return sum((state(Term(kind, account)) for account in payers), ZERO) - brought


# ------------------------------------------------------------------ cones


def _gains(tax_return: Return) -> tuple[Linear, Linear]:
    """Return the net short-term and long-term gain of the year after a list, as forms over its accounts."""
    short = linear({Term(TermKind.GAIN_SHORT, account): Fraction(1) for account in tax_return.accounts})
    long = linear({Term(TermKind.GAIN_LONG, account): Fraction(1) for account in tax_return.accounts})
    assert isinstance(short, Linear)
    assert isinstance(long, Linear)
    return short, long


def _signs(cone: Cone, tax_return: Return) -> list[tuple[Linear, Fraction, str]]:
    """Return forms that must not be negative in a cone, with what the year has of each already, and words."""
    short, long = _gains(tax_return)
    found = [
        (_turned(short, cone.short), cone.short * tax_return.short, "net short-term gains"),
        (_turned(long, cone.long), cone.long * tax_return.long, "net long-term gains"),
    ]
    if cone.both is not None:
        together = linear({term: factor for form in (short, long) for term, factor in form.terms})
        assert isinstance(together, Linear)
        now = cone.both * (tax_return.short + tax_return.long)
        found.append((_turned(together, cone.both), now, "net gains"))
    return found


def _turned(form: Linear, sign: int) -> Linear:
    turned = scaled(form, sign)
    assert isinstance(turned, Linear)
    return turned


def _reaches(problem: Problem, tax_return: Return, cone: Cone) -> bool:
    """Whether some list could bring the year into the cone, for all that one sign at a time says."""
    sizes = problem.grid.most * problem.grid.step
    for form, now, _ in _signs(cone, tax_return):
        entry = problem.columns.row(form)
        if as_float(now) + float(np.maximum(entry.amounts, 0.0) @ sizes[entry.columns]) < 0:
            return False
    return True


def held(problem: Problem, tax_return: Return, cone: Cone) -> Problem:
    """Return the problem with the cone's rates, and rows that hold its signs."""
    model, columns = problem.model, problem.columns
    rates = {"short": tax_return.short_rate, "long": tax_return.long_rate}
    counted = dict(zip(("short", "long"), (rates[kind] for kind in cone.rates_of), strict=True))
    cost = model.lots.cost.copy()
    for at, (index, lot) in enumerate(columns.lots):
        if columns.names[index].account in tax_return.accounts and lot.term is not None and lot.tax:
            cost[at] += as_float(lot.tax) * (as_float(counted[lot.term] / rates[lot.term]) - 1.0)
    rows = tuple(row for part in _signs(cone, tax_return) for row in _row(problem, *part))
    kept = with_rows(problem, (*problem.rows, *rows))
    regime = Regime(of=tax_return, cone=cone, offset=_offset(problem, tax_return, cone), others=INF)
    return replace(kept, model=replace(kept.model, lots=replace(model.lots, cost=cost)), netting=regime)


def _row(problem: Problem, form: Linear, now: Fraction, words: str) -> list[RowData]:
    entry = problem.columns.row(form)
    if not entry.columns.size:
        return []
    start = as_float(value(form, problem.state))
    note = RowNote(kind="rule", words=f"the sign of the year's {words}")
    return [normal(entry, start, start - as_float(now), note)]


def _offset(problem: Problem, tax_return: Return, cone: Cone) -> float:
    """Return what the year's tax changes by beside what the cone's rates say of the list, in units."""
    rates = {"short": tax_return.short_rate, "long": tax_return.long_rate}
    of_short, of_long = (rates[kind] for kind in cone.rates_of)
    now = of_short * tax_return.short + of_long * tax_return.long
    return as_float(now - tax_return.tax(tax_return.short, tax_return.long)) / problem.columns.unit
