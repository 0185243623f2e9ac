"""Monitoring: alerts, the days that were judged, and what is to be delivered.

An alert is one fact that a person should look at, for as long as it lasts. `alert_key` names the fact; the
database refuses a second open alert of one key, so two runs at once cannot tell it twice. `as_of` is the
day on which the fact was first seen: ages and times to cure are counted from it.
"""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Moment

STILL_OPEN = text("closed_at IS NULL")


class AlertRow(SQLModel, table=True):
    """Something that a person should look at, and whether somebody has."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "alerts_open",
            "watch",
            "alert_key",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    raised_at: datetime = Field(sa_type=Moment)
    as_of: date  # first seen
    kind: str  # drift, rebalance, breach, harvest, data, long_term, waiver, wash, unjudged
    account: str | None = Field(default=None, index=True)
    household: str | None = None
    rule: str | None = None
    message: str  # with the figures of `last_seen`
    due: date | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_by: str | None = None  # a person, or `monitor` where the fact is gone
    watch: str = ""  # what was monitored: empty for the policies in force, else the policies named
    alert_key: str = ""
    severity: str = "info"  # info, warning or urgent
    policy: str | None = None
    symbol: str | None = None
    lot: str | None = None
    breach: str | None = None  # active or passive, of breaches
    last_seen: date | None = None
    closed_on: date | None = None  # the first day on which the fact was gone
    level: int = 0  # how often it was escalated
    escalated_on: date | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=Moment)
    acknowledged_by: str | None = None
    note: str | None = None  # of who acknowledged it
    detail: str = "{}"  # figures as JSON


class MonitoredRow(SQLModel, table=True):
    """A day that was judged, and what came of it."""

    __tablename__ = "monitored"
    __table_args__ = (UniqueConstraint("watch", "day", name="uq_monitored_watch_day"),)

    id: int | None = Field(default=None, primary_key=True)
    watch: str
    day: date
    judged_at: datetime = Field(sa_type=Moment)  # last
    found: int
    raised: int  # by every run of that day together, as are the two below
    resolved: int
    escalated: int


class AlertDeliveryRow(SQLModel, table=True):
    """One alert on its way to one receiver."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        UniqueConstraint("alert_id", "event", "receiver", name="uq_alert_deliveries_alert_id_event"),
    )

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alerts.id", index=True)
    event: str  # raised, escalated-1, escalated-2, resolved
    receiver: str = Field(index=True)  # name in the configuration
    state: str = Field(index=True)  # waiting, sent or dead
    attempts: int = 0
    next_at: datetime = Field(sa_type=Moment)  # not before; a sender that claims a row moves it ahead
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    failure: str | None = None  # of the last attempt
