"""Losses that the mandate's `harvest losses` selects today, security by security.

    KO: 3 lots below their basis by 1,234.50; substitute PEP

Losses that a purchase of the last 30 days would disallow are counted apart; where none is left nothing is
told. What a sale comes to in the end is for `guardband harvest`, which the gate judges.
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from dsl.policy import CheckedPolicy
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Lot
from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.ledger.terms import WINDOW_DAYS
from engine.shell.monitoring.finding import Finding, Severity, View
from rulebooks.comparing import Setting
from rulebooks.predicates import compiled
from rulebooks.rows import AccountRow, Facts, LotRow, SecurityRow

_ZERO = Fraction(0)


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each position of which lots are selected."""
    for policy in view.policies:
        if policy.harvest is None:
            continue
        positions: dict[tuple[AccountId, Symbol], list[Lot]] = {}
        for lot in _selected(view, policy):
            positions.setdefault((lot.account, lot.symbol), []).append(lot)
        for (account, symbol), lots in sorted(positions.items()):
            yield from _finding(view, policy, account, symbol, lots)


def _selected(view: View, policy: CheckedPolicy) -> Iterator[Lot]:
    assert policy.harvest is not None, "asked of policies that harvest"
    accounts = frozenset(view.opened.ground.governed.get(policy.id, ()))
    facts = Facts(view.opened.state, view.opened.reading)
    test = compiled(policy.harvest.lots.where, Setting(today=view.today, calendar=policy.calendar))
    rows = {account: AccountRow(facts, (account,)) for account in accounts}
    for lot in view.taxable_lots:
        if lot.account not in accounts or not _loss(view, lot):
            continue
        security = SecurityRow(facts, rows[lot.account], view.book.securities[lot.symbol])
        if test(LotRow(lot, security)) is True:
            yield lot


def _loss(view: View, lot: Lot) -> Fraction:
    """Return the size of a lot's loss in the policy's currency, 0 where it has none or no price."""
    unit = view.opened.state.unit_value(lot.account, lot.symbol)
    if unit is None:
        return _ZERO
    basis = Fraction(lot.basis) * view.opened.state.rate_of(lot.account)
    return max(_ZERO, basis - Fraction(lot.quantity) * unit)


def _finding(
    view: View, policy: CheckedPolicy, account: AccountId, symbol: Symbol, lots: list[Lot]
) -> Iterator[Finding]:
    household = view.book.accounts[account].household
    loss = sum((_loss(view, lot) for lot in lots), _ZERO)
    recent = _recent_shares(view, account, symbol)
    held = sum((Fraction(lot.quantity) for lot in lots), _ZERO)
    if recent >= held:
        return
    others = next((row.replacements for row in policy.substitutes if row.symbol == symbol), ())
    instead = f"; substitute {' or '.join(others)}" if others else ""
    washed = f"; {people(recent, 'shares')} were bought within 30 days" if recent else ""
    count = f"{len(lots)} lot{'' if len(lots) == 1 else 's'}"
    yield Finding(
        kind="harvest",
        key=("harvest", policy.id, account, symbol),
        severity=Severity.INFO,
        message=f"{symbol}: {count} below basis by {people(loss, policy.currency)}{instead}{washed}",
        account=account,
        household=household,
        policy=policy.id,
        symbol=symbol,
        detail={"loss": figure_text(loss), "currency": policy.currency, "lots": str(len(lots))},
    )


def _recent_shares(view: View, account: AccountId, symbol: Symbol) -> Fraction:
    """Return the shares in the household, identical to these, that a loss sale of today would meet."""
    edge = view.today - timedelta(days=WINDOW_DAYS)
    identity, accounts = view.opened.reading.identity, view.book.accounts
    household = accounts[account].household
    return sum(
        (
            Fraction(lot.quantity)
            for lot in view.book.lots
            if lot.acquired >= edge
            and not lot.replaces
            and identity(lot.symbol) == identity(symbol)
            and accounts[lot.account].household == household
        ),
        _ZERO,
    )
