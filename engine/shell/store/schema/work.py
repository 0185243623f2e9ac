"""What the desk does: proposals, trade lists, verdicts, orders, executions."""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Exact, Moment


class ProposalRow(SQLModel, table=True):
    """A proposal and what became of it; `answer` is the command's JSON, byte for byte."""

    __tablename__ = "proposals"

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_type=Moment)
    made_by: str
    as_of: date
    kind: str  # rebalance, harvest, repair or list
    status: str  # of the answer
    state: str  # proposed, approved, sent, withdrawn
    rulebook_hash: str
    facts_hash: str
    answer: bytes


class TradeRow(SQLModel, table=True):
    """One trade of a proposal, or of the list that a decision is about."""

    __tablename__ = "trades"

    id: int | None = Field(default=None, primary_key=True)
    proposal_id: int | None = Field(default=None, foreign_key="proposals.id", index=True)
    decision_seq: int | None = Field(default=None, foreign_key="decisions.seq", index=True)
    number: int
    account: str = Field(index=True)
    side: str
    symbol: str
    quantity: Decimal = Field(sa_type=Exact)
    price: Decimal | None = Field(default=None, sa_type=Exact)
    lot: str | None = None
    reason: str | None = None
    decision: str | None = None


class VerdictRow(SQLModel, table=True):
    """What one rule said of one group in a decision; figures in `unit`, as told."""

    __tablename__ = "verdicts"

    id: int | None = Field(default=None, primary_key=True)
    decision_seq: int = Field(foreign_key="decisions.seq", index=True)
    rule: str = Field(index=True)
    policy: str | None = None
    account: str | None = None
    household: str | None = None
    grouped: str | None = None  # `issuer Acme Corp`
    outcome: str
    breach: str | None = None
    responses: str
    measure: str
    unit: str
    before: Decimal | None = Field(default=None, sa_type=Exact)
    after: Decimal | None = Field(default=None, sa_type=Exact)
    bound: Decimal | None = Field(default=None, sa_type=Exact)
    headroom: Decimal | None = Field(default=None, sa_type=Exact)


class OrderRow(SQLModel, table=True):
    """An order made from a trade that passed."""

    __tablename__ = "orders"

    id: int | None = Field(default=None, primary_key=True)
    order_name: str = Field(unique=True)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    number: int | None = None  # of the trade in its list
    decision_seq: int | None = Field(default=None, foreign_key="decisions.seq", index=True)
    account: str = Field(index=True)
    side: str
    symbol: str
    quantity: Decimal = Field(sa_type=Exact)
    lot: str | None = None
    state: str  # new, sent, partially_filled, filled, cancelled, rejected, replaced, busted
    made_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)


class ExecutionRow(SQLModel, table=True):
    """What an order got of its ticket's fills of a day, at their average price."""

    __tablename__ = "executions"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    reference: str = Field(unique=True)
    executed_at: datetime = Field(sa_type=Moment)
    quantity: Decimal = Field(sa_type=Exact)
    price: Decimal = Field(sa_type=Exact)
    fees: Decimal = Field(sa_type=Exact)
    amount: Decimal | None = Field(default=None, sa_type=Exact)  # to the cent, before fees
    superseded_at: datetime | None = Field(default=None, sa_type=Moment)  # corrected or busted
