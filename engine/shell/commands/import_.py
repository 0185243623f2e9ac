"""`guardband import`: bring files into a book, whole or not at all."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.shell.options import Format, FormatOption

if TYPE_CHECKING:
    from engine.shell.importers.merging import Choice
    from engine.shell.store.delivery import Delivery
    from engine.shell.store.load import Loaded
    from engine.shell.store.recording import Count


class CorrectionsName(StrEnum):
    """What is done with rows that were told otherwise before."""

    TELL = "tell"
    APPLY = "apply"
    ADD = "add"


def import_(
    format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="What is imported: `book` (a book's folder), `schwab`, `schwab-lots`, `schwab-positions`, "
            "`schwab-awards`, `fidelity`, `vanguard`, `vanguard-uk`, `ofx`, `ibkr-flex`, `ibkr-flex-csv`, "
            "`ibkr-activity`, `merrill`, `robinhood`, `degiro`, `trading212`, `xlsx`, `prices`.",
        ),
    ],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file or folder.")],
    book: Annotated[
        str,
        typer.Option(
            "--book",
            "-b",
            metavar="DIR|URL",
            help="A folder of CSV files, or a database: sqlite:///FILE.db, postgresql://USER@HOST/NAME.",
        ),
    ] = "sqlite:///guardband.db",
    account: Annotated[
        list[str] | None,
        typer.Option(
            "--account",
            metavar="ACCOUNT|FILE'S=ACCOUNT",
            help="The book's account that the file is about; `U123=TAX-1` for one of several in the file.",
            show_default=False,
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Option(
            "--new",
            metavar="KIND",
            help="Add accounts that the book does not hold, of this kind: taxable, ira, roth_ira, 401k, …",
            show_default=False,
        ),
    ] = None,
    household: Annotated[
        str | None,
        typer.Option(
            "--household", help="The household of added accounts. Unsaid: its own.", show_default=False
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE", help="What the columns of a workbook mean.", show_default=False
        ),
    ] = None,
    corrections: Annotated[
        CorrectionsName,
        typer.Option(
            "--corrections",
            help="Rows that an earlier file told otherwise: `tell` leaves them unread, `apply` puts them in "
            "place of the earlier ones and ends what the file lacks, `add` keeps both.",
        ),
    ] = CorrectionsName.TELL,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be imported, and write nothing.")
    ] = False,
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
    """Bring a file into a book; the same file a second time changes nothing.

    Transactions go by what they say, so files that overlap double nothing. A row that is not understood is
    told with line, reason and cure, and stops no other. What an earlier file told otherwise is told, and
    changed where `--corrections apply` says so. An error leaves the book as it was. A database that
    is not there is laid out, a folder is begun.

    Exit status: 0, 1 where rows are left unread or are there no more, or 2 for input that cannot be read.

    Example: `guardband import schwab activity.csv --book household --account TAX-1`
    """
    from datetime import UTC

    from engine.shell.console import print_json, print_text
    from engine.shell.importers import importer

    chosen = importer(format)
    if chosen.read is not None:
        _refuse_for_books(account, new, household, mapping, dry_run)
        loaded, told = _load_book(chosen.read(path), book, since)
        print_json(_answer(loaded)) if output is Format.JSON else print_text(_text(loaded, told))
        return
    from engine.shell.importing import run

    done = run(
        chosen,
        path,
        book=book,
        choice=_choice(account or [], new, household, corrections),
        now=datetime.now(UTC),
        mapping=mapping,
        dry_run=dry_run,
        since=since.date() if since else None,
    )
    from engine.shell.imported import imported_answer, imported_text

    if output is Format.JSON:
        print_json(imported_answer(chosen.format, done))
    else:
        print_text(imported_text(done))
    if done.merged.unread or (done.merged.gone and corrections is CorrectionsName.TELL):
        raise typer.Exit(1)


def _refuse_for_books(
    account: list[str] | None, new: str | None, household: str | None, mapping: Path | None, dry_run: bool
) -> None:
    from engine.facts.failure import InputError

    if account or new or household or mapping or dry_run:
        raise InputError(
            "a book's folder says all of this itself",
            place="guardband import book",
            cure="leave the option out",
        )


def _choice(
    account: list[str], new: str | None, household: str | None, corrections: CorrectionsName
) -> "Choice":
    from engine.facts.failure import InputError
    from engine.shell.files.accounts import KINDS
    from engine.shell.importers.corrections import Corrections
    from engine.shell.importers.merging import Choice

    if new is not None and new not in KINDS:
        raise InputError(
            f"`{new}` is no kind of account", place="--new", cure=f"say one of {', '.join(KINDS)}"
        )
    pairs = dict(text.rsplit("=", 1) for text in account if "=" in text)
    plain = [text for text in account if "=" not in text]
    if len(plain) > 1:
        cure = "say which is which: --account 'U123=TAX-1'"
        raise InputError("several accounts are named", place="--account", cure=cure)
    return Choice(
        account=plain[0] if plain else None,
        accounts=pairs,
        kind=new,
        household=household,
        corrections=Corrections(corrections),
    )


def _load_book(delivery: "Delivery", book: str, since: datetime | None) -> "tuple[Loaded, str]":
    from datetime import UTC

    from engine.shell.store.connect import open_store
    from engine.shell.store.load import load

    with open_store(book, create=True) as store:
        loaded = load(store, delivery, now=datetime.now(UTC), since=since.date() if since else None)
        return loaded, store.address


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
