"""`guardband init`: a small working book and mandate to edit."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet, or is empty.")
    ],
) -> None:
    """Write a small working book, a mandate and a trade list, ready to be edited.

    Nothing that exists is ever overwritten.

    Example: `guardband init my-book && guardband gate --book my-book --trades my-book/trades.csv`
    """
    from engine.shell.init import lay_out

    written = lay_out(folder)
    typer.echo(f"wrote {len(written)} files to {folder}; start with {folder / 'README.md'}")
