"""Mandates from files: read, checked, and ready to compile; or every finding told at once.

A policy is named by a file, or by the id of a mandate beside the book or in the shipped library.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.catalogue import DataSchema
from dsl.diagnostics import Diagnostic, has_errors, in_order
from dsl.library import FileReader, Library, LibraryPolicy, library_of, no_files
from dsl.policy import CheckedPolicy
from engine.facts.failure import GuardbandError, InputError

if TYPE_CHECKING:
    from dsl.parse import Parsed

SUFFIX = ".mandate"
SHIPPED = Path(str(files("rulebooks").joinpath("library")))
"""The folder of the shipped mandates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """One file after `check`: its text, what was found, and the policy where there is no error."""

    name: str
    text: str
    policy: CheckedPolicy | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Mandates that lie in no folder, such as those of a database.

    in_force: named by their ids; others: older and later versions, which mandates may extend or use.
    """

    in_force: tuple[LibraryPolicy, ...]
    others: tuple[LibraryPolicy, ...] = ()


Beside = Path | Shelf | None
"""Where mandates lie that a command may name by id: a folder, a shelf, or nowhere."""


class MandateErrors(GuardbandError):
    """Mandates with errors; the text is what `guardband check` would print."""

    def __init__(self, checked: tuple[CheckedFile, ...]) -> None:
        from engine.shell.findings import errors_text

        self.checked = checked
        super().__init__(errors_text(checked))


def check_file(path: Path, *, schema: DataSchema | None = None, today: date | None = None) -> CheckedFile:
    """Return one mandate, checked against the shipped library and the mandates beside it.

    schema: the columns of the data at hand, if any; today: the day on which waivers may have expired.
    Raises InputError where the file cannot be read.
    """
    from dsl.parse import decode, parse

    _refuse_absent(path)
    name = path.name
    text = decode(path.read_bytes(), file=name)
    if isinstance(text, Diagnostic):
        return CheckedFile(name=name, text="", policy=None, diagnostics=(text,))
    return check_parsed(parse(text, file=name), folder=path.parent, schema=schema, today=today)


def check_parsed(
    parsed: "Parsed",
    *,
    folder: Beside,
    schema: DataSchema | None = None,
    today: date | None = None,
    files: FileReader | None = None,
) -> CheckedFile:
    """Return a mandate that has been read, checked as if it stood in a folder or on a shelf (None: alone).

    files: reads the files that it names; unsaid: below the folder.
    """
    from dsl.check import check
    from dsl.words import shipped
    from engine.gate.witnesses import one_witness
    from rulebooks.catalogue import catalogue

    checked = check(
        parsed,
        catalogue=catalogue(),
        library=library(folder),
        files=files or (files_below(folder) if isinstance(folder, Path) else no_files),
        schema=schema,
        today=today,
    )
    policy = checked.policy
    noted = () if policy is None else one_witness(policy, frozenset(shipped().measures))
    return CheckedFile(
        name=parsed.file,
        text=parsed.text,
        policy=policy,
        diagnostics=in_order((*checked.diagnostics, *noted)) if noted else checked.diagnostics,
    )


def check_listed(entry: LibraryPolicy, *, beside: Beside) -> CheckedFile:
    """Return a mandate of a shelf, checked against what lies beside it."""
    from dsl.parse import parse

    return check_parsed(parse(entry.text, file=entry.file), folder=beside, files=entry.files)


def load(names: tuple[str, ...], *, beside: Beside = None) -> tuple[CheckedPolicy, ...]:
    """Return policies named by file or id, all of them without errors.

    beside: a folder or shelf whose mandates may be named by id. Raises MandateErrors with every finding
    of every file, InputError where a name means nothing.
    """
    checked = tuple(_check_named(name, beside) for name in names)
    broken = tuple(file for file in checked if file.policy is None or has_errors(file.diagnostics))
    if broken:
        raise MandateErrors(broken)
    return tuple(file.policy for file in checked if file.policy is not None)


def listed(name: str, *, beside: Beside) -> tuple[LibraryPolicy, Beside]:
    """Return the mandate that a name means, with its text, and where what it builds on lies.

    Raises InputError where the name means nothing.
    """
    found = _on_shelf(name, beside)
    if found is not None:
        return found, beside
    path = _find(name, beside)
    _refuse_absent(path)
    entries = library_of([_entry(path)]).policies
    if not entries:
        raise InputError("the mandate has no id and version", place=str(path), cure="give it both")
    return entries[0], path.parent


def library(beside: Beside) -> Library:
    """Return the mandates of a folder or shelf and the shipped ones; its own come first."""
    if isinstance(beside, Shelf):
        return Library(policies=(*beside.in_force, *beside.others, *library_of(_shipped()).policies))
    own = tuple(files_of(beside)) if beside is not None else ()
    return library_of((*own, *_shipped()))


def _check_named(name: str, beside: Beside) -> CheckedFile:
    found = _on_shelf(name, beside)
    return check_file(_find(name, beside)) if found is None else check_listed(found, beside=beside)


def _on_shelf(name: str, beside: Beside) -> LibraryPolicy | None:
    """Return the mandate of a shelf with an id; None where the name means a file or nothing there."""
    if not isinstance(beside, Shelf) or _is_file(name):
        return None
    return next((policy for policy in beside.in_force if policy.id == name), None)


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        raise InputError("there is no such mandate", place=str(path), cure="name a *.mandate file")


def _is_file(name: str) -> bool:
    path = Path(name)
    return path.suffix == SUFFIX or path.is_file()


def _find(name: str, beside: Beside) -> Path:
    if _is_file(name):
        return Path(name)
    for folder in (beside if isinstance(beside, Path) else None, SHIPPED):
        for found in sorted(folder.glob(f"*{SUFFIX}")) if folder is not None else ():
            if found.is_file() and any(policy.id == name for policy in library_of([_entry(found)]).policies):
                return found
    raise InputError(
        f"no policy has the id `{name}`",
        place="--policy",
        cure=f"name a *{SUFFIX} file, or one of {', '.join(library(beside).ids)}",
    )


def files_of(folder: Path) -> Iterator[tuple[str, str, FileReader]]:
    """Yield name, text and reader of every mandate of a folder, by name."""
    yield from (_entry(path) for path in sorted(folder.glob(f"*{SUFFIX}")) if path.is_file())


def _entry(path: Path) -> tuple[str, str, FileReader]:
    return path.name, path.read_bytes().decode("utf-8-sig", errors="replace"), files_below(path.parent)


@cache
def _shipped() -> tuple[tuple[str, str, FileReader], ...]:
    return tuple(files_of(SHIPPED))


def files_below(folder: Path) -> FileReader:
    """Return a reader of files below a folder; what lies outside it, or no file can be, is not there."""
    root = folder.resolve()

    def read(relative: str) -> bytes | None:
        try:
            path = (root / relative).resolve()
            return path.read_bytes() if path.is_relative_to(root) and path.is_file() else None
        except (OSError, ValueError):  # no file can have this name, or it may not be read
            return None

    return read
