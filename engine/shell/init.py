"""`guardband init`: lay out a small working book, never over anything that exists."""

from importlib.resources import files
from pathlib import Path

from engine.facts.failure import InputError, InputErrors

CURE = "name a folder that does not exist yet, or move the file away"


def lay_out(folder: Path) -> tuple[Path, ...]:
    """Write the files of a small book into a folder and return their paths.

    Raises InputErrors, and writes nothing, where the folder is a file, cannot be made, or already holds
    a file of one of the names.
    """
    texts = {
        entry.name: entry.read_bytes()
        for entry in sorted(files("engine.shell.demo").joinpath("start").iterdir(), key=lambda e: e.name)
    }
    paths = tuple(folder / name for name in texts)
    _refuse_what_exists(folder, paths)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            with path.open("xb") as file:
                file.write(texts[path.name])
    except OSError as error:
        reason = f"the folder cannot be written ({error.strerror})"
        raise InputErrors((InputError(reason, place=str(folder), cure="name another folder"),)) from None
    return paths


def _refuse_what_exists(folder: Path, paths: tuple[Path, ...]) -> None:
    if folder.exists() and not folder.is_dir():
        reason = "this is a file, not a folder"
        raise InputErrors((InputError(reason, place=str(folder), cure=CURE),))
    problems = tuple(
        InputError("the file exists and is not overwritten", place=str(path), cure=CURE)
        for path in paths
        if path.exists() or path.is_symlink()
    )
    if problems:
        raise InputErrors(problems)
