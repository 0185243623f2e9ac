"""Wash windows about to open: the day from which shares sold at a loss may be bought again.

    KO: from 2026-04-02 it may be bought again; 431.20 of loss of 2026-03-02 would be disallowed before

Told are recognized losses of taxable accounts for which a purchase could still be a replacement.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from engine.facts.ids import HouseholdId
from engine.facts.lots import Disposal
from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.ledger.book import disposals_since
from engine.ledger.terms import WINDOW_DAYS, first_safe_day
from engine.shell.monitoring.finding import Finding, Severity, View


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each household, identical set and day of loss sales."""
    groups: dict[tuple[HouseholdId, str, date], list[Disposal]] = {}
    identity, accounts = view.opened.reading.identity, view.book.accounts
    for row in disposals_since(view.book, view.today - timedelta(days=WINDOW_DAYS)):
        day = first_safe_day(row.sold)
        is_open = row.term is not None and row.recognized < 0 and row.unreplaced != 0
        if is_open and row.account in view.governed and view.today < day <= view.horizon:
            household = accounts[row.account].household
            groups.setdefault((household, identity(row.symbol), row.sold), []).append(row)
    for (household, name, sold), rows in sorted(groups.items()):
        yield _finding(view, household, name, sold, rows)


def _finding(view: View, household: HouseholdId, name: str, sold: date, rows: list[Disposal]) -> Finding:
    day = first_safe_day(sold)
    loss = -sum((Fraction(row.recognized) for row in rows), Fraction(0))
    symbols = ", ".join(sorted({row.symbol for row in rows}))
    owners = {row.account for row in rows}
    return Finding(
        kind="wash",
        key=("wash", household, name, sold.isoformat()),
        severity=Severity.INFO,
        message=f"{symbols}: may be bought again from {day.isoformat()}; before, a purchase would disallow "
        f"up to {people(loss, view.opened.currency)} of the loss of {sold.isoformat()}",
        account=min(owners) if len(owners) == 1 else None,
        household=household,
        symbol=rows[0].symbol,
        due=day,
        detail={"loss": figure_text(loss), "sold": sold.isoformat()},
    )
