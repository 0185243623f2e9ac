"""Open lots: which are under water, how long until they turn long-term, and what they would release."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.facts.lots import Lot
from reports import words
from reports.charts.lots import LotDot, lots_chart
from reports.page import Section, fill
from reports.review import Review

SHOWN = 25
"""Rows of the table; the chart shows every lot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """One open lot valued at the book's price."""

    lot: Lot
    price: Decimal
    value: Fraction
    gain: Fraction
    days_held: int
    proposed: bool


def section(review: Review) -> Section:
    """Return the lots section; retirement accounts are left out of gains."""
    rows = lot_rows(review)
    under = sorted((row for row in rows if row.gain < 0), key=lambda row: (row.gain, row.lot.lot))
    total = sum((row.gain for row in under), Fraction(0))
    dots = tuple(
        LotDot(
            symbol=row.lot.symbol,
            days_held=row.days_held,
            gain_percent=float(100 * row.gain / Fraction(row.lot.basis)) if row.lot.basis else 0.0,
            value=float(row.value),
            proposed=row.proposed,
        )
        for row in rows
    )
    return Section(
        anchor="lots",
        title="Open lots",
        first=f"{words.plural(len(rows), 'taxable lot')} are open; {len(under)} are below their basis, "
        f"by {words.whole(-total)} in all.",
        body=fill("lots.html.j2", rows=under[:SHOWN], more=max(0, len(under) - SHOWN), chart=_safe(dots)),
        new_page=True,
    )


def lot_rows(review: Review) -> tuple[LotRow, ...]:
    """Return the open lots of taxable accounts with a price, valued."""
    book = review.ground.book
    sold = (
        {(row.trade.account, row.trade.lot) for row in review.proposal.trades if row.trade.lot}
        if review.proposal
        else set()
    )
    rows = []
    for lot in book.lots:
        price = book.prices.get(lot.symbol)
        if (
            price is None
            or book.accounts[lot.account].is_retirement
            or lot.account not in review.ground.accounts
        ):
            continue
        value = Fraction(lot.quantity) * Fraction(price.price)
        rows.append(
            LotRow(
                lot=lot,
                price=price.price,
                value=value,
                gain=value - Fraction(lot.basis),
                days_held=_days(lot.adjusted_acquired, book.as_of),
                proposed=(lot.account, lot.lot) in sold,
            )
        )
    return tuple(rows)


def _days(start: date, end: date) -> int:
    return (end - start).days


def _safe(dots: tuple[LotDot, ...]) -> object:
    from markupsafe import Markup

    return Markup(lots_chart(dots)) if dots else Markup("")
