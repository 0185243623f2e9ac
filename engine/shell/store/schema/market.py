"""Prices, exchange rates, benchmarks, models, fund holdings, events, open orders and risk models."""

from datetime import date
from decimal import Decimal

from sqlmodel import Field

from engine.shell.store.columns import Exact
from engine.shell.store.schema.two_times import TwoTimes, one_current


class PriceRow(TwoTimes, table=True):
    """A price of one security on one day, as traded."""

    __tablename__ = "prices"
    __table_args__ = one_current("prices")

    symbol: str = Field(index=True)
    day: date = Field(index=True)
    price: Decimal = Field(sa_type=Exact)
    volume: Decimal | None = Field(default=None, sa_type=Exact)
    dividend: Decimal | None = Field(default=None, sa_type=Exact)
    split: Decimal | None = Field(default=None, sa_type=Exact)


class FxRateRow(TwoTimes, table=True):
    """Base units for one unit of a currency on a day."""

    __tablename__ = "fx_rates"
    __table_args__ = one_current("fx_rates")

    currency: str
    day: date
    rate: Decimal = Field(sa_type=Exact)


class BenchmarkRow(TwoTimes, table=True):
    """A benchmark's weight of one symbol from a day on; a fraction of one."""

    __tablename__ = "benchmarks"
    __table_args__ = one_current("benchmarks")

    benchmark: str = Field(index=True)
    day: date | None = None
    symbol: str
    weight: Decimal = Field(sa_type=Exact)


class ModelRow(TwoTimes, table=True):
    """A model's weight of one symbol or class; a fraction of one."""

    __tablename__ = "models"
    __table_args__ = one_current("models")

    model: str = Field(index=True)
    holds: str  # symbol or class
    weight: Decimal = Field(sa_type=Exact)


class FundHoldingRow(TwoTimes, table=True):
    """What a fund holds; a fraction of the fund."""

    __tablename__ = "fund_holdings"
    __table_args__ = one_current("fund_holdings")

    fund: str
    day: date
    symbol: str
    weight: Decimal = Field(sa_type=Exact)


class EventRow(TwoTimes, table=True):
    """A dated event; symbol or account None means all."""

    __tablename__ = "events"
    __table_args__ = one_current("events")

    day: date
    event: str
    symbol: str | None = None
    account: str | None = None
    amount: Decimal | None = Field(default=None, sa_type=Exact)


class OpenOrderRow(TwoTimes, table=True):
    """An order sent and not yet done, as a custodian tells it."""

    __tablename__ = "open_orders"
    __table_args__ = one_current("open_orders")

    order_name: str
    account: str = Field(index=True)
    side: str
    symbol: str
    quantity: Decimal = Field(sa_type=Exact)
    filled: Decimal = Field(sa_type=Exact)


class RiskFactorRow(TwoTimes, table=True):
    """A factor of the risk model; `position` keeps their order."""

    __tablename__ = "risk_factors"
    __table_args__ = one_current("risk_factors")

    factor: str


class RiskExposureRow(TwoTimes, table=True):
    """A symbol's loading on a factor."""

    __tablename__ = "risk_exposures"
    __table_args__ = one_current("risk_exposures")

    symbol: str
    factor: str
    loading: Decimal = Field(sa_type=Exact)


class RiskCovarianceRow(TwoTimes, table=True):
    """The covariance of two factors, per year."""

    __tablename__ = "risk_covariances"
    __table_args__ = one_current("risk_covariances")

    factor: str
    other: str
    covariance: Decimal = Field(sa_type=Exact)


class RiskSpecificRow(TwoTimes, table=True):
    """A symbol's own risk: a standard deviation per year."""

    __tablename__ = "risk_specifics"
    __table_args__ = one_current("risk_specifics")

    symbol: str
    specific: Decimal = Field(sa_type=Exact)
