"""What supervision looks at over a stretch of days: decisions, people, breaches, waivers, rules, clauses.

The monthly compliance pack and the annual review are told from one `Oversight`. A book in a folder keeps no
decision log and no monitoring: then `log` and `watch` are None, and the reports say that it is not known.
"""

from dataclasses import dataclass
from datetime import date

from reports.prints.report import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One recorded decision; `decision` None: no list was reached. breached: rules in breach."""

    record: int
    day: date
    command: str
    person: str
    decision: str | None
    trades: int
    stopped: int
    breached: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One recorded act of a person: an approval, a version, a halt, an alert seen to."""

    record: int
    day: date
    person: str
    role: str
    what: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKept:
    """What the decision log holds of the days, and whether it holds (`chain` in a sentence)."""

    decisions: tuple[Decided, ...]
    acts: tuple[Act, ...]
    approvals: tuple[Act, ...]
    chain: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What monitoring did in the days: days judged, alerts raised and resolved, days until resolved."""

    days: int
    raised: int
    resolved: int
    waiting: int  # open alerts that nobody has acknowledged
    resolved_after: tuple[int, ...]  # days from first seen to gone, for each resolved one


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A breach that stands at the end of the days; since and age are None where nobody watched."""

    rule: str
    account: str
    what: str
    kind: str  # active, passive, or `not known`
    measured: Measured | None
    limit: Measured | None
    since: date | None
    age_days: int | None
    due: date | None
    seen_by: str

    def is_overdue(self, until: date) -> bool:
        """Return whether the day to cure it by has passed."""
        return self.due is not None and self.due < until


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A waiver in a policy's text; days_left is negative where it has run out."""

    policy: str
    rule: str
    subject: str
    up_to: str
    until: date
    days_left: int
    approved_by: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUse:
    """A rule and how often verdicts of recorded decisions named it; counts are None without a log."""

    policy: str
    rule: str
    title: str
    clause: str
    tried: int | None
    breached: int | None
    blocked: int | None
    approval: int | None
    warned: int | None
    waived: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A clause of a source that no rule holds and no person is named for."""

    policy: str
    source: str
    clause: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A clause that a person judges."""

    source: str
    clause: str
    what: str
    each: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How the clauses of a source are covered; missing None: its text is not at hand."""

    policy: str
    source: str
    encoded: int
    manual: int
    missing: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """Everything that is looked at, from `since` to `until`, both included.

    stands: the day for which standing breaches and waivers are told; not after `until`.
    """

    title: str
    notice: str
    since: date
    until: date
    stands: date
    policies: tuple[tuple[str, str, str], ...]  # id, version, digest
    rulebook: str  # id, version and hash in one line
    log: LogKept | None
    watch: Watch | None
    breaches: tuple[Breach, ...]
    waivers: tuple[Waived, ...]
    rules: tuple[RuleUse, ...]
    papers: tuple[Paper, ...]
    gaps: tuple[Gap, ...]
    duties: tuple[Duty, ...]
    uncited: tuple[str, ...]  # rules that cite no clause
    examples: tuple[int, int]  # passed, all

    @property
    def idle(self) -> tuple[RuleUse, ...]:
        """The rules that no recorded decision tried; empty without a log, where it is not known."""
        return tuple(rule for rule in self.rules if rule.tried == 0)
