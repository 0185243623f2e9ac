"""Verdicts and decisions: what the gate answers, as values that can be printed, compared and stored.

Every figure is exact (`Fraction`) until it is worded; `engine.gate.answer` words it. A verdict holds
what style and contract ask for: what was decided, by which rule and clause, on which facts, measured
against what limit with how much headroom, and what would have passed.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

from dsl.policy import Citation, Response, Span
from engine.facts.book import Coverage
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.trades import Trade

NOT_APPLIED = "not applied: "
OUT_OF_FORCE = f"{NOT_APPLIED}in force "
"""How the reason begins of a rule that is not applied, and of one that is not in force on the day."""


class Decision(StrEnum):
    """Worst last: the decision of a list is the worst of its parts."""

    PASS = "pass"
    WARN = "warn"
    APPROVAL = "approval"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0 for pass to 3 for block."""
        return _RANKS[self]

    @property
    def stops(self) -> bool:
        """Whether a trade may not go as it is: a person must say yes first, or nobody can."""
        return self in (Decision.APPROVAL, Decision.BLOCK)


_RANKS = {decision: rank for rank, decision in enumerate(Decision)}


def worst(decisions: "list[Decision] | tuple[Decision, ...]") -> Decision:
    """Return the worst of the decisions; pass where there are none."""
    return max(decisions, key=lambda decision: decision.rank, default=Decision.PASS)


class Outcome(StrEnum):
    """What one rule says of one group."""

    PASS = "pass"
    BREACH = "breach"
    WAIVED = "waived"
    EXCEPTED = "excepted"
    MISSING_DATA = "missing_data"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """A position's part of a measured figure, in the verdict's unit; or the event behind a window."""

    symbol: str
    amount: Fraction
    account: AccountId | None = None
    note: str | None = None  # for events: `sold at a loss of 431.20 USD on 2026-03-02`


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldPass:
    """One change that, done alone, clears the verdict.

    change: quantity (of `trade` to `to`), date (`to`), security (another one: `to` says which kind),
    add_trade (`to` words it; `added` is the trade), drop (the trade).
    """

    change: Literal["quantity", "date", "security", "add_trade", "drop"]
    trade: int | None
    to: str
    added: Trade | None = None


class Verdict(NamedTuple):
    """What one rule says of one group in one account or household.

    Figures are in `unit` (percent of 100, money, shares, …); None where nothing was measured.
    `limit` is the nearer bound where there are two (`low`, `high`). `trades` are those that lowered
    the headroom. `reason` is one sentence in plain words.
    """

    rule: str
    policy: str | None
    account: AccountId | None
    household: HouseholdId | None
    title: str
    group: tuple[tuple[str, str | None], ...]
    outcome: Outcome
    breach: Literal["active", "passive"] | None
    responses: tuple[Response, ...]
    decision: Decision
    measure: str
    unit: str
    before: Fraction | None
    after: Fraction | None
    limit: Fraction | None
    headroom: Fraction | None
    low: Fraction | None
    high: Fraction | None
    contributors: tuple[Contributor, ...]
    trades: tuple[int, ...]
    because: tuple[Citation, ...]
    where: Span | None
    reason: str
    would_pass: tuple[WouldPass, ...] = ()
    considered: tuple[str, ...] = ()  # exceptions and waivers looked at, and why they do or do not govern
    limit_words: str = ""  # how the limit was computed
    window: tuple[date, date] | None = None
    event: tuple[tuple[str, str], ...] | None = None
    coverage: Coverage | None = None
    groups_passed: int | None = None  # for the one verdict that stands for a rule's other groups
    rule_class: str = ""  # bounds, linear, …
    warned: bool = False  # the early warning is on
    cure_due: date | None = None  # the day by which the breach is to be cured


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeDecision:
    """The decision on one trade: the worst of the verdicts that name it."""

    trade: Trade
    decision: Decision
    rules: tuple[str, ...]
    max_quantity: Fraction | None  # None: nothing bounds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why no answer could be reached: it blocks. `bundle` reproduces it (JSON text)."""

    reason: str
    bundle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestPassing:
    """The largest part of a failing list that passes as a whole: most trades, then most money.

    value: of `trades`, in `currency`. exact: no other part that passes is larger, every one having been
    ruled out; otherwise it passes and no more is claimed. `method` says how it was found.
    """

    trades: tuple[int, ...]
    value: Fraction
    currency: str
    decision: Decision  # of that part: pass or warn
    exact: bool
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """The gate's answer for exactly this list, book and rulebook."""

    as_of: date
    decision: Decision
    rulebook_id: str
    rulebook_version: str
    rulebook_hash: str
    facts_hash: str
    policies: tuple[tuple[str, str, str], ...]  # id, version, digest
    trades: tuple[TradeDecision, ...]
    verdicts: tuple[Verdict, ...]  # breaches first, then by rule and group
    evaluators: tuple[str, ...]  # who reached the verdicts
    fault: Fault | None = None
    decision_id: str = ""  # of exactly this list and rulebook: what an approval names
    largest_passing: LargestPassing | None = None  # None: not asked for, or the list does not fail
