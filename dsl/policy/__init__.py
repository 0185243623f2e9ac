"""The checked policy: what a mandate means, with every name resolved and every gap filled in.

This is the hinge between the text and its uses. `dsl` produces it, `rulebooks` compiles it, the
reference evaluator of the gate reads it directly. A checked rule needs no other part of its file to
be understood: definitions, lists and parameters are already replaced by what they stand for, units
are checked and normalised, and what was unsaid is filled in from the header and the defaults.

Shares are fractions of one: `5%`, `5 points` and `500 bps` all hold the value 0.05, with the words
they were written in kept beside it.
"""

from dataclasses import dataclass
from datetime import date

from dsl.policy.rules import (
    BLOCK,
    DO_NOT_WORSEN,
    REPORT,
    Action,
    AllowOnly,
    CheckedRule,
    Forbid,
    Grouping,
    Limit,
    Obligation,
    Relation,
    Require,
    Response,
    Tested,
    ValuedAt,
    Window,
)
from dsl.policy.statements import (
    Applies,
    Definition,
    Example,
    ExampleTrade,
    Expectation,
    ExpectMeasured,
    ExpectPass,
    ExpectRebalance,
    ExpectResponse,
    GivenEvent,
    GivenHolding,
    GivenLot,
    Harvest,
    IdenticalSet,
    Manual,
    NamedList,
    Parameter,
    Rebalance,
    Substitutes,
    TargetClass,
    Targets,
    Trigger,
    Waiver,
)
from dsl.policy.terms import (
    ALWAYS,
    EVERYTHING,
    Amount,
    And,
    AnyAmount,
    AnySubject,
    Citation,
    Comparison,
    DataRef,
    Day,
    Duration,
    Greater,
    GroupsWhose,
    GroupTest,
    LargestGroups,
    Measure,
    MeasureTerm,
    Not,
    Op,
    Or,
    PercentOf,
    Period,
    Predicate,
    Smaller,
    Source,
    Span,
    Subject,
    SubjectKind,
    Text,
    TextSet,
    Times,
    Unit,
)
from engine.facts.readings import TaxReading

__all__ = [
    "ALWAYS",
    "BLOCK",
    "DO_NOT_WORSEN",
    "EVERYTHING",
    "REPORT",
    "Action",
    "AllowOnly",
    "Amount",
    "And",
    "AnyAmount",
    "AnySubject",
    "Applies",
    "CheckedPolicy",
    "CheckedRule",
    "Citation",
    "Comparison",
    "DataRef",
    "Day",
    "Definition",
    "Duration",
    "Example",
    "ExampleTrade",
    "ExpectMeasured",
    "ExpectPass",
    "ExpectRebalance",
    "ExpectResponse",
    "Expectation",
    "Forbid",
    "GivenEvent",
    "GivenHolding",
    "GivenLot",
    "Greater",
    "GroupTest",
    "Grouping",
    "GroupsWhose",
    "Harvest",
    "IdenticalSet",
    "LargestGroups",
    "Limit",
    "Manual",
    "Measure",
    "MeasureTerm",
    "NamedList",
    "Not",
    "Obligation",
    "Op",
    "Or",
    "Parameter",
    "PercentOf",
    "Period",
    "Predicate",
    "Rebalance",
    "Relation",
    "Require",
    "Response",
    "Smaller",
    "Source",
    "Span",
    "Subject",
    "SubjectKind",
    "Substitutes",
    "TargetClass",
    "Targets",
    "Tested",
    "Text",
    "TextSet",
    "Times",
    "Trigger",
    "Unit",
    "ValuedAt",
    "Waiver",
    "Window",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPolicy:
    """One mandate, checked, with everything that it extends and uses already folded in.

    `rules` hold the policy's own rules and those inherited, each knowing its `policy`; order carries
    no meaning. `digest` is the SHA-256 of the policy's own text.
    """

    id: str
    title: str
    version: str
    effective_from: date | None
    effective_until: date | None
    supersedes: str | None
    extends: tuple[str, str] | None  # id, version
    uses: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    applies_to: Applies | None
    currency: str
    calendar: str | None
    base: str
    missing: Response
    owner: str | None
    approved: tuple[str, date] | None
    parameters: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]
    lists: tuple[NamedList, ...]
    identical: tuple[IdenticalSet, ...]
    substitutes: tuple[Substitutes, ...]
    targets: tuple[Targets, ...]
    rebalances: tuple[Rebalance, ...]
    harvest: Harvest | None
    tax: TaxReading
    rules: tuple[CheckedRule, ...]
    waivers: tuple[Waiver, ...]
    manuals: tuple[Manual, ...]
    examples: tuple[Example, ...]
    digest: str
    file: str
