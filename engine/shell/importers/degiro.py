"""`guardband import degiro FILE`: the account statement of DEGIRO, CSV, in seven languages.

The statement names no symbol: a security goes by its ISIN, or by the symbol of the book's security with that
ISIN. Rows of one order belong together: the trade, its costs, and the change of currency that paid for it,
which gives the trade its exact amount in the account's currency.

    Koop 1 @ 33,9 USD              -33,90 USD     a purchase of 1 for 31.91 EUR, fees 1.00
    Valuta Debitering              -31,91 EUR     ... the change of currency
    DEGIRO Transactiekosten         -1,00 EUR     ... the costs
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.degiro_words import Kind, kind_of, trade_of
from engine.shell.importers.drafting import came_or_went, cash, moved, oldest_first
from engine.shell.importers.statement import Draft, Paper, Statement, Unread
from engine.shell.importers.text import Unreadable

FORMAT = "degiro"
HELP = "account statement of DEGIRO, CSV"

_DATE, _TIME, _PRODUCT, _ISIN, _WORDS, _PAID_IN, _PAID, _ORDER = 0, 1, 3, 4, 5, 7, 8, 11


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    day: date
    clock: time
    product: str
    isin: str
    words: str
    currency: str
    paid: Decimal | None
    order: str


def parse(path: Path) -> Statement:
    """Return what a statement says. Raises InputError where it is none."""
    found = text.lines(path)
    if not found or len(found[0][1]) <= _ORDER:
        raise text.no_header(path, "date, time, value date, product, ISIN and seven more")
    rows, unread = _rows(_unwrapped(found[1:]))
    base = Counter(row.currency for row in rows if row.currency).most_common(1)
    book = _Booking(rows, base[0][0] if base else None)
    return Statement(
        source=path.name,
        records=len(rows) + len(unread),
        drafts=oldest_first(sorted(book.drafts(), key=lambda draft: draft.line)),
        papers=tuple(
            Paper(symbol=row.isin, name=row.product, isin=row.isin) for row in rows if _is_paper(row)
        ),
        unread=tuple(sorted([*unread, *book.unread], key=lambda row: row.line)),
        currency=book.base,
    ).check()


def _is_paper(row: _Row) -> bool:
    return bool(row.isin) and trade_of(row.words) is not None


def _unwrapped(found: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Return the rows; a line with nothing but the rest of an order's number belongs to the one before."""
    rows: list[tuple[int, list[str]]] = []
    for line, told in found:
        cells = [*told, *[""] * (_ORDER + 1 - len(told))]
        if rows and not cells[_DATE] and not cells[_WORDS]:
            before = rows[-1][1]
            before[_ORDER] = before[_ORDER] + cells[_ORDER]
            continue
        rows.append((line, cells))
    return rows


def _rows(found: list[tuple[int, list[str]]]) -> tuple[list[_Row], list[Unread]]:
    rows, unread = [], []
    for line, cells in found:
        try:
            rows.append(
                _Row(
                    line,
                    text.day(cells[_DATE], text.DUTCH),
                    time.fromisoformat(cells[_TIME] or "00:00"),
                    cells[_PRODUCT],
                    cells[_ISIN],
                    cells[_WORDS],
                    cells[_PAID_IN],
                    text.comma(cells[_PAID]),
                    cells[_ORDER],
                )
            )
        except (Unreadable, ValueError) as stop:
            words = ", ".join(cell for cell in cells if cell)
            unread.append(Unread(line=line, words=words, reason=str(stop), cure="correct the cell"))
    return rows, unread


class _Booking:
    """Rows on their way into facts: each is taken by exactly one."""

    def __init__(self, rows: list[_Row], base: str | None) -> None:
        self.base = base
        self.unread: list[Unread] = []
        self._left = {row.line: row for row in rows}
        self._kinds = {row.line: kind_of(row.words) for row in rows}

    def drafts(self) -> list[Draft]:
        """Return every fact; trades first, so that their costs and currencies go to them."""
        made = []
        for row in self._of(Kind.TRADE):
            if row.line in self._left and row.paid is not None:
                made.append(self._trade(row))
        made += self._conversions()
        made += self._swept()
        for row in list(self._left.values()):
            draft = self._single(row)
            if draft is not None:
                made.append(draft)
        return made

    def _of(self, *kinds: Kind) -> list[_Row]:
        return [row for row in self._left.values() if self._kinds[row.line] in kinds]

    def _take(self, rows: list[_Row]) -> tuple[int, ...]:
        for row in rows:
            del self._left[row.line]
        return tuple(row.line for row in rows)

    def _trade(self, row: _Row) -> Draft:
        told = trade_of(row.words)
        assert told is not None, "a trade is known by its words"
        self._take([row])
        draft = Draft(
            line=row.line,
            day=row.day,
            time=row.clock,
            type=T.BUY if told.buys else T.SELL,
            words=f"{row.words}, {row.product}",
            symbol=row.isin or row.product,
            quantity=told.quantity,
            price=told.price,
            amount=abs(row.paid or Decimal(0)),
            currency=row.currency or None,
            order=row.order or None,
        )
        if told.is_dividend:
            return replace(draft, type=T.STOCK_DIVIDEND, price=None, amount=None)
        if told.is_change:
            return self._renamed(row, draft)
        return self._with_costs(row, self._in_base(row, draft))

    def _renamed(self, row: _Row, draft: Draft) -> Draft:
        """Return a change of product: what was sold and what was bought are one fact."""
        other = next(
            (
                one
                for one in self._of(Kind.TRADE)
                if one.day == row.day
                and (told := trade_of(one.words)) is not None
                and told.is_change
                and told.buys != (draft.type is T.BUY)
            ),
            None,
        )
        joined = self._take([other]) if other is not None else ()
        old, new = (other or row).isin, row.isin
        if draft.type is T.SELL:
            old, new = new, old
        return replace(
            draft,
            type=T.NAME_CHANGE,
            symbol=new,
            from_symbol=old,
            quantity=None,
            price=None,
            amount=None,
            joined=joined,
        )

    def _in_base(self, row: _Row, draft: Draft) -> Draft:
        """Return a trade in another currency with the amount that its change of currency came to."""
        legs = [one for one in self._of(Kind.CURRENCY) if row.order and one.order == row.order]
        own = [one for one in legs if one.currency == self.base]
        other = [one for one in legs if one.currency == row.currency]
        foreign = sum((abs(one.paid or Decimal(0)) for one in other), Decimal(0))
        if row.currency == self.base or not own or foreign != draft.amount:
            return draft
        total = sum((abs(one.paid or Decimal(0)) for one in own), Decimal(0))
        joined = self._take([*own, *other])
        return replace(draft, amount=total, price=None, currency=self.base, joined=joined)

    def _with_costs(self, row: _Row, draft: Draft) -> Draft:
        costs = [
            one
            for one in self._of(Kind.COSTS)
            if row.order
            and one.order == row.order
            and one.currency == draft.currency
            and one.paid is not None
            and one.paid <= 0
        ]
        fees = sum((abs(one.paid or Decimal(0)) for one in costs), Decimal(0))
        return replace(draft, fees=fees, joined=(*draft.joined, *self._take(costs)))

    def _conversions(self) -> list[Draft]:
        """Return changes of currency of no trade in the file: what came and what went are one fact."""
        made = []
        for row in self._of(Kind.CURRENCY):
            if row.line not in self._left:
                continue
            other = next(
                (
                    one
                    for one in self._of(Kind.CURRENCY)
                    if one.line != row.line
                    and (one.day, one.clock, one.order) == (row.day, row.clock, row.order)
                    and one.currency != row.currency
                ),
                None,
            )
            if other is None:
                continue
            self._take([row, other])
            words = f"currency conversion {row.paid} {row.currency}, {other.paid} {other.currency}"
            made.append(
                Draft(
                    line=row.line,
                    day=row.day,
                    time=row.clock,
                    type=T.FEE,
                    words=words,
                    amount=Decimal(0),
                    joined=(other.line,),
                )
            )
        return made

    def _swept(self) -> list[Draft]:
        """Return moves between the account and its bank, with the rows that say them again in words."""
        made = []
        for row in self._of(Kind.SWEEP):
            again = [one for one in self._of(Kind.SAID_AGAIN) if (one.day, one.clock) == (row.day, row.clock)]
            self._take([row])
            draft = self._money(row, moved(row.paid or Decimal(0)))
            made.append(replace(draft, joined=self._take(again[:1])))
        return made

    def _single(self, row: _Row) -> Draft | None:
        kind = self._kinds[row.line]
        if row.paid is None or kind is Kind.SAID_AGAIN:
            self._stop(row, "the row books no amount", "take the amount from DEGIRO's row of the transfer")
            return None
        match kind:
            case Kind.DIVIDEND:
                return self._money(row, T.DIVIDEND)
            case Kind.TAX | Kind.COSTS | Kind.FUND | Kind.CURRENCY:
                return self._money(row, T.FEE)
            case Kind.INTEREST:
                return self._money(row, T.INTEREST)
            case Kind.OUTSIDE:
                return self._money(row, came_or_went(row.paid))
            case Kind.RESERVED:
                return self._money(row, moved(row.paid))
        self._stop(row, f"`{row.words}` is not known", "add the transaction to transactions.csv by hand")
        return None

    def _money(self, row: _Row, type: T) -> Draft:
        has_symbol = self._kinds[row.line] in (Kind.DIVIDEND, Kind.TAX)
        made = cash(
            row.line,
            day=row.day,
            words=f"{row.words}, {row.product}".strip(", "),
            type=type if type is not T.DIVIDEND or row.isin else T.INTEREST,
            signed=row.paid or Decimal(0),
            symbol=row.isin if has_symbol else None,
        )
        return replace(made, time=row.clock, currency=row.currency or None)

    def _stop(self, row: _Row, reason: str, cure: str) -> None:
        self.unread.append(Unread(line=row.line, words=row.words, reason=reason, cure=cure))
