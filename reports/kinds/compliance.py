"""The monthly compliance pack: what fired, who allowed what and why, what stands, what nothing holds."""

from reports import words
from reports.kinds import oversight_parts as parts
from reports.kinds.oversight import Oversight
from reports.prints.report import Part, Report


def compliance(seen: Oversight) -> Report:
    """Return the pack of a month."""
    return Report(
        kind="compliance",
        house="Guardband compliance pack",
        dated=seen.stands,
        title=seen.title,
        first=_first(seen),
        notice=seen.notice,
        parts=(
            _glance(seen),
            parts.fired(seen),
            parts.people(seen),
            parts.aged(seen),
            parts.idle(seen),
            parts.clauses(seen),
            parts.decisions(seen, full=True),
        ),
        identity=seen.rulebook,
        footer=(
            f"From {words.day(seen.since)} to {words.day(seen.until)}. {seen.rulebook}.",
            "No decision log is kept." if seen.log is None else seen.log.chain,
        ),
    )


def _first(seen: Oversight) -> str:
    stand = f"{words.plural(len(seen.breaches), 'breach stands', 'breaches stand')}"
    gaps = parts.gaps_told(seen)
    if seen.log is None:
        known = "what was decided in the month is not known"
        return f"{stand} on {words.day(seen.stands)} and {gaps}; {known}."
    rules, given = sum(bool(rule.breached) for rule in seen.rules), len(seen.log.approvals)
    return (
        f"{words.plural(len(seen.log.decisions), 'decision')}, {words.plural(rules, 'rule')} fired, "
        f"{words.plural(given, 'approval') if given else 'no approval'} given; "
        f"{stand} on {words.day(seen.stands)}, and {gaps}."
    )


def _glance(seen: Oversight) -> Part:
    log = seen.log
    figures = (
        parts.count("Decisions", None if log is None else len(log.decisions), "recorded"),
        parts.count(
            "Rules that fired", None if log is None else sum(bool(row.breached) for row in seen.rules)
        ),
        parts.count("Approvals", None if log is None else len(log.approvals), "by a second person"),
        parts.count("Waivers", len(seen.waivers), "in the policies in force"),
        parts.count("Breaches standing", len(seen.breaches), f"on {words.day(seen.stands)}"),
        parts.count("Past their cure", sum(row.is_overdue(seen.stands) for row in seen.breaches)),
        parts.count(
            "Rules never exercised", None if log is None else len(seen.idle), f"of {len(seen.rules)}"
        ),
        parts.count("Clauses with no rule", len(seen.gaps), "of the sources at hand"),
    )
    return Part(anchor="glance", title="At a glance", heading=False, figures=figures)
