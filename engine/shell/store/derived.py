"""What follows from the facts, kept as rows for questions: open lots, adjustments, who governs whom.

The ledger replays the book of the store's last day under the policies in force. The gate never reads these
rows; it derives its own from the facts.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import Session

from dsl.policy import CheckedPolicy
from engine.facts.book import Book, Records
from engine.facts.lots import Disposal, Lot
from engine.ledger.book import open_book
from engine.ledger.terms import anniversary
from engine.shell import policies as texts
from engine.shell.store.facts import facts_of, last_day
from engine.shell.store.mandates import shelf_of
from engine.shell.store.recording import Family, NewRow
from engine.shell.store.schema import lots, policies
from rulebooks.compile import compile_rulebook
from rulebooks.grounding.before import measure_before
from rulebooks.grounding.laying import open_laying


def derived_families(session: Session) -> tuple[Family, ...]:
    """Return the rows that follow from what the session now knows; none in an empty store.

    Raises InputError where the transactions cannot be replayed.
    """
    day = last_day(session)
    if day is None:
        return ()
    records = facts_of(session, as_of=day)
    shelf = shelf_of(session, as_of=day)
    rulebook = compile_rulebook(governing(records, shelf))
    book = open_book(records, as_of=day, reading=rulebook.tax, explained=False)
    laying = open_laying(rulebook, book, None, measure=measure_before)
    governed = tuple(
        NewRow(key=(policy, account), values={"policy": policy, "account": account})
        for policy, accounts in sorted(laying.governed.items())
        for account in accounts
    )
    return (
        _whole("governs", policies.GovernsRow, governed),
        _whole("open lots", lots.OpenLotRow, tuple(_open_lots(book))),
        _whole("adjustments", lots.AdjustmentRow, tuple(_adjustments(book))),
    )


def governing(records: Records, shelf: texts.Shelf) -> tuple[CheckedPolicy, ...]:
    """Return the policies that a book's accounts name, all in force where they name none."""
    at_hand = {entry.id for entry in texts.library(shelf).policies}
    named = sorted({row.policy for row in records.accounts.values() if row.policy} & at_hand)
    return texts.load(tuple(named) or tuple(entry.id for entry in shelf.in_force), beside=shelf)


def _whole(name: str, table: type, rows: tuple[NewRow, ...]) -> Family:
    return Family(name=name, table=table, rows=rows, withdraws=lambda _key: True, ordered=False)


def _open_lots(book: Book) -> Iterator[NewRow]:
    parts: Counter[tuple[str, str]] = Counter()
    for lot in book.lots:
        parts[lot.account, lot.lot] += 1
        key = (lot.account, lot.lot, str(parts[lot.account, lot.lot]))
        yield NewRow(key=key, values=_open_lot(lot), since=lot.acquired)


def _open_lot(lot: Lot) -> dict[str, object]:
    return {
        "lot": lot.lot,
        "account": lot.account,
        "symbol": lot.symbol,
        "quantity": lot.quantity,
        "basis": lot.basis,
        "original_basis": lot.original_basis,
        "deferred": lot.deferred,
        "acquired": lot.acquired,
        "adjusted_acquired": lot.adjusted_acquired,
        "long_from": anniversary(lot.adjusted_acquired) + timedelta(days=1),
    }


def _adjustments(book: Book) -> Iterator[NewRow]:
    parts: Counter[tuple[str, ...]] = Counter()
    for sale in book.disposals or ():
        for values in _adjustments_of(sale):
            key = (str(sale.account), str(sale.sale), str(sale.lot), str(values["replacement"]))
            parts[key] += 1
            yield NewRow(key=(*key, str(parts[key])), values=values, since=sale.sold)


def _adjustments_of(sale: Disposal) -> Iterator[dict[str, object]]:
    for row in sale.replacements:
        yield {
            "sale": sale.sale,
            "sold": sale.sold,
            "account": sale.account,
            "symbol": sale.symbol,
            "lot": sale.lot,
            "replacement": row.lot,
            "replacement_account": row.account,
            "quantity": row.quantity,
            "disallowed": row.disallowed,
            "absorbed": row.absorbed,
            "permanent": row.permanent,
        }
