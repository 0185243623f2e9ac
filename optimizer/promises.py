"""What a request promises, checked exactly on the finished list: cash raised or spent, gains recognized.

Rows steer the search in floats and price what they miss; a promise is judged in exact money on the very
list that the gate has passed, and told in the answer.

    raise 50,000, rules keep 9,900 of cash: 60,012.20 after the list are 50,112.20 available, kept
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from engine.facts.ids import AccountId
from engine.facts.money import cents_half_up
from engine.facts.trades import Trade
from engine.ledger.settle import Settlement, amount_of, settle
from optimizer.build import Problem, with_rows
from optimizer.demands import cash_floor
from optimizer.settings import told
from rulebooks.forms import Term, TermKind

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One thing that was asked for in money, and what the list does.

    asked, reached: money in the currency of the answer. kept: reached at least (`least`), else at most.
    """

    what: str
    asked: Decimal
    reached: Decimal
    least: bool
    missing: Fraction  # money; 0 where it is kept

    @property
    def kept(self) -> bool:
        """Whether the list does what was asked for."""
        return self.missing == 0


def promises(problem: Problem, trades: Iterable[Trade]) -> tuple[Promise, ...]:
    """Return what was asked for in money, each with what exactly these trades come to."""
    listed, intent = tuple(trades), problem.intent
    found: list[Promise] = []
    if intent.kind == "raise" and intent.amount is not None:
        accounts = asked_accounts(problem)
        floor = cash_floor(problem.state, problem.wanted, accounts)
        free = sum((cash_after(problem, a, listed) for a in accounts), ZERO) - floor
        found.append(_promise("cash available", intent.amount, free, least=True))
    if intent.kind == "invest" and intent.amount is not None:
        accounts = asked_accounts(problem)
        spent = sum((_cash(problem, a) - cash_after(problem, a, listed) for a in accounts), ZERO)
        found.append(_promise("cash invested", intent.amount, spent, least=False))
    if intent.max_gain is not None:
        settlement = settle(problem.ground.book, listed, reading=problem.ground.rulebook.tax)
        gain = sum((recognized(problem, a, settlement) for a in problem.accounts), ZERO)
        found.append(_promise("gains recognized", intent.max_gain, gain, least=False))
    return tuple(found)


def _promise(what: str, asked: Decimal, reached: Fraction, *, least: bool) -> Promise:
    short = Fraction(asked) - reached if least else reached - Fraction(asked)
    return Promise(
        what=what, asked=asked, reached=cents_half_up(reached), least=least, missing=max(ZERO, short)
    )


def asked_accounts(problem: Problem) -> tuple[AccountId, ...]:
    """Return the accounts whose cash the request is about."""
    return problem.accounts if problem.intent.account is None else (problem.intent.account,)


def _cash(problem: Problem, account: AccountId) -> Fraction:
    return problem.state(Term(TermKind.CASH, account))


def cash_after(problem: Problem, account: AccountId, trades: Iterable[Trade]) -> Fraction:
    """Return an account's cash with a list done, exact, in the currency of the answer."""
    cash, rate = _cash(problem, account), problem.state.rate_of(account)
    for trade in trades:
        if trade.account == account:
            cash -= trade.side.sign * (amount_of(problem.ground.book, trade) or ZERO) * rate
    return cash


def recognized(problem: Problem, account: AccountId, settlement: Settlement) -> Fraction:
    """Return the gains that a list makes an account recognize this year, losses taken off."""
    own = sum((row.recognized for row in settlement.taken if row.account == account), ZERO)
    past = sum((row.disallowed for row in settlement.restated if row.account == account), ZERO)
    return (own + past) * problem.state.rate_of(account)


def firmer(problem: Problem, broken: Iterable[Promise], *, times: int) -> Problem:
    """Return the problem with the rows of broken promises tightened by what they miss, and a little more.

    times: how often that was done already; each time the margin doubles, from a quarter of a step.
    """
    rows = list(problem.rows)
    for promise in broken:
        for index, data in enumerate(rows):
            if data.note.kind != "demand" or not data.note.words.startswith(_words(promise)):
                continue
            step = problem.grid.step[data.entry.columns] * np.abs(data.entry.amounts)
            margin = 2.0 ** (times - 2) * float(np.median(step[step > 0])) if (step > 0).any() else 0.0
            rows[index] = replace(data, low=data.low + float(promise.missing) / data.note.scale + margin)
    return with_rows(problem, tuple(rows))


def _words(promise: Promise) -> str:
    """Return how the note of the row begins that stands for a promise."""
    match promise.what:
        case "cash available":
            return f"raise {told(promise.asked)}"
        case "cash invested":
            return "spend at most"
        case _:
            return f"recognize at most {told(promise.asked)}"
