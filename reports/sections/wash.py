"""Wash sales in the household's own history: which losses were disallowed, and where they went."""

from fractions import Fraction

from markupsafe import Markup

from engine.facts.lots import Disposal
from reports import words
from reports.charts.timeline import WindowRow, timeline_chart
from reports.page import Section, fill
from reports.review import Review

DRAWN = 14


def section(review: Review) -> Section | None:
    """Return the wash-sale section; None where the book has no history."""
    disposals = review.ground.book.disposals
    if disposals is None:
        return None
    washed = tuple(row for row in disposals if row.disallowed and row.account in review.ground.book.accounts)
    permanent = sum((Fraction(row.permanently_disallowed) for row in washed), Fraction(0))
    deferred = sum((Fraction(row.disallowed) for row in washed), Fraction(0)) - permanent
    first = (
        f"{words.plural(len(washed), 'past loss', 'past losses')} met a replacement inside its 61 days: "
        f"{words.money(deferred)} is deferred into the basis of other lots, "
        f"{words.money(permanent)} is lost for good."
        if washed
        else "No past loss met a replacement in the records given; that is no proof for records not given."
    )
    drawn = tuple(_row(row) for row in sorted(washed, key=lambda row: -row.disallowed)[:DRAWN])
    chart = Markup(timeline_chart(tuple(sorted(drawn, key=lambda row: row.sold)))) if drawn else Markup("")
    return Section(
        anchor="wash",
        title="Wash sales so far",
        first=first,
        body=fill("wash.html.j2", washed=washed, chart=chart, coverage=review.ground.book.coverage),
    )


def _row(disposal: Disposal) -> WindowRow:
    return WindowRow(
        label=f"{disposal.symbol} {words.quantity(disposal.quantity)}",
        sold=disposal.sold,
        purchases=tuple((item.acquired, item.permanent) for item in disposal.replacements),
        told=f"{words.money(disposal.disallowed)} disallowed"
        + (", for good" if disposal.permanently_disallowed else ""),
    )
