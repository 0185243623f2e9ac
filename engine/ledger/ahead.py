"""Looking ahead: what a sale or a purchase today would come to, until when, and what would be better.

    100 held at a loss of 10 each, 40 bought last week in the same household
      -> sold today: 400 of 1,000 disallowed; in one order with the 40: nothing; from a date on: nothing

Every figure comes from `settle`, so it is what the gate and, once done, the ledger say.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.failure import NotModelled
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot, Replacement, Term
from engine.facts.money import plain
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.ledger.settle import Settlement, settle
from engine.ledger.state import pool_key, setting_of
from engine.ledger.terms import WINDOW_DAYS, anniversary, days_to_long_term, first_safe_day, term


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleAhead:
    """What selling one row of a lot today would come to; money exact, sizes but for `gain`.

    safe_from: the first day on which no purchase known today is inside the window; today if that is so now.
    long_from: the first day on which a sale is long-term, with tacked days.
    with_recent_lots: disallowed if the household's recent lots of this account went in the same order.
    """

    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Decimal
    gain: Fraction
    term: Term | None
    disallowed: Fraction
    permanently_disallowed: Fraction
    disallowed_per_share: Fraction
    meets: tuple[Replacement, ...]
    safe_from: date
    long_from: date
    days_to_long_term: int
    with_recent_lots: Fraction
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseAhead:
    """What buying today would do to losses of the last 30 days."""

    account: AccountId
    symbol: Symbol
    quantity: Decimal
    disallowed: Fraction
    permanently_disallowed: Fraction
    disallowed_per_share: Fraction
    safe_from: date
    advice: tuple[str, ...]


def sale_ahead(book: Book, lot: Lot, *, reading: TaxReading) -> SaleAhead | None:
    """Return what selling a row of an open lot today would come to; None without a price.

    Raises NotModelled under the rules of a country with pooled costs.
    """
    _refuse_pooled(reading)
    trade = _sale_of(lot, 1)
    done = settle(book, (trade,), reading=reading)
    if done.unsettled or not done.taken:
        return None
    gain, disallowed, permanent = (
        sum((getattr(row, name) for row in done.taken), Fraction(0))
        for name in ("gain", "disallowed", "permanently_disallowed")
    )
    recent = _recent_lots(book, lot, reading)
    here = tuple(other for other in recent if (other.account, other.symbol) == (lot.account, lot.symbol))
    together = _disallowed_with(book, lot, here, reading)
    safe = max((first_safe_day(other.acquired) for other in recent), default=book.as_of)
    long_from = anniversary(lot.adjusted_acquired) + timedelta(days=1)
    ahead = SaleAhead(
        lot=lot.lot,
        account=lot.account,
        symbol=lot.symbol,
        quantity=lot.quantity,
        gain=gain,
        term=done.taken[0].term,
        disallowed=disallowed,
        permanently_disallowed=permanent,
        disallowed_per_share=disallowed / Fraction(lot.quantity),
        meets=tuple(part for row in done.taken for part in row.replacements),
        safe_from=safe if gain < 0 else book.as_of,
        long_from=long_from,
        days_to_long_term=days_to_long_term(lot.adjusted_acquired, book.as_of),
        with_recent_lots=together,
        advice=(),
    )
    return _advised(ahead, book, lot, here)


def purchase_ahead(
    book: Book, *, account: AccountId, symbol: Symbol, quantity: Decimal, reading: TaxReading
) -> PurchaseAhead | None:
    """Return what buying today would do to recent losses; None without a price.

    Raises NotModelled under the rules of a country with pooled costs.
    """
    _refuse_pooled(reading)
    done = _bought(book, account, symbol, quantity, reading)
    if done.unsettled:
        return None
    disallowed = sum((row.disallowed for row in done.restated), Fraction(0))
    permanent = sum((row.permanently_disallowed for row in done.restated), Fraction(0))
    last = max((row.sold for row in done.restated), default=None)
    safe = book.as_of if last is None else first_safe_day(last)
    advice: list[str] = []
    if disallowed:
        advice.append(f"wait until {safe}: then no loss known today is disallowed")
    if permanent:
        advice.append("buy in the taxable account first: its basis takes the loss before the IRA ends it")
    return PurchaseAhead(
        account=account,
        symbol=symbol,
        quantity=quantity,
        disallowed=disallowed,
        permanently_disallowed=permanent,
        disallowed_per_share=disallowed / Fraction(quantity),
        safe_from=safe,
        advice=tuple(advice),
    )


def _refuse_pooled(reading: TaxReading) -> None:
    if reading.country not in ("us", "germany"):
        raise NotModelled(
            "what a trade of today would come to is computed from lots, and this country pools costs",
            place=f"country {reading.country}",
            cure="record the trade in a copy of transactions.csv and see `guardband lots`",
        )


def _bought(
    book: Book, account: AccountId, symbol: Symbol, quantity: Decimal, reading: TaxReading
) -> Settlement:
    trade = Trade(number=1, account=account, side=Side.BUY, symbol=symbol, quantity=quantity)
    return settle(book, (trade,), reading=reading)


def _sale_of(lot: Lot, number: int) -> Trade:
    """Return the sale of one row, by the adjusted date where a lot has several rows."""
    return Trade(
        number=number,
        account=lot.account,
        side=Side.SELL,
        symbol=lot.symbol,
        quantity=lot.quantity,
        lot=LotId(f"{lot.lot}@{lot.adjusted_acquired}"),
    )


def _recent_lots(book: Book, lot: Lot, reading: TaxReading) -> tuple[Lot, ...]:
    """Return the household's other lots whose purchase a loss today would meet."""
    setting = setting_of(book.accounts, book.securities, reading)
    mine = pool_key(setting, lot.account, lot.symbol)
    edge = book.as_of - timedelta(days=WINDOW_DAYS)
    return tuple(
        other
        for other in book.lots
        if other.acquired >= edge
        and other.lot != lot.lot
        and not other.replaces
        and pool_key(setting, other.account, other.symbol) == mine
    )


def _disallowed_with(book: Book, lot: Lot, recent: tuple[Lot, ...], reading: TaxReading) -> Fraction:
    trades = tuple(_sale_of(row, number) for number, row in enumerate((lot, *recent), start=1))
    done = settle(book, trades, reading=reading)
    return sum((row.disallowed for row in done.of_trade(1)), Fraction(0))


def _advised(ahead: SaleAhead, book: Book, lot: Lot, here: tuple[Lot, ...]) -> SaleAhead:
    advice: list[str] = []
    if ahead.disallowed:
        allowed = -ahead.gain - ahead.disallowed
        if allowed > 0:
            washed = sum((part.quantity for part in ahead.meets), Decimal(0))
            kept = f"{plain(lot.quantity - washed)} of {plain(lot.quantity)}"
            advice.append(f"sold today, {kept} shares keep their loss")
        if here and ahead.with_recent_lots < ahead.disallowed:
            names = ", ".join(f"`{other.lot}`" for other in here)
            advice.append(f"sell {names} in the same order: what is sold with it replaces nothing")
        advice.append(f"wait until {ahead.safe_from}: then no purchase known today is in the window")
    if ahead.gain > 0 and ahead.term == "short":
        advice.append(f"wait {ahead.days_to_long_term} days: from {ahead.long_from} the gain is long-term")
    others = [row for row in book.lot(lot.account, lot.lot) if row != lot]
    for row in others:
        if term(row.adjusted_acquired, book.as_of) == "long" and ahead.term == "short":
            since = row.adjusted_acquired
            advice.append(f"sell the {plain(row.quantity)} of this lot held since {since} now: long-term")
    return replace(ahead, advice=tuple(advice))
