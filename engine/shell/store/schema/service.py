"""What the service keeps: sessions of people, and answers to requests that wrote something."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment


class SessionRow(SQLModel, table=True):
    """Somebody signed in by password; the token itself is in the cookie alone."""

    __tablename__ = "sessions"

    digest: str = Field(primary_key=True)  # SHA-256 of the token
    user_id: int = Field(foreign_key="users.id", index=True)
    began_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)  # signed out


class AnsweredRow(SQLModel, table=True):
    """A request that wrote, and its answer: the same key gets the same answer and writes nothing more."""

    __tablename__ = "answered"
    __table_args__ = (UniqueConstraint("user_id", "key", name="uq_answered_user_id_key"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id")
    key: str
    request: str  # SHA-256 of method, path and body
    status: int
    answer: bytes
    answered_at: datetime = Field(sa_type=Moment, index=True)
