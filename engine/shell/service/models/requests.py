"""What is sent to the service."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from engine.shell.service.models.common import Amount, Name, Request, SideWord

Cell = Annotated[str, StringConstraints(max_length=10_000)]
Column = Annotated[str, StringConstraints(max_length=200)]
Row = dict[Column, Cell | None]
Rows = Annotated[list[Row], Field(max_length=100_000)]
Share = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}(\.[0-9]{1,6})?%$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
Text = Annotated[str, StringConstraints(max_length=1_000_000)]


class BookIn(Request):
    """A book's tables in a request; rows as in its files, every cell as text, null where it is blank."""

    accounts: Rows
    securities: Rows
    prices: Rows = []
    lots: Rows | None = None
    transactions: Rows | None = None
    models: Rows = []
    benchmark: Rows = []
    fund_holdings: Rows = []
    fx: Rows = []
    open_orders: Rows = []
    events: Rows = []
    risk_exposures: Rows = []
    risk_covariance: Rows = []
    risk_specific: Rows = []
    form_1099b: Rows | None = None


class MandateIn(Request):
    """A mandate's text, and the texts of the files that it names."""

    file: FileName = "mandate.mandate"
    text: Text
    files: Annotated[dict[Name, Text], Field(max_length=100)] = {}


Mandates = Annotated[list[MandateIn], Field(min_length=1, max_length=50)]


class CheckIn(Request):
    """Mandates to be checked; book: against whose columns, `store` for the service's own."""

    mandates: Mandates
    book: Literal["store"] | BookIn | None = None


class TradeIn(Request):
    """A trade of a list, as a row of trades.csv."""

    account: Name
    side: SideWord
    symbol: Name
    quantity: Amount
    price: Amount | None = None
    lot: Name | None = None
    reason: Annotated[str, StringConstraints(max_length=1000)] | None = None


Trades = Annotated[list[TradeIn], Field(min_length=1, max_length=5000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
Ids = Annotated[list[Name], Field(max_length=50)]


Days = Annotated[int, Field(ge=0, le=3660)]


class BookAsked(Request):
    """Which book of the store: its policies by id, the day, and what was known when."""

    policies: Ids = []
    as_of: date | None = None
    known: datetime | None = None

    @field_validator("as_of", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return read_day(value)

    @field_validator("known", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        return read_moment(value)


class DecisionIn(BookAsked):
    """A list to be judged over the store's book."""

    trades: Trades
    groups: Literal["touched", "all"] = "touched"
    witnesses: Annotated[int, Field(ge=1, le=2)] = 1


class GateIn(DecisionIn):
    """A list to be judged, over the store's book or over one in the request with its mandates."""

    book: BookIn | None = None
    mandates: Mandates | None = None


class RepairIn(BookAsked):
    """A list of which the nearest that passes is wanted."""

    trades: Trades


class Intents(BookAsked):
    """What a proposal is for; amounts are money in the policy's currency."""

    accounts: Ids = []
    max_gain: Amount | None = None
    max_tracking_error: Share | None = None
    lock: Ids = []


class HarvestIn(BookAsked):
    """A harvest of losses."""

    accounts: Ids = []


class RebalanceIn(Intents):
    """A rebalance: at most one of raise_cash, invest, only and transition."""

    raise_cash: Amount | None = None
    raise_by: date | None = None
    invest: Amount | Literal["all"] | None = None
    only: Literal["harvest"] | None = None
    transition: bool = False
    to: Literal["target", "edge", "halfway"] | None = None

    @field_validator("raise_by", mode="before")
    @classmethod
    def _by(cls, value: object) -> object:
        return read_day(value)


class WhyIn(RebalanceIn):
    """Why trades are proposed; symbols: of these only."""

    symbols: Ids = []


class WhyNotIn(RebalanceIn):
    """Why a security is not traded."""

    symbol: Name


class SignIn(Request):
    """The key that begins a session."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class UserIn(Request):
    """A new user."""

    name: Name
    role: Literal["officer", "manager", "auditor", "administrator"]


class NoteIn(Request):
    """What somebody says of an alert."""

    note: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] = ""


class HaltIn(Request):
    """What is to be halted, and why; name: empty for everything."""

    scope: Literal["account", "security", "all"]
    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    reason: Reason


class LiftIn(Request):
    """Why a halt is lifted."""

    reason: Reason


class PublishIn(Request):
    """A version to be published; files it names that are not told are those of the version in force.

    days: how far back past trades are judged again, to tell whom it touches.
    """

    file: FileName = "mandate.mandate"
    text: Text
    files: Annotated[dict[Name, Text], Field(max_length=100)] = {}
    reason: Reason
    days: Days = 365


class RefuseIn(Request):
    """Why a pending version is taken back."""

    reason: Reason


class WaiveIn(Request):
    """A waiver: what is waived for whom, up to what, until when, by which clause, approved by whom.

    since: the first day of the version that holds it; unsaid: today.
    """

    policy: Name
    rule: Name
    noun: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,50}$")] = "account"
    subject: Name
    up_to: Name | None = None
    until: date
    source: Name
    clause: Name
    approver: Name
    since: date | None = None
    reason: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    days: Days = 365

    @field_validator("until", "since", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        return read_day(value)


class ApproveIn(Request):
    """A second person's yes to a decision in a role; rules: these only; until: the last day of it."""

    role: Name
    rules: Ids = []
    until: date | None = None
    note: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] = ""

    @field_validator("until", mode="before")
    @classmethod
    def _until(cls, value: object) -> object:
        return read_day(value)


class SendIn(Request):
    """How a decision's orders go out: by the route of a FIX session, or `file NAME`.

    blocks: accounts share an order for each side and security. limits: prices by symbol, else at the market.
    replacing: the open order that the only one of this list replaces.
    """

    route: Name = "file generic"
    blocks: bool = True
    limits: Annotated[dict[Name, Amount], Field(max_length=5000)] = {}
    replacing: Name | None = None


class CancelIn(Request):
    """Open orders to be cancelled, by name."""

    orders: Annotated[list[Name], Field(min_length=1, max_length=5000)]


def read_day(value: object) -> object:
    """Return an ISO date from text; anything else is left to be refused."""
    if isinstance(value, str) and len(value) == len("2026-03-10"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def read_moment(value: object) -> object:
    """Return an ISO moment from text, a day alone as its midnight without zone; the rest is refused."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
