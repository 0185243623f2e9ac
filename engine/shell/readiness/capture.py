"""Capture: every position rests on lots with a basis, a date, an account and a security that are known."""

from collections.abc import Iterator

from engine.facts.lots import Lot
from engine.ledger.book import plain_ledger, reconcile
from engine.shell import work
from engine.shell.readiness.counting import amount, counted, unmeasured
from engine.shell.readiness.gather import Gathered, Row, day_of
from reports.readiness import Figure

NEED = "capture"
_COMES_IN = frozenset({"buy", "reinvest", "award", "transfer_in", "gift_in"})
Position = tuple[str, str]


def figures(found: Gathered) -> Iterator[Figure]:
    """Yield the figures of the lots."""
    if found.rows("lots"):
        yield from _of_lots(found)
    elif "transactions" in found.tables:
        yield from _of_history(found)
    yield _positions(found)
    yield _reconciled(found)


def _of_lots(found: Gathered) -> Iterator[Figure]:
    rows, known = found.rows("lots"), _known(found)
    yield counted(
        NEED, "lots with a basis", rows, good=_has_basis, told=_lot,
        do="fill in the basis of each lot: ask the custodian, or the account that it came from",
    )  # fmt: skip
    yield counted(
        NEED, "lots with a date", rows, good=_has_date, told=_lot,
        do="fill in the day on which each lot was acquired",
    )  # fmt: skip
    yield counted(
        NEED,
        "lots of a known account and security",
        rows,
        good=lambda row: _is_linked(row, known),
        told=_lot,
        do="add the account or the security, or correct its name in the lot",
    )


def _of_history(found: Gathered) -> Iterator[Figure]:
    rows = [row for row in found.rows("transactions") if row.get("type") in _COMES_IN]
    yield counted(
        NEED,
        "acquisitions with a basis",
        rows,
        good=_has_cost,
        told=lambda row: f"transaction {row.get('id', '?')}",
        do="fill in what the shares that came in cost: price, amount or basis",
    )
    known = _known(found)
    yield counted(
        NEED,
        "acquisitions of a known account and security",
        rows,
        good=lambda row: _is_linked(row, known),
        told=lambda row: f"transaction {row.get('id', '?')}",
        do="add the account or the security, or correct its name in the transaction",
    )


def _positions(found: Gathered) -> Figure:
    """Return how many positions rest on whole lots; every lot of a position must be in order."""
    name, known = "positions that rest on whole lots", _known(found)
    good: dict[Position, bool] = {}
    if found.rows("lots"):
        for row in found.rows("lots"):
            place = (row.get("account", "?") or "?", row.get("symbol", "?") or "?")
            whole = _has_basis(row) and _has_date(row) and _is_linked(row, known)
            good[place] = good.get(place, True) and whole
    elif found.book is not None:
        good = {(str(lot.account), str(lot.symbol)): True for lot in found.book.lots}
    else:
        return unmeasured(NEED, name, found.unreadable or "there are no lots")
    return counted(
        NEED,
        name,
        sorted(good),
        good=lambda place: good[place],
        told=lambda place: f"{place[0]} {place[1]}",
        do="complete the lots behind each position",
    )


def _reconciled(found: Gathered) -> Figure:
    name = "lots that agree with the transactions"
    records, book = found.records, found.book
    if records is None or book is None or records.lots is None or records.transactions is None:
        why = "lots.csv and transactions.csv are not both there" if records else found.unreadable
        return unmeasured(NEED, name, why)
    ledger = plain_ledger(records, as_of=found.as_of, reading=work.rulebook_of(found.policies).tax)
    assert ledger is not None, "there are transactions"
    broken = {(row.account, row.lot) for row in reconcile(records.lots, ledger)}
    return counted(
        NEED,
        name,
        records.lots,
        good=lambda lot: (lot.account, lot.lot) not in broken,
        told=_lot_name,
        do="find out what the custodian's lots and the history say differently: `guardband lots`",
    )


def _lot_name(lot: Lot) -> str:
    return f"{lot.account} {lot.lot}"


def _known(found: Gathered) -> tuple[frozenset[str], frozenset[str]]:
    accounts = frozenset(row.get("account", "") for row in found.rows("accounts"))
    return accounts, frozenset(row.get("symbol", "") for row in found.rows("securities"))


def _is_linked(row: Row, known: tuple[frozenset[str], frozenset[str]]) -> bool:
    return row.get("account", "") in known[0] and row.get("symbol", "") in known[1]


def _has_basis(row: Row) -> bool:
    basis = amount(row, "basis")
    return basis is not None and basis >= 0


def _has_date(row: Row) -> bool:
    return day_of(row.get("acquired", "")) is not None


def _has_cost(row: Row) -> bool:
    return any(row.get(column) for column in ("price", "amount", "basis", "lots"))


def _lot(row: Row) -> str:
    name = row.get("lot") or f"row {row.get('', '?')}"
    return f"{row.get('account') or '?'} {name}"
