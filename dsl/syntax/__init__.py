"""The syntax tree: what was written, before any name is looked up.

Words are still words and gaps are still gaps; every node carries its span. Spans do not take part in
comparison, so two texts that differ only in white space have equal trees. `5% of equities` is
`PercentOf(share=Literal("5", "%"), of=Word("equities"))`.
"""

from dataclasses import dataclass

from dsl.syntax.base import (
    Node,
    Word,
)
from dsl.syntax.examples import (
    Attribute,
    ExampleOf,
    Expect,
    ExpectMeasured,
    ExpectPass,
    ExpectRebalance,
    ExpectResponse,
    Given,
    GivenDate,
    GivenEvent,
    GivenFact,
    GivenHolding,
    GivenLot,
    GivenValue,
    TradeOf,
)
from dsl.syntax.header import (
    AppliesTo,
    Approved,
    Bring,
    Header,
    HeaderClause,
    Id,
    Setting,
    SourceOf,
    Supersedes,
    Version,
)
from dsl.syntax.parts import (
    AllOf,
    Amount,
    AnyOf,
    Choices,
    Day,
    Extreme,
    Graded,
    Groups,
    Largest,
    Literal,
    Measure,
    Named,
    Negation,
    PercentOf,
    Period,
    Predicate,
    Quoted,
    Select,
    Subject,
    Term,
    Test,
    Times,
)
from dsl.syntax.rules import (
    AllowOnly,
    Because,
    BoundKind,
    Effective,
    ExceptionTo,
    Forbid,
    ForEach,
    IfMissing,
    Limit,
    LookThrough,
    Obligation,
    OnBreach,
    Require,
    Response,
    Rule,
    RuleClause,
    Scope,
    Tested,
    Unless,
    ValuedAt,
    WarnFrom,
    When,
    Window,
)
from dsl.syntax.statements import (
    ClassTarget,
    Define,
    HarvestOf,
    Identical,
    ListAre,
    ListFrom,
    ManualOf,
    ParameterOf,
    RebalanceOf,
    Relieved,
    SetTo,
    Substitute,
    Switch,
    TargetsOf,
    Trigger,
    Waive,
    WashSales,
)

__all__ = [
    "AllOf",
    "AllowOnly",
    "Amount",
    "AnyOf",
    "AppliesTo",
    "Approved",
    "Attribute",
    "Because",
    "BoundKind",
    "Bring",
    "Choices",
    "ClassTarget",
    "Day",
    "Define",
    "Effective",
    "ExampleOf",
    "ExceptionTo",
    "Expect",
    "ExpectMeasured",
    "ExpectPass",
    "ExpectRebalance",
    "ExpectResponse",
    "Extreme",
    "File",
    "ForEach",
    "Forbid",
    "Given",
    "GivenDate",
    "GivenEvent",
    "GivenFact",
    "GivenHolding",
    "GivenLot",
    "GivenValue",
    "Graded",
    "Groups",
    "HarvestOf",
    "Header",
    "HeaderClause",
    "Id",
    "Identical",
    "IfMissing",
    "Largest",
    "Limit",
    "ListAre",
    "ListFrom",
    "Literal",
    "LookThrough",
    "ManualOf",
    "Measure",
    "Named",
    "Negation",
    "Node",
    "Obligation",
    "OnBreach",
    "ParameterOf",
    "PercentOf",
    "Period",
    "Predicate",
    "Quoted",
    "RebalanceOf",
    "Relieved",
    "Require",
    "Response",
    "Rule",
    "RuleClause",
    "Scope",
    "Select",
    "SetTo",
    "Setting",
    "SourceOf",
    "Statement",
    "Subject",
    "Substitute",
    "Supersedes",
    "Switch",
    "TargetsOf",
    "Term",
    "Test",
    "Tested",
    "Times",
    "TradeOf",
    "Trigger",
    "Unless",
    "ValuedAt",
    "Version",
    "Waive",
    "WarnFrom",
    "WashSales",
    "When",
    "Window",
    "Word",
]

Statement = (
    Bring
    | ParameterOf
    | SetTo
    | Define
    | ListAre
    | ListFrom
    | Identical
    | Substitute
    | TargetsOf
    | RebalanceOf
    | HarvestOf
    | WashSales
    | Relieved
    | Rule
    | Waive
    | ManualOf
    | ExampleOf
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Node):
    """A whole mandate: its header (None where it could not be read) and its statements, in order."""

    header: Header | None
    statements: tuple[Statement, ...]
