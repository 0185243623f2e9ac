"""Settling by rules with pooled costs: Canada and the United Kingdom.

There a list is foreseen as what it would be once recorded: the securities that it touches are replayed with
and without it, and the settlement is the difference.

    Canada: 100 held at 10, 40 bought today at 6, then 100 sold at 6
      -> the loss is denied for the 40 that are still held: least(100 sold, 40 bought, 40 held)

A book of given lots is no pool: its sales take lots, and Canada's loss is denied by the same least of three
(`with_denied`); the United Kingdom's matching then waits for the transactions.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.failure import NotModelled
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Lot, Replacement
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.amounts import amount_of
from engine.ledger.cents import exact_decimal
from engine.ledger.exact import exact
from engine.ledger.ledger import Ledger
from engine.ledger.pieces import ZERO
from engine.ledger.replay import replay
from engine.ledger.settlement import LIST, OPENED, Restated, Settlement, Taken
from engine.ledger.state import Shortfall, State, setting_of
from engine.ledger.terms import WINDOW_DAYS


def settle_abroad(book: Book, trades: tuple[Trade, ...], *, reading: TaxReading) -> Settlement:
    """Return what a list would come to, one security after the other; unsettled where it is not modelled."""
    taken: list[Taken] = []
    restated: list[Restated] = []
    short: list[Shortfall] = []
    lots: list[Lot] = []
    settled: set[Symbol] = set()
    for symbol in dict.fromkeys(trade.symbol for trade in trades):
        rows = _rows_of(book, symbol)
        added = [
            row for trade in trades if trade.symbol == symbol if (row := _as_row(book, trade)) is not None
        ]
        try:
            before = _replay(book, rows, reading)
            after = _replay(book, [*rows, *added], reading)
        except NotModelled:
            continue
        settled.add(symbol)
        taken += [_taken(row) for row in after.disposals if row.sale.startswith(OPENED)]
        restated += _changes(before, after)
        short += [one for one in after.shortfalls if one.transaction.startswith(OPENED)]
        lots += after.open_lots
    return Settlement(
        taken=tuple(sorted(taken, key=lambda row: row.trade)),
        restated=tuple(restated),
        read=tuple(lot for lot in book.lots if lot.symbol in settled),
        shortfalls=tuple(short),
        unsettled=tuple(
            trade.number for trade in trades if trade.symbol not in settled or amount_of(book, trade) is None
        ),
        state=State(setting=setting_of(book.accounts, book.securities, reading, strict=False)),
        pools=tuple(lots),
    )


def with_denied(book: Book, trades: tuple[Trade, ...], taken: tuple[Taken, ...]) -> tuple[Taken, ...]:
    """Return the sales of a list out of given lots with the part of each loss that Canada denies.

    Least of the shares that the trade sells, those bought in the period and those held after the list, by all
    affiliated.
    Source: Income Tax Act (Canada) 40(2)(g)(i), 54 "superficial loss".
    """
    sold: dict[int, Fraction] = {}
    for row in taken:
        sold[row.trade] = sold.get(row.trade, ZERO) + row.quantity
    return tuple(_denied(book, trades, row, sold[row.trade]) for row in taken)


def _denied(book: Book, trades: tuple[Trade, ...], row: Taken, sold: Fraction) -> Taken:
    if row.gain >= 0 or row.term is None:
        return row
    home = book.accounts[row.account].household

    def is_alike(account: AccountId, symbol: Symbol) -> bool:
        return symbol == row.symbol and book.accounts[account].household == home

    edge = book.as_of - timedelta(days=WINDOW_DAYS)
    bought = [
        (one.lot, one.account, one.date, exact(one.quantity))
        for one in book.acquisitions
        if edge <= one.date and is_alike(one.account, one.symbol)
    ]
    bought += [
        (LotId(f"{OPENED}{one.number}"), one.account, book.as_of, exact(one.quantity))
        for one in trades
        if one.side is Side.BUY and is_alike(one.account, one.symbol)
    ]
    held = sum((exact(lot.quantity) for lot in book.lots if is_alike(lot.account, lot.symbol)), ZERO)
    for one in trades:
        if is_alike(one.account, one.symbol):
            held += one.side.sign * exact(one.quantity)
    whole = sum((quantity for *_, quantity in bought), ZERO)
    least = min(sold, whole, held)
    if least <= 0:
        return row
    denied = -row.gain * least / sold
    parts = tuple(
        _part(book, row, (lot, account, day, quantity), denied * quantity / whole)
        for lot, account, day, quantity in bought
    )
    return replace(
        row,
        disallowed=denied,
        permanently_disallowed=sum((exact(part.disallowed) for part in parts if part.permanent), ZERO),
        recognized=row.gain + denied,
        replacements=parts,
    )


def _part(
    book: Book, row: Taken, bought: tuple[LotId, AccountId, date, Fraction], denied: Fraction
) -> Replacement:
    lot, account, day, quantity = bought
    permanent = book.accounts[account].is_retirement
    money = exact_decimal(denied)
    return Replacement(
        lot=lot,
        account=account,
        symbol=row.symbol,
        acquired=day,
        quantity=exact_decimal(quantity),
        absorbed=Decimal(0) if permanent else money,
        permanent=permanent,
        disallowed=money,
    )


def _replay(book: Book, rows: Iterable[Transaction], reading: TaxReading) -> Ledger:
    return replay(
        rows,
        accounts=book.accounts,
        securities=book.securities,
        reading=reading,
        until=book.as_of,
        strict=False,
    )


def _rows_of(book: Book, symbol: Symbol) -> list[Transaction]:
    return [row for row in book.transactions or () if symbol in (row.symbol, row.from_symbol)]


def is_pooled(book: Book, trades: Iterable[Trade], reading: TaxReading) -> bool:
    """Return whether the book holds what a list touches as the country's rules pool it, from transactions."""
    if book.transactions is None:
        return False
    return all(_is_the_pool(book, symbol, reading) for symbol in {trade.symbol for trade in trades})


def _is_the_pool(book: Book, symbol: Symbol, reading: TaxReading) -> bool:
    try:
        pools = _replay(book, _rows_of(book, symbol), reading).open_lots
    except NotModelled:
        return False
    held = [lot for lot in book.lots if lot.symbol == symbol]
    return sorted(map(_share_of, pools)) == sorted(map(_share_of, held))


def _share_of(lot: Lot) -> tuple[str, str, Decimal]:
    return (lot.account, lot.lot, lot.quantity)


def _as_row(book: Book, trade: Trade) -> Transaction | None:
    money = amount_of(book, trade)
    if money is None:
        return None
    return Transaction(
        id=TransactionId(f"{OPENED}{trade.number}"),
        date=book.as_of,
        account=trade.account,
        type=TransactionType(trade.side.value),
        symbol=trade.symbol,
        quantity=trade.quantity,
        amount=exact_decimal(money),
        order=LIST,
    )


def _taken(row: Disposal) -> Taken:
    return Taken(
        trade=int(row.sale.removeprefix(OPENED)),
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        quantity=exact(row.quantity),
        proceeds=exact(row.proceeds),
        basis=exact(row.basis),
        gain=exact(row.gain),
        disallowed=exact(row.disallowed),
        permanently_disallowed=exact(row.permanently_disallowed),
        recognized=exact(row.recognized),
        term=row.term,
        acquired=row.acquired,
        adjusted_acquired=row.adjusted_acquired,
        replacements=row.replacements,
    )


def _changes(before: Ledger, after: Ledger) -> list[Restated]:
    """Return what the list changes of the sales recorded before it, sale by sale."""
    old, new = _by_sale(before), _by_sale(after)
    found = [_change(rows, new.get(sale, [])) for sale, rows in old.items()]
    return [row for row in found if row.gain or row.disallowed or row.permanently_disallowed]


def _by_sale(ledger: Ledger) -> dict[TransactionId, list[Disposal]]:
    rows: dict[TransactionId, list[Disposal]] = {}
    for row in ledger.disposals:
        if not row.sale.startswith(OPENED):
            rows.setdefault(row.sale, []).append(row)
    return rows


def _change(old: list[Disposal], new: list[Disposal]) -> Restated:
    first = old[0]
    return Restated(
        sale=first.sale,
        lot=LotId(first.lot),
        account=first.account,
        symbol=first.symbol,
        sold=first.sold,
        term=first.term,
        disallowed=_sum(row.disallowed for row in new) - _sum(row.disallowed for row in old),
        permanently_disallowed=_sum(row.permanently_disallowed for row in new)
        - _sum(row.permanently_disallowed for row in old),
        replacements=tuple(part for row in new for part in row.replacements if part.lot.startswith(OPENED)),
        gain=_sum(row.gain for row in new) - _sum(row.gain for row in old),
    )


def _sum(amounts: Iterable[Decimal]) -> Fraction:
    return exact(sum(amounts, Decimal(0)))
