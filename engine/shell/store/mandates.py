"""Mandates between folder and store: read with the files they name, kept word for word, given back.

mandates_in(folder)            every *.mandate of a folder, checked
record_mandate(session, …)     kept once, compiled to rows; the same text is the same row
shelf_of(session, as_of=D)     the versions in force on D, to be named by their ids
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session

from dsl.diagnostics import has_errors
from dsl.library import FileReader, LibraryPolicy, library_of
from dsl.parse import parse
from engine.gate.fingerprint import canonical, digest
from engine.shell import policies as texts
from engine.shell.store.compiled import statement_rows
from engine.shell.store.delivery import Mandate
from engine.shell.store.facts import Seen, last_day
from engine.shell.store.recording import insert_rows, next_key, table_of
from engine.shell.store.schema import policies
from rulebooks.compile import compile_rulebook
from rulebooks.records import policy_records


def mandates_in(folder: Path) -> tuple[Mandate, ...]:
    """Return every mandate of a folder with the files it names.

    Raises MandateErrors with every finding where one of them has an error.
    """
    return checked_mandates(library_of(texts.files_of(folder)).policies, beside=folder)


def shipped_mandates(ids: Iterable[str]) -> tuple[Mandate, ...]:
    """Return the mandates of the shipped library with these ids."""
    wanted = frozenset(ids)
    shipped = texts.library(None).policies
    return checked_mandates(tuple(entry for entry in shipped if entry.id in wanted), beside=None)


def checked_mandates(entries: Iterable[LibraryPolicy], *, beside: texts.Beside) -> tuple[Mandate, ...]:
    """Return mandates, checked, each with the files that were read for it.

    Raises MandateErrors where one of them has an error.
    """
    found, broken = [], []
    for entry in entries:
        read: dict[str, bytes] = {}
        checked = texts.check_parsed(
            parse(entry.text, file=entry.file), folder=beside, files=_keeping(entry.files, read)
        )
        if checked.policy is None or has_errors(checked.diagnostics):
            broken.append(checked)
        else:
            files = tuple(sorted(read.items()))
            found.append(Mandate(policy=checked.policy, text=checked.text, files=files))
    if broken:
        raise texts.MandateErrors(tuple(broken))
    return tuple(found)


def record_mandate(session: Session, mandate: Mandate, *, import_id: int | None) -> int:
    """Keep a mandate and the rows it compiles to, where it is not kept already; return its id."""
    policy = mandate.policy
    rulebook = compile_rulebook((policy,))
    content = digest(
        canonical(
            (mandate.text, policy.file, rulebook.hash, [(p, digest(d.hex())) for p, d in mandate.files])
        )
    )
    table = table_of(policies.MandateRow)
    known: int | None = session.execute(
        select(table.c.id).where(table.c.content == content)
    ).scalar_one_or_none()
    if known is not None:
        return known
    id_ = next_key(session, table.c.id)
    row = {
        "id": id_,
        "content": content,
        "text": mandate.text,
        "rulebook_hash": rulebook.hash,
        "import_id": import_id,
        **_header(mandate),
    }
    insert_rows(session, table, [row])
    insert_rows(
        session,
        table_of(policies.MandateFileRow),
        [
            {"mandate_id": id_, "path": path, "sha256": _sha256(data), "content": data}
            for path, data in mandate.files
        ],
    )
    for model, rows in statement_rows(session, mandate, rulebook, mandate_id=id_):
        insert_rows(session, table_of(model), rows)
    return id_


def shelf_of(session: Session, *, as_of: date | None = None, known: datetime | None = None) -> texts.Shelf:
    """Return the policies in force on a day (None: the store's last day), as known at a moment."""
    seen = Seen(as_of=as_of or last_day(session, known=known), known=known)
    table, force = table_of(policies.MandateRow), table_of(policies.PolicyRow)
    kept = {row["id"]: row for row in session.execute(select(table)).mappings()}
    contents = _files(session)

    def entry(id_: int) -> LibraryPolicy:
        row = kept[id_]
        files = contents.get(id_, {})
        return LibraryPolicy(
            id=row["policy"], version=row["version"], text=row["text"], file=row["file"], files=files.get
        )

    now = [row["mandate_id"] for row in session.execute(seen.of(force)).mappings()]
    ever = session.execute(Seen(as_of=None, known=known).of(force)).mappings()
    rest = dict.fromkeys(row["mandate_id"] for row in ever if row["mandate_id"] not in now)
    return texts.Shelf(in_force=tuple(map(entry, now)), others=tuple(map(entry, rest)))


def _keeping(files: FileReader, kept: dict[str, bytes]) -> FileReader:
    """Return a reader that keeps what it reads."""

    def read(path: str) -> bytes | None:
        data = files(path)
        if data is not None:
            kept[path] = data
        return data

    return read


def _header(mandate: Mandate) -> Mapping[str, object]:
    policy = mandate.policy
    applies = next(row[-1][1] for row in policy_records(policy) if row[-1][0] == "applies_to")
    return {
        "policy": policy.id,
        "version": policy.version,
        "title": policy.title,
        "file": policy.file,
        "digest": policy.digest,
        "effective_from": policy.effective_from,
        "effective_until": policy.effective_until,
        "supersedes": policy.supersedes,
        "extends": None if policy.extends is None else " ".join(policy.extends),
        "applies_to": applies,
        "currency": policy.currency,
        "calendar": policy.calendar,
        "base": policy.base,
        "missing": policy.missing.words,
        "owner": policy.owner,
        "approved_by": None if policy.approved is None else policy.approved[0],
        "approved_on": None if policy.approved is None else policy.approved[1],
    }


def _files(session: Session) -> dict[int, dict[str, bytes]]:
    found: dict[int, dict[str, bytes]] = {}
    for row in session.execute(select(table_of(policies.MandateFileRow))).mappings():
        found.setdefault(row["mandate_id"], {})[row["path"]] = row["content"]
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
