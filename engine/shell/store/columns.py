"""Column types: amounts that stay exact, and moments that compare alike on every database.

    Decimal("0.1000") is the text `0.1000` on SQLite and NUMERIC 0.1000 on PostgreSQL, and reads back
    with the same digits; no amount ever passes through a float.

In SQL an amount compares as a number by `CAST(column AS NUMERIC)`, which both databases understand.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Numeric, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}  # the same names on every database, so that a migration can change what an earlier one made


class Exact(TypeDecorator[Decimal]):
    """A decimal with every digit kept, trailing zeros too; minus zero becomes zero."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return text on SQLite, NUMERIC without a bound elsewhere."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return what is sent to the database."""
        if value is None:
            return None
        assert isinstance(value, Decimal), "an amount is a Decimal, never a float"
        assert value.is_finite(), "an amount is a finite number"
        text = format(value if value else value.copy_abs(), "f")
        return text if dialect.name == "sqlite" else Decimal(text)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return what came from the database."""
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """A point in time in UTC, to the microsecond; text of fixed width on SQLite, so that it sorts."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return text on SQLite, a time stamp with zone elsewhere."""
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what is sent to the database."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a moment has a time zone"
        utc = value.astimezone(UTC)
        return moment_text(utc) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what came from the database."""
        if value is None or isinstance(value, datetime):
            return None if value is None else value.astimezone(UTC)
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def moment_text(moment: datetime) -> str:
    """Return a moment as text: 2026-03-10T09:30:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
