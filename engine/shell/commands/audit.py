"""`guardband audit`: the decision log verified, replayed and exported."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import Format, FormatOption

if TYPE_CHECKING:
    from engine.shell.log.replay import Replayed
    from engine.shell.log.verify import Checked

app = typer.Typer(help="Verify, replay and export the decision log.", no_args_is_help=True)

KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="The key that signatures are verified with. Unsaid: what GUARDBAND_SIGNING_KEY names.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write it to this file.", show_default=False),
]


class ExportFormat(StrEnum):
    """What the log is exported as."""

    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


@app.command("verify")
def verify(
    book: DatabaseOption = "sqlite:///guardband.db",
    key: KeyOption = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="FILE", help="A head kept elsewhere (`audit head`).", show_default=False
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Say whether every record is whole, in order and there; else name the first that is not.

    Exit status: 0 the log holds, 1 it does not, 2 wrong use.

    Example: `guardband audit verify --book sqlite:///firm.db`
    """
    from engine.shell.console import print_json, print_text
    from engine.shell.log.export import status_words
    from engine.shell.log.signing import key_from
    from engine.shell.log.verify import verify as verified
    from engine.shell.store.connect import open_store

    known = None if against is None else _head(against)
    with open_store(book) as store, store.reading() as session:
        checked = verified(session, key=key_from(key), known=known)
    if output is Format.JSON:
        print_json(verify_answer(checked))
    else:
        print_text(status_words(checked))
    raise typer.Exit(int(checked.finding is not None))


@app.command("head")
def head(book: DatabaseOption = "sqlite:///guardband.db", out: OutOption = None) -> None:
    """Print the end of the log and a Merkle root for each day, to be kept where the log is not.

    `audit verify --against FILE` then finds also what a person with access to the database cut off.

    Exit status: 0, 1 where the log does not hold, 2 wrong use.

    Example: `guardband audit head --book sqlite:///firm.db --out head.json`
    """
    from engine.shell.console import json_text
    from engine.shell.log.verify import head_data
    from engine.shell.log.verify import verify as verified
    from engine.shell.saving import save
    from engine.shell.store.connect import open_store

    with open_store(book) as store, store.reading() as session:
        data, holds = head_data(session), verified(session).finding is None
    text = json_text(data)
    if out is None:
        sys.stdout.write(text)
    else:
        save(out, text)
    raise typer.Exit(int(not holds))


@app.command("replay")
def replay(
    name: Annotated[str, typer.Argument(metavar="ID", help="A record's number, or its hash or decision.")],
    book: DatabaseOption = "sqlite:///guardband.db",
    output: FormatOption = Format.TEXT,
) -> None:
    """Reach a decision again from the facts, mandates and request of its record, and compare the bytes.

    --format json prints the answer itself, as it was told then.

    Exit status: 0 the same bytes, 1 another answer, 2 wrong use, or a record without an answer.

    Example: `guardband audit replay 12 --book sqlite:///firm.db`
    """
    from engine.shell import work
    from engine.shell.console import print_text
    from engine.shell.log.chain import entry
    from engine.shell.log.replay import replay as replayed
    from engine.shell.store.connect import open_store

    with open_store(book) as store, store.reading() as session, work.engine() as inference:
        found, _ = replayed(session, entry(session, name), inference=inference)
    if output is Format.JSON:
        sys.stdout.write(found.reached.decode())
    else:
        print_text(replay_text(found))
    raise typer.Exit(int(not found.is_same))


@app.command("export")
def export(
    book: DatabaseOption = "sqlite:///guardband.db",
    output: Annotated[
        ExportFormat, typer.Option("--format", help="csv for programs, xlsx for a spreadsheet, html to read.")
    ] = ExportFormat.CSV,
    out: OutOption = None,
) -> None:
    """Write the log for an examiner: terms, persons, times, accounts, policy versions, one row a trade.

    Exit status: 0, 1 where the log does not hold (it is written all the same, and says so), 2 wrong use.

    Example: `guardband audit export --book sqlite:///firm.db --format xlsx --out log.xlsx`
    """
    from engine.facts.failure import InputError
    from engine.shell.log import export as exporting
    from engine.shell.log.verify import verify as verified
    from engine.shell.saving import save
    from engine.shell.store.connect import open_store

    if output is ExportFormat.XLSX and out is None:
        raise InputError("a workbook is no text", place="--format xlsx", cure="name a file: --out log.xlsx")
    with open_store(book) as store, store.reading() as session:
        checked = verified(session)
        rows = exporting.export_rows(session)
        match output:
            case ExportFormat.CSV:
                text = exporting.csv_text(rows)
            case ExportFormat.HTML:
                text = exporting.html_text(rows, checked, title=f"Decision log of {store.address}")
            case ExportFormat.XLSX:
                assert out is not None
                out.write_bytes(exporting.xlsx_bytes(rows, checked))
                text = ""
    if out is None:
        sys.stdout.write(text)
    elif output is not ExportFormat.XLSX:
        save(out, text)
    raise typer.Exit(int(checked.finding is not None))


def verify_answer(checked: "Checked") -> dict[str, Any]:
    """Return what verifying came to, for programs."""
    found = checked.finding
    return {
        "schema": "guardband/audit-verify/1",
        "holds": found is None,
        "records": checked.records,
        "last": checked.last,
        "signed": checked.signed,
        "signatures": checked.signatures,
        "finding": None if found is None else {"record": found.seq, "what": found.what, "words": found.words},
        "days": [
            {"day": row.day.isoformat(), "first": row.first, "last": row.last, "root": row.root}
            for row in checked.days
        ],
    }


def replay_text(found: "Replayed") -> str:
    """Return what a replay came to, for people."""
    row = found.entry
    first = f"record {row.name}, {row.kind} by {row.person} at {row.recorded_at:%Y-%m-%d %H:%M:%S} UTC"
    same = f"ok  the same {len(found.written):,} bytes"
    lines = [first, same if found.is_same else "fails  another answer", *found.notes]
    lines += [f"  {words}" for words in found.differences[:20]]
    if len(found.differences) > 20:
        lines.append(f"  and {len(found.differences) - 20} more")
    return "\n".join(lines)


def _head(path: Path) -> dict[str, Any]:
    import json

    from engine.facts.failure import InputError

    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        fits = told["schema"] == "guardband/audit-head/1"
    except (OSError, ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        cure = "write one: guardband audit head --out FILE"
        raise InputError("the file is no exported head", place=str(path), cure=cure)
    assert isinstance(told, dict)
    return told
