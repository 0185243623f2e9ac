"""Looking ahead at purchases and at whole lists: which losses of the last 30 days they would disallow.

40 sold at a loss of 5 each on 20 May; bought back on 3 June -> 200 disallowed, in an IRA for good;
from 20 June nothing is
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.lots import Replacement
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.ledger.ahead import disallowed_by, first_safe, refuse_pooled
from engine.ledger.settle import Settlement, settle
from engine.ledger.terms import WINDOW_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseAhead:
    """What buying today would do to losses of the last 30 days; `losses` are the sales that it meets."""

    account: AccountId
    symbol: Symbol
    quantity: Decimal
    disallowed: Fraction
    permanently_disallowed: Fraction
    disallowed_per_share: Fraction
    safe_from: date | None
    losses: tuple[TransactionId, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeAhead:
    """What one trade of a list would come to, the whole list done in its order."""

    trade: Trade
    gain: Fraction | None  # None for a purchase
    disallowed: Fraction  # of its own loss, or, by a purchase, of losses before it
    permanently_disallowed: Fraction
    disallowed_per_share: Fraction
    meets: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAhead:
    """What a list would come to today, and from when nothing of it would be disallowed (None: never)."""

    trades: tuple[TradeAhead, ...]
    unsettled: tuple[int, ...]  # trades without a price, or not modelled
    safe_from: date | None


def purchases_ahead(book: Book, *, reading: TaxReading) -> tuple[PurchaseAhead, ...]:
    """Return what buying recent losses back today would do, in their account and in retirement accounts."""
    refuse_pooled(reading)
    waiting: dict[tuple[AccountId, Symbol], Decimal] = {}
    for row in book.disposals or ():
        if row.unreplaced and row.term is not None and (book.as_of - row.sold).days <= WINDOW_DAYS:
            key = (row.account, row.symbol)
            waiting[key] = waiting.get(key, Decimal(0)) + row.unreplaced
    places = [
        (account, symbol, shares)
        for (sold_in, symbol), shares in waiting.items()
        for account in (sold_in, *_retirement_beside(book, sold_in))
        if symbol in book.prices
    ]
    found = [
        purchase_ahead(book, account=account, symbol=symbol, quantity=shares, reading=reading)
        for account, symbol, shares in places
    ]
    return tuple(one for one in found if one is not None and one.disallowed)


def purchase_ahead(
    book: Book, *, account: AccountId, symbol: Symbol, quantity: Decimal, reading: TaxReading
) -> PurchaseAhead | None:
    """Return what buying today would do to recent losses; None without a price.

    Raises NotModelled under the rules of a country with pooled costs.
    """
    refuse_pooled(reading)
    done = _bought(book, account, symbol, quantity, reading)
    if done.unsettled:
        return None
    disallowed = sum((row.disallowed for row in done.restated), Fraction(0))
    permanent = sum((row.permanently_disallowed for row in done.restated), Fraction(0))
    safe = first_safe(
        book.as_of,
        [row.sold for row in book.disposals or () if (book.as_of - row.sold).days <= WINDOW_DAYS],
        lambda day: disallowed_by(_bought(replace(book, as_of=day), account, symbol, quantity, reading)),
    )
    advice: list[str] = []
    if disallowed and safe is not None:
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
        losses=tuple(dict.fromkeys(row.sale for row in done.restated)),
        advice=tuple(advice),
    )


def list_ahead(book: Book, trades: tuple[Trade, ...], *, reading: TaxReading) -> ListAhead:
    """Return what a list of trades would come to today, trade by trade."""
    refuse_pooled(reading)
    done = settle(book, trades, reading=reading)
    days = [lot.acquired for lot in book.lots] + [row.sold for row in book.disposals or ()]

    def disallowed_on(day: date) -> Fraction:
        return disallowed_by(settle(replace(book, as_of=day), trades, reading=reading))

    return ListAhead(
        trades=tuple(_trade_ahead(trade, done) for trade in trades),
        unsettled=done.unsettled,
        safe_from=first_safe(book.as_of, days, disallowed_on),
    )


def _trade_ahead(trade: Trade, done: Settlement) -> TradeAhead:
    taken = done.of_trade(trade.number)
    met = [row.replacements for row in done.taken] + [row.replacements for row in done.restated]
    mine = tuple(part for parts in met for part in parts if part.lot == f"trade {trade.number}")
    meets = tuple(part for row in taken for part in row.replacements) if taken else mine
    disallowed = sum((Fraction(part.disallowed) for part in mine), Fraction(0))
    permanent = sum((Fraction(part.disallowed) for part in mine if part.permanent), Fraction(0))
    if taken:
        disallowed = sum((row.disallowed for row in taken), Fraction(0))
        permanent = sum((row.permanently_disallowed for row in taken), Fraction(0))
    return TradeAhead(
        trade=trade,
        gain=sum((row.gain for row in taken), Fraction(0)) if taken else None,
        disallowed=disallowed,
        permanently_disallowed=permanent,
        disallowed_per_share=disallowed / Fraction(trade.quantity),
        meets=meets,
    )


def _retirement_beside(book: Book, account: AccountId) -> tuple[AccountId, ...]:
    house = book.household_accounts(book.accounts[account].household)
    return tuple(other for other in house if book.accounts[other].is_retirement)


def _bought(
    book: Book, account: AccountId, symbol: Symbol, quantity: Decimal, reading: TaxReading
) -> Settlement:
    trade = Trade(number=1, account=account, side=Side.BUY, symbol=symbol, quantity=quantity)
    return settle(book, (trade,), reading=reading)
