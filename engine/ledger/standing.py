"""Where a book stands for settling: its lots and late losses by where a list would touch them.

One book is asked about many lists. Looking all its lots and sales through costs what the book is large; here
that is done once for each book and reading, and a list then costs what it touches.

    500 lots of 60 securities; a list sells 10 of one: its 8 lots are read, and those bought of late in its
    set of identical securities
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Disposal, Lot, OpenShort
from engine.facts.readings import TaxReading
from engine.ledger.cents import to_cents
from engine.ledger.exact import exact
from engine.ledger.pieces import ZERO, Piece, Sold
from engine.ledger.replay import piece_of_lot, replay
from engine.ledger.state import RESTATING_DAYS, PoolKey, Setting, State, pool_key, right_of, setting_of
from engine.ledger.terms import WINDOW_DAYS

Place = tuple[AccountId, Symbol]

REMEMBERED = 4
"""Books of which the standing is kept: that of the day, and the variants being compared with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Lots and losses of one book by one reading, in the order of the book; each lot by its number there."""

    lots: tuple[Lot, ...]
    setting: Setting
    held: Mapping[Place, tuple[int, ...]]  # lots of a position
    recent: Mapping[PoolKey, tuple[int, ...]]  # lots acquired inside the window of the book's day
    losses: Mapping[PoolKey, tuple[Disposal, ...]]  # sold inside it, earliest first
    shorts: Mapping[PoolKey, tuple[OpenShort, ...]]
    pieces: dict[int, Piece]  # of lots read before; copied before they change
    waiting: dict[int, Sold]  # of losses read before, by identity
    replayed: list[State]  # of the book's transactions, once it was needed

    def lots_at(self, places: Iterable[Place], pools: Iterable[PoolKey]) -> list[int]:
        """Return the lots of some positions, and the recent ones of some sets of identical securities."""
        found = {number for place in places for number in self.held.get(place, ())}
        for key in pools:
            found.update(self.recent.get(key, ()))
        return sorted(found)

    def piece(self, number: int) -> Piece:
        """Return a lot as a piece of its own, its order of acquisition still to be given."""
        known = self.pieces.get(number)
        if known is None:
            known = self.pieces[number] = piece_of_lot(self.setting, self.lots[number])
        return known.copy()

    def loss(self, row: Disposal) -> Sold:
        """Return what is left of a recorded loss, as a row of its own."""
        known = self.waiting.get(id(row))
        if known is None:
            known = self.waiting[id(row)] = _sold_before(self.setting, row)
        return known.copy()

    def past(self, book: Book) -> State | None:
        """Return where the book's own sales stand, for the reading that restates them; None by any other.

        The replay costs what the history is long, once for a book.
        """
        reading = self.setting.reading
        if not reading.wash.sold_before_replacement or book.transactions is None:
            return None
        if not self.replayed:
            ledger = replay(
                book.transactions,
                accounts=book.accounts,
                securities=book.securities,
                reading=reading,
                until=book.as_of,
                strict=False,
            )
            self.replayed.append(ledger.state)
        return self.replayed[0]


_known: deque[tuple[Book, TaxReading, Standing]] = deque(maxlen=REMEMBERED)


def standing_of(book: Book, reading: TaxReading) -> Standing:
    """Return where a book stands; the same object for the same book and reading."""
    for known, its_reading, standing in tuple(_known):
        if known is book and (its_reading is reading or its_reading == reading):
            return standing
    made = _stand(book, reading)
    _known.append((book, reading, made))
    return made


def _stand(book: Book, reading: TaxReading) -> Standing:
    setting = setting_of(book.accounts, book.securities, reading, strict=False)
    restates = reading.wash.sold_before_replacement
    edge = book.as_of - timedelta(days=RESTATING_DAYS if restates else WINDOW_DAYS)
    held: dict[Place, list[int]] = {}
    recent: dict[PoolKey, list[int]] = {}
    for number, lot in enumerate(book.lots):
        held.setdefault((lot.account, lot.symbol), []).append(number)
        if lot.acquired >= edge:
            recent.setdefault(pool_key(setting, lot.account, lot.symbol), []).append(number)
    losses: dict[PoolKey, list[Disposal]] = {}
    for row in _recent_losses(book):
        losses.setdefault(pool_key(setting, row.account, row.symbol), []).append(row)
    shorts: dict[PoolKey, list[OpenShort]] = {}
    for short in book.shorts:
        shorts.setdefault(pool_key(setting, short.account, short.symbol), []).append(short)
    return Standing(
        lots=book.lots,
        setting=setting,
        held={key: tuple(found) for key, found in held.items()},
        recent={key: tuple(found) for key, found in recent.items()},
        losses={key: tuple(rows) for key, rows in losses.items()},
        shorts={key: tuple(rows) for key, rows in shorts.items()},
        pieces={},
        waiting={},
        replayed=[],
    )


def _recent_losses(book: Book) -> list[Disposal]:
    """Return the losses inside the window of the book's day, earliest first."""
    edge = book.as_of - timedelta(days=WINDOW_DAYS)
    found: list[Disposal] = []
    for row in reversed(book.disposals or ()):
        if row.sold < edge:
            break
        if row.gain < 0 and row.term is not None:
            found.append(row)
    return found[::-1]


def _sold_before(setting: Setting, row: Disposal) -> Sold:
    """Return what is left of a recorded loss: its shares without replacement, in today's shares."""
    replaced = sum((exact(part.quantity) for part in row.replacements), ZERO)
    told = exact(row.quantity) - replaced if row.unreplaced is None else exact(row.unreplaced)
    left = -exact(row.gain) - exact(row.disallowed)
    return Sold(
        sale=row.sale,
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        quantity=told,
        proceeds=ZERO,
        basis=left,
        told_proceeds=0,
        told_basis=to_cents(left),
        acquired=row.acquired,
        adjusted=row.adjusted_acquired,
        sold=row.sold,
        sequence=0,
        place=0,
        order=row.order,
        sale_order=None,
        is_taxable=True,
        is_judged=State(setting=setting).is_judged(row.account, row.symbol),
        window_day=row.sold,
        right=right_of(setting, row.symbol),
    )
