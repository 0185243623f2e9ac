"""What the store keeps: policies, rules, decisions, waivers, alerts, orders, halts, users."""

from typing import Literal

from pydantic import Field

from engine.shell.service.models.common import Answer, Anything, Day, Figure
from engine.shell.service.models.gate import GateAnswer


class Policy(Answer):
    """A version of a policy, and the days on which it is in force."""

    policy: str
    version: str
    title: str
    in_force_from: Day | None
    in_force_until: Day | None
    published_by: str | None
    approved_by: str | None
    rulebook_hash: str


class Page(Answer):
    """A page of a list; next: the cursor of the one after it, null at the end."""

    next: str | None


class PoliciesAnswer(Page):
    """Versions of policies."""

    schema_: Literal["guardband/policies/1"] = Field(alias="schema")
    policies: list[Policy]


class PolicyAnswer(Policy):
    """A version with its text."""

    schema_: Literal["guardband/policy/1"] = Field(alias="schema")
    file: str
    text: str


class RulebookRow(Answer):
    """One compiled policy."""

    id: str
    version: str
    hash: str


class RulesAnswer(Answer):
    """Compiled rules for which a condition holds, every column as text."""

    schema_: Literal["guardband/query/1"] = Field(alias="schema")
    query: str
    rulebooks: list[RulebookRow]
    rules: list[dict[str, str]]


class Decision(Answer):
    """One record of the decision log."""

    seq: int
    kind: str
    recorded_at: str
    person: str
    hash: str
    previous: str
    decision: str | None
    as_of: str | None
    accounts: list[str]


class DecisionsAnswer(Page):
    """Records of the log, the latest first."""

    schema_: Literal["guardband/decisions/1"] = Field(alias="schema")
    decisions: list[Decision]


class DecisionAnswer(Decision):
    """One record in full."""

    schema_: Literal["guardband/decision/1"] = Field(alias="schema")
    body: Anything


class RecordedAnswer(Answer):
    """A list that was judged and recorded."""

    schema_: Literal["guardband/recorded/1"] = Field(alias="schema")
    seq: int
    hash: str
    recorded_at: str
    gate: GateAnswer


class Waiver(Answer):
    """A bounded, dated permission for one breach."""

    policy: str
    version: str
    rule: str
    noun: str
    subject: str
    up_to: str | None
    until: Day
    approved_by: str
    source: str | None
    clause: str | None


class WaiversAnswer(Page):
    """Waivers that are known and in force."""

    schema_: Literal["guardband/waivers/1"] = Field(alias="schema")
    waivers: list[Waiver]


class Alert(Answer):
    """Something that a person should look at, for as long as it lasts."""

    alert: int
    raised_at: str
    as_of: Day
    kind: str
    severity: str
    account: str | None
    household: str | None
    policy: str | None
    rule: str | None
    symbol: str | None
    lot: str | None
    breach: str | None
    message: str
    due: Day | None
    last_seen: Day | None
    level: int
    acknowledged_at: str | None
    acknowledged_by: str | None
    note: str | None
    closed_at: str | None
    closed_by: str | None
    detail: Anything


class AlertsAnswer(Page):
    """Alerts, the latest first."""

    schema_: Literal["guardband/alerts/1"] = Field(alias="schema")
    alerts: list[Alert]


class AlertAnswer(Alert):
    """One alert."""

    schema_: Literal["guardband/alert/1"] = Field(alias="schema")


class Order(Answer):
    """An order made from a trade that passed."""

    order: str
    decision: int | None
    account: str
    side: str
    symbol: str
    quantity: Figure
    lot: str | None
    state: str
    made_at: str
    sent_at: str | None


class OrdersAnswer(Page):
    """Orders, the latest first."""

    schema_: Literal["guardband/orders/1"] = Field(alias="schema")
    orders: list[Order]


class Halt(Answer):
    """A halt that holds; `halt` is its record in the log."""

    halt: int
    scope: str
    name: str
    person: str
    reason: str
    since: Day


class HaltsAnswer(Page):
    """Halts that hold."""

    schema_: Literal["guardband/halts/1"] = Field(alias="schema")
    halts: list[Halt]


class ActAnswer(Answer):
    """An act that was recorded in the log."""

    schema_: Literal["guardband/act/1"] = Field(alias="schema")
    seq: int
    hash: str
    kind: str
    recorded_at: str


class PendingVersion(Answer):
    """A version that waits for a second person; `pending` is its record in the log."""

    pending: int
    policy: str
    version: str
    title: str
    in_force_from: Day | None
    published_by: str
    published_at: str
    approver: str | None
    reason: str | None
    rulebook_hash: str


class PendingAnswer(Page):
    """Versions that wait, oldest first."""

    schema_: Literal["guardband/pending/1"] = Field(alias="schema")
    pending: list[PendingVersion]


class PendingVersionAnswer(PendingVersion):
    """A version that waits, with its text and what was found when it was published."""

    schema_: Literal["guardband/pending-version/1"] = Field(alias="schema")
    file: str
    text: str
    evidence: Anything


class SentAnswer(Answer):
    """Orders that were written down, to go out by their route, and the record of it in the log."""

    schema_: Literal["guardband/sent/1"] = Field(alias="schema")
    seq: int
    hash: str
    kind: str
    recorded_at: str
    orders: list[str]


class CancelledAnswer(Answer):
    """Orders that are withdrawn, or whose cancellation is asked for; others had ended or were asked for."""

    schema_: Literal["guardband/cancelled/1"] = Field(alias="schema")
    orders: list[str]


class User(Answer):
    """A user."""

    name: str
    role: str
    active: bool


class UsersAnswer(Page):
    """Users, by name."""

    schema_: Literal["guardband/users/1"] = Field(alias="schema")
    users: list[User]


class UserAnswer(User):
    """A user; key: a new one, told this one time, null where none was made."""

    schema_: Literal["guardband/user/1"] = Field(alias="schema")
    key: str | None


class SessionAnswer(Answer):
    """Who is signed in; csrf: the token that goes along with changes, empty for a key."""

    schema_: Literal["guardband/session/1"] = Field(alias="schema")
    name: str
    role: str
    csrf: str
