"""Securities and every attribute that policies can name."""

from decimal import Decimal

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Exact
from engine.shell.store.schema.two_times import TwoTimes, one_current


class SecurityRow(TwoTimes, table=True):
    """What can be held."""

    __tablename__ = "securities"
    __table_args__ = one_current("securities")

    symbol: str = Field(index=True)
    asset_class: str
    instrument: str
    issuer: str | None = Field(default=None, index=True)
    currency: str | None = None
    lot_size: Decimal = Field(sa_type=Exact)
    cusip: str | None = None
    multiplier: Decimal = Field(sa_type=Exact)
    underlying: str | None = None


class SecurityAttributeRow(SQLModel, table=True):
    """A cell of securities.csv as text."""

    __tablename__ = "security_attributes"

    row_id: int = Field(foreign_key="securities.id", primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    position: int
