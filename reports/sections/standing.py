"""Where the accounts stand: bands account by account, and the limits that are scarcest after the list."""

from dataclasses import dataclass

from markupsafe import Markup

from engine.gate.verdict import Outcome, Verdict
from optimizer.proposal import AccountChange
from reports import words
from reports.aims import is_aimed
from reports.charts.bands import bands_chart
from reports.charts.headroom import HeadroomRow, headroom_chart
from reports.page import Section, fill
from reports.review import Review
from reports.sections.summary import CLASSES_DRAWN, band_rows

BARS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One account: its figures and its band chart."""

    change: AccountChange
    chart: Markup
    aimed: bool


def section(review: Review) -> Section:
    """Return the section on bands and headroom."""
    proposal = review.proposal
    accounts = tuple(_standing(change) for change in proposal.accounts) if proposal else ()
    rows = _scarce(review.answer.verdicts)
    chart = Markup(headroom_chart(rows)) if rows else Markup("")
    triggered = [row.account for row in review.drift if row.rebalance]
    first = (
        f"A rebalance is due in {', '.join(triggered)}."
        if triggered
        else "No account calls for a rebalance today; losses may still be worth harvesting."
    )
    return Section(
        anchor="standing",
        title="Where the accounts stand",
        first=first,
        body=fill("standing.html.j2", accounts=accounts, chart=chart),
        new_page=True,
    )


def _standing(change: AccountChange) -> Standing:
    rows = band_rows(change.before, change.after)
    rows = tuple(sorted(rows, key=lambda row: -abs(row.before - (row.target or 0)))[:CLASSES_DRAWN])
    chart = bands_chart(rows, question=f"{change.account}: where does each class stand?") if rows else ""
    return Standing(change=change, chart=Markup(chart), aimed=is_aimed(change.before))


def _scarce(verdicts: tuple[Verdict, ...]) -> tuple[HeadroomRow, ...]:
    rows = [
        HeadroomRow(
            label=_label(verdict),
            used=float(verdict.after / verdict.limit),
            told=_told(verdict),
        )
        for verdict in verdicts
        if verdict.outcome in (Outcome.PASS, Outcome.BREACH)
        and verdict.after is not None
        and verdict.limit is not None
        and verdict.limit > 0
        and verdict.after > 0
        and (verdict.high is not None or verdict.low is None)
        and verdict.limit != verdict.low
    ]
    return tuple(sorted(rows, key=lambda row: (-row.used, row.label))[:BARS])


def _told(verdict: Verdict) -> str:
    after = words.figure(verdict.after, verdict.unit)
    return f"{after} of {words.figure(verdict.limit, verdict.unit)}"


def _label(verdict: Verdict) -> str:
    group = ", ".join(words.plain_words(value or "unknown") for _, value in verdict.group)
    return f"{verdict.rule} {group}".strip() + (f" ({verdict.account})" if verdict.account else "")
