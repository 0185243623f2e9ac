"""Users, and the decision log."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment


class UserRow(SQLModel, table=True):
    """A person who may do something; secrets are stored hashed."""

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: str  # officer, manager, auditor or administrator
    password_hash: str | None = None
    active: bool = True
    created_at: datetime = Field(sa_type=Moment)


class DecisionRow(SQLModel, table=True):
    """One link of the chain: the record's bytes, its hash, and the hash of the record before it."""

    __tablename__ = "decisions"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # 1, 2, 3, …
    previous: str = Field(unique=True)  # two records can never follow the same one
    hash: str = Field(unique=True)
    kind: str = Field(index=True)
    recorded_at: datetime = Field(sa_type=Moment)
    form: int  # version of the record's format
    record: bytes
    signature: bytes | None = None
