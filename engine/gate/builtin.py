"""The two rules that need no mandate: an account does not overdraw its cash, a sale has its shares.

`BOOK-CASH`: cash of the account at least 0, unless the policy limits `borrowing`. `BOOK-SHORT`: the
list's `sell` trades take no more of a security than is held before it; to sell short has its own side.

    held 100 ACME, sell 120 -> after -20 shares, limit 0, blocked
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from dsl.policy import (
    BLOCK,
    DO_NOT_WORSEN,
    REPORT,
    Amount,
    CheckedRule,
    Limit,
    Measure,
    MeasureTerm,
    Response,
    Span,
    Unit,
)
from engine.facts.book import PENDING
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.items import Item, Told
from engine.gate.verdict import Contributor
from engine.ledger.committed import pending_shares
from engine.ledger.exact import exact
from rulebooks.forms import FormClass, Linear, Term, TermKind, constant
from rulebooks.ground import Bound, CompiledRule, GroundBook, GroundLimit, Scope
from rulebooks.grounding.laying import on_dates
from rulebooks.state import BookState

BOOK_CASH = "BOOK-CASH"
BOOK_SHORT = "BOOK-SHORT"

_NONE = exact(0)
NOWHERE = Span(file="", line=0, column=0, end_line=0, end_column=0)


def book_rule(rule_id: str, title: str, *, missing: Response = BLOCK) -> CheckedRule:
    """Return a rule of the book that measures nothing; missing: its response to missing data."""
    return replace(_rule(rule_id, title, rule_id, Unit.NUMBER, None), missing=missing)


def _rule(rule_id: str, title: str, measure: str, unit: Unit, currency: str | None) -> CheckedRule:
    written = "0" if currency is None else f"0 {currency}"
    zero = Amount(value=Decimal(0), unit=unit, written=written, currency=currency)
    of = Measure(terms=(MeasureTerm(measure=measure),), unit=unit, written=measure)
    return CheckedRule(
        id=rule_id,
        title=title,
        policy="",
        effective_from=None,
        effective_until=None,
        exception_to=None,
        scope="account",
        each=None,
        when=None,
        unless=None,
        obligation=Limit(measure=of, low=zero, high=None),
        base="net_assets",
        look_through=False,
        valued_at="market",
        tested="at_all_times",
        period=None,
        warn_from=None,
        missing=BLOCK,
        on_active=(BLOCK,),
        on_passive=(REPORT, DO_NOT_WORSEN),
        because=(),
        span=NOWHERE,
        where=NOWHERE,
    )


def _compiled(rule: CheckedRule, measure: str, unit: str) -> CompiledRule:
    return CompiledRule(rule=rule, form_class=FormClass.LINEAR, measure=measure, unit=unit, record=())


def cash_rule(currency: str) -> CompiledRule:
    """Return the rule that an account's cash is at least 0."""
    rule = _rule(BOOK_CASH, "No overdrawn cash", "cash", Unit.MONEY, currency)
    return _compiled(rule, "cash", currency)


@cache
def short_rule() -> CompiledRule:
    """Return the rule that a sale takes no more than is held."""
    rule = _rule(BOOK_SHORT, "No sale of shares that are not held", "quantity", Unit.SHARES_HELD, None)
    return _compiled(rule, "quantity", "shares")


def book_limits(ground: GroundBook, currency: str) -> tuple[GroundLimit, ...]:
    """Return the cash limit of every governed account whose policy does not limit borrowing today."""
    borrowing = borrowers(ground)
    rule = cash_rule(currency)
    return tuple(
        _cash_limit(ground, rule, account) for account in ground.accounts if account not in borrowing
    )


def borrowers(ground: GroundBook) -> frozenset[AccountId]:
    """Return the accounts whose policy limits borrowing today, so that they may borrow."""
    limits = (limit for limit in ground.limits if _limits_borrowing(ground, limit))
    return frozenset(account for limit in limits for account in limit.scope.stops)


def _limits_borrowing(ground: GroundBook, limit: GroundLimit) -> bool:
    rule, obligation = limit.rule.rule, limit.rule.rule.obligation
    if not isinstance(obligation, Limit):
        return False
    policy = next((p for p in ground.rulebook.policies if p.id == limit.rule.governed_by), None)
    named = any(term.measure == "borrowing" for term in obligation.measure.terms)
    return named and policy is not None and on_dates(rule, policy, ground.book.as_of)


def account_scope(ground: GroundBook, account: AccountId) -> Scope:
    """Return the scope of one account alone."""
    household = ground.book.accounts[account].household
    return Scope(household=household, account=account, holds=(account,), stops=(account,))


def _cash_limit(ground: GroundBook, rule: CompiledRule, account: AccountId) -> GroundLimit:
    return GroundLimit(
        rule=rule,
        scope=account_scope(ground, account),
        group=None,
        standing="applies",
        why_not=None,
        measure=Linear(terms=((Term(TermKind.CASH, account), exact(1)),)),
        base=None,
        bound=Bound(low=constant(0), high=None),
        warn=None,
        waiver=None,
        waived=None,
        members=(),
        unknown=(),
        missing=None,
    )


def short_items(ground: GroundBook, state: BookState, trades: tuple[Trade, ...]) -> Iterator[Item]:
    """Yield one item for each account in which the list sells; the tightest position is told."""
    sales = [trade for trade in trades if trade.side is Side.SELL]
    for account in sorted({sale.account for sale in sales}):
        yield _short_item(ground, state, account, [sale for sale in sales if sale.account == account])


def held_of(state: BookState, sale: Trade, lot_id: LotId | None) -> Fraction:
    """Return the shares that a sale may take: of one lot, of the position where it is None; no orders."""
    if lot_id is None:
        return position_of(state, sale.account, sale.symbol)
    name, _, day = lot_id.rpartition("@")
    parts = (
        lot
        for lot in state.book.lots_of(sale.account, sale.symbol)
        if lot.lot == lot_id or (lot.lot == name and lot.adjusted_acquired.isoformat() == day)
    )
    return sum((exact(lot.quantity) for lot in parts if not lot.lot.startswith(PENDING)), start=_NONE)


def position_of(state: BookState, account: AccountId, symbol: Symbol) -> Fraction:
    """Return the shares that are held and not only on order."""
    held = state.quantities.get((account, symbol), _NONE)
    if state.book.committed:
        held -= pending_shares(state.book.lots_of(account, symbol))
    return max(_NONE, held)


def _short_item(ground: GroundBook, state: BookState, account: AccountId, sales: list[Trade]) -> Item:
    left: dict[tuple[Symbol, LotId | None], Fraction] = {}
    for sale in sales:
        for lot in dict.fromkeys((None, sale.lot)):
            key = (sale.symbol, lot)
            room = left[key] if key in left else held_of(state, sale, lot)
            left[key] = room - exact(sale.quantity)
    least, (symbol, _) = min((amount, key) for key, amount in left.items() if key[1] is None)
    if any(amount < 0 for amount in left.values()):
        least, symbol = min((amount, key[0]) for key, amount in left.items() if amount < 0)
    held = position_of(state, account, symbol)
    short = {key: amount for key, amount in left.items() if amount < 0}
    return Item(
        kind="limit",
        rule=short_rule(),
        scope=account_scope(ground, account),
        before=held,
        after=least,
        trades=tuple(
            sale.number for sale in sales if {(sale.symbol, None), (sale.symbol, sale.lot)} & short.keys()
        ),
        told=Told(before=held, after=least, limit=_NONE, headroom=least, low=_NONE),
        contributors=tuple(
            Contributor(symbol=name, amount=amount, account=account, note=None)
            for (name, _), amount in sorted(short.items(), key=lambda part: (part[0][0], part[0][1] or ""))
        )
        or (Contributor(symbol=symbol, amount=least, account=account),),
        concerned=tuple(dict.fromkeys((account, name) for name, _ in short)),
    )
