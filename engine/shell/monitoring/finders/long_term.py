"""Lots about to turn long-term: a gain is better taken after the day, a loss before it.

KO: 120 shares turn long-term on 2026-03-20, 12 days from now; gain 1,234.50 until then short-term
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Lot
from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.ledger.terms import anniversary
from engine.shell.monitoring.finding import Finding, Severity, View


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each position and day on which lots of it turn long-term."""
    groups: dict[tuple[AccountId, Symbol, date], list[Lot]] = {}
    for lot in view.taxable_lots:
        day = anniversary(lot.adjusted_acquired) + timedelta(days=1)
        if view.today < day <= view.horizon:
            groups.setdefault((lot.account, lot.symbol, day), []).append(lot)
    for (account, symbol, day), lots in sorted(groups.items()):
        yield _finding(view, account, symbol, day, lots)


def _finding(view: View, account: AccountId, symbol: Symbol, day: date, lots: list[Lot]) -> Finding:
    state = view.opened.state
    unit = state.unit_value(account, symbol)
    shares = sum((Fraction(lot.quantity) for lot in lots), Fraction(0))
    basis = sum((Fraction(lot.basis) for lot in lots), Fraction(0)) * state.rate_of(account)
    gain = None if unit is None else shares * unit - basis
    worth = ""
    if gain is not None:
        size = people(abs(gain), view.opened.currency)
        worth = f"; loss {size} is short-term until then" if gain < 0 else f"; gain {size} is long-term then"
    return Finding(
        kind="long_term",
        key=("long_term", account, symbol, day.isoformat()),
        severity=Severity.INFO,
        message=f"{symbol}: {people(shares, 'shares')} turn long-term on {day.isoformat()}{worth}",
        account=account,
        household=view.book.accounts[account].household,
        symbol=symbol,
        lot=lots[0].lot if len(lots) == 1 else None,
        due=day,
        detail={"shares": figure_text(shares), "gain": "" if gain is None else figure_text(gain)},
    )
