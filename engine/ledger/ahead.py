"""Looking ahead: what a sale or a purchase today would come to, until when, and what would be better.

    100 held at a loss of 10 each, 40 bought last week in the same household
      -> sold today: 400 of 1,000 disallowed; in one order with the 40: nothing; from a date on: nothing

Every figure comes from `settle`, so it is what the gate and, once done, the ledger say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.failure import NotModelled
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot, Replacement, Term
from engine.facts.money import cents_half_up, plain
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.settle import Settlement, settle
from engine.ledger.state import PoolKey, pool_key, setting_of
from engine.ledger.tax.dividends import HELD_DAYS_LONG_PREFERRED, can_qualify, lost_by_selling
from engine.ledger.tax.stretches import ex_date_of, stretches
from engine.ledger.terms import WINDOW_DAYS, anniversary, days_to_long_term, first_safe_day, term


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleAhead:
    """What selling one row of a lot today would come to; money exact, sizes but for `gain`.

    safe_from: the first day on which nothing would be disallowed by what is known today; today where that
    is so now, None where no day is (an open short sale or written put stands against it).
    long_from: the first day on which a sale is long-term, with tacked days.
    with_recent_lots: disallowed if the household's recent lots of this account went in the same order.
    dividends_lost: money of dividends that a sale today would disqualify, and a later one would not.
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
    safe_from: date | None
    long_from: date
    days_to_long_term: int
    with_recent_lots: Fraction
    dividends_lost: Fraction
    advice: tuple[str, ...]


def sales_ahead(book: Book, *, reading: TaxReading) -> tuple[SaleAhead, ...]:
    """Return what selling each row of the open taxable lots would come to, as far as there are prices."""
    refuse_pooled(reading)
    setting = setting_of(book.accounts, book.securities, reading)
    pools: dict[PoolKey, list[Lot]] = {}
    for lot in book.lots:
        pools.setdefault(pool_key(setting, lot.account, lot.symbol), []).append(lot)
    paid = tuple(row for row in book.transactions or () if row.type is TransactionType.DIVIDEND)
    near = replace(book, transactions=tuple(row for row in paid if ex_date_of(row) >= _dividend_edge(book)))
    found = (
        sale_ahead(replace(near, lots=tuple(lots)), lot, reading=reading)
        for lots in pools.values()
        for lot in lots
        if not book.accounts[lot.account].is_retirement and lot.symbol in book.prices
    )
    return tuple(one for one in found if one is not None)


def first_safe(today: date, days: Iterable[date], disallowed_on: Callable[[date], Fraction]) -> date | None:
    """Return the first day on which nothing is disallowed: windows close one after the other."""
    closing = {first_safe_day(day) for day in days}
    ahead = sorted(day for day in closing if today < day <= first_safe_day(today))
    return next((day for day in (today, *ahead) if not disallowed_on(day)), None)


def disallowed_by(done: Settlement) -> Fraction:
    """Return what a settlement disallows, of its own losses and of earlier ones."""
    own = sum((row.disallowed for row in done.taken), Fraction(0))
    return own + sum((row.disallowed for row in done.restated), Fraction(0))


def sale_ahead(book: Book, lot: Lot, *, reading: TaxReading) -> SaleAhead | None:
    """Return what selling a row of an open lot today would come to; None without a price.

    Raises NotModelled under the rules of a country with pooled costs.
    """
    refuse_pooled(reading)
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
    safe = first_safe(
        book.as_of,
        [other.acquired for other in recent] if disallowed else [],
        lambda day: disallowed_by(settle(replace(book, as_of=day), (trade,), reading=reading)),
    )
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
        safe_from=safe,
        long_from=long_from,
        days_to_long_term=days_to_long_term(lot.adjusted_acquired, book.as_of),
        with_recent_lots=together,
        dividends_lost=sum((share for _, share in _dividends_lost(book, lot)), Fraction(0)),
        advice=(),
    )
    return _advised(ahead, book, lot, here)


def refuse_pooled(reading: TaxReading) -> None:
    """Raise NotModelled under the rules of a country with pooled costs."""
    if reading.country not in ("us", "germany"):
        raise NotModelled(
            "what a trade of today would come to is computed from lots, and this country pools costs",
            place=f"country {reading.country}",
            cure="record the trade in a copy of transactions.csv and see `guardband lots`",
        )


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


def _dividends_lost(book: Book, lot: Lot) -> list[tuple[Transaction, Fraction]]:
    """Return the dividends that selling a lot today would disqualify, with its part of each."""
    security = book.securities.get(lot.symbol)
    if not can_qualify(security) or book.transactions is None:
        return []
    edge = _dividend_edge(book)
    paid = tuple(
        row
        for row in reversed(book.transactions)
        if row.type is TransactionType.DIVIDEND
        and (row.account, row.symbol) == (lot.account, lot.symbol)
        and ex_date_of(row) >= edge
    )
    lost = lost_by_selling(lot, paid, today=book.as_of, security=security)
    return [(row, Fraction(row.total) * _entitled(book, lot, ex_date_of(row))) for row in lost]


def _dividend_edge(book: Book) -> date:
    return book.as_of - timedelta(days=HELD_DAYS_LONG_PREFERRED)


def _entitled(book: Book, lot: Lot, ex: date) -> Fraction:
    """Return a lot's part of the shares that were entitled to a dividend."""
    held = stretches(book.disposals or (), book.lots, until=book.as_of)
    place = (lot.account, lot.symbol)
    shares = [s.quantity for s in held if (s.account, s.symbol) == place and s.start < ex <= s.end]
    return Fraction(lot.quantity) / Fraction(sum(shares, Decimal(0)))


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
        if ahead.permanently_disallowed:
            gone = sum((part.quantity for part in ahead.meets if part.permanent), Decimal(0))
            advice.append(f"{plain(gone)} shares meet a retirement account: that part is lost for good")
        if here and ahead.with_recent_lots < ahead.disallowed:
            names = ", ".join(f"`{other.lot}`" for other in here)
            advice.append(f"sell {names} in the same order: what is sold with it replaces nothing")
        if ahead.safe_from is not None:
            advice.append(f"wait until {ahead.safe_from}: then no purchase known today is in the window")
    advice += [
        f"{cents_half_up(share):,.2f} of the dividend of {ex_date_of(paid)} would no longer qualify: "
        "the shares were not held for long enough around it"
        for paid, share in _dividends_lost(book, lot)
    ]
    if ahead.gain > 0 and ahead.term == "short":
        advice.append(f"wait {ahead.days_to_long_term} days: from {ahead.long_from} the gain is long-term")
    others = [row for row in book.lot(lot.account, lot.lot) if row != lot]
    for row in others:
        if term(row.adjusted_acquired, book.as_of) == "long" and ahead.term == "short":
            since = row.adjusted_acquired
            advice.append(f"sell the {plain(row.quantity)} of this lot held since {since} now: long-term")
    return replace(ahead, advice=tuple(advice))
