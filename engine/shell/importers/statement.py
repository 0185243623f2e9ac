"""Statements: what a custodian's file says, before it meets a book.

A *record* is one line (or element) of the file that says something: titles, column names, sums and
disclaimers are none. Every record ends in one place, and `Statement.check` proves it:

    120 records = 116 facts + 2 read into another record's fact + 2 unread, each with reason and cure

Amounts are those of the file, exact, in the currency of the account; a trade in another currency has its
exact counter-value as `amount` and no price, because a price is told in the security's own currency.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.facts.forms import BrokerForm
from engine.facts.securities import Price
from engine.facts.transactions import TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction as a file tells it: no id yet, account and symbol in the custodian's words."""

    line: int  # where the record stands in the file
    day: dt.date
    type: TransactionType
    words: str  # the custodian's own, for the note
    account: str = ""  # as the file names it; empty where it names none
    symbol: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None  # before fees, in the account's currency
    fees: Decimal = Decimal(0)
    currency: str | None = None  # of amount and fees; None: the account's own
    order: str | None = None
    time: dt.time | None = None
    ex_date: dt.date | None = None
    from_symbol: str | None = None
    joined: tuple[int, ...] = ()  # further records that were read into this fact
    takes_back: bool = False  # the sign is the wrong way round: it undoes an earlier record of its kind
    key: str | None = None  # a name that other drafts of this file use for it
    lots: tuple[tuple[str, Decimal], ...] = ()  # keys of the drafts whose shares are given up, and how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A security as a file describes it; None where it does not say."""

    symbol: str
    name: str | None = None
    asset_class: str | None = None
    instrument: str | None = None
    currency: str | None = None
    cusip: str | None = None
    isin: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)  # columns of options, or the custodian's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position that the file states: it is compared with the book, and changes nothing in it."""

    line: int
    symbol: str
    quantity: Decimal  # negative: sold short or written
    account: str = ""
    basis: Decimal | None = None
    day: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashHeld:
    """Cash that the file states for an account."""

    line: int
    amount: Decimal
    account: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A record that is not taken over: why, and what to do about it."""

    line: int
    words: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything that one file says."""

    source: str  # file name
    records: int  # lines or elements that say something
    drafts: tuple[Draft, ...] = ()
    held: tuple[Held, ...] = ()
    cash: tuple[CashHeld, ...] = ()
    forms: tuple[tuple[str, BrokerForm], ...] = ()  # with the account as the file names it
    papers: tuple[Paper, ...] = ()
    prices: tuple[Price, ...] = ()
    price_records: int = 0  # records that told nothing but prices
    is_market_data: bool = False  # its prices replace the book's, and it describes no new security
    unread: tuple[Unread, ...] = ()
    currency: str | None = None  # of the account; None: the file does not say
    kind: str | None = None  # of the account, where the file tells it

    def check(self) -> "Statement":
        """Return the statement; every record is read, read into another, or named as unread."""
        told = sum(1 + len(draft.joined) for draft in self.drafts)
        told += len(self.held) + len(self.cash) + len(self.forms) + self.price_records + len(self.unread)
        assert told == self.records, f"{self.source}: {self.records} records, {told} accounted for"
        return self

    @property
    def facts(self) -> int:
        """How many facts came out of the records."""
        return len(self.drafts) + len(self.held) + len(self.cash) + len(self.forms) + self.price_records

    @property
    def joined(self) -> int:
        """How many records were read into the fact of another one."""
        return sum(len(draft.joined) for draft in self.drafts)
