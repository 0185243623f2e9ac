"""Who is judged: the accounts whose holdings a rule adds up, and those whose trades it may stop.

A rule is judged account by account; `across household` it is judged household by household, with the
holdings of every account of the household in the book, but stops trades only where the policy governs.
"""

from dataclasses import dataclass

from dsl.policy import Applies, CheckedPolicy, Predicate, Unit
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId
from engine.gate.reference.market import Market
from engine.gate.reference.predicates import truth
from engine.gate.reference.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Accounts judged together; `account` is None across a household."""

    household: HouseholdId
    account: AccountId | None
    holds: tuple[AccountId, ...]
    stops: frozenset[AccountId]


def governed(policy: CheckedPolicy, market: Market) -> tuple[AccountId, ...]:
    """Return the accounts that a policy applies to, in id order."""
    accounts = market.book.accounts
    return tuple(a for a in sorted(accounts) if _applies(policy.applies_to, a, market))


def _applies(applies: Applies | None, account: AccountId, market: Market) -> bool:
    if applies is None:
        return True
    if applies.id is not None and not _is_named(market.book, account, applies.noun, applies.id):
        return False
    return applies.where is None or _holds(applies.where, account, market)


def _is_named(book: Book, account: AccountId, noun: str, name: str) -> bool:
    row = book.accounts[account]
    return (row.household if noun == "household" else row.account) == name


def _holds(where: Predicate, account: AccountId, market: Market) -> bool:
    def row(path: str, _: Unit | None) -> Value:
        if path == "today":
            return market.book.as_of
        return market.of_account(account, path.removeprefix("account."))

    return truth(where, row, today=market.book.as_of) is True


def scopes(kind: str, accounts: tuple[AccountId, ...], book: Book) -> tuple[Scope, ...]:
    """Return what a rule of kind `account` or `household` is judged over."""
    if kind == "account":
        return tuple(
            Scope(household=book.accounts[a].household, account=a, holds=(a,), stops=frozenset({a}))
            for a in accounts
        )
    households = sorted({book.accounts[a].household for a in accounts})
    return tuple(
        Scope(
            household=h,
            account=None,
            holds=book.household_accounts(h),
            stops=frozenset(a for a in accounts if book.accounts[a].household == h),
        )
        for h in households
    )


def names_scope(noun: str, name: str, scope: Scope) -> bool:
    """Return whether `for account "A"` or `for household "H"` of a waiver covers a scope."""
    if noun == "household":
        return scope.household == name
    return scope.account == name
