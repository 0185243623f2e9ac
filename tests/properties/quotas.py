"""What a differential run has covered, held against what it must cover.

Of a million verdicts: at least 20% passes and 20% breaches, 10% within a cent or a share of the limit,
and 1,000 of every measure, obligation, response, case of missing data, exception, waiver and window. A
shorter run owes as much of each in proportion, and no less than one.

    measure weight      81,204 of 1,000     pass      403,112 of 200,000
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from dsl.policy import Action, AllowOnly, CheckedPolicy, CheckedRule, Forbid, Limit, Require, Response
from engine.gate.reference import ReferenceVerdict
from engine.gate.verdict import Outcome

EACH = 1_000
MILLION = 1_000_000
SHARES = {"pass": 20, "breach": 20, "near": 10}
"""Percent of all verdicts."""


def _names(text: str) -> frozenset[str]:
    """Return names, a comma between them."""
    return frozenset(name.strip() for name in text.split(","))


MEASURES = _names(
    """weight, value, quantity, active_weight, cash, borrowing, gross_exposure, net_exposure, turnover,
    net_realized_gains, realized_short_term_gains, realized_long_term_gains, unrealized_gains,
    disallowed_loss, tax_cost, duration, maturity, esg_score, beta, yield, expense_ratio, carbon_intensity,
    rating, voting_ownership, non_voting_ownership, ownership, otc_exposure, days_to_liquidate,
    tracking_error, volatility, drift, count, portfolio_value, total_assets, capped_weight, trade_value,
    trade_shares"""
)
OBLIGATIONS = _names(
    """at most, at least, between, for each group, for each trade, buying, selling, holding, increasing,
    shorting, allow only, lots, window, require, targets, of the book"""
)
RESPONSES = frozenset(
    f"{on} {does}"
    for on, does in (
        *(("active", does) for does in ("block", "warn", "approval", "report", "cure")),
        *(("passive", does) for does in ("warn", "report", "do_not_worsen")),
        *(("missing", does) for does in ("block", "warn", "report", "approval")),
    )
)
CLAUSES = frozenset({"exception", "excepted", "waiver", "waived", "early warning", "worsened", "household"})
WINDOWS = _names(
    """loss_sale identical after, loss_sale same around, loss_sale identical around,
    purchase identical after, purchase same after, purchase substitute after,
    earnings same around, sale same after"""
)
MISSING = frozenset(("membership", "price or figure", "benchmark", "rating", "volume", "history"))


@dataclass(slots=True)
class Quotas:
    """Counters of one run."""

    verdicts: int = 0
    shares: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, policy: CheckedPolicy, rows: list[ReferenceVerdict], near: int) -> None:
        """Count the verdicts of one list. near: of those told by the gate, within a share of a limit."""
        rules = {rule.id: rule for rule in policy.rules}
        excepted = {rule.exception_to for rule in policy.rules}
        waived = {waiver.rule for waiver in policy.waivers}
        self.shares["near"] += near
        for row in rows:
            self.verdicts += 1
            self.shares["pass"] += row.outcome is Outcome.PASS
            self.shares["breach"] += row.outcome is Outcome.BREACH
            rule = rules.get(row.rule)
            for kind, name in _of_rule(rule, row):
                self._count(kind, name)
            for name, holds in (
                ("exception", row.rule in excepted),
                ("excepted", row.outcome is Outcome.EXCEPTED),
                ("waiver", row.rule in waived),
                ("waived", row.outcome is Outcome.WAIVED),
                ("early warning", row.warned),
                ("worsened", row.worsened),
                ("household", row.household is not None),
            ):
                if holds:
                    self._count("clause", name)

    def _count(self, kind: str, name: str) -> None:
        self.counts.setdefault(kind, Counter())[name] += 1

    def lines(self) -> Iterator[tuple[str, int, int]]:
        """Yield each quota: its name, what was reached, what is owed."""
        for name, percent in SHARES.items():
            yield name, self.shares[name], self.verdicts * percent // 100
        owed = max(1, self.verdicts * EACH // MILLION)
        named = (("measure", MEASURES), ("obligation", OBLIGATIONS), ("response", RESPONSES))
        for kind, names in (*named, ("clause", CLAUSES), ("window", WINDOWS), ("missing", MISSING)):
            found = self.counts.get(kind, Counter())
            for name in sorted(names | found.keys()):
                yield f"{kind} {name}", found[name], owed if name in names else 0

    def short(self) -> list[str]:
        """Return the quotas that the run has not met."""
        return [f"{name}: {count} of {owed}" for name, count, owed in self.lines() if count < owed]

    def table(self) -> str:
        """Return every quota on a line."""
        rows = (f"  {name:<44} {count:>9,} of {owed:>9,}" for name, count, owed in self.lines())
        return "\n".join((f"{self.verdicts:,} verdicts", *rows))


def _of_rule(rule: CheckedRule | None, row: ReferenceVerdict) -> Iterator[tuple[str, str]]:
    if row.outcome is Outcome.MISSING_DATA and row.why:
        yield "missing", _missing(row.why)
    if rule is None:
        yield "obligation", "targets" if row.target else "of the book"
        return
    for name in _obligations(rule):
        yield "obligation", name
    if isinstance(rule.obligation, Limit):
        for term in rule.obligation.measure.terms:
            yield "measure", term.measure
    if isinstance(rule.obligation, Forbid) and rule.obligation.window is not None:
        window = rule.obligation.window
        when = "around" if window.before and window.after else "after" if window.after else "before"
        yield "window", f"{window.event} {window.relation} {when}"
    for response in _consulted(rule, row):
        yield "response", f"{response[0]} {response[1].kind}"


def _consulted(rule: CheckedRule, row: ReferenceVerdict) -> Iterator[tuple[str, Response]]:
    """Yield the responses that a verdict calls for."""
    if row.outcome is Outcome.MISSING_DATA:
        yield "missing", rule.missing
    elif row.breach == "active":
        yield from (("active", response) for response in rule.on_active)
    if row.breach == "passive" or row.worsened:
        yield from (("passive", response) for response in rule.on_passive)


def _obligations(rule: CheckedRule) -> Iterator[str]:
    match rule.obligation:
        case Limit(low=low, high=high):
            yield "between" if low and high else "at most" if high else "at least"
            if rule.each is not None:
                yield "for each trade" if rule.each.attribute == "trade" else "for each group"
        case Require():
            yield "require"
        case Forbid(window=window) if window is not None:
            yield "window"
        case (Forbid() | AllowOnly()) as ban:
            if isinstance(ban, AllowOnly):
                yield "allow only"
            if ban.subject.kind == "lots":
                yield "lots"
            yield from (action.value for action in ban.actions if action in Action)


_CASES = (
    ("history", r"history|records"),
    ("membership", r"belong|covered|applies|membership"),
    ("benchmark", r"benchmark"),
    ("rating", r"rating"),
    ("volume", r"volume"),
    ("price or figure", r"price|figure|missing|rate of exchange|base is zero"),
    ("fact", r"fact"),
)


def _missing(why: str) -> str:
    """Return which case of missing data a reason tells of."""
    return next((name for name, pattern in _CASES if re.search(pattern, why)), why)
