"""Deliveries: what an importer has read and the store is to record."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dsl.policy import CheckedPolicy
from engine.facts.book import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """A file as it was read."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate's text, what it means, and the files that it names."""

    policy: CheckedPolicy
    text: str
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Facts, mandates and files of one import.

    complete: the delivery tells all there is of the accounts in it; what is stored of their lots,
    transactions and orders and not told any more is withdrawn.
    """

    format: str
    source: str  # folder or file name, for the record
    records: Records
    mandates: tuple[Mandate, ...] = ()
    files: tuple[FileRead, ...] = ()
    complete: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 over the format and the files, whatever order they were read in."""
        lines = sorted(f"{file.name} {file.sha256}" for file in self.files)
        return hashlib.sha256("\n".join([self.format, *lines]).encode()).hexdigest()


def file_read(path: Path, name: str | None = None) -> FileRead:
    """Return a file's name, digest and size."""
    data = path.read_bytes()
    return FileRead(name=name or path.name, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
