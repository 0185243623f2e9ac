"""`guardband db`: the database that a firm's books, policies and decisions lie in."""

from typing import Annotated

import typer

app = typer.Typer(
    help="Lay out and keep up the database that books, policies and decisions lie in.", no_args_is_help=True
)

DatabaseOption = Annotated[
    str,
    typer.Option(
        "--book", "-b", metavar="URL", help="The database: sqlite:///FILE.db or postgresql://USER@HOST/NAME."
    ),
]


@app.command("upgrade")
def upgrade(book: DatabaseOption = "sqlite:///guardband.db") -> None:
    """Bring a database to this program's schema; lay it out where it is empty or not there.

    All steps happen in one transaction: the schema is the new one, or the old one. Make a copy first.

    Exit status: 0, or 2 where the database cannot be used.

    Example: `guardband db upgrade --book sqlite:///firm.db`
    """
    from engine.shell.store.connect import connect
    from engine.shell.store.upgrade import upgrade_store

    with connect(book, create=True) as store:
        before, after = upgrade_store(store)
        told = store.address
    if before == after:
        typer.echo(f"{told}: schema {after}, nothing to do")
    else:
        typer.echo(f"{told}: schema {after}, {'laid out' if before is None else f'it was {before}'}")
