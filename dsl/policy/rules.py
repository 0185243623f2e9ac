"""A checked rule: one obligation, complete in itself, with what follows when it is not kept."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from dsl.policy.terms import AnyAmount, Citation, Duration, Measure, Predicate, Span, Subject

# ------------------------------------------------------------------ obligations


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`limit MEASURE to …`: `low` for at least, `high` for at most, both for between and exactly."""

    measure: Measure
    low: AnyAmount | None
    high: AnyAmount | None


class Action(StrEnum):
    """What a trade does to a subject."""

    BUYING = "buying"
    SELLING = "selling"
    HOLDING = "holding"
    SHORTING = "shorting"
    INCREASING = "increasing"


Relation = Literal["same", "identical", "substitute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`within 30 days before or after a loss_sale of an identical security`."""

    duration: Duration
    before: bool  # the trade may be up to that long before the event
    after: bool
    event: str  # loss_sale, purchase, sale, or an event of events.csv
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid:
    """`forbid ACTION or ACTION SUBJECT window`."""

    actions: tuple[Action, ...]
    subject: Subject
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowOnly:
    """`allow only ACTION SUBJECT`: every such action outside the subject is forbidden."""

    actions: tuple[Action, ...]
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """`require PRED`: a fact of the account that must hold before anything trades."""

    predicate: Predicate


Obligation = Limit | Forbid | AllowOnly | Require


# ------------------------------------------------------------------ responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What follows a breach; `role`, `within`, `who` belong to approval, cure and notify."""

    kind: Literal["block", "approval", "warn", "report", "cure", "do_not_worsen", "notify"]
    role: str | None = None
    within: Duration | None = None
    who: str | None = None

    @property
    def words(self) -> str:
        """The response as the language writes it."""
        match self.kind:
            case "approval":
                return f'require approval of "{self.role}"'
            case "notify":
                return f'notify "{self.who}"'
            case "cure":
                assert self.within is not None
                return f"cure within {self.within.count} {self.within.unit}"
            case "do_not_worsen":
                return "do not worsen"
            case other:
                return other


BLOCK = Response(kind="block")
REPORT = Response(kind="report")
DO_NOT_WORSEN = Response(kind="do_not_worsen")

Tested = Literal["at_all_times", "at_purchase", "daily", "at_period_end"]
ValuedAt = Literal["market", "cost", "par", "notional"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """`for each ATTRIBUTE in SUBJECT except …`; excepted holdings are already out of `within`.

    `attribute` is a column (`issuer`, `sector`), or `security`, `account`, `trade`, `lot`.
    """

    attribute: str
    within: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRule:
    """One obligation, complete in itself."""

    id: str
    title: str
    policy: str  # id of the policy it stands in
    effective_from: date | None
    effective_until: date | None
    exception_to: str | None
    scope: Literal["account", "household"]
    each: Grouping | None
    when: Predicate | None
    unless: Predicate | None
    obligation: Obligation
    base: str  # weight base: net_assets, total_assets, …
    look_through: bool
    valued_at: ValuedAt
    tested: Tested
    period: str | None  # quarter, month, year where tested at_period_end
    warn_from: AnyAmount | None
    missing: Response
    on_active: tuple[Response, ...]
    on_passive: tuple[Response, ...]
    because: tuple[Citation, ...]
    span: Span  # the whole rule
    where: Span  # the obligation, from its first word
