"""Qualified dividends: paid on shares held more than 60 of the 121 days around the ex-date.

    bought 8 July, sold 11 August, ex-date 16 July: 34 days, nothing qualifies
    bought 15 July, sold 16 September: 61 of its 63 days are inside, all qualifies

The day of purchase does not count, the day of sale does; tacked days do not count (26 U.S.C. 246(c)(4)).
A sale can so cost more than its own tax: `lost_by_selling` tells which dividends it would disqualify.
Source: 26 U.S.C. 1(h)(11)(B)(iii), 246(c); Pub. 550.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Lot
from engine.facts.money import cents_half_up
from engine.facts.securities import Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.tax.fund_losses import CAPITAL_GAIN, EXEMPT_INTEREST, is_marked
from engine.ledger.tax.stretches import Stretch, as_of_day, ex_date_of

HELD_DAYS = 60
HELD_DAYS_LONG_PREFERRED = 90


def qualified_dividends(
    transactions: Iterable[Transaction],
    held: Iterable[Stretch],
    *,
    accounts: Mapping[AccountId, Account],
    securities: Mapping[Symbol, Security],
    year: int,
) -> Decimal:
    """Return the dividends of a year, in taxable accounts, that are taxed as long-term gains."""
    rows = tuple(transactions)
    known: dict[Symbol, list[Stretch]] = {}
    for stretch in held:
        if not accounts[stretch.account].is_retirement:
            known.setdefault(stretch.symbol, []).append(stretch)
    splits = {row.symbol for row in rows if row.type is TransactionType.SPLIT}
    later = {row.from_symbol: row.symbol for row in rows if row.type is TransactionType.NAME_CHANGE}
    total = Fraction(0)
    for row in rows:
        is_due = row.type is TransactionType.DIVIDEND and row.date.year == year and row.symbol is not None
        is_due = is_due and not is_marked(row, EXEMPT_INTEREST) and not is_marked(row, CAPITAL_GAIN)
        if is_due and row.symbol is not None and not accounts[row.account].is_retirement:
            security = securities.get(row.symbol)
            if can_qualify(security):
                ex, symbol = ex_date_of(row), _now(row.symbol, later)
                here = _entitled(known.get(symbol, []), row.account, ex)
                here = as_of_day(here, ex, rows) if symbol in splits else here
                total += Fraction(row.total) * qualified_share(here, ex, security)
    return cents_half_up(total)


def _now(symbol: Symbol, later: Mapping[Symbol | None, Symbol | None]) -> Symbol:
    """Return the name that a security has by now."""
    seen = {symbol}
    while (new := later.get(symbol)) is not None and new not in seen:
        symbol = new
        seen.add(symbol)
    return symbol


def _entitled(held: list[Stretch], account: AccountId, ex: date) -> tuple[Stretch, ...]:
    """Return the shares that a dividend was paid on: those of the account, else moved out of it since."""
    entitled = tuple(one for one in held if one.start < ex <= one.end)
    return tuple(one for one in entitled if one.account == account) or entitled


def can_qualify(security: Security | None) -> bool:
    """Return whether dividends of a security can be qualified at all: of shares, unless marked `no`."""
    if security is None:
        return True
    if "qualified_dividends" in security.attributes:
        return security.attributes["qualified_dividends"] == "yes"
    return security.asset_class == "equity"


def qualified_share(held: Iterable[Stretch], ex: date, security: Security | None) -> Fraction:
    """Return the fraction of the shares entitled to a dividend that were held long enough."""
    needed = _needed(security)
    entitled = [stretch for stretch in held if stretch.start < ex <= stretch.end]
    whole = sum((Fraction(stretch.quantity) for stretch in entitled), Fraction(0))
    enough = sum(
        (Fraction(s.quantity) for s in entitled if days_held(s, ex, reach=needed) > needed), Fraction(0)
    )
    return enough / whole if whole else Fraction(0)


def days_held(stretch: Stretch, ex: date, *, reach: int) -> int:
    """Return the days of a stretch within `reach` days of the ex-date, on both sides."""
    first = max(stretch.start + timedelta(days=1), ex - timedelta(days=reach))
    last = min(stretch.end, ex + timedelta(days=reach))
    return max(0, (last - first).days + 1)


def lost_by_selling(
    lot: Lot, dividends: Iterable[Transaction], *, today: date, security: Security | None = None
) -> tuple[Transaction, ...]:
    """Return the dividends that selling a lot today would disqualify, and keeping it would not."""
    needed = _needed(security)
    lost: list[Transaction] = []
    for row in dividends:
        ex = ex_date_of(row)
        mine = (row.account, row.symbol) == (lot.account, lot.symbol)
        if not mine or not lot.acquired < ex <= today:
            continue
        now = _stretch(lot, today)
        kept = _stretch(lot, ex + timedelta(days=needed))
        if days_held(now, ex, reach=needed) <= needed < days_held(kept, ex, reach=needed):
            lost.append(row)
    return tuple(lost)


def _stretch(lot: Lot, end: date) -> Stretch:
    return Stretch(account=lot.account, symbol=lot.symbol, quantity=lot.quantity, start=lot.acquired, end=end)


def _needed(security: Security | None) -> int:
    is_long = security is not None and security.attributes.get("dividend_period") == "long"
    return HELD_DAYS_LONG_PREFERRED if is_long else HELD_DAYS
