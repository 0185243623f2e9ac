"""The demonstration household: invented people and holdings, real prices.

The folder that `demo_folder` names is a book (accounts, securities, prices, transactions, benchmark) with
its mandate beside it, and a NOTICE of what is real.
"""

from importlib.resources import files
from pathlib import Path

MANDATE = "household.mandate"


def demo_folder() -> Path:
    """Return the folder of the shipped book and mandate; read it, never write to it."""
    return Path(str(files("engine.shell.demo").joinpath("data")))


def lay_out(folder: Path) -> None:
    """Copy the shipped book and mandate into a folder; what is already there stays as it is."""
    source = demo_folder()
    for path in sorted(source.rglob("*")):
        target = folder / path.relative_to(source)
        if path.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
