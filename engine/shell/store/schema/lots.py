"""Lots as told, lots as they stand, transactions, and the wash-sale adjustments between lots.

`lots` and `transactions` are what files tell. `open_lots` and `adjustments` are what the ledger makes of
them after each import, under the policies in force: they are read by queries, never by the gate.
"""

from datetime import date, time
from decimal import Decimal

from sqlmodel import Field

from engine.shell.store.columns import Exact
from engine.shell.store.schema.two_times import TwoTimes, one_current


class LotRow(TwoTimes, table=True):
    """A row of lots.csv."""

    __tablename__ = "lots"
    __table_args__ = one_current("lots")

    lot: str
    account: str = Field(index=True)
    symbol: str
    quantity: Decimal = Field(sa_type=Exact)
    basis: Decimal = Field(sa_type=Exact)
    acquired: date
    adjusted_acquired: date
    original_basis: Decimal = Field(sa_type=Exact)
    order_name: str | None = None
    deferred: Decimal = Field(sa_type=Exact)


class TransactionRow(TwoTimes, table=True):
    """A row of transactions.csv."""

    __tablename__ = "transactions"
    __table_args__ = one_current("transactions")

    reference: str = Field(index=True)
    day: date = Field(index=True)
    account: str = Field(index=True)  # empty for a split of every account
    type: str
    symbol: str | None = None
    quantity: Decimal | None = Field(default=None, sa_type=Exact)
    price: Decimal | None = Field(default=None, sa_type=Exact)
    amount: Decimal | None = Field(default=None, sa_type=Exact)
    fees: Decimal = Field(sa_type=Exact)
    order_name: str | None = None
    lots: str | None = None  # `L1:10;L2:5`
    time_of_day: time | None = None
    ex_date: date | None = None
    from_symbol: str | None = None
    basis: Decimal | None = Field(default=None, sa_type=Exact)
    acquired: date | None = None
    basis_share: Decimal | None = Field(default=None, sa_type=Exact)
    note: str | None = None
    line: int


class BrokerFormRow(TwoTimes, table=True):
    """A line of a Form 1099-B; None is a box left empty."""

    __tablename__ = "broker_forms"
    __table_args__ = one_current("broker_forms")

    account: str = Field(index=True)
    sale: str | None = None
    lot: str | None = None
    symbol: str | None = None
    sold: date | None = None
    acquired: date | None = None
    quantity: Decimal | None = Field(default=None, sa_type=Exact)
    term: str | None = None
    proceeds: Decimal | None = Field(default=None, sa_type=Exact)
    basis: Decimal | None = Field(default=None, sa_type=Exact)
    box_1f: Decimal = Field(sa_type=Exact)
    box_1g: Decimal = Field(sa_type=Exact)
    basis_reported: bool | None = None
    line: int


class OpenLotRow(TwoTimes, table=True):
    """A lot that is open on the book's last day; `long_from` is the first day a sale is long-term."""

    __tablename__ = "open_lots"
    __table_args__ = one_current("open_lots")

    lot: str
    account: str = Field(index=True)
    symbol: str
    quantity: Decimal = Field(sa_type=Exact)
    basis: Decimal = Field(sa_type=Exact)
    original_basis: Decimal = Field(sa_type=Exact)
    deferred: Decimal = Field(sa_type=Exact)
    acquired: date
    adjusted_acquired: date
    long_from: date = Field(index=True)


class AdjustmentRow(TwoTimes, table=True):
    """A loss, or a part of it, that one replacement disallowed."""

    __tablename__ = "adjustments"
    __table_args__ = one_current("adjustments")

    sale: str
    sold: date
    account: str = Field(index=True)
    symbol: str
    lot: str  # whose sale made the loss
    replacement: str  # the lot that took it over
    replacement_account: str
    quantity: Decimal = Field(sa_type=Exact)
    disallowed: Decimal = Field(sa_type=Exact)
    absorbed: Decimal = Field(sa_type=Exact)
    permanent: bool
