"""What stands beside the decision log: contents by their digest, the head kept apart, and API keys.

The log itself is `decisions` in `people`. A record names what it rests on by SHA-256; the bytes lie here
once, however many records name them.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment


class ContentRow(SQLModel, table=True):
    """Bytes by their own digest: facts, mandates and answers, compressed."""

    __tablename__ = "contents"

    sha256: str = Field(primary_key=True)  # of `content` as it lies here
    content: bytes


class LogHeadRow(SQLModel, table=True):
    """The last link of the chain, told a second time, so that a cut tail shows."""

    __tablename__ = "log_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # always 1
    seq: int
    hash: str


class ApiKeyRow(SQLModel, table=True):
    """An API key of a user; the key itself is shown once and never kept."""

    __tablename__ = "api_keys"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    prefix: str = Field(unique=True)  # finds the row; no secret
    hash: str  # argon2
    created_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
