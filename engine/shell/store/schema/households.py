"""Households, accounts and their tax profiles."""

from decimal import Decimal

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Exact
from engine.shell.store.schema.two_times import TwoTimes, one_current


class HouseholdRow(TwoTimes, table=True):
    """A household: the accounts whose wash sales are one pool."""

    __tablename__ = "households"
    __table_args__ = one_current("households")

    household: str = Field(index=True)


class AccountRow(TwoTimes, table=True):
    """Who owns an account and what cash it holds."""

    __tablename__ = "accounts"
    __table_args__ = one_current("accounts")

    account: str = Field(index=True)
    household: str = Field(index=True)
    owner: str
    kind: str
    currency: str
    cash: Decimal = Field(sa_type=Exact)
    fractional: bool
    policy: str | None = None
    model: str | None = None
    benchmark: str | None = None


class AccountAttributeRow(SQLModel, table=True):
    """A cell of accounts.csv as text, also of columns that only policies name."""

    __tablename__ = "account_attributes"

    row_id: int = Field(foreign_key="accounts.id", primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    position: int


class TaxProfileRow(TwoTimes, table=True):
    """How an account is taxed; rates are fractions of one, None where the book does not say."""

    __tablename__ = "tax_profiles"
    __table_args__ = one_current("tax_profiles")

    account: str = Field(index=True)
    short_term_rate: Decimal | None = Field(default=None, sa_type=Exact)
    long_term_rate: Decimal | None = Field(default=None, sa_type=Exact)
    filing_status: str | None = None
    tax_status: str
    adjusted_taxable_income: Decimal | None = Field(default=None, sa_type=Exact)
    carryover_short: Decimal | None = Field(default=None, sa_type=Exact)
    carryover_long: Decimal | None = Field(default=None, sa_type=Exact)
    realized_short: Decimal | None = Field(default=None, sa_type=Exact)
    realized_long: Decimal | None = Field(default=None, sa_type=Exact)
    turnover: Decimal | None = Field(default=None, sa_type=Exact)
    magi: Decimal | None = Field(default=None, sa_type=Exact)
    investment_income: Decimal | None = Field(default=None, sa_type=Exact)
    average_cost: str | None = None
