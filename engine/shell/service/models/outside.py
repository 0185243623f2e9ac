"""What the outside pushes and pulls: custodians' files, executions, positions, runs of the monitor."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.shell.service.models.common import Amount, Answer, Anything, Day, Figure, Name, Request, SideWord

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._ -]{0,99}$")]
Text = Annotated[str, StringConstraints(max_length=8_000_000, pattern=r"^[^\x00]*$")]


class ImportIn(Request):
    """A custodian's file: its text, or its bytes in base64 where it is none."""

    format: Name
    name: FileName
    text: Text | None = None
    base64: Annotated[str, StringConstraints(max_length=8_000_000, pattern=r"^[A-Za-z0-9+/=\s]*$")] | None = (
        None
    )
    account: Name | None = None
    accounts: dict[Name, Name] = Field(default={}, description="The file's name of an account: the book's.")
    new: Name | None = Field(default=None, description="The kind of accounts that the book does not hold.")
    household: Name | None = None
    corrections: Literal["tell", "apply", "add"] = "tell"
    mapping: Text | None = Field(default=None, description="What a workbook's columns mean, as TOML.")
    dry_run: bool = False


class ImportAnswer(Answer):
    """What became of a file."""

    schema_: Literal["guardband/import/1"] = Field(alias="schema")
    format: str
    source: str
    changed: bool
    in_: int = Field(alias="in")
    out: int
    joined: int
    unread: list[Anything]
    corrections: list[Anything]
    gone: list[Anything]
    records: list[Anything]
    positions: list[Anything]
    new_accounts: list[str]
    doubts: list[Anything]
    files: list[str]


class ExecutionIn(Request):
    """What became of an order; `reference` is the counterparty's, and counts once."""

    order: Name
    reference: Name
    kind: Literal["fill", "bust", "correction", "cancelled", "rejected", "accepted"]
    date: Day
    quantity: Amount | None = None
    price: Amount | None = None
    fees: Amount | None = None
    corrects: Name | None = None
    text: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None


class ExecutionsIn(Request):
    """Executions of orders that went out as files."""

    executions: Annotated[list[ExecutionIn], Field(min_length=1, max_length=10_000)]


class ExecutionsAnswer(Answer):
    """What was new of executions, and how many name no order."""

    schema_: Literal["guardband/executions/1"] = Field(alias="schema")
    new: int
    strays: int


class PositionIn(Request):
    """What a custodian holds for an account; the symbol CASH is its cash."""

    account: Name
    symbol: Name
    quantity: Figure


class PositionsIn(Request):
    """A custodian's positions on a day; unsaid, the book's last one."""

    positions: Annotated[list[PositionIn], Field(min_length=1, max_length=100_000)]
    as_of: Day | None = None


class BreaksAnswer(Answer):
    """Where ours and the custodian's differ, with the likely cause."""

    schema_: Literal["guardband/reconcile/1"] = Field(alias="schema")
    as_of: Day
    breaks: list[Anything]


class MonitorIn(Request):
    """Up to which day is monitored; unsaid, the book's last one."""

    as_of: Day | None = None


class MonitorAnswer(Answer):
    """What a run came to: each day with its counts, and every open alert."""

    schema_: Literal["guardband/monitor/1"] = Field(alias="schema")
    as_of: Day
    stored: bool
    days: list[Anything]
    alerts: list[Anything]


class DeadLettersAnswer(Answer):
    """Deliveries of alerts that were given up."""

    schema_: Literal["guardband/dead-letters/1"] = Field(alias="schema")
    deliveries: list[Anything]


class RevivedAnswer(Answer):
    """How many deliveries were put back in the queue."""

    schema_: Literal["guardband/revived/1"] = Field(alias="schema")
    revived: int


class DecisionOrdersAnswer(Answer):
    """A decision's orders with their fills, and what each account got of them."""

    schema_: Literal["guardband/order-blocks/1"] = Field(alias="schema")
    orders: list[Anything]


class LeftTrade(Answer):
    """What of a trade was not done."""

    account: str
    side: SideWord
    symbol: str
    quantity: Figure
    lot: str | None


class RemainingAnswer(Answer):
    """What of a decision was not done, as a list for the gate."""

    schema_: Literal["guardband/remaining/1"] = Field(alias="schema")
    trades: list[LeftTrade]


class ReadinessAnswer(Answer):
    """The six needs, measured from the firm's own data, and what to do next."""

    schema_: Literal["guardband/readiness/1"] = Field(alias="schema")
