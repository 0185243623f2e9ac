"""Policies: mandate texts, which version is in force when, and whom each governs.

A *mandate* is one text with the files it names, compiled once and never changed: what it says lies in the
tables of `rules`. A *policy* row puts a mandate into force between two days.
"""

from datetime import date
from decimal import Decimal

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Exact
from engine.shell.store.schema.two_times import TwoTimes, one_current


class MandateRow(SQLModel, table=True):
    """One version of a mandate's text, compiled."""

    __tablename__ = "mandates"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: str = Field(unique=True)  # SHA-256 of text, files and compiled records
    policy: str = Field(index=True)
    version: str
    title: str
    file: str
    text: str
    digest: str  # SHA-256 of the text
    rulebook_hash: str
    effective_from: date | None = None
    effective_until: date | None = None
    supersedes: str | None = None
    extends: str | None = None  # `id version`
    applies_to: str  # in words
    currency: str
    calendar: str | None = None
    base: str
    missing: str
    owner: str | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    import_id: int | None = Field(default=None, foreign_key="imports.id")


class MandateFileRow(SQLModel, table=True):
    """A file that a mandate names: a list, or the text of a document."""

    __tablename__ = "mandate_files"

    mandate_id: int = Field(foreign_key="mandates.id", primary_key=True)
    path: str = Field(primary_key=True)
    sha256: str
    content: bytes


class PolicyRow(TwoTimes, table=True):
    """That a version of a policy is in force between two days."""

    __tablename__ = "policies"
    __table_args__ = one_current("policies")

    policy: str = Field(index=True)
    version: str
    mandate_id: int = Field(foreign_key="mandates.id", index=True)
    published_by: str | None = None  # None: imported with a book
    approved_by: str | None = None


class GovernsRow(TwoTimes, table=True):
    """That a policy in force governs an account."""

    __tablename__ = "governs"
    __table_args__ = one_current("governs")

    policy: str = Field(index=True)
    account: str = Field(index=True)


class WaiverRow(TwoTimes, table=True):
    """A bounded, dated permission for one breach, in force until its day."""

    __tablename__ = "waivers"
    __table_args__ = one_current("waivers")

    policy: str = Field(index=True)
    version: str
    rule: str
    noun: str
    subject: str  # id of the account, household, …
    up_to: str | None = None  # in words
    up_to_value: Decimal | None = Field(default=None, sa_type=Exact)
    until: date
    approved_by: str
    source: str | None = None
    clause: str | None = None
