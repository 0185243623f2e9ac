"""The parts that the compliance pack and the annual review share, each one table with its first sentence."""

from collections import Counter
from textwrap import shorten

from reports import words
from reports.charts.bars import BarRow
from reports.kinds.oversight import Act, LogKept, Oversight, RuleUse
from reports.prints.report import Cell, Column, Figure, Part, Picture, Table

NO_LOG = (
    "Not known: the book is a folder and keeps no decision log. Name the log (--log FILE.db), or keep the "
    "book in a database."
)
NO_WATCH = (
    "Not known since when: nobody watched this book. `guardband monitor` on a database keeps the first day."
)
MARKED = {"block": "blocked", "approval": "asked for approval", "warn": "warned", "pass": "passed"}
BARS = 14


def decisions(seen: Oversight, *, full: bool) -> Part:
    """Return what was decided; full: every decision, else counts by month would do for the reader."""
    if seen.log is None:
        return Part(anchor="decisions", title="Decisions", lines=(NO_LOG,))
    log = seen.log
    counts = Counter(row.decision or "none" for row in log.decisions)
    told = ", ".join(f"{counts[name]} {word}" for name, word in MARKED.items() if counts[name])
    first = f"{words.plural(len(log.decisions), 'decision is', 'decisions are')} recorded" + (
        f": {told}." if told else "."
    )
    listed = Table(
        title="Every decision",
        columns=(
            Column(name="Record", kind="count"),
            Column(name="Day", kind="day"),
            *(Column(name=name) for name in ("Command", "By", "Decision")),
            Column(name="Trades", kind="count"),
            Column(name="Stopped", kind="count"),
            Column(name="Rules in breach"),
        ),
        rows=tuple(
            (
                row.record,
                row.day,
                row.command,
                row.person,
                row.decision or "none",
                row.trades,
                row.stopped,
                ", ".join(row.breached),
            )
            for row in log.decisions
        ),
        empty="No decision was recorded in these days.",
    )
    return Part(
        anchor="decisions", title="Decisions", first=first, tables=(listed,) if full else (_by_month(log),)
    )


def _by_month(log: LogKept) -> Table:
    months = sorted({(row.day.year, row.day.month) for row in log.decisions})
    rows: list[tuple[Cell, ...]] = []
    for year, month in months:
        found = [row for row in log.decisions if (row.day.year, row.day.month) == (year, month)]
        counts = Counter(row.decision for row in found)
        rows.append((f"{year}-{month:02}", len(found), *(counts[name] for name in MARKED)))
    return Table(
        title="By month",
        columns=(
            Column(name="Month"),
            Column(name="Decisions", kind="count"),
            *(Column(name=name, kind="count") for name in ("Blocked", "Approval", "Warned", "Passed")),
        ),
        rows=tuple(rows),
        empty="No decision was recorded in these days.",
    )


def fired(seen: Oversight) -> Part:
    """Return which rules fired, as a chart and a table."""
    title = "Rules that fired"
    if seen.log is None:
        return Part(anchor="fired", title=title, lines=(NO_LOG,))
    rows = sorted((rule for rule in seen.rules if rule.breached), key=_by_breaches)
    bars = tuple(
        BarRow(label=shorten(f"{row.rule} {row.title}", 44, placeholder=" …"), count=row.breached or 0)
        for row in rows[:BARS]
    )
    first = (
        f"{words.plural(len(rows), 'rule')} of {len(seen.rules)} found a breach."
        if rows
        else "No rule found a breach in a recorded decision."
    )
    table = Table(
        title=title,
        columns=(
            *(Column(name=name) for name in ("Rule", "Title", "Clause")),
            *(
                Column(name=name, kind="count")
                for name in ("Tried", "Breached", "Blocked", "Approval", "Warned", "Waived")
            ),
        ),
        rows=tuple(
            (
                row.rule,
                row.title,
                row.clause,
                row.tried,
                row.breached,
                row.blocked,
                row.approval,
                row.warned,
                row.waived,
            )
            for row in rows
        ),
        empty="A rule stands here once a recorded decision finds it in breach.",
    )
    pictures = (
        (Picture(question="How often was each rule in breach?", rows=bars, unit="verdicts"),) if bars else ()
    )
    return Part(anchor="fired", title=title, first=first, pictures=pictures, tables=(table,))


def _by_breaches(rule: RuleUse) -> tuple[int, str]:
    return (-(rule.breached or 0), rule.rule)


def people(seen: Oversight) -> Part:
    """Return approvals and waivers by person and reason."""
    waived = Table(
        title="Waivers in force or run out",
        columns=(
            *(Column(name=name) for name in ("Policy", "Rule", "For", "Up to")),
            Column(name="Until", kind="day"),
            Column(name="Days left", kind="count"),
            Column(name="Approved by"),
            Column(name="Reason"),
        ),
        rows=tuple(
            (
                row.policy,
                row.rule,
                row.subject,
                row.up_to,
                row.until,
                row.days_left,
                row.approved_by,
                row.because,
            )
            for row in seen.waivers
        ),
        empty="No policy in force holds a waiver.",
    )
    if seen.log is None:
        return Part(anchor="people", title="Approvals and waivers", lines=(NO_LOG,), tables=(waived,))
    by_person = Counter((row.person, row.role, row.reason or "no reason given") for row in seen.log.approvals)
    given = Table(
        title="Approvals by person and reason",
        columns=(
            *(Column(name=name) for name in ("Person", "Role", "Reason")),
            Column(name="Approvals", kind="count"),
        ),
        rows=tuple((*key, count) for key, count in sorted(by_person.items())),
        empty="Nobody approved a decision in these days.",
    )
    listed = acts_table(
        "Each approval", seen.log.approvals, empty="Nobody approved a decision in these days."
    )
    tables = (given, listed, waived) if seen.log.approvals else (given, waived)
    return Part(anchor="people", title="Approvals and waivers", first=_allowed(seen), tables=tables)


def _allowed(seen: Oversight) -> str:
    """Return in one sentence how many approvals and waivers there are."""
    approvals = () if seen.log is None else seen.log.approvals
    people = words.plural(len({row.person for row in approvals}), "person", "people")
    given = (
        f"{words.plural(len(approvals), 'approval')} by {people}" if approvals else "No approval was given"
    )
    over = sum(row.days_left < 0 for row in seen.waivers)
    if not seen.waivers:
        return f"{given}; no policy in force holds a waiver."
    run_out = f"{over or 'none'} {'has' if over == 1 else 'have'} run out"
    return f"{given}; {words.plural(len(seen.waivers), 'waiver')}, of which {run_out}."


def acts_table(title: str, acts: tuple[Act, ...], *, empty: str) -> Table:
    """Return recorded acts of people."""
    return Table(
        title=title,
        columns=(
            Column(name="Record", kind="count"),
            Column(name="Day", kind="day"),
            *(Column(name=name) for name in ("Person", "Role", "What", "Of", "Reason")),
        ),
        rows=tuple(
            (row.record, row.day, row.person, row.role, row.what, row.subject, row.reason) for row in acts
        ),
        empty=empty,
    )


def aged(seen: Oversight) -> Part:
    """Return the breaches that stand, the oldest first."""
    rows = sorted(seen.breaches, key=lambda row: (-(row.age_days or 0), row.rule, row.what))
    overdue = sum(row.is_overdue(seen.stands) for row in rows)
    first = (
        f"{words.plural(len(rows), 'breach stands', 'breaches stand')} on {words.day(seen.stands)}; "
        f"{overdue or 'none'} past the day to cure by."
        if rows
        else f"No breach stands on {words.day(seen.stands)}."
    )
    table = Table(
        title="Aged breaches",
        columns=(
            *(Column(name=name) for name in ("Rule", "Account", "What", "Kind")),
            Column(name="Measured", kind="measured"),
            Column(name="Limit", kind="measured"),
            Column(name="Since", kind="day"),
            Column(name="Days", kind="count"),
            Column(name="Cure by", kind="day"),
            Column(name="Seen to by"),
        ),
        rows=tuple(
            (
                row.rule,
                row.account,
                row.what,
                row.kind,
                row.measured,
                row.limit,
                row.since,
                row.age_days,
                row.due,
                row.seen_by,
            )
            for row in rows
        ),
        empty="No breach stands.",
        note=NO_WATCH if rows and seen.watch is None else "",
    )
    return Part(anchor="breaches", title="Aged breaches", first=first, tables=(table,))


def idle(seen: Oversight) -> Part:
    """Return the rules that were never exercised."""
    title = "Rules never exercised"
    if seen.log is None:
        return Part(anchor="idle", title=title, lines=(NO_LOG,))
    rows = seen.idle
    table = Table(
        title=title,
        columns=tuple(Column(name=name) for name in ("Policy", "Rule", "Title", "Clause")),
        rows=tuple((row.policy, row.rule, row.title, row.clause) for row in rows),
        empty="Every rule was tried by a recorded decision.",
    )
    count = words.plural(len(seen.rules), "rule")
    first = f"{len(rows) or 'None'} of {count} met nothing to try in a recorded decision."
    return Part(anchor="idle", title=title, first=first, tables=(table,))


def clauses(seen: Oversight) -> Part:
    """Return how the clauses are covered, and those that nothing holds."""
    unread = [row for row in seen.papers if row.missing is None]
    first = gaps_told(seen).capitalize() + (" and no person named for it" if seen.gaps else "")
    first += f"; the text of {words.plural(len(unread), 'source')} is not at hand." if unread else "."
    gaps = Table(
        title="Clauses with no rule",
        columns=tuple(Column(name=name) for name in ("Policy", "Source", "Clause", "Words")),
        rows=tuple((row.policy, row.source, row.clause, row.text) for row in seen.gaps),
        empty="Every clause of the sources at hand is held by a rule or left to a person.",
    )
    papers = Table(
        title="Sources",
        columns=(
            Column(name="Policy"),
            Column(name="Source"),
            *(Column(name=name, kind="count") for name in ("Held by rules", "By a person", "By nothing")),
        ),
        rows=tuple((row.policy, row.source, row.encoded, row.manual, row.missing) for row in seen.papers),
        empty="No policy names a source.",
        note="A dash: the text of the source is not at hand, so what nothing holds is not known."
        if unread
        else "",
    )
    loose = Table(
        title="Rules that cite no clause",
        columns=(Column(name="Rule"),),
        rows=tuple((name,) for name in seen.uncited),
        empty="Every rule cites a clause.",
    )
    return Part(anchor="clauses", title="Clauses with no rule", first=first, tables=(gaps, papers, loose))


def gaps_told(seen: Oversight) -> str:
    """Return how many clauses have no rule."""
    if not seen.gaps:
        return "every clause has a rule or a person"
    return f"{words.plural(len(seen.gaps), 'clause has', 'clauses have')} no rule"


def duties(seen: Oversight) -> Part:
    """Return what the policies leave to a person's judgement."""
    table = Table(
        title="Left to a person",
        columns=tuple(Column(name=name) for name in ("Source", "Clause", "What", "Reviewed", "By")),
        rows=tuple((row.source, row.clause, row.what, row.each, row.by) for row in seen.duties),
        empty="No clause is left to a person.",
    )
    first = "Guardband does not judge these; whether they were reviewed is for the person named to say."
    return Part(anchor="duties", title="Left to a person", first=first if table.rows else "", tables=(table,))


def count(name: str, value: int | None, beside: str = "") -> Figure:
    """Return a count for the grid."""
    return Figure(name=name, value="not known" if value is None else value, kind="count", beside=beside)
