"""`guardband waive`: a cited, bounded, expiring waiver, written into a policy's next version."""

from datetime import datetime
from typing import Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import ByOption


def waive(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="The id of the policy in force.")],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule that is waived.")],
    subject: Annotated[
        str, typer.Option("--for", metavar="WHAT", help='For what: "account TAX-1", "issuer Acme Corp".')
    ],
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="The last day of it.")
    ],
    because: Annotated[
        str, typer.Option("--because", metavar="CLAUSE", help='The clause that allows it: "ips §4".')
    ],
    approver: Annotated[
        str, typer.Option("--approver", metavar="PERSON", help="The second person, who approves it.")
    ],
    up_to: Annotated[
        str | None,
        typer.Option("--up-to", metavar="AMOUNT", help="The bound that holds instead.", show_default=False),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="First day of the next version. Unsaid: today.",
            show_default=False,
        ),
    ] = None,
    book: DatabaseOption = "sqlite:///guardband.db",
    by: ByOption = None,
    days: Annotated[int, typer.Option("--days", min=0, help="Judge the trades of so many days again.")] = 365,
) -> None:
    """Write a waiver into the policy's next version, which the approver then puts into force.

    It is two persons' act: who writes it and who approves it differ, and the text names the approver.

    Exit status: 0 pending, 1 refused, 2 input that cannot be read.

    Example: `guardband waive adams.ips CAP-1 --for "account TAX-1" --up-to 9% --until 2026-06-30
    --because "ips §4" --approver "L. Brandt" --by "R. Okafor" --book sqlite:///firm.db`
    """
    from datetime import UTC

    from engine.facts.failure import InputError
    from engine.shell.console import complain, print_text
    from engine.shell.publishing.desk import Acting, prepared_text, publish_text, waived_text
    from engine.shell.publishing.people import is_same_person
    from engine.shell.publishing.waive import waiver_from
    from engine.shell.store.connect import open_store

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    if is_same_person(acting.author.person, approver):
        raise InputError("a waiver takes two persons", place="--approver", cure="name a second person")
    waiver = waiver_from(
        rule, subject=subject, up_to=up_to, until=until.date(), approver=approver, because=because
    )
    with open_store(book) as store:
        text, file, files = waived_text(
            store, policy, waiver, since=since.date() if since else None, today=acting.now.date()
        )
    made = prepared_text(acting, text, file=file, files=files, days=days)
    print_text(f"{waiver.statement}\n\n{made.text}")
    if made.refused:
        complain(f"not published: {'; '.join(made.refused)}")
        raise typer.Exit(1)
    entry = publish_text(acting, made, approver=waiver.approver, reason=waiver.statement)
    name = f"{policy}@{made.mandate.policy.version}"
    complain(f"recorded as {entry.name}; {name} waits for {approver}: guardband approve {name} --as officer")
