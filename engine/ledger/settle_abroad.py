"""Settling by rules with pooled costs: Canada and the United Kingdom.

There a list is foreseen as what it would be once recorded: the securities that it touches are replayed with
and without it, and the settlement is the difference.

    Canada: 100 held at 10, 40 bought today at 6, then 100 sold at 6
      -> the loss is denied for the 40 that are still held: least(100 sold, 40 bought, 40 held)

A book without transactions is read as if each lot had been bought on its day for its basis.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.failure import NotModelled
from engine.facts.ids import LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Lot
from engine.facts.readings import TaxReading
from engine.facts.trades import Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.amounts import amount_of
from engine.ledger.cents import exact_decimal
from engine.ledger.exact import exact
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay
from engine.ledger.settlement import LIST, OPENED, Restated, Settlement, Taken
from engine.ledger.state import Shortfall, State, setting_of


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
    """Return the history of a security: its transactions, else its lots as purchases."""
    if book.transactions is not None:
        return [row for row in book.transactions if symbol in (row.symbol, row.from_symbol)]
    return [
        Transaction(
            id=TransactionId(f"lot {number} {lot.lot}"),
            date=lot.acquired,
            account=lot.account,
            type=TransactionType.BUY,
            symbol=symbol,
            quantity=lot.quantity,
            amount=lot.basis,
        )
        for number, lot in enumerate(book.lots)
        if lot.symbol == symbol
    ]


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
