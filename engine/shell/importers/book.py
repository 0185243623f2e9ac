"""`guardband import book FOLDER`: a book's folder, with the mandates beside it.

The folder tells all there is of its accounts: their lots, transactions and orders that it no longer holds
are withdrawn. Securities, prices and weights are shared with other books and only added or superseded,
unless the folder tells every account of the database: then the database says what the folder says.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.shell.store.delivery import Delivery, FileRead

FORMAT = "book"
HELP = "a folder of CSV files with its mandates"


def read(path: Path) -> "Delivery":
    """Return everything in a book's folder.

    Raises InputErrors with every problem of every file, MandateErrors with every finding.
    """
    from engine.shell.files.book import read_records
    from engine.shell.store.delivery import Delivery, file_read
    from engine.shell.store.mandates import mandates_in

    records = read_records(path)
    mandates = mandates_in(path)
    named = sorted({file for mandate in mandates for file, _ in mandate.files})
    files = [*_files(path), *(file_read(path / name, name) for name in named)]
    return Delivery(
        format=FORMAT,
        source=path.resolve().name,
        records=records,
        mandates=mandates,
        files=tuple(files),
        complete=True,
    )


def _files(folder: Path) -> "list[FileRead]":
    from engine.shell.files.folder import TABLES
    from engine.shell.policies import SUFFIX
    from engine.shell.store.delivery import file_read

    kept = [
        entry
        for entry in sorted(folder.iterdir())
        if entry.suffix == SUFFIX or (entry.stem in TABLES and entry.suffix.lower() == ".csv")
    ]
    return [file_read(entry) for entry in kept if entry.is_file()]
