"""Into a folder: what a statement adds to the CSV files of a book, whole or nothing.

The files are written beside the book first and read as a book; only where that succeeds are they put in
place, securities and accounts before the rows that name them, so that the folder is a book at any moment.
Cells and columns that are there already stay as they are.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from enum import Enum
from pathlib import Path

from engine.facts.accounts import Account
from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.facts.forms import BrokerForm
from engine.facts.money import plain
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction
from engine.shell.files.book import read_records
from engine.shell.importers.merging import Merged
from engine.shell.saving import save

Cells = Mapping[str, str]

COLUMNS = {
    "accounts": ("account", "household", "owner", "kind", "currency", "cash"),
    "securities": ("symbol", "asset_class", "instrument", "issuer", "name", "currency", "cusip", "isin"),
    "prices": ("date", "symbol", "price"),
    "form_1099b": (
        "account",
        "symbol",
        "sold",
        "acquired",
        "quantity",
        "term",
        "proceeds",
        "basis",
        "box_1g",
    ),
    "transactions": (
        "id",
        "date",
        "account",
        "type",
        "symbol",
        "quantity",
        "price",
        "amount",
        "fees",
        "note",
    ),
}
"""The columns that a file is begun with; others are added where a row needs them."""

_KEYS = {"transactions": ("id",), "prices": ("date", "symbol")}


def records_in(folder: Path) -> Records:
    """Return what a folder says; nothing where there is none yet. Raises InputErrors where it is no book."""
    if not folder.exists() or not any(folder.glob("*.csv")):
        return Records(accounts={}, securities={}, prices=(), lots=None, transactions=None)
    return read_records(folder)


def write(folder: Path, merged: Merged) -> tuple[str, ...]:
    """Add what a statement says to a folder and return the names of the files that changed.

    Raises InputErrors where the result would be no book, InputError where the folder cannot be written;
    the folder is then as it was.
    """
    if not merged.changes:
        return ()
    rows: dict[str, list[Cells]] = {
        "accounts": [_account(row) for row in merged.accounts],
        "securities": [_security(row) for row in merged.securities],
        "prices": [_price(row) for row in merged.prices],
        "form_1099b": [_form(row) for row in merged.forms],
        "transactions": [_transaction(row) for row in (*merged.changed, *merged.new)],
    }
    has_lots = (folder / "lots.csv").exists()
    begun = {"accounts", "securities"} | (set() if has_lots else {"transactions"})
    texts = {
        name: _text(folder / f"{name}.csv", COLUMNS[name], cells, _KEYS.get(name, ()))
        for name, cells in rows.items()
        if cells or (name in begun and not (folder / f"{name}.csv").exists())
    }
    _check(folder, texts)
    for name, text in texts.items():
        save(folder / f"{name}.csv", text)
    return tuple(f"{name}.csv" for name in texts)


def _check(folder: Path, texts: Mapping[str, str]) -> None:
    """Read the book as it would be. Raises what reading it raises."""
    with tempfile.TemporaryDirectory(prefix="guardband-") as beside:
        copy = Path(beside)
        for path in folder.glob("*.csv") if folder.exists() else ():
            shutil.copy(path, copy / path.name)
        for name, text in texts.items():
            (copy / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        read_records(copy)


def _text(path: Path, columns: tuple[str, ...], added: Iterable[Cells], key: tuple[str, ...]) -> str:
    """Return a file with rows added, or put in place of those of the same key."""
    header, rows = _existing(path)
    header = header or list(columns)
    new = list(added)
    header += [name for cells in new for name in cells if name not in header and cells[name]]
    header = list(dict.fromkeys(header))
    place = {_named(row, key): number for number, row in enumerate(rows)} if key else {}
    for cells in new:
        number = place.get(_named(cells, key))
        if number is None:
            rows.append(dict(cells))
        else:
            rows[number] = rows[number] | dict(cells)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return out.getvalue()


def _named(cells: Cells, key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cells.get(name, "").strip() for name in key)


def _existing(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    if not path.exists():
        return [], []
    try:
        lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", place=str(path)) from None
    header = [name.strip() for name in lines[0]] if lines else []
    return header, [dict(zip(header, cells, strict=False)) for cells in lines[1:] if any(cells)]


def _cell(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return plain(value)
        case date() | time():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case _:
            return str(value)


def _cells(row: object, leave: tuple[str, ...] = ()) -> dict[str, str]:
    names = [field.name for field in fields(row) if field.name not in leave]  # type: ignore[arg-type]
    return {name: _cell(getattr(row, name)) for name in names}


def _account(row: Account) -> Cells:
    return dict(row.attributes)


def _security(row: Security) -> Cells:
    return {"issuer": ""} | dict(row.attributes)


def _price(row: Price) -> Cells:
    return _cells(row)


def _form(row: BrokerForm) -> Cells:
    cells = _cells(row, leave=("row",))
    return {name: "" if cell == "0" and name.startswith("box_") else cell for name, cell in cells.items()}


def _transaction(row: Transaction) -> Cells:
    cells = _cells(row, leave=("row", "lots"))
    cells["lots"] = ";".join(f"{lot}:{plain(size)}" for lot, size in row.lots)
    cells["fees"] = "" if not row.fees else plain(row.fees)
    return cells
