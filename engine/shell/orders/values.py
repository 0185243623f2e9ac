"""Tickets, legs and what a counterparty reports: the values of order handling, and how they add up.

    ticket GB7-1   sell 300 KO      legs TAX-1 200 (lots T1:150, T9:50), TAX-2 100 (lot T4:100)
    reports        100 at 43.10, 50 at 43.12, the first corrected to 43.11   -> filled 150, open 150

A ticket is what goes to the market; its legs are the accounts' trades of one decision. Reports are kept as
they came, and where a ticket stands is always counted anew from all of them: a report that comes twice, or
is corrected or busted, can do no harm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.facts.trades import Side


class State(StrEnum):
    """Where an order stands."""

    NEW = "new"  # made, and not known to have gone out
    SENT = "sent"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    REPLACED = "replaced"
    BUSTED = "busted"

    @property
    def is_open(self) -> bool:
        """Whether more may still be filled."""
        return self in (State.NEW, State.SENT, State.PARTIALLY_FILLED)


class Kind(StrEnum):
    """What a report says."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    FILL = "fill"
    BUST = "bust"
    CORRECTION = "correction"
    CANCELLED = "cancelled"  # also: expired, done for the day
    REJECTED = "rejected"
    REPLACED = "replaced"
    REFUSED = "refused"  # a request to cancel or replace is refused
    UNKNOWN = "unknown"  # the counterparty knows no such order
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One trade of a decision: an account's part of a ticket."""

    number: int  # of the trade in its list
    account: str
    quantity: Decimal  # shares, > 0
    lot: str | None = None  # specific identification of a sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What goes to the market as one order."""

    name: str  # the first ClOrdID
    side: Side
    symbol: str
    legs: tuple[Leg, ...]
    rule: str  # by which fills are allocated, fixed before the order
    decision: str
    limit: Decimal | None = None  # None: at the market

    @property
    def quantity(self) -> Decimal:
        """Shares of all legs."""
        return sum((leg.quantity for leg in self.legs), Decimal(0))

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts, each once, in the order of the list."""
        return tuple(dict.fromkeys(leg.account for leg in self.legs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a counterparty said of an order; None is left unsaid."""

    kind: Kind
    order: str  # ClOrdID that it is about
    original: str | None = None  # ClOrdID that was to be cancelled or replaced
    reference: str = ""  # ExecID
    corrects: str | None = None  # ExecID of the fill that is busted or corrected
    quantity: Decimal | None = None  # shares of this fill
    price: Decimal | None = None
    fees: Decimal = Decimal(0)
    cumulative: Decimal | None = None
    leaves: Decimal | None = None
    is_open: bool | None = None  # whether the counterparty goes on working the order
    day: date | None = None  # of the trade
    at: datetime | None = None
    broker_order: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Shares that changed hands."""

    reference: str
    quantity: Decimal
    price: Decimal
    fees: Decimal
    day: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a ticket stands, counted from its reports."""

    state: State
    fills: tuple[Fill, ...] = ()  # those that hold
    void: tuple[str, ...] = ()  # references of fills that were busted or corrected
    broker_order: str | None = None
    note: str | None = None
    told: Decimal | None = None  # CumQty as last told
    strays: tuple[str, ...] = ()  # corrections of fills that never came

    @property
    def filled(self) -> Decimal:
        """Shares that hold."""
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def money(self) -> Decimal:
        """Price times quantity of all fills, exact."""
        return sum((fill.quantity * fill.price for fill in self.fills), Decimal(0))


@dataclass(slots=True)
class _Count:
    fills: dict[str, Fill] = field(default_factory=dict)
    stands_for: dict[str, str] = field(default_factory=dict)  # ExecID -> ExecID under which the fill is kept
    void: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    heard: bool = False
    open: bool = True
    ended: State | None = None
    broker_order: str | None = None
    note: str | None = None
    told: Decimal | None = None


def standing(ticket: Ticket, reports: Iterable[Report], *, is_sent: bool) -> Standing:
    """Return where a ticket stands after reports, in the order in which they came.

    is_sent: the order is known to have gone out.
    """
    count = _Count()
    for report in reports:
        _take(count, report)
    fills = tuple(count.fills.values())
    filled = sum((fill.quantity for fill in fills), Decimal(0))
    return Standing(
        state=_state(ticket, count, filled, is_sent=is_sent),
        fills=fills,
        void=tuple(count.void),
        broker_order=count.broker_order,
        note=count.note,
        told=count.told,
        strays=tuple(count.strays),
    )


def _take(count: _Count, report: Report) -> None:
    count.broker_order = report.broker_order or count.broker_order
    match report.kind:
        case Kind.STATUS:
            count.told = report.cumulative
            return
        case Kind.FILL:
            _fill(count, report)
        case Kind.BUST | Kind.CORRECTION:
            _mend(count, report)
        case Kind.REJECTED:
            count.ended, count.note = State.REJECTED, report.text
        case Kind.CANCELLED:
            count.ended, count.note = State.CANCELLED, report.text or count.note
        case Kind.REPLACED:
            count.ended = State.REPLACED
        case Kind.UNKNOWN:
            if not count.heard:
                count.ended, count.note = (
                    State.CANCELLED,
                    report.text or "the counterparty knows no such order",
                )
            return
        case Kind.REFUSED:
            count.note = report.text
            return
        case Kind.ACCEPTED | Kind.PENDING:
            pass
    count.heard = True
    count.told = report.cumulative if report.cumulative is not None else count.told
    count.open = count.open if report.is_open is None else report.is_open


def _fill(count: _Count, report: Report) -> None:
    if report.reference in count.stands_for:
        return
    count.stands_for[report.reference] = report.reference
    count.fills[report.reference] = _made(report)


def _mend(count: _Count, report: Report) -> None:
    """Void the fill that a report is about; put the corrected one in its place."""
    if report.reference in count.stands_for:
        return
    kept = count.stands_for.get(report.corrects or "")
    count.stands_for[report.reference] = report.reference
    if kept is None or kept not in count.fills:
        count.strays.append(report.reference)
        return
    count.void.append(kept)
    was = count.fills.pop(kept)
    if report.kind is Kind.CORRECTION:
        count.fills[report.reference] = _made(report, was)
        count.stands_for[report.corrects or ""] = report.reference
    if report.text:
        count.note = report.text


def _made(report: Report, was: Fill | None = None) -> Fill:
    assert report.quantity is not None, "a fill has a quantity"
    assert report.price is not None, "a fill has a price"
    assert report.at is not None, "a fill has a moment"
    day = report.day or (was.day if was else report.at.date())
    return Fill(
        reference=report.reference,
        quantity=report.quantity,
        price=report.price,
        fees=report.fees,
        day=day,
        at=report.at,
    )


def _state(ticket: Ticket, count: _Count, filled: Decimal, *, is_sent: bool) -> State:
    if filled >= ticket.quantity:
        return State.FILLED
    if count.ended is State.REPLACED:
        return State.REPLACED
    if count.void and not filled and (count.ended or not count.open):
        return State.BUSTED
    if count.ended is not None:
        return State.CANCELLED if filled and count.ended is State.REJECTED else count.ended
    if not count.open and count.heard:
        return State.CANCELLED
    if filled:
        return State.PARTIALLY_FILLED
    return State.SENT if is_sent or count.heard else State.NEW
