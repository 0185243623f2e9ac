"""Data that are not in order: what the gate's `BOOK-DATA` would stop, and rules that cannot be judged.

A security is told once for the firm, with the number of accounts that hold it.

    price of ACME is 8 days old            held in 214 accounts

Where many prices are stale, a feed has failed: they are told as one fact.
"""

from collections.abc import Iterator

from engine.facts.ids import AccountId, Symbol
from engine.gate.data_items import data_problem
from engine.gate.verdict import Outcome, Verdict
from engine.shell.monitoring.finding import (
    ACCOUNTS,
    PRICE,
    Finding,
    Severity,
    View,
    verdict_key,
)


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each security held whose data are not in order, and each rule without data.

    What a rule lacks in an account whose holdings have no fresh price is told by the price alone.
    """
    for symbol, (problem, accounts, is_stale) in sorted(_problems(view).items()):
        yield Finding(
            kind="data",
            key=("data", symbol),
            severity=Severity.URGENT if symbol in view.book.doubts else Severity.WARNING,
            message=problem,
            symbol=symbol,
            detail={ACCOUNTS: str(len(accounts)), PRICE: "stale" if is_stale else "fresh"},
        )
    for verdict in view.answer.verdicts:
        if verdict.outcome is Outcome.MISSING_DATA and not _is_blind(view, verdict):
            yield Finding(
                kind="data",
                key=("data", "rule", *verdict_key(verdict)),
                severity=Severity.WARNING,
                message=f"{verdict.rule} cannot be judged: {verdict.reason}",
                account=verdict.account,
                household=verdict.household,
                policy=verdict.policy,
                rule=verdict.rule,
            )


def _is_blind(view: View, verdict: Verdict) -> bool:
    if verdict.account is not None:
        return verdict.account in view.blind
    household = verdict.household
    return household is None or not view.blind.isdisjoint(view.book.household_accounts(household))


def _problems(view: View) -> dict[Symbol, tuple[str, set[AccountId], bool]]:
    found: dict[Symbol, tuple[str, set[AccountId], bool]] = {}
    opened = view.opened
    for account in opened.ground.accounts:
        age = opened.price_age_of("", account)
        for symbol in opened.state.held(account):
            problem = data_problem(opened, account, symbol)
            if problem is not None:
                is_stale = opened.state.missing(account, symbol, age_days=age) is not None
                found.setdefault(symbol, (problem, set(), is_stale))[1].add(account)
    return found
