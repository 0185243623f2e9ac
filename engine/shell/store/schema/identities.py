"""Who a user is at the firm's identity provider, for signing in by OpenID Connect."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment


class IdentityRow(SQLModel, table=True):
    """What a provider calls a user; one name there is one user here."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="uq_identities_issuer_subject"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    issuer: str
    subject: str  # the value of the claim that the service is told to read
    linked_at: datetime = Field(sa_type=Moment)
