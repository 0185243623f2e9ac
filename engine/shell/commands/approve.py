"""`guardband approve`: a second person's yes to a policy's new version, or to one list."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import ByOption


def approve(
    name: Annotated[
        str, typer.Argument(metavar="POLICY@VERSION|DECISION", help="What is approved, as it was recorded.")
    ],
    role: Annotated[str, typer.Option("--as", metavar="ROLE", help="The role in which it is approved.")],
    book: DatabaseOption = "sqlite:///guardband.db",
    by: ByOption = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="RULE", help="For this rule only; may be given several times."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The last day on which the list may pass by it.",
            show_default=False,
        ),
    ] = None,
    refuse: Annotated[
        str | None,
        typer.Option("--refuse", metavar="REASON", help="Take the pending version back.", show_default=False),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="A remark for the record.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Also write the approvals for `gate --approvals`.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Approve a pending version, which is in force from its date, or a decision that asks for approval.

    Nobody approves their own: what one person published or proposed takes another. An approval of a
    decision lets exactly that list pass under exactly that rulebook.

    Exit status: 0, or 2 where it cannot be approved.

    Examples: `guardband approve adams.ips@1.1.0 --as officer --by "L. Brandt" --book sqlite:///firm.db`

    `guardband approve 12 --as Compliance --by "L. Brandt" --book sqlite:///firm.db`
    """
    from datetime import UTC

    from engine.facts.failure import InputError
    from engine.shell.console import print_text
    from engine.shell.publishing import approvals, publish
    from engine.shell.publishing.desk import Acting
    from engine.shell.saving import save

    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    if "@" not in name:
        if refuse is not None:
            cure = "an approval that is not given is enough"
            raise InputError("only a version is refused", place="--refuse", cure=cure)
        entry, given = acting.write(
            lambda session, author: approvals.approve_decision(
                session,
                author,
                name,
                role=role,
                rules=rule or (),
                until=until.date() if until else None,
                note=note,
            )
        )
        if out is not None:
            save(out, approvals.approvals_csv(given))
        rules = ", ".join(row.rule for row in given)
        print_text(f"approved as {role} for {rules}; recorded as {entry.name}")
    elif refuse is not None:
        entry = acting.write(
            lambda session, author: publish.refuse_policy(session, author, name, reason=refuse, role=role)
        )
        print_text(f"{name} is taken back; recorded as {entry.name}")
    else:
        entry = acting.write(lambda session, author: publish.approve_policy(session, author, name, role=role))
        since = entry.body["effective_from"] or "always"
        print_text(f"{name} is in force from {since}; recorded as {entry.name}")
