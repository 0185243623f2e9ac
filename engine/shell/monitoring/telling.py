"""What a run and its alerts come to, for people and for programs; folders and databases read alike."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from engine.shell.monitoring.alerts import Alert, alert_data
from engine.shell.monitoring.finding import Finding, Severity
from engine.shell.monitoring.judging import Judged
from engine.shell.monitoring.keeping import Kept
from engine.shell.monitoring.run import Monitored

SCHEMA = "guardband/monitor/1"
_MARKS = {"urgent": "■", "warning": "▲", "info": "○"}


def run_answer(run: Monitored) -> dict[str, Any]:
    """Return what a run came to: each day with its counts, and every open alert."""
    return {
        "schema": SCHEMA,
        "as_of": run.as_of.isoformat(),
        "stored": True,
        "days": [_day(kept) for kept in run.days],
        "alerts": [alert_data(one) for one in run.alerts],
    }


def look_answer(judged: Judged) -> dict[str, Any]:
    """Return the findings of a folder, in the form of alerts that nobody keeps."""
    return {
        "schema": SCHEMA,
        "as_of": judged.day.isoformat(),
        "stored": False,
        "days": [{"day": judged.day.isoformat(), "found": len(judged.findings)}],
        "alerts": [_finding_data(one, judged.day) for one in judged.findings],
    }


def run_text(run: Monitored) -> str:
    """Return what a run came to, urgent alerts first."""
    if not run.days:
        return f"a day after {run.as_of.isoformat()} was judged before: nothing is kept of earlier days"
    head = "\n".join(_day_text(kept) for kept in run.days)
    rows = [(one.severity, alert_line(one)) for one in run.alerts]
    return _listed(head, rows)


def look_text(judged: Judged) -> str:
    """Return the findings of a folder."""
    head = f"{judged.day.isoformat()}  {_plural(len(judged.findings), 'finding')}; nothing is stored"
    return _listed(head, [(one.severity.value, _finding_line(one)) for one in judged.findings])


def alerts_text(found: Iterable[Alert]) -> str:
    """Return alerts as they are listed."""
    rows = [(one.severity, alert_line(one)) for one in found]
    return _listed(_plural(len(rows), "alert"), rows)


def alert_line(one: Alert) -> str:
    """Return an alert on one line."""
    notes = [f"since {one.since.isoformat()}"] if one.since != one.last_seen else []
    notes += [f"{'cure by' if one.kind == 'breach' else 'on'} {one.due.isoformat()}"] if one.due else []
    notes += [f"escalated {one.level}"] if one.level else []
    notes += [f"seen by {one.acknowledged_by}"] if one.acknowledged_by else []
    notes += [f"resolved {one.closed_on.isoformat()}"] if one.closed_on else []
    kind = f"{one.breach} {one.kind}" if one.breach else one.kind.replace("_", " ")
    whom = one.account or one.household or "all"
    told = f"  [{'; '.join(notes)}]" if notes else ""
    return f"{one.id:>6}  {kind:<15}  {whom:<12}  {one.message}{told}"


def is_clean(severities: Iterable[str]) -> bool:
    """Return whether nothing is worse than information."""
    return all(severity == Severity.INFO for severity in severities)


def _finding_line(one: Finding) -> str:
    kind = f"{one.breach} {one.kind}" if one.breach else one.kind.replace("_", " ")
    due = f"  [{'cure by' if one.kind == 'breach' else 'on'} {one.due.isoformat()}]" if one.due else ""
    return f"{kind:<15}  {one.account or one.household or 'all':<12}  {one.message}{due}"


def _finding_data(one: Finding, day: date) -> dict[str, Any]:
    return {
        "id": None,
        "kind": one.kind,
        "severity": one.severity.value,
        "state": "open",
        "message": one.message,
        "account": one.account,
        "household": one.household,
        "policy": one.policy,
        "rule": one.rule,
        "symbol": one.symbol,
        "lot": one.lot,
        "breach": one.breach,
        "since": day.isoformat(),
        "last_seen": day.isoformat(),
        "due": None if one.due is None else one.due.isoformat(),
        "detail": dict(one.detail),
    }


def _day(kept: Kept) -> dict[str, Any]:
    return {
        "day": kept.day.isoformat(),
        "found": kept.found,
        "raised": kept.raised,
        "resolved": kept.resolved,
        "escalated": kept.escalated,
        "kept": not kept.overtaken,
    }


def _day_text(kept: Kept) -> str:
    if kept.overtaken:
        return f"{kept.day.isoformat()}  another run has judged a later day: nothing is kept"
    return (
        f"{kept.day.isoformat()}  {_plural(kept.found, 'finding')}: {kept.raised} raised, "
        f"{kept.resolved} resolved, {kept.escalated} escalated"
    )


def _listed(head: str, rows: list[tuple[str, str]]) -> str:
    ordered = sorted(rows, key=lambda row: -Severity(row[0]).rank)
    return "\n".join([head, *(f"  {_MARKS[severity]} {line}" for severity, line in ordered)])


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
