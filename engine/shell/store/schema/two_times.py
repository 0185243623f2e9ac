"""The two times of a row: in force, and known.

valid_from..valid_to           the days on which the row is in force, both included
recorded_at..superseded_at     when the store knew it; superseded_at NULL: it still does

A row is named by `row_key` (the cells that tell it from others, as JSON); `row_hash` is the SHA-256 of all
it says, by which an import sees whether anything changed. `position` keeps the order of the file.
At one time only one row of a key is known for one first day; the database itself refuses a second.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment

ALWAYS_FROM = date.min
"""First day of a row that was always in force."""

ALWAYS_UNTIL = date.max
"""Last day of a row that has no end."""


class TwoTimes(SQLModel):
    """What every row with two times has beside its own columns."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    row_key: str
    row_hash: str
    position: int = Field(sa_type=BigInteger)
    valid_from: date
    valid_to: date
    recorded_at: datetime = Field(sa_type=Moment)
    superseded_at: datetime | None = Field(default=None, sa_type=Moment)
    import_id: int | None = Field(default=None, foreign_key="imports.id", index=True)


def one_current(table: str) -> Any:
    """Return the index that refuses two rows of one key and first day, both known now."""
    still = text("superseded_at IS NULL")
    return (
        Index(
            f"{table}_current",
            "row_key",
            "valid_from",
            unique=True,
            sqlite_where=still,
            postgresql_where=still,
        ),
    )
