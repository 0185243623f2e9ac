"""`guardband user`: who may do what on a database."""

from typing import Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import ByOption

app = typer.Typer(help="Keep the users of a database and their keys.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")]


@app.command("add")
def add(
    name: NameArgument,
    role: Annotated[
        str, typer.Option("--role", metavar="R", help="officer, manager, auditor or administrator.")
    ],
    book: DatabaseOption = "sqlite:///guardband.db",
    by: ByOption = None,
) -> None:
    """Add a user and print their key, once: the database keeps only its hash.

    The first user is an administrator. From then on every act needs a user of a role that may do it.

    Example: `guardband user add "R. Okafor" --role officer --by "A. Root" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.publishing.desk import Acting
    from engine.shell.publishing.people import add_user

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    added = acting.write(lambda session, author: add_user(session, author, name=name, role=role))
    _tell_key(added.key, f"{added.person.name} is {added.person.role}")


@app.command("key")
def key(name: NameArgument, book: DatabaseOption = "sqlite:///guardband.db", by: ByOption = None) -> None:
    """Give a user a new key and print it, once; those given before stop working.

    Example: `guardband user key "R. Okafor" --by "A. Root" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.publishing.desk import Acting
    from engine.shell.publishing.people import renew_key

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    added = acting.write(lambda session, author: renew_key(session, author, name=name))
    _tell_key(added.key, f"{added.person.name} has a new key")


@app.command("remove")
def remove(name: NameArgument, book: DatabaseOption = "sqlite:///guardband.db", by: ByOption = None) -> None:
    """Make a user inactive and their keys void; what they did keeps their name.

    Example: `guardband user remove "R. Okafor" --by "A. Root" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.publishing.desk import Acting
    from engine.shell.publishing.people import remove_user

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    acting.write(lambda session, author: remove_user(session, author, name=name))
    typer.echo(f"{name} may do nothing any more")


IssuerOption = Annotated[
    str,
    typer.Option(
        "--issuer",
        metavar="URL",
        envvar="GUARDBAND_OIDC_ISSUER",
        help="The identity provider.",
        show_default=False,
    ),
]
SubjectOption = Annotated[
    str, typer.Option("--subject", metavar="WHO", help="What the provider calls the person.")
]


@app.command("link")
def link(
    name: NameArgument,
    issuer: IssuerOption,
    subject: SubjectOption,
    book: DatabaseOption = "sqlite:///guardband.db",
    by: ByOption = None,
) -> None:
    """Let a user sign in at the firm's identity provider, as whom the provider knows them.

    Example: `guardband user link "R. Okafor" --issuer https://login.firm.com --subject r.okafor@firm.com
    --by "A. Root" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.publishing import identities
    from engine.shell.publishing.desk import Acting

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    acting.write(
        lambda session, author: identities.link(session, author, name=name, issuer=issuer, subject=subject)
    )
    typer.echo(f"{name} signs in as {subject} at {issuer}")


@app.command("unlink")
def unlink(
    issuer: IssuerOption,
    subject: SubjectOption,
    book: DatabaseOption = "sqlite:///guardband.db",
    by: ByOption = None,
) -> None:
    """End what `link` began; sessions that are open go on until they end.

    Example: `guardband user unlink --issuer https://login.firm.com --subject r.okafor@firm.com
    --by "A. Root" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.publishing import identities
    from engine.shell.publishing.desk import Acting

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    acting.write(lambda session, author: identities.unlink(session, author, issuer=issuer, subject=subject))
    typer.echo(f"{subject} signs in as nobody")


@app.command("list")
def list_(book: DatabaseOption = "sqlite:///guardband.db") -> None:
    """List the users.

    Example: `guardband user list --book sqlite:///firm.db`
    """
    from engine.shell.publishing.identities import identities
    from engine.shell.publishing.people import people
    from engine.shell.store.connect import open_store

    with open_store(book) as store, store.reading() as session:
        rows, linked = people(session), identities(session)
    for row in rows:
        typer.echo(f"{row.name:<30}{row.role:<16}{'' if row.active else 'inactive'}".rstrip())
        for one in linked:
            if one.name == row.name:
                typer.echo(f"  {one.subject} at {one.issuer}")
    if not rows:
        typer.echo("no users: names are taken as they are said")


def _tell_key(key: str, words: str) -> None:
    typer.echo(key)
    typer.echo(f"{words}; the key is told this once and kept nowhere", err=True)
