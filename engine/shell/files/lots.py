"""lots.csv: the open lots, where a custodian tells them.

A lot of which only a part carries a disallowed loss is told in several rows of one name, which then
differ in the adjusted date or in what was added to their basis.

    lot,account,symbol,quantity,basis,acquired,adjusted_acquired,original_basis
    L7,TAX-1,KO,60,2520,2016-07-08,2016-06-10,2400      60 shares with 120 of disallowed loss in them
    L7,TAX-1,KO,40,1600,2016-07-08,2016-07-08,1600      40 without
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot
from engine.shell.files.cells import day, positive, size
from engine.shell.files.table import Column, Row, Table

LOTS = Table(
    name="lots",
    columns=(
        Column("lot", need="cell"),
        Column("account", need="cell"),
        Column("symbol", need="cell"),
        Column("quantity", positive, need="cell"),
        Column("basis", size, need="cell"),
        Column("acquired", day, need="cell"),
        Column("adjusted_acquired", day),
        Column("original_basis", size),
        Column("order"),
    ),
)


def lot(row: Row) -> Lot:
    """Return one row of lots.csv as a fact; what was added to the basis is its deferred loss."""
    basis = row.need("basis", Decimal)
    original = row.decimal("original_basis")
    original = basis if original is None else original
    acquired = row.need("acquired", date)
    return Lot(
        lot=LotId(row.need("lot", str)),
        account=AccountId(row.need("account", str)),
        symbol=Symbol(row.need("symbol", str)),
        quantity=row.need("quantity", Decimal),
        basis=basis,
        acquired=acquired,
        adjusted_acquired=row.get("adjusted_acquired", date) or acquired,
        original_basis=original,
        order=row.text("order"),
        deferred=max(basis - original, Decimal(0)),
    )


def lot_problems(row: Row) -> Iterator[InputError]:
    """Yield what is wrong with a row whose single cells are all right."""
    acquired, adjusted = row.need("acquired", date), row.get("adjusted_acquired", date)
    if adjusted is not None and adjusted > acquired:
        yield InputError(
            f"the adjusted date {adjusted} is after the acquisition on {acquired}",
            place=row.at("adjusted_acquired"),
            cure="a washed sale moves the date back: write an earlier date, or leave the cell empty",
        )
    basis, original = row.need("basis", Decimal), row.decimal("original_basis")
    if original is not None and original > basis:
        yield InputError(
            f"the original basis {original} is more than the basis {basis}",
            place=row.at("original_basis"),
            cure="disallowed losses raise the basis: write the basis before they were added",
        )


def repeated_lots(rows: Sequence[Row]) -> Iterator[InputError]:
    """Yield rows that repeat a lot without being another part of it."""
    parts: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in rows:
        key = (row.text("account"), row.text("lot"))
        earlier = next((other for other in parts.get(key, []) if not _is_other_part(row, other)), None)
        if earlier is not None:
            yield InputError(
                f"lot `{key[1]}` of account `{key[0]}` stands here a second time; the first is row "
                f"{earlier.number}",
                place=row.place,
                cure="delete one of the two rows, or give it its own name",
            )
        parts.setdefault(key, []).append(row)


def _is_other_part(row: Row, other: Row) -> bool:
    """Whether two rows of one name are parts of one lot: bought together, adjusted differently."""
    one, two = lot(row), lot(other)
    together = (one.symbol, one.acquired) == (two.symbol, two.acquired)
    per_share_differs = one.deferred * two.quantity != two.deferred * one.quantity
    return together and (one.adjusted_acquired != two.adjusted_acquired or per_share_differs)
