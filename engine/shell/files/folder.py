"""The folder of a book: which files are there, and what to say when a needed one is not."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.facts.failure import InputError, InputErrors
from engine.shell.files.cells import nearest
from engine.shell.files.sheets import Sheet, csv_sheet

TABLES = (
    "accounts",
    "securities",
    "prices",
    "lots",
    "transactions",
    "models",
    "benchmark",
    "fund_holdings",
    "fx",
    "open_orders",
    "events",
    "risk_exposures",
    "risk_covariance",
    "risk_specific",
    "form_1099b",
)
"""The files that a book may have, without their ending; other files of the folder are left alone."""

START = "`guardband init DIR` writes a small book to begin with"


def read_sheets(folder: Path) -> Mapping[str, Sheet]:
    """Return the tables of a folder as text, by table name.

    Raises InputErrors where the folder is no book or a file of it is not a table.
    """
    _check_folder(folder)
    present = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".csv"}
    problems = list(_missing(folder, present))
    sheets: dict[str, Sheet] = {}
    for name in TABLES:
        if name in present:
            try:
                sheets[name] = csv_sheet(present[name])
            except InputErrors as errors:
                problems += errors.problems
    if problems:
        raise InputErrors(tuple(problems))
    return sheets


def _check_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    if "://" in str(folder) or ":/" in str(folder):
        reason, cure = "a database is not read as a folder", "name a folder of CSV files"
    elif not folder.exists():
        reason, cure = "there is no such folder", f"check the path; {START}"
    else:
        reason, cure = "a book is a folder, this is a file", "name the folder that holds accounts.csv"
    raise InputErrors((InputError(reason, place=str(folder), cure=cure),))


def _missing(folder: Path, present: Mapping[str, Path]) -> Iterator[InputError]:
    """Yield a problem for each needed file that is absent, and for each that is nearly named right."""
    spare = [name for name in present if name not in TABLES]
    if not present:
        yield InputError("the folder holds no CSV file", place=str(folder), cure=START)
        return
    taken: set[str] = set()
    for name in ("accounts", "securities"):
        if name not in present:
            near = nearest(name, spare)
            taken.add(near or "")
            cure = f"rename {near}.csv to {name}.csv" if near else f"add it; {START}"
            yield InputError(f"{name}.csv is missing", place=str(folder), cure=cure)
    if "lots" not in present and "transactions" not in present:
        near = nearest("transactions", spare) or nearest("lots", spare)
        taken.add(near or "")
        right = nearest(near, TABLES) if near else None
        cure = f"rename {near}.csv to {right}.csv" if near else "add one of them; a header alone will do"
        yield InputError("neither lots.csv nor transactions.csv is there", place=str(folder), cure=cure)
    for name in spare:
        right = nearest(name, TABLES)
        if right is not None and right not in present and name not in taken:
            yield InputError(
                f"{name}.csv is not a table of a book",
                place=str(folder),
                cure=f"rename it to {right}.csv, or move it out of the folder",
            )
