"""Imports: what was read, when, and the digests of the files it came from."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment
from engine.shell.store.schema.two_times import TwoTimes, one_current


class ImportRow(SQLModel, table=True):
    """One import that brought something new; `digest` is over format and files."""

    __tablename__ = "imports"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    format: str  # book, or the name of an importer
    source: str  # folder or file name
    digest: str = Field(index=True)
    recorded_at: datetime = Field(sa_type=Moment)
    last_day: date | None = None  # of the book after it


class ImportedFileRow(SQLModel, table=True):
    """One file of an import."""

    __tablename__ = "imported_files"

    id: int | None = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="imports.id", index=True)
    name: str
    sha256: str
    bytes: int


class ToldRow(TwoTimes, table=True):
    """That an account's `lots` or `transactions` are told: none told differs from none there."""

    __tablename__ = "told"
    __table_args__ = one_current("told")

    account: str
    family: str  # lots, transactions or broker forms
