"""Records and books.

`Records` are the files of a book as facts, every date in them. A `Book` is what rules are applied to:
the records as of one date, with the lots that are open on it and the history behind them.

    files --shell--> Records --engine.ledger.book--> Book
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from engine.facts.accounts import Account
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol
from engine.facts.lots import Acquisition, Disposal, Lot, OpenShort
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction

Absent = Literal["unknown", "no_value"]
"""What an attribute without a value means: `unknown` in a book, `no_value` in a mandate's examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A target or benchmark weight of one symbol or class; a fraction of one."""

    name: str  # model or benchmark
    key: str  # symbol, or asset class for models by class
    weight: Decimal
    day: date | None = None  # None: no date given (models)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundHolding:
    """What a fund holds, for rules that look through it."""

    date: date
    fund: Symbol
    symbol: Symbol
    weight: Decimal  # fraction of the fund


@dataclass(frozen=True, slots=True, kw_only=True)
class FxRate:
    """Base-currency units for one unit of a currency on a day."""

    date: date
    currency: str
    rate: Decimal


PENDING = "open order "
"""How the names of lots begin that an open order is still to buy: they count, and cannot be sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order sent and not yet done."""

    order: str
    account: AccountId
    side: str
    symbol: Symbol
    quantity: Decimal
    filled: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A dated event of events.csv, such as an earnings date; `symbol` or `account` None means all."""

    date: date
    event: str
    symbol: Symbol | None = None
    account: AccountId | None = None
    amount: Decimal | None = None  # money to come or to go, in the account's currency; a size


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskModel:
    """A factor model: exposures (symbol -> factor -> loading), annual covariance, annual specific risk.

    `specific` is a standard deviation per year, a fraction of one.
    """

    factors: tuple[str, ...]
    exposures: Mapping[Symbol, Mapping[str, Decimal]]
    covariance: Mapping[tuple[str, str], Decimal]
    specific: Mapping[Symbol, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The files of a book as facts; None where a file is absent and its absence has a meaning."""

    accounts: Mapping[AccountId, Account]
    securities: Mapping[Symbol, Security]
    prices: tuple[Price, ...]  # every date, ascending by (symbol, date)
    lots: tuple[Lot, ...] | None  # lots.csv; None: derive them from transactions
    transactions: tuple[Transaction, ...] | None  # in file order; None: no history given
    models: tuple[Weight, ...] = ()
    benchmarks: tuple[Weight, ...] = ()
    fund_holdings: tuple[FundHolding, ...] = ()
    fx: tuple[FxRate, ...] = ()
    open_orders: tuple[OpenOrder, ...] = ()
    events: tuple[Event, ...] = ()
    risk: RiskModel | None = None
    source: str = ""  # where the files are, for messages
    broker_forms: tuple[BrokerForm, ...] | None = None  # form_1099b.csv; None: no form is at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the history covers: `no match in the records given` is not `clear`."""

    accounts: tuple[AccountId, ...]
    since: date | None
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What rules are applied to: one household's or firm's records as of one date.

    `prices` holds the latest price on or before `as_of`. `disposals` and `acquisitions` hold the whole
    known history, None where no history was given (then `lots` still tells recent purchases).
    `volumes` is the mean of the last 20 daily volumes.
    """

    as_of: date
    accounts: Mapping[AccountId, Account]
    securities: Mapping[Symbol, Security]
    prices: Mapping[Symbol, Price]
    lots: tuple[Lot, ...]
    transactions: tuple[Transaction, ...] | None
    disposals: tuple[Disposal, ...] | None
    acquisitions: tuple[Acquisition, ...]
    models: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    benchmarks: Mapping[str, Mapping[Symbol, Decimal]] = field(default_factory=dict)
    fund_holdings: Mapping[Symbol, Mapping[Symbol, Decimal]] = field(default_factory=dict)
    fx: Mapping[str, Decimal] = field(default_factory=dict)
    volumes: Mapping[Symbol, Decimal] = field(default_factory=dict)
    open_orders: tuple[OpenOrder, ...] = ()
    events: tuple[Event, ...] = ()
    risk: RiskModel | None = None
    coverage: Coverage | None = None  # None: no history
    absent: Absent = "unknown"
    shorts: tuple[OpenShort, ...] = ()  # sold short or written, and not yet closed
    stated: Mapping[str, str] = field(default_factory=dict)  # `given that …` facts of an example, as text
    committed: tuple[OpenOrder, ...] = ()  # orders whose open part the book counts as done
    doubts: Mapping[Symbol, str] = field(
        default_factory=dict
    )  # recent prices that nothing explains, in words

    def household_accounts(self, household: HouseholdId) -> tuple[AccountId, ...]:
        """Return the accounts of a household in the book, in id order."""
        return tuple(sorted(a for a, row in self.accounts.items() if row.household == household))

    def lots_of(self, account: AccountId, symbol: Symbol) -> tuple[Lot, ...]:
        """Return the open lots of one position in the order of the book."""
        return tuple(lot for lot in self.lots if lot.account == account and lot.symbol == symbol)

    def lot(self, account: AccountId, lot_id: LotId) -> tuple[Lot, ...]:
        """Return the open parts of one lot; empty where it is not held in the account."""
        return tuple(lot for lot in self.lots if lot.account == account and lot.lot == lot_id)
