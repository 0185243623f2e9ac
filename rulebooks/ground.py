"""The grounded rulebook: every rule laid out over one book, before any trade is known.

`rulebooks.compile` turns checked policies into a book-independent `Rulebook`; grounding it on a book
finds the groups, evaluates every `when`, predicate and data figure that is settled before trading, and
leaves forms that only a trade list can change. Gate and optimizer read these values and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from dsl.policy import CheckedPolicy, CheckedRule, Waiver, Window
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol
from engine.facts.readings import TaxReading
from engine.facts.trades import Side
from rulebooks.forms import Form, FormClass, TermKind

Unit = str
"""What answers are told in: percent, a currency code, shares, days, years, count or ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """One rule, compiled; `record` is its printed form and enters the rulebook's hash."""

    rule: CheckedRule
    form_class: FormClass
    measure: str  # name in answers: weight, value, …
    unit: Unit
    record: tuple[tuple[str, str], ...]  # rule, group, measure, bound, unit, responses, clause, …
    target: str | None = None  # the class, where this is a band of a `targets` statement
    governed_by: str = ""  # id of the policy that brings it into force: its own, or a child that extends it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Compiled policies in force together; ordered by policy and rule id, so statement order is no matter.

    `id` is the sorted policy ids joined by `+`; `hash` the SHA-256 of all records.
    """

    id: str
    version: str
    hash: str
    policies: tuple[CheckedPolicy, ...]
    rules: tuple[CompiledRule, ...]
    tax: TaxReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose holdings a rule adds up, and whose trades it may stop.

    account: the one account judged, or None where the rule is across a household.
    holds: accounts whose holdings count; stops: accounts that the policy governs among them.
    """

    household: HouseholdId
    account: AccountId | None
    holds: tuple[AccountId, ...]
    stops: tuple[AccountId, ...]


Standing = Literal["applies", "not_applicable", "excepted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A limit as forms in the measure's units times `base`: high - measure >= 0, measure - low >= 0."""

    low: Form | None
    high: Form | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundLimit:
    """One group of one limit (or of `forbid holding`, or of a target's band) in one scope.

    The told figure is measure / base (base None: the measure itself). Headroom in form units is the
    smaller of high - measure and measure - low. `group` is (attribute, value): value None is the group
    of holdings whose attribute is unknown; None: the rule has no `for each`.
    """

    rule: CompiledRule
    scope: Scope
    group: tuple[str, str | None] | None
    standing: Standing
    why_not: str | None  # the condition that failed, where standing is not `applies`
    measure: Form
    base: Form | None
    bound: Bound
    warn: Bound | None  # early warning
    waiver: Waiver | None
    waived: Bound | None  # the bound within the waiver; None with a waiver: any size
    members: tuple[tuple[AccountId, Symbol], ...]  # positions that the measure adds up, for contributors
    unknown: tuple[tuple[AccountId, Symbol], ...]  # securities whose membership or figure is unknown
    missing: str | None  # what is missing for the whole subject, such as `no risk model`
    rounded: bool = False  # a risk measure: decides on measure / base rounded to RISK_STEP
    purchase_only: bool = False  # tested at purchase: judged where the list buys net in the group
    target: str | None = None  # the class, where this is a band of a `targets` statement
    excepted: tuple[tuple[AccountId, Symbol], ...] = ()  # positions that exceptions took out of the group
    gaps: tuple[tuple[AccountId, Symbol], ...] = ()  # positions without which base or bound are unknown: they
    # matter to a group that is held or traded, and stand in `unknown` too where something of it is held
    maybe: tuple[tuple[AccountId, Symbol], ...] = ()  # the part of `unknown` that is the group's own
    of_bound: tuple[tuple[AccountId, Symbol], ...] = ()  # the part of it that a bound may be a part of
    in_benchmark: bool = (
        False  # measured against a benchmark that holds of it: a group though nothing is held
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PerTrade:
    """A limit `for each trade` in one account.

    The figure is one trade's own `measure`: TRADE_VALUE (money) or TRADE_QUANTITY (shares). `members`
    is keyed by (symbol, side): True in the subject, None unknown, absent not in it. `bounds` gives
    (low, high) per symbol, each None where unbounded; `missing` names symbols whose bound is unknown.
    `closing` says how trades that sell all that the account holds stand: "excluded" (the subject
    leaves them out), "only" (nothing else is in it), or None (no difference). `warn` has its level as an
    upper bound; a list, which may move the bounds, tells on which side of them it is nearer.
    """

    rule: CompiledRule
    scope: Scope
    account: AccountId
    standing: Standing
    why_not: str | None
    measure: TermKind
    members: Mapping[tuple[Symbol, Side], bool | None]
    closing: Literal["excluded", "only"] | None
    bounds: Mapping[Symbol, tuple[Fraction | None, Fraction | None]]
    missing: frozenset[Symbol]
    warn: Mapping[Symbol, tuple[Fraction | None, Fraction | None]]
    waiver: Waiver | None
    waived: tuple[Fraction | None, Fraction | None] | None
    moving: Mapping[Symbol, Bound] = field(default_factory=dict)  # bounds that the list moves, such as a
    # part of net assets, which is taken after it: they count, and `bounds` has what they are before
    warn_moving: Mapping[Symbol, Bound] = field(default_factory=dict)
    waived_moving: Bound | None = None
    unsure: Mapping[Symbol, tuple[tuple[AccountId, Symbol], ...]] = field(default_factory=dict)  # positions
    # of which a moving bound does not know whether, or with what value, they are of what it is a part of
    warn_unsure: Mapping[Symbol, tuple[tuple[AccountId, Symbol], ...]] = field(default_factory=dict)
    waived_unsure: tuple[tuple[AccountId, Symbol], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundBan:
    """A trade that may not happen: forbid or allow only, without a window.

    `securities` and `lots` hold what the ban covers: True forbidden, None membership unknown; what is
    absent is free. `lots` is used where the subject is lots (keyed by account and lot), else None.
    A purchase by `actions` increasing counts where the position grows.
    """

    rule: CompiledRule
    scope: Scope
    standing: Standing
    why_not: str | None
    actions: frozenset[str]  # buying, selling, shorting, increasing
    securities: Mapping[tuple[AccountId, Symbol], bool | None]
    lots: Mapping[tuple[AccountId, LotId], bool | None] | None
    waiver: Waiver | None
    waived: GroundLimit | None  # `up to A`: weight of the subject stays within A


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """Something that a window can meet: a loss sale, a purchase, a sale, or a row of events.csv.

    `key` is the relation's common key (identity group, or symbol); `lot` and `order` name the
    acquisition so that the shares' own acquisition is no event for their sale.
    """

    account: AccountId | None
    symbol: Symbol | None
    day: date
    event: str
    source: str  # transaction or lot id
    quantity: str = ""
    loss: str = ""
    lot: LotId | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundWindow:
    """A forbidden pair: a trade within a window of an event in the same scope.

    `partners` maps each symbol to the symbols whose events count for it (itself included where the
    relation is identical; ordered substitutes where it is substitute).
    """

    rule: CompiledRule
    scope: Scope
    standing: Standing
    why_not: str | None
    actions: frozenset[str]
    securities: Mapping[tuple[AccountId, Symbol], bool | None]
    lots: Mapping[tuple[AccountId, LotId], bool | None] | None
    window: Window
    first: date  # earliest day of a past event that still meets a trade of today
    last: date  # latest day (for scheduled events of events.csv)
    events: tuple[PastEvent, ...]  # in scope, within [first, last]: what a trade of today may meet
    past_actions: tuple[PastEvent, ...]  # past trades that the subject covers: what an event of today,
    # such as a loss sale in the list, may meet where the window looks that way
    partners: Mapping[Symbol, frozenset[Symbol]]
    missing: str | None  # `no transaction history`
    waiver: Waiver | None
    without_history: bool = False  # past sales that it looks back on are not known, whatever else is missing
    sales_unknown: bool = False  # past sales that an event of the list may meet are not known
    past_doubts: tuple[PastEvent, ...] = ()  # past trades of which it is unknown whether they are covered


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRequire:
    """`require PRED`: (account, symbol) -> holds; symbol None where the fact is the account's."""

    rule: CompiledRule
    scope: Scope
    standing: Standing
    why_not: str | None
    facts: Mapping[tuple[AccountId, Symbol | None], bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundBook:
    """A rulebook laid out over a book: everything that gate and optimizer may know of the rules."""

    book: Book
    rulebook: Rulebook
    accounts: tuple[AccountId, ...]  # governed by some policy
    limits: tuple[GroundLimit, ...]
    per_trade: tuple[PerTrade, ...]
    bans: tuple[GroundBan, ...]
    windows: tuple[GroundWindow, ...]
    requires: tuple[GroundRequire, ...]
    governed: Mapping[str, tuple[AccountId, ...]] = field(default_factory=dict)  # accounts, by policy id
