"""The tax of a list in its proposal: now, later, and at other rates.

    a long-term loss of 1,000 at 20%: tax -200; at rates 5 points higher -250; later +200 for want of it

Where the year is netted, each kind of gain is taxed at the rate with which the list's taxes add up to
what they change in the return.
"""

from collections.abc import Callable
from fractions import Fraction

from engine.facts.ids import AccountId
from engine.facts.lots import Term
from engine.facts.money import cents_half_up
from engine.ledger.settle import Settlement, Taken
from optimizer.build import Problem
from optimizer.netting import Return
from optimizer.proposal import TaxAt
from optimizer.tradable import rate_of

Rate = Callable[[AccountId, Term], Fraction]
"""The rate of an account's gains of one kind, a fraction of one."""

TAX_POINTS = (-5, 5)
"""Percentage points by which the rates are moved to show what the tax depends on."""


def rates_of(problem: Problem, settlement: Settlement) -> Rate:
    """Return the rate of each kind of gain: the account's own, or where the year is netted what adds up."""

    def own(account: AccountId, term: Term) -> Fraction:
        return rate_of(problem.ground, account, term, problem.settings)

    if problem.netting is None:
        return own
    netted = problem.netting.of
    of_short, of_long = netted.mean_rates(*_gains_of(problem, netted, settlement))

    def mean(account: AccountId, term: Term) -> Fraction:
        if account not in netted.accounts:
            return own(account, term)
        return of_short if term == "short" else of_long

    return mean


def _gains_of(problem: Problem, netted: Return, settlement: Settlement) -> tuple[Fraction, Fraction]:
    """Return what a list adds to the short-term and to the long-term gains of a return."""
    found = {"short": Fraction(0), "long": Fraction(0)}
    for row in settlement.taken:
        if row.term is not None and row.account in netted.accounts:
            found[row.term] += row.recognized * problem.state.rate_of(row.account)
    return found["short"], found["long"]


def tax_of(account: AccountId, taken: tuple[Taken, ...], rates: Rate) -> Fraction:
    """Return the tax of the rows; negative where it is saved."""
    return sum(
        (row.recognized * rates(account, row.term) for row in taken if row.term is not None), Fraction(0)
    )


def tax_at(problem: Problem, settlement: Settlement, points: int) -> TaxAt:
    """Return the tax of the list at rates so many points higher, never below zero."""
    tax = Fraction(0)
    netted = None if problem.netting is None else problem.netting.of
    if netted is not None:
        tax += netted.added(*_gains_of(problem, netted, settlement), points=points)
    for row in settlement.taken:
        if row.term is not None and (netted is None or row.account not in netted.accounts):
            rate = rate_of(problem.ground, row.account, row.term, problem.settings)
            moved = max(Fraction(0), rate + Fraction(points, 100))
            tax += row.recognized * moved * problem.state.rate_of(row.account)
    return TaxAt(points=points, tax=cents_half_up(tax))


def later_tax(problem: Problem, account: AccountId, taken: tuple[Taken, ...]) -> Fraction:
    """Return the change of the tax of selling everything later, long-term at today's prices.

    A loss sold now is no longer there to be used; what a replacement takes up of it still is.
    """
    rate = rate_of(problem.ground, account, "long", problem.settings)
    gone = sum(
        (row.recognized - row.permanently_disallowed for row in taken if row.term is not None), Fraction(0)
    )
    return -gone * rate
