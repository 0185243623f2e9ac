"""What a decision rests on, as contents of the log: the facts of the book and the mandates' texts.

    kept = inputs_of(desk)            packed once for a desk, however many lists are judged at it
    keep(session, kept)               -> {"facts": {"prices": address, …}, "mandates": address}
    with restored(session, …) as desk:    the same desk, from nothing but the log

Facts lie by family, so that a new price list stores prices again and nothing else. Mandates are kept with
every file that was read for them, and with every mandate that they extend or use.
"""

import base64
import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_type_hints

from sqlmodel import Session

from dsl import syntax as s
from dsl.library import FileReader, Library, LibraryPolicy
from dsl.parse import parse
from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.gate.engine.port import InferenceEngine
from engine.shell import policies, work
from engine.shell.log.codec import decoded, encoded, to_bytes
from engine.shell.log.contents import get, packed, put_packed

FORM = 1
"""The format of facts and mandates in the contents."""

Packed = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Facts by family and mandates, ready to be kept."""

    facts: Mapping[str, Packed]
    mandates: Packed


def inputs_of(desk: work.Desk) -> Inputs:
    """Return what a desk works on. Raises InputError where a mandate's file changed meanwhile."""
    return Inputs(facts=packed_facts(desk.records), mandates=packed(_mandates(desk)))


def packed_facts(records: Records) -> Mapping[str, Packed]:
    """Return the facts by family; where they were read from is left out."""
    hints = get_type_hints(Records)
    families = [field.name for field in dataclasses.fields(Records) if field.name != "source"]
    return {
        name: packed(to_bytes({"form": FORM, "data": encoded(hints[name], getattr(records, name))}))
        for name in families
    }


def keep(session: Session, inputs: Inputs) -> dict[str, Any]:
    """Keep inputs in the log; return their addresses."""
    return {
        "facts": {name: put_packed(session, *part) for name, part in inputs.facts.items()},
        "mandates": put_packed(session, *inputs.mandates),
    }


def facts_at(session: Session, addresses: Mapping[str, str]) -> Records:
    """Return the facts of some addresses. Raises InputError where a newer program wrote them."""
    hints = get_type_hints(Records)
    unknown = set(addresses) - set(hints)
    if unknown:
        raise _newer(f"a book with `{min(unknown)}`")
    told = {name: _read(get(session, address)) for name, address in addresses.items()}
    return Records(**{name: decoded(hints[name], data["data"]) for name, data in told.items()})


def restored(
    session: Session, kept: Mapping[str, Any], *, as_of: date, inference: InferenceEngine
) -> work.Desk:
    """Return the desk of a record, from nothing but the log."""
    from engine.ledger.book import open_book
    from rulebooks.grounding import ground

    records = facts_at(session, kept["facts"])
    told = _read(get(session, kept["mandates"]))
    shelf = _shelf(told)
    checked = tuple(
        policies.check_listed(entry, beside=shelf) for entry in shelf.in_force[: len(told["chosen"])]
    )
    broken = tuple(file for file in checked if file.policy is None)
    if broken:
        raise policies.MandateErrors(broken)
    rulebook = work.rulebook_of(tuple(file.policy for file in checked if file.policy is not None))
    book = open_book(records, as_of=as_of, reading=rulebook.tax)
    return work.Desk(records=records, ground=ground(rulebook, book), inference=inference, beside=shelf)


def _mandates(desk: work.Desk) -> bytes:
    """Return the mandates of a desk, those they build on, and the files read for any of them."""
    read: dict[int, dict[str, bytes]] = {}

    def keeping(entry: LibraryPolicy) -> LibraryPolicy:
        kept = read.setdefault(len(read), {})
        return dataclasses.replace(entry, files=_keeping(entry.files, kept))

    named = [policies.listed(name, beside=desk.beside) for name in desk.named]
    chosen = [keeping(entry) for entry, _ in named]
    below = [row for entry, beside in named for row in _built_on(entry, policies.library(beside))]
    others = [keeping(entry) for entry in {(row.id, row.version): row for row in below}.values()]
    shelf = policies.Shelf(in_force=tuple(chosen), others=tuple(others))
    checked = [policies.check_listed(entry, beside=shelf) for entry in chosen]
    digests = {file.policy.digest for file in checked if file.policy is not None}
    if digests != {policy.digest for policy in desk.ground.rulebook.policies}:
        raise InputError("a mandate changed while it was read", place="--policy", cure="run it again")
    told = [_entry_data(entry, read[n]) for n, entry in enumerate((*chosen, *others))]
    return to_bytes({"form": FORM, "chosen": told[: len(chosen)], "others": told[len(chosen) :]})


def _built_on(chosen: LibraryPolicy, library: Library) -> Iterator[LibraryPolicy]:
    """Yield every policy that one extends or uses, and those that these do, each once."""
    waiting = [chosen]
    seen = {(chosen.id, chosen.version)}
    while waiting:
        entry = waiting.pop(0)
        tree = parse(entry.text, file=entry.file).tree
        header = () if tree.header is None else tree.header.clauses
        for node in (*header, *tree.statements):
            if not isinstance(node, s.Bring):
                continue
            found = library.find(node.id.text, node.version.text)
            if found is not None and (found.id, found.version) not in seen:
                seen.add((found.id, found.version))
                waiting.append(found)
                yield found


def _keeping(files: FileReader, kept: dict[str, bytes]) -> FileReader:
    def read(path: str) -> bytes | None:
        data = files(path)
        if data is not None:
            kept[path] = data
        return data

    return read


def _entry_data(entry: LibraryPolicy, files: Mapping[str, bytes]) -> dict[str, Any]:
    kept = {path: base64.b64encode(data).decode("ascii") for path, data in sorted(files.items())}
    return {
        "id": entry.id,
        "version": entry.version,
        "file": entry.file,
        "text": entry.text,
        "files": kept,
    }


def _shelf(told: Mapping[str, Any]) -> policies.Shelf:
    def entry(row: Mapping[str, Any]) -> LibraryPolicy:
        files = {path: base64.b64decode(data) for path, data in row["files"].items()}
        return LibraryPolicy(
            id=row["id"], version=row["version"], file=row["file"], text=row["text"], files=files.get
        )

    return policies.Shelf(
        in_force=tuple(map(entry, told["chosen"])), others=tuple(map(entry, told["others"]))
    )


def _read(data: bytes) -> Any:
    told = json.loads(data)
    if told["form"] > FORM:
        raise _newer("this record")
    return told


def _newer(what: str) -> InputError:
    return InputError(f"{what} was written by a newer program", place="decision log", cure="update guardband")
