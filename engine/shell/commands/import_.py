"""`guardband import`: bring files into a database, whole or not at all."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import Format, FormatOption

if TYPE_CHECKING:
    from engine.shell.store.load import Loaded
    from engine.shell.store.recording import Count


def import_(
    format: Annotated[
        str, typer.Argument(metavar="FORMAT", help="What is imported; `book`: a book's folder.")
    ],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file or folder.")],
    book: DatabaseOption = "sqlite:///guardband.db",
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="What changed is in force from this day on. Unsaid: it corrects what was recorded before.",
            show_default=False,
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Record files in a database; the same files a second time change nothing.

    Rows are compared by what they say: new ones are recorded, changed ones supersede what stood there, and
    what was known before can still be asked for with --known. An error leaves the database as it was. A
    database that is not there is laid out.

    Exit status: 0, or 2 for input that cannot be read.

    Example: `guardband import book BOOK --book sqlite:///firm.db`
    """
    from datetime import UTC

    from engine.shell.console import print_json, print_text
    from engine.shell.importers import importer
    from engine.shell.store.connect import open_store
    from engine.shell.store.load import load

    delivery = importer(format).read(path)
    with open_store(book, create=True) as store:
        loaded = load(store, delivery, now=datetime.now(UTC), since=since.date() if since else None)
        told = store.address
    if output is Format.JSON:
        print_json(_answer(loaded))
    else:
        print_text(_text(loaded, told))


def _answer(loaded: "Loaded") -> dict[str, Any]:
    files = [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in loaded.delivery.files]
    return {
        "schema": "guardband/import/1",
        "format": loaded.delivery.format,
        "changed": loaded.changed,
        "records": [_count(row) for row in loaded.counts],
        "derived": [_count(row) for row in loaded.derived],
        "files": files,
    }


def _count(row: "Count") -> dict[str, Any]:
    return {
        "records": row.family,
        "in": row.new,
        "unchanged": row.unchanged,
        "superseded": row.superseded,
        "withdrawn": row.withdrawn,
    }


def _text(loaded: "Loaded", address: str) -> str:
    told = [row for row in loaded.counts if row.changes or row.unchanged]
    lines = [f"{loaded.delivery.source} -> {address}", ""]
    lines.append(f"{'':<18}{'in':>8}{'unchanged':>12}{'superseded':>12}{'withdrawn':>12}")
    lines += [
        f"{row.family:<18}{row.new:>8}{row.unchanged:>12}{row.superseded:>12}{row.withdrawn:>12}"
        for row in told
    ]
    if not any(row.changes for row in loaded.counts):
        lines += ["", "nothing changed"]
    return "\n".join(lines)
