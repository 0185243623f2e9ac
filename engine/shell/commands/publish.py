"""`guardband publish`: a new version of a mandate, with what it would change, waits for a second person."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import ByOption, Format, FormatOption


def publish(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new version: a mandate file.")],
    book: DatabaseOption = "sqlite:///guardband.db",
    by: ByOption = None,
    days: Annotated[int, typer.Option("--days", min=0, help="Judge the trades of so many days again.")] = 365,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what is found, record nothing.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Check, lint and test a new version, tell what it admits and whom it affects, and record it pending.

    A second officer puts it into force: `guardband approve POLICY@VERSION --as officer --by NAME`. A
    version with errors, a proven contradiction or a failing example is not recorded.

    Exit status: 0 pending, 1 refused, 2 input that cannot be read.

    Example: `guardband publish household-2.mandate --book sqlite:///firm.db --by "R. Okafor"`
    """
    from datetime import UTC, datetime

    from dsl.diagnostics import Diagnostic
    from dsl.parse import decode
    from engine.facts.failure import InputError
    from engine.shell import policies
    from engine.shell.console import complain, print_json, print_text
    from engine.shell.publishing.desk import Acting, prepared_text, publish_text

    if not file.is_file():
        raise InputError("there is no such mandate", place=str(file), cure="name a *.mandate file")
    text = decode(file.read_bytes(), file=file.name)
    if isinstance(text, Diagnostic):
        checked = policies.CheckedFile(name=file.name, text="", policy=None, diagnostics=(text,))
        raise policies.MandateErrors((checked,))
    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    made = prepared_text(acting, text, file=file.name, files=policies.files_below(file.parent), days=days)
    policy = made.mandate.policy
    entry = None if dry_run or made.refused else publish_text(acting, made)
    if output is Format.JSON:
        print_json(
            {
                "schema": "guardband/publish/1",
                "policy": policy.id,
                "version": policy.version,
                "effective_from": None if policy.effective_from is None else str(policy.effective_from),
                "state": "refused" if made.refused else "found" if entry is None else "pending",
                "refused": list(made.refused),
                "record": None if entry is None else entry.seq,
                **made.data,
            }
        )
    else:
        print_text(made.text)
    if made.refused:
        complain(f"not published: {'; '.join(made.refused)}")
    elif entry is not None:
        name = f"{policy.id}@{policy.version}"
        complain(f"recorded as {entry.name}; {name} waits for a second officer: guardband approve {name}")
    raise typer.Exit(int(bool(made.refused)))
