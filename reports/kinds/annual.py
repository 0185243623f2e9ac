"""The annual review: the record from which a chief compliance officer judges policies and how they work.

An adviser reviews, no less often than once a year, whether its policies and procedures are adequate and how
effectively they are put into practice. The report sets out the facts of the year under these two heads and
leaves the judgement, and the signature, to the officer: it draws no conclusion.

Source: 17 CFR 275.206(4)-7(b); records of the review, 17 CFR 275.204-2(a)(17)(ii).
"""

from statistics import median_low

from reports import words
from reports.kinds import oversight_parts as parts
from reports.kinds.oversight import Act, Oversight
from reports.prints.report import Cell, Column, Figure, Part, Report, Table

VERSIONS = ("publish", "approve policy", "refuse policy")
QUESTIONS = (
    ("Adequacy", "Do the rules still say what the documents, and the law, ask for?", "Adequacy of the rules"),
    ("Adequacy", "Is every clause held by a rule or by a named person?", "Clauses with no rule"),
    (
        "Adequacy",
        "Did the business, its clients or the law change so that a policy must?",
        "Changes in the year",
    ),
    ("Effectiveness", "Were breaches found in time, and cured by their day?", "Aged breaches"),
    (
        "Effectiveness",
        "Were approvals and waivers given by those who may, for reasons that hold?",
        "Approvals and waivers",
    ),
    (
        "Effectiveness",
        "Did each rule meet what it is for, or is it idle for a reason?",
        "Rules never exercised",
    ),
    ("Effectiveness", "Does the record of decisions hold?", "Effectiveness"),
)


def annual(seen: Oversight) -> Report:
    """Return the annual review of a year."""
    return Report(
        kind="annual",
        house="Guardband annual review, rule 206(4)-7",
        dated=seen.stands,
        title=seen.title,
        first=_first(seen),
        notice=seen.notice,
        parts=(
            _glance(seen),
            _adequacy(seen),
            parts.clauses(seen),
            parts.duties(seen),
            _changes(seen),
            _effectiveness(seen),
            parts.fired(seen),
            parts.people(seen),
            parts.aged(seen),
            parts.idle(seen),
            parts.decisions(seen, full=False),
            _judgement(),
        ),
        identity=seen.rulebook,
        footer=(
            f"From {words.day(seen.since)} to {words.day(seen.until)}. {seen.rulebook}.",
            "17 CFR 275.206(4)-7(b). The facts are of the records named; the judgement is the officer’s. "
            "Not legal advice.",
        ),
    )


def _first(seen: Oversight) -> str:
    passed, tried = seen.examples
    text = (
        f"{words.plural(len(seen.policies), 'policy', 'policies')} with "
        f"{words.plural(len(seen.rules), 'rule')}: {passed} of {words.plural(tried, 'example')} hold, "
        f"{words.plural(len(seen.gaps), 'clause') if seen.gaps else 'no clause'} without a rule, "
        f"{words.plural(len(seen.breaches), 'breach stands', 'breaches stand')}"
    )
    if seen.log is None:
        return f"{text}; how they worked in the year is not known, for no decision log is kept."
    return f"{text}; {words.plural(len(seen.log.decisions), 'decision')} in the year."


def _versions(acts: tuple[Act, ...]) -> str:
    """Return in one sentence how many versions came into force, and how many were refused."""
    made, refused = (sum(row.what == f"{word} policy" for row in acts) for word in ("approve", "refuse"))
    told = (
        words.plural(made, "version of a policy", "versions of policies")
        if made
        else "No version of a policy"
    )
    return f"{told} came into force; {refused or 'none'} {'was' if refused == 1 else 'were'} refused."


def _glance(seen: Oversight) -> Part:
    log, watch = seen.log, seen.watch
    return Part(
        anchor="glance",
        title="At a glance",
        heading=False,
        figures=(
            parts.count(
                "Rules", len(seen.rules), f"in {words.plural(len(seen.policies), 'policy', 'policies')}"
            ),
            parts.count("Clauses with no rule", len(seen.gaps), "of the sources at hand"),
            parts.count("Decisions", None if log is None else len(log.decisions), "recorded in the year"),
            parts.count("Days monitored", None if watch is None else watch.days, "in the year"),
        ),
    )


def _adequacy(seen: Oversight) -> Part:
    passed, tried = seen.examples
    table = Table(
        title="Policies in force",
        columns=(Column(name="Policy"), Column(name="Version"), Column(name="Hash", kind="code")),
        rows=seen.policies,
        empty="No policy is in force.",
    )
    return Part(
        anchor="adequacy",
        title="Adequacy of the rules",
        first=f"{passed} of {words.plural(tried, 'example')} written beside the rules are decided as their "
        "authors expect.",
        figures=(
            parts.count("Examples", tried, "written beside the rules"),
            parts.count("Hold", passed, "decided as expected"),
            parts.count("Cite no clause", len(seen.uncited), "rules"),
            parts.count("Left to a person", len(seen.duties), "clauses"),
        ),
        tables=(table,),
    )


def _changes(seen: Oversight) -> Part:
    title = "Changes in the year"
    if seen.log is None:
        return Part(anchor="changes", title=title, lines=(parts.NO_LOG,))
    acts = tuple(row for row in seen.log.acts if row.what in VERSIONS)
    other = tuple(row for row in seen.log.acts if row.what not in VERSIONS)
    return Part(
        anchor="changes",
        title=title,
        first=_versions(acts),
        tables=(
            parts.acts_table("Versions of policies", acts, empty="No version was published in the year."),
            parts.acts_table(
                "Halts and other acts", other, empty="Nothing was halted, and nothing else recorded."
            ),
        ),
    )


def _effectiveness(seen: Oversight) -> Part:
    log, watch = seen.log, seen.watch
    unknown = "not known"
    rows: list[tuple[Cell, ...]] = [
        ("The decision log", unknown if log is None else ("holds" if log.holds else "does not hold")),
        ("Days that monitoring judged", unknown if watch is None else str(watch.days)),
        ("Alerts raised", unknown if watch is None else str(watch.raised)),
        ("Alerts resolved", unknown if watch is None else str(watch.resolved)),
        ("Alerts open that nobody has acknowledged", unknown if watch is None else str(watch.waiting)),
        (
            "Days until an alert was resolved, the middle one",
            unknown if watch is None or not watch.resolved_after else str(median_low(watch.resolved_after)),
        ),
    ]
    table = Table(
        title="How they were put into practice",
        columns=(Column(name="What"), Column(name="Found")),
        rows=tuple(rows),
        empty="",
    )
    return Part(
        anchor="effectiveness",
        title="Effectiveness",
        first=parts.NO_LOG if log is None else log.chain,
        tables=(table,),
    )


def _judgement() -> Part:
    table = Table(
        title="For the officer",
        columns=tuple(
            Column(name=name) for name in ("Head", "Question", "Facts under", "Officer’s judgement")
        ),
        rows=tuple((*row, "") for row in QUESTIONS),
        empty="",
    )
    return Part(
        anchor="judgement",
        title="The officer’s judgement",
        first="To be filled in and signed by the chief compliance officer.",
        figures=(
            Figure(name="Reviewed by", value="", beside="name and role"),
            Figure(name="On", value="", beside="date"),
            Figure(name="Signature", value="", beside=""),
        ),
        tables=(table,),
        new_page=True,
    )
