"""Where other policies and named files come from, as plain values handed to the checker.

A library maps (id, version) to a policy's text; the shell fills it from the shipped folder and the
files beside the policy. `library.find("firm.base", "7.0.0")` is the text that `extends` brings in.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

FileReader = Callable[[str], bytes | None]
"""Reads a path relative to the policy's folder; None where there is no such file."""


def no_files(_path: str) -> bytes | None:
    """Read nothing: for policies that stand alone."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPolicy:
    """A policy that others may extend or use; `files` reads the files that it names."""

    id: str
    version: str
    text: str
    file: str
    files: FileReader = no_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The policies at hand; where two have the same id and version, the first counts."""

    policies: tuple[LibraryPolicy, ...] = ()

    def find(self, id: str, version: str) -> LibraryPolicy | None:
        """Return the policy with that id and version, or None."""
        return next((p for p in self.policies if p.id == id and p.version == version), None)

    def versions(self, id: str) -> tuple[str, ...]:
        """Return the versions at hand of a policy."""
        return tuple(p.version for p in self.policies if p.id == id)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all policies at hand."""
        return tuple(dict.fromkeys(p.id for p in self.policies))


_CLAUSE = {
    "id": re.compile(r"^[ \t]*id[ \t]+([a-z][\w.]*)", re.MULTILINE),
    "version": re.compile(r"^[ \t]*version[ \t]+(\d+\.\d+\.\d+)", re.MULTILINE),
}


def library_of(files: Iterable[tuple[str, str, FileReader]]) -> Library:
    """Return a library of files given as (name, text, reader); files without id or version are left out."""
    found = []
    for file, text, reader in files:
        id_, version = (_CLAUSE[word].search(text) for word in ("id", "version"))
        if id_ is not None and version is not None:
            found.append(LibraryPolicy(id=id_[1], version=version[1], text=text, file=file, files=reader))
    return Library(policies=tuple(found))
