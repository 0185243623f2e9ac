"""A book in parts: one household each, with what all of them share.

Identical securities, windows and rules across accounts reach as far as a household, so that each household
can be laid out and solved by itself; securities, prices, models and benchmarks are the book's.

    10,000 households: shared once, and for each its accounts, lots and history
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.facts.accounts import Account
from engine.facts.book import Book, Event, OpenOrder
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.lots import Acquisition, Disposal, Lot, OpenShort
from engine.facts.transactions import Transaction
from engine.ledger.committed import committed
from engine.ledger.replay import OF_ALL_ACCOUNTS
from rulebooks.ground import GroundBook, Rulebook
from rulebooks.grounding.laying import currency_of, governed_accounts
from rulebooks.rows import Facts
from rulebooks.state import book_state


@dataclass(slots=True, kw_only=True)
class Part:
    """What a book holds of one household, each in the order of the book; filled once.

    Splits, renamed securities and events of no account stand in every part.
    """

    accounts: dict[AccountId, Account] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    disposals: list[Disposal] = field(default_factory=list)
    acquisitions: list[Acquisition] = field(default_factory=list)
    open_orders: list[OpenOrder] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    shorts: list[OpenShort] = field(default_factory=list)
    committed: list[OpenOrder] = field(default_factory=list)


def common_of(book: Book) -> Book:
    """Return what is of no account: the book without its accounts and all that is theirs."""
    return _with(book, Part())


def parts_of(book: Book) -> Mapping[HouseholdId, Part]:
    """Return what each household has, by its id, in one pass over the book."""
    parts = {household: Part() for household in sorted({row.household for row in book.accounts.values()})}
    _deal(book, {account: parts[row.household] for account, row in book.accounts.items()})
    return parts


def joined(common: Book, part: Part) -> Book:
    """Return the book of one household; `common`: what `common_of` gives."""
    return _with(common, part)


def book_around(book: Book, accounts: Iterable[AccountId]) -> Book:
    """Return the book of the households that some accounts belong to; the book itself where that is all."""
    wanted = {book.accounts[account].household for account in accounts}
    if wanted >= {row.household for row in book.accounts.values()}:
        return book
    part = Part()
    _deal(book, {account: part for account, row in book.accounts.items() if row.household in wanted})
    return _with(book, part)


def _deal(book: Book, parts: Mapping[AccountId, Part]) -> None:
    """Put everything into the part of its account; what is of all accounts into every part."""
    every = tuple({id(part): part for part in parts.values()}.values())
    for account, part in sorted(parts.items(), key=lambda pair: pair[0]):
        part.accounts[account] = book.accounts[account]
    for done in book.transactions or ():
        of_all = done.type in OF_ALL_ACCOUNTS
        for owner in every if of_all else _owners(parts, done.account):
            owner.transactions.append(done)
    for event in book.events:
        for owner in every if event.account is None else _owners(parts, event.account):
            owner.events.append(event)
    for name in ("lots", "disposals", "acquisitions", "open_orders", "shorts", "committed"):
        for row in getattr(book, name) or ():
            for owner in _owners(parts, row.account):
                getattr(owner, name).append(row)


def _owners(parts: Mapping[AccountId, Part], account: AccountId) -> tuple[Part, ...]:
    part = parts.get(account)
    return () if part is None else (part,)


def _with(book: Book, part: Part) -> Book:
    coverage = book.coverage
    return replace(
        book,
        accounts=part.accounts,
        lots=tuple(part.lots),
        transactions=None if book.transactions is None else tuple(part.transactions),
        disposals=None if book.disposals is None else tuple(part.disposals),
        acquisitions=tuple(part.acquisitions),
        open_orders=tuple(part.open_orders),
        events=tuple(part.events),
        shorts=tuple(part.shorts),
        committed=tuple(part.committed),
        coverage=None if coverage is None else replace(coverage, accounts=tuple(part.accounts)),
    )


def unlaid(rulebook: Rulebook, book: Book) -> GroundBook:
    """Return who is governed by which policy, open orders done, and no rule laid out."""
    book = committed(book, rulebook.tax)
    facts = Facts(book_state(book, currency_of(rulebook)), rulebook.tax)
    governed = {policy.id: governed_accounts(policy, facts, None) for policy in rulebook.policies}
    return GroundBook(
        book=book,
        rulebook=rulebook,
        accounts=tuple(sorted({account for found in governed.values() for account in found})),
        limits=(),
        per_trade=(),
        bans=(),
        windows=(),
        requires=(),
        governed=governed,
    )
