"""Orders on their way: tickets, what was asked of a counterparty, and what it reported.

A ticket is what goes to the market; `orders` in `work` are its legs, one for each trade of the decision, and
`executions` what each leg was allocated. Requests are written before anything goes out; reports are kept as
they came, each once.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Exact, Moment


class TicketRow(SQLModel, table=True):
    """One order to the market, for one or more accounts; the state is as last counted from its reports."""

    __tablename__ = "tickets"
    __table_args__ = (UniqueConstraint("decision_seq", "number", name="uq_tickets_decision_seq_number"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)  # the first ClOrdID
    decision: str = Field(index=True)  # of the gate, over exactly these quantities
    decision_seq: int = Field(foreign_key="decisions.seq", index=True)
    number: int
    side: str
    symbol: str
    quantity: Decimal = Field(sa_type=Exact)
    price_limit: Decimal | None = Field(default=None, sa_type=Exact)  # None: at the market
    rule: str  # by which its fills are allocated
    route: str  # a FIX session, or a file
    state: str = Field(index=True)
    filled: Decimal = Field(sa_type=Exact)
    posted: bool = Field(default=True, index=True)  # whether the lots say what the reports say
    replaces: int | None = Field(default=None, foreign_key="tickets.id")
    broker_order: str | None = None
    note: str | None = None
    made_by: str
    made_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)


class RequestRow(SQLModel, table=True):
    """Something asked of a counterparty under a ClOrdID of its own; written before it goes out."""

    __tablename__ = "order_requests"

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id", index=True)
    name: str = Field(unique=True)  # ClOrdID
    kind: str  # new, cancel or replace
    original: str | None = None  # ClOrdID that is to be cancelled or replaced
    quantity: Decimal = Field(sa_type=Exact)
    state: str = Field(index=True)  # to_send, sending, sent, withdrawn
    seq: int | None = None  # MsgSeqNum under which it is on its way
    made_by: str
    made_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)


class ReportRow(SQLModel, table=True):
    """A counterparty's message about an order, as `35=8|11=…`; the same one twice is kept once."""

    __tablename__ = "order_reports"
    __table_args__ = (UniqueConstraint("route", "identity", name="uq_order_reports_route_identity"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)  # None: not ours
    route: str
    identity: str
    message: str
    day: date | None = None
    received_at: datetime = Field(sa_type=Moment)
