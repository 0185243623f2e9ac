"""Lots: shares of one security acquired together and still held, and what became of those given up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId

Term = Literal["short", "long"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Shares of one security acquired together and still held.

    `basis` is for the whole lot, in the account's currency, after any disallowed loss has been added
    to it. A lot of which only a part was adjusted is told as several of these with the same `lot`.
    """

    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Decimal  # shares, > 0
    basis: Decimal  # money, >= 0
    acquired: date  # the day of purchase; the holding period starts the day after
    adjusted_acquired: date  # `acquired`, or earlier by the days tacked from washed sales
    original_basis: Decimal  # money, before disallowed losses were added
    order: str | None = None  # fills of one order are one acquisition
    deferred: Decimal = Decimal(0)  # disallowed loss embedded in `basis`, >= 0
    replaces: bool = False  # these shares replaced shares sold at a loss, and can replace no others
    sequence: int = 0  # order of acquisition over the whole book, among lots of one day; 0 where not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Shares that replaced shares sold at a loss, and how much of the loss they took over."""

    lot: LotId
    account: AccountId
    symbol: Symbol
    acquired: date
    quantity: Decimal  # shares
    absorbed: Decimal  # money added to the replacement's basis; 0 where permanent
    permanent: bool  # acquired in a retirement account: the loss is gone for good
    disallowed: Decimal = Decimal(0)  # the part of the loss that these shares disallow, permanent or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """Shares of one lot given up in one sale, in the words of `guardband lots`.

    gain = proceeds - basis (signed). disallowed and permanently_disallowed (a part of it) are sizes.
    recognized = gain + disallowed; 0 in retirement accounts, where `term` is None.
    """

    sale: TransactionId
    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Decimal
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    disallowed: Decimal
    permanently_disallowed: Decimal
    recognized: Decimal
    broker_disallowed: Decimal  # what the broker of that account must report: same account, same CUSIP
    term: Term | None
    acquired: date
    adjusted_acquired: date
    sold: date
    order: str | None = None  # of the acquisition that opened the lot
    replacements: tuple[Replacement, ...] = ()
    unreplaced: Decimal | None = (
        None  # today's shares whose loss can still meet a replacement; None: not told
    )
    because: tuple[str, ...] = ()  # sentences: rules applied, candidates considered and why not used
    broker_basis: Decimal | None = None  # what the broker must report as basis; None: the same, or not told
    broker_term: Term | None = None  # and as term


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """Shares acquired in one transaction: what a wash-sale window can meet."""

    lot: LotId
    account: AccountId
    symbol: Symbol
    date: date
    quantity: Decimal
    kind: str  # the transaction's type
    order: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShort:
    """Shares sold short, or contracts written, and not yet closed."""

    lot: LotId  # the transaction that opened it
    account: AccountId
    symbol: Symbol
    quantity: Decimal  # shares or contracts, > 0
    proceeds: Decimal  # received after fees
    opened: date
    carried: Decimal = Decimal(0)  # disallowed loss that comes off when it is closed
    order: str | None = None
    replaces: bool = False
