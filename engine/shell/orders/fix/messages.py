"""FIX messages as tags and text: what we ask, and what a report says, in 4.2 and 4.4.

    new_order(request, ticket, at=moment)   -> ((35, "D"), (11, "GB7-1"), (55, "KO"), (54, "2"), …)
    report_of({35: "8", 11: "GB7-1", 150: "F", …})  -> Report(kind=fill, …)

Nothing here knows a session: header, sequence numbers and checksum are the library's. The two versions
differ in how a fill, a correction and a bust are told: 4.2 by ExecTransType (20), 4.4 by ExecType (150).

Source: FIX 4.2 and FIX 4.4 specifications, FIX Trading Community: ExecutionReport, appendix D.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.facts.money import plain, read_decimal
from engine.facts.trades import Side
from engine.shell.orders.values import Kind, Report, Ticket

Fields = tuple[tuple[int, str], ...]
SEPARATOR = "|"
"""What stands between the fields of a message that is kept or shown."""

SIDES: Mapping[Side, str] = {Side.BUY: "1", Side.SELL: "2", Side.SHORT_SELL: "5", Side.BUY_TO_COVER: "1"}
OPEN_STATUS = frozenset({"0", "1", "5", "6", "9", "A", "D", "E"})
"""OrdStatus (39) under which an order goes on being worked."""

_EXEC_KINDS: Mapping[str, Kind] = {
    "0": Kind.ACCEPTED,
    "3": Kind.CANCELLED,
    "4": Kind.CANCELLED,
    "5": Kind.REPLACED,
    "6": Kind.PENDING,
    "7": Kind.PENDING,
    "8": Kind.REJECTED,
    "9": Kind.PENDING,
    "A": Kind.PENDING,
    "C": Kind.CANCELLED,
    "D": Kind.PENDING,
    "E": Kind.PENDING,
    "1": Kind.FILL,
    "2": Kind.FILL,
    "F": Kind.FILL,
    "G": Kind.CORRECTION,
    "H": Kind.BUST,
    "I": Kind.STATUS,
}
_TRANSACTIONS: Mapping[str, Kind] = {"1": Kind.BUST, "2": Kind.CORRECTION, "3": Kind.STATUS}


class Unreadable(ValueError):
    """A message that does not say what it must; the session rejects it to the sender."""


def moment(at: datetime) -> str:
    """Return a moment as FIX tells it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")


def new_order(name: str, ticket: Ticket, *, at: datetime) -> Fields:
    """Return a NewOrderSingle: a day order at the market, or at the ticket's limit.

    Account (1) is told where the ticket is for one account; a block goes out without, and its allocation
    is kept with the ticket.
    """
    return (
        (35, "D"),
        (11, name),
        *_account(ticket),
        (21, "1"),  # automated, no intervention
        (55, ticket.symbol),
        (54, SIDES[ticket.side]),
        (60, moment(at)),
        (38, plain(ticket.quantity)),
        *_price(ticket),
        (59, "0"),  # for the day
    )


def replace_order(name: str, ticket: Ticket, *, original: str, quantity: Decimal, at: datetime) -> Fields:
    """Return an OrderCancelReplaceRequest; quantity counts what the original has filled already."""
    return (
        (35, "G"),
        (41, original),
        (11, name),
        *_account(ticket),
        (21, "1"),
        (55, ticket.symbol),
        (54, SIDES[ticket.side]),
        (60, moment(at)),
        (38, plain(quantity)),
        *_price(ticket),
        (59, "0"),
    )


def cancel_order(name: str, ticket: Ticket, *, original: str, quantity: Decimal, at: datetime) -> Fields:
    """Return an OrderCancelRequest for what is left of an order; quantity: as last ordered."""
    return (
        (35, "F"),
        (41, original),
        (11, name),
        *_account(ticket),
        (55, ticket.symbol),
        (54, SIDES[ticket.side]),
        (60, moment(at)),
        (38, plain(quantity)),
    )


def _account(ticket: Ticket) -> Fields:
    return ((1, ticket.accounts[0]),) if len(ticket.accounts) == 1 else ()


def _price(ticket: Ticket) -> Fields:
    return ((40, "1"),) if ticket.limit is None else ((40, "2"), (44, plain(ticket.limit)))


def identity(fields: Mapping[int, str]) -> str:
    """Return what tells a message from every other of its session, also when it is sent again.

    An ExecID is unique for a day; refusals have none, and are told apart by what they answer.
    """
    day = (fields.get(60) or fields.get(122) or fields.get(52) or "")[:8]
    match fields.get(35):
        case "8":
            return f"8 {fields.get(17, '')} {fields.get(20, '')} {fields.get(150, '')} {day}"
        case "9":
            return f"9 {fields.get(11, '')} {fields.get(41, '')} {fields.get(434, '')}"
        case kind:
            sent = fields.get(122) or fields.get(52) or ""
            return f"{kind} {fields.get(45, '')} {sent}"


def report_of(fields: Mapping[int, str]) -> Report:
    """Return what an ExecutionReport (8) or OrderCancelReject (9) says.

    Raises Unreadable where a field that its kind needs is missing or no number.
    """
    match fields.get(35):
        case "8":
            return _execution(fields)
        case "9":
            return _refusal(fields)
        case "3" | "j":
            return _turned_away(fields)
        case kind:
            raise Unreadable(f"a message of type {kind} is no report of an order")


def _refusal(fields: Mapping[int, str]) -> Report:
    unknown = fields.get(102) == "1"
    return Report(
        kind=Kind.UNKNOWN if unknown else Kind.REFUSED,
        order=_need(fields, 41),
        original=fields.get(41),
        text=fields.get(58) or ("unknown order" if unknown else "the request was refused"),
        at=_moment(fields),
    )


def _turned_away(fields: Mapping[int, str]) -> Report:
    """A session or business reject; field 11 is put in by whoever knows which request it answers."""
    is_order = fields.get(372) == "D"
    return Report(
        kind=Kind.REJECTED if is_order else Kind.REFUSED,
        order=_need(fields, 11),
        is_open=False if is_order else None,
        text=fields.get(58) or "the counterparty turned the message away",
        at=_moment(fields),
    )


def _execution(fields: Mapping[int, str]) -> Report:
    status, exec_type = _need(fields, 39), _need(fields, 150)
    kind = _TRANSACTIONS.get(fields.get(20, "0")) or _EXEC_KINDS.get(exec_type)
    if kind is None:
        raise Unreadable(f"ExecType (150) `{exec_type}` is not known")
    if kind is Kind.FILL and not _number(fields, 32):
        kind = Kind.ACCEPTED  # 4.2 tells a restated or replaced order by its status, with no shares
    counted = kind in (Kind.FILL, Kind.CORRECTION)
    return Report(
        kind=kind,
        order=_order(fields, kind),
        original=fields.get(41),
        reference=_need(fields, 17),
        corrects=_need(fields, 19) if kind in (Kind.CORRECTION, Kind.BUST) else None,
        quantity=_positive(fields, 32) if counted else None,
        price=_positive(fields, 31) if counted else None,
        fees=_number(fields, 12) or Decimal(0),
        cumulative=_number(fields, 14),
        leaves=_number(fields, 151),
        is_open=None if kind is Kind.STATUS else status in OPEN_STATUS,
        day=_day(fields),
        at=_moment(fields),
        broker_order=fields.get(37) if fields.get(37) not in (None, "NONE") else None,
        text=fields.get(58),
    )


def _order(fields: Mapping[int, str], kind: Kind) -> str:
    """Return the ClOrdID of the order: 41 where 11 names the request to cancel or replace it."""
    if kind in (Kind.CANCELLED, Kind.REPLACED, Kind.PENDING) and fields.get(41):
        return fields[41]
    return _need(fields, 11)


def _need(fields: Mapping[int, str], tag: int) -> str:
    found = fields.get(tag)
    if not found:
        raise Unreadable(f"field {tag} is missing")
    return found


def _number(fields: Mapping[int, str], tag: int) -> Decimal | None:
    if tag not in fields:
        return None
    try:
        return read_decimal(fields[tag])
    except ValueError:
        raise Unreadable(f"field {tag} is no number: {fields[tag]}") from None


def _positive(fields: Mapping[int, str], tag: int) -> Decimal:
    found = _number(fields, tag)
    if found is None or found <= 0:
        raise Unreadable(f"field {tag} is no positive number")
    return found


def _moment(fields: Mapping[int, str]) -> datetime:
    told = fields.get(60) or _need(fields, 52)
    for form in ("%Y%m%d-%H:%M:%S.%f", "%Y%m%d-%H:%M:%S"):
        try:
            return datetime.strptime(told[:24], form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Unreadable(f"`{told}` is no moment")


def _day(fields: Mapping[int, str]) -> date:
    """Return TradeDate (75), else the day in New York of the moment that is told."""
    told = fields.get(75)
    if told is None:
        return _moment(fields).astimezone(ZoneInfo("America/New_York")).date()
    try:
        return datetime.strptime(told, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Unreadable(f"`{told}` is no day") from None


def kept_text(fields: Mapping[int, str]) -> str:
    """Return a message as it is kept: `35=8|11=GB7-1|…`, without what only its way needed."""
    told = ((tag, value.replace("%", "%25").replace(SEPARATOR, "%7C")) for tag, value in fields.items())
    return SEPARATOR.join(f"{tag}={value}" for tag, value in told if tag not in _WAY)


_WAY = frozenset({8, 9, 10, 34, 43, 49, 56, 97, 122})


def fields_of(text: str, separator: str = SEPARATOR) -> dict[int, str]:
    """Return the fields of a message; Unreadable where a part is no field."""
    found: dict[int, str] = {}
    for part in text.strip(separator).split(separator):
        tag, mark, value = part.partition("=")
        if not mark or not tag.isdigit():
            raise Unreadable(f"`{part}` is no field")
        found.setdefault(int(tag), value)
    return found


def from_kept(text: str) -> dict[int, str]:
    """Return the fields of a message that `kept_text` wrote."""
    return {
        tag: value.replace("%7C", SEPARATOR).replace("%25", "%") for tag, value in fields_of(text).items()
    }
