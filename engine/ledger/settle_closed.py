"""Settling by the reading `sold_before_replacement yes`: a loss of the list may go into a sale closed before.

    100 bought at 8 and sold at 9 within a fortnight; today 100 older shares are sold at a loss of 300
      -> the list's loss is disallowed, and the closed sale's gain of 100 is restated to a loss of 200

What was sold in the last windows is taken from a replay of the book's transactions, which is done once for
a book. A book without transactions knows no closed sales whose shares could replace.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Replacement, Term
from engine.ledger.pieces import ZERO, Match, Sold
from engine.ledger.settlement import OPENED, Restated
from engine.ledger.standing import Standing
from engine.ledger.state import PoolKey, State
from engine.ledger.tell import NOTHING, replacements_of
from engine.ledger.terms import term

SaleOfLot = tuple[TransactionId, LotId, AccountId, Symbol, date, Term]


@dataclass(slots=True)
class Told:
    """What the rows of one sale of one lot come to."""

    gain: Fraction = ZERO
    disallowed: Fraction = ZERO
    permanent: Fraction = ZERO
    matches: tuple[Match, ...] = field(default=())


Closed = dict[SaleOfLot, Told]
"""Sales of the last windows as they stand before the list."""


def read_closed(state: State, standing: Standing, book: Book, keys: Iterable[PoolKey]) -> Closed | None:
    """Let the sales of the last windows stand in the pools of a list; None where the reading knows none."""
    past = standing.past(book)
    if past is None:
        return None
    state.sales = past.sales
    for key in keys:
        known = past.pools.get(key)
        if known is None:
            continue
        pool = state.pool_at(key)
        copies = {id(row): row.copy() for row in known.late_sales(book.as_of)}
        pool.sold.extend(copies.values())
        pool.waiting.extend(copies[id(row)] for row in known.waiting if id(row) in copies)
    return _told(state)


def restated_by(state: State, before: Closed) -> tuple[Restated, ...]:
    """Return what a list changes of the sales closed before it, in the order in which they were told."""
    after = _told(state)
    rows: list[Restated] = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, Told()), after.get(key, Told())
        sale, lot, account, symbol, sold, its_term = key
        matches = tuple(match for match in new.matches if match not in old.matches)
        changed = Restated(
            sale=sale,
            lot=lot,
            account=account,
            symbol=symbol,
            sold=sold,
            term=its_term,
            disallowed=new.disallowed - old.disallowed,
            permanently_disallowed=new.permanent - old.permanent,
            replacements=foreseen_replacements(matches),
            gain=new.gain - old.gain,
        )
        if changed.gain or changed.disallowed:
            rows.append(changed)
    return tuple(rows)


def foreseen_replacements(matches: Sequence[Match]) -> tuple[Replacement, ...]:
    """Return the replacements of a loss; shares that are no longer held add nothing to any lot."""
    held = replacements_of([match for match in matches if not match.is_closed], by_row=False)
    sold = replacements_of([match for match in matches if match.is_closed], by_row=False)
    return (*held, *(replace(part, absorbed=NOTHING) for part in sold))


def _told(state: State) -> Closed:
    told: Closed = {}
    for pool in state.pools.values():
        for row in pool.sold:
            if row.is_taxable and not row.sale.startswith(OPENED):
                _add(told.setdefault(_key(row), Told()), row)
    return told


def _add(told: Told, row: Sold) -> None:
    told.gain += row.proceeds - row.basis
    told.disallowed += row.disallowed
    told.permanent += row.permanent
    told.matches += row.matches


def _key(row: Sold) -> SaleOfLot:
    return (row.sale, row.lot, row.account, row.symbol, row.sold, term(row.adjusted, row.window_day))
