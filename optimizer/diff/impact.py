"""Impact: what a new version of a policy would change on a real book.

Two questions. Today: which accounts stand in breach under the new rules and not under the old, and the
reverse. The past: which trades, put to the gate as one list for each day, would have got another verdict.

    BIG-1 at most 4% instead of 5%: account A stands at 4.6% of Acme Corp; the purchase of 2 March would
    have been blocked
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from engine.facts.book import Book, Records
from engine.facts.failure import GuardbandError
from engine.facts.money import plain, rounded
from engine.facts.trades import Trade
from engine.gate.answer import figure_text
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.verdict import Outcome, Verdict
from engine.ledger.book import open_book as book_of_day
from optimizer.diff.replayed import PastDay, past_days
from rulebooks.ground import Rulebook
from rulebooks.grounding import ground

NOT_GOVERNED = "not governed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One rule and group of one account or household that is in breach under one version only."""

    where: str
    rule: str
    title: str
    group: tuple[tuple[str, str | None], ...]
    measure: str
    unit: str
    figure: Fraction | None
    limit: Fraction | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """One past trade with another decision under the new version."""

    day: date
    transaction: str
    trade: Trade
    old: str
    new: str
    old_rules: tuple[str, ...]
    new_rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a new version would change on one book.

    since: the first day of the past that was looked at, None where there is no history. not_judged: days
    whose list or book could not be judged, and why.
    """

    as_of: date
    old: tuple[str, str]
    new: tuple[str, str]
    newly_governed: tuple[str, ...]
    no_longer_governed: tuple[str, ...]
    breaches: tuple[Standing, ...]
    cured: tuple[Standing, ...]
    since: date | None
    lists: int
    trades: int
    rejudged: tuple[Rejudged, ...]
    not_judged: tuple[tuple[date, str], ...]


def impact(
    old: Rulebook,
    new: Rulebook,
    records: Records,
    *,
    as_of: date,
    days: int,
    engine: InferenceEngine,
) -> Impact:
    """Return what the new rulebook would change on a book as of a day and in the `days` before it."""
    opened = [
        open_book(ground(rulebook, book_of_day(records, as_of=as_of, reading=rulebook.tax)))
        for rulebook in (old, new)
    ]
    before, after = (_breaches(one, engine) for one in opened)
    governed = [set(one.ground.accounts) for one in opened]
    past = tuple(past_days(records, until=as_of, days=days, reading=new.tax))
    rejudged: list[Rejudged] = []
    not_judged: list[tuple[date, str]] = []
    for day in past:
        found, problem = _rejudged(day, old, new, engine)
        rejudged += found
        if problem is not None:
            not_judged.append((day.day, problem))
    return Impact(
        as_of=as_of,
        old=(old.id, old.version),
        new=(new.id, new.version),
        newly_governed=tuple(sorted(governed[1] - governed[0])),
        no_longer_governed=tuple(sorted(governed[0] - governed[1])),
        breaches=tuple(after[key] for key in after if key not in before),
        cured=tuple(before[key] for key in before if key not in after),
        since=None if records.transactions is None else as_of - timedelta(days=days - 1),
        lists=len(past),
        trades=sum(len(day.trades) for day in past),
        rejudged=tuple(rejudged),
        not_judged=tuple(not_judged),
    )


# ------------------------------------------------------------------ today


def _breaches(opened: OpenBook, engine: InferenceEngine) -> dict[tuple[object, ...], Standing]:
    """Return the breaches that stand before any trade, by place, rule and group."""
    answer = judge(opened, (), engine=engine, explained=False)
    if answer.fault is not None:
        raise GuardbandError(f"the gate could not judge the book: {answer.fault.reason}")
    return {
        (_where(verdict), verdict.rule, verdict.group): _standing(verdict)
        for verdict in answer.verdicts
        if verdict.outcome is Outcome.BREACH
    }


def _where(verdict: Verdict) -> str:
    return str(verdict.account or verdict.household or "")


def _standing(verdict: Verdict) -> Standing:
    return Standing(
        where=_where(verdict),
        rule=verdict.rule,
        title=verdict.title,
        group=verdict.group,
        measure=verdict.measure,
        unit=verdict.unit,
        figure=verdict.before,
        limit=verdict.limit,
        reason=verdict.reason,
    )


# ------------------------------------------------------------------ the past

_Said = dict[int, tuple[str, tuple[str, ...]]]


def _rejudged(
    day: PastDay, old: Rulebook, new: Rulebook, engine: InferenceEngine
) -> tuple[list[Rejudged], str | None]:
    if day.book is None:
        return [], day.problem
    try:
        before, after = (_said(rulebook, day.book, day.trades, engine) for rulebook in (old, new))
    except GuardbandError as problem:
        return [], _in_short(problem)
    found = [
        Rejudged(
            day=day.day,
            transaction=identity,
            trade=trade,
            old=before[trade.number][0],
            new=after[trade.number][0],
            old_rules=before[trade.number][1],
            new_rules=after[trade.number][1],
        )
        for trade, identity in zip(day.trades, day.ids, strict=True)
        if before[trade.number][0] != after[trade.number][0]
    ]
    return found, None


def _in_short(problem: GuardbandError) -> str:
    """Return a problem in one line: the first of several, and how many more there are."""
    lines = [line for line in str(problem).split("\n") if not line.startswith("  ")]
    return lines[0] if len(lines) == 1 else f"{lines[0]}, and {len(lines) - 1} more like it"


def _said(rulebook: Rulebook, book: Book, trades: tuple[Trade, ...], engine: InferenceEngine) -> _Said:
    """Return the decision on each trade with the rules behind it, or that no policy governs it."""
    opened = open_book(ground(rulebook, book))
    governed = set(opened.ground.accounts)
    mine = tuple(trade for trade in trades if trade.account in governed)
    said: _Said = {trade.number: (NOT_GOVERNED, ()) for trade in trades}
    if mine:
        answer = judge(opened, mine, engine=engine, explained=False)
        if answer.fault is not None:
            raise GuardbandError(answer.fault.reason)
        for decided in answer.trades:
            said[decided.trade.number] = (decided.decision.value, decided.rules)
    return said


# ------------------------------------------------------------------ in print


def impact_answer(found: Impact) -> dict[str, Any]:
    """Return an impact as plain data: `guardband/impact/1`."""
    return {
        "schema": "guardband/impact/1",
        "as_of": found.as_of.isoformat(),
        "old": {"id": found.old[0], "version": found.old[1]},
        "new": {"id": found.new[0], "version": found.new[1]},
        "newly_governed": list(found.newly_governed),
        "no_longer_governed": list(found.no_longer_governed),
        "accounts": {
            "in_breach": [_standing_data(row) for row in found.breaches],
            "no_longer_in_breach": [_standing_data(row) for row in found.cured],
        },
        "past": {
            "since": None if found.since is None else found.since.isoformat(),
            "lists": found.lists,
            "trades": found.trades,
            "changed": [_rejudged_data(row) for row in found.rejudged],
            "not_judged": [{"date": day.isoformat(), "why": why} for day, why in found.not_judged],
        },
    }


def _standing_data(row: Standing) -> dict[str, Any]:
    return {
        "account": row.where,
        "rule": row.rule,
        "title": row.title,
        "group": dict(row.group),
        "measure": row.measure,
        "unit": row.unit,
        "figure": None if row.figure is None else figure_text(row.figure),
        "limit": None if row.limit is None else figure_text(row.limit),
        "reason": row.reason,
    }


def _rejudged_data(row: Rejudged) -> dict[str, Any]:
    return {
        "date": row.day.isoformat(),
        "transaction": row.transaction,
        "account": row.trade.account,
        "side": row.trade.side.value,
        "symbol": row.trade.symbol,
        "quantity": plain(row.trade.quantity),
        "old": row.old,
        "new": row.new,
        "old_rules": list(row.old_rules),
        "new_rules": list(row.new_rules),
    }


def impact_text(found: Impact) -> str:
    """Return an impact for a person."""
    old, new = (f"{name} {version}" for name, version in (found.old, found.new))
    lines = [f"{old} -> {new}, as of {found.as_of}", ""]
    lines += _standings("in breach under the new version only", found.breaches)
    lines += _standings("in breach under the old version only", found.cured)
    for word, accounts in (("newly", found.newly_governed), ("no longer", found.no_longer_governed)):
        if accounts:
            lines.append(f"{word} governed: {', '.join(accounts)}")
    lines.append("")
    if found.since is None:
        lines.append("past trades: the book has no transactions.csv, so none were judged")
        return "\n".join(lines)
    lines.append(
        f"past trades: {found.trades} in {found.lists} lists since {found.since}; "
        f"{len(found.rejudged)} would have got another verdict"
    )
    lines += [_rejudged_line(row) for row in found.rejudged]
    lines += [f"  {day}  not judged: {why}" for day, why in found.not_judged]
    return "\n".join(lines)


def _standings(words: str, rows: Iterable[Standing]) -> list[str]:
    listed = list(rows)
    lines = [f"{words}: {len(listed) or 'nothing'}"]
    for row in listed:
        group = ", ".join(value or "unknown" for _, value in row.group)
        lines.append(f"  {row.where}  {row.rule}{f'  {group}' if group else ''}  {_figures(row)}")
    return lines


def _figures(row: Standing) -> str:
    if row.figure is None or row.limit is None:
        return row.reason
    unit = "%" if row.unit == "percent" else f" {row.unit}"
    figure, limit = (plain(rounded(value, places=2)) for value in (row.figure, row.limit))
    return f"{row.measure} {figure}{unit}, limit {limit}{unit}"


def _rejudged_line(row: Rejudged) -> str:
    trade = row.trade
    quantity = plain(trade.quantity)
    was = f"{row.old} by {', '.join(row.old_rules)}" if row.old_rules else row.old
    now = f"{row.new} by {', '.join(row.new_rules)}" if row.new_rules else row.new
    return f"  {row.day}  {trade.side.value} {quantity} {trade.symbol} in {trade.account}: {was} -> {now}"


def is_changed(found: Impact) -> bool:
    """Return whether anything would have been different."""
    return bool(found.breaches or found.cured or found.rejudged)
