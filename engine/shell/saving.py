"""Files that are written whole or not at all."""

import os
import tempfile
from pathlib import Path

from engine.facts.failure import InputError


def save(path: Path, text: str) -> None:
    """Write a text file (UTF-8) as `save_bytes` does."""
    save_bytes(path, text.encode())


def save_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it.

    Raises InputError where the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as problem:
        raise InputError(
            f"the file cannot be written: {problem.strerror}",
            place=str(path),
            cure="choose a folder you may write to",
        ) from problem
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
