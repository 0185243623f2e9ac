"""`guardband monitor`: what a person should look at, found each trading day and told once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import AsOfOption, Format, FormatOption, PolicyOption

if TYPE_CHECKING:
    from engine.shell.monitoring.run import Asked

app = typer.Typer(
    help="Find drift, breaches, harvests, doubtful data and days to come; tell each once.",
    invoke_without_command=True,
)

MonitoredOption = Annotated[
    str,
    typer.Option(
        "--book",
        "-b",
        metavar="URL|DIR",
        help="The database that alerts are kept in; of a folder they are shown and not kept.",
    ),
]
SettingsOption = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Who is told what (TOML). Unsaid: what GUARDBAND_ALERTS names.",
        show_default=False,
    ),
]
PersonOption = Annotated[str, typer.Option("--by", metavar="PERSON", help="Who acts.")]
LeastOption = Annotated[
    bool, typer.Option("--all", help="Also alerts that are resolved.", show_default=False)
]


@app.callback()
def monitor(
    context: typer.Context,
    book: MonitoredOption = "sqlite:///guardband.db",
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    settings: SettingsOption = None,
    deliver: Annotated[bool, typer.Option(help="Send what waits to mailboxes and webhooks.")] = True,
    workers: Annotated[
        int, typer.Option("--workers", min=1, metavar="N", help="Processes that judge households at once.")
    ] = 1,
    output: FormatOption = Format.TEXT,
) -> None:
    """Judge every trading day since the last run; the same run again raises nothing.

    Exit status: 0 nothing open but information, 1 something to look at, 2 input that cannot be read.

    Example: `guardband monitor --book sqlite:///firm.db --as-of "$(date +%F)"`
    """
    if context.invoked_subcommand is not None:
        return
    from datetime import UTC, datetime

    from engine.shell.monitoring.run import Asked
    from engine.shell.monitoring.settings import settings_from
    from engine.shell.store.address import is_address

    asked = Asked(
        now=datetime.now(UTC),
        as_of=None if as_of is None else as_of.date(),
        policies=tuple(policy) if policy else None,
        settings=settings_from(settings),
        workers=workers,
    )
    if is_address(book):
        raise typer.Exit(_run(book, asked, deliver=deliver, output=output))
    raise typer.Exit(_look(Path(book), asked, output))


def _run(book: str, asked: "Asked", *, deliver: bool, output: Format) -> int:
    from engine.shell.console import complain, print_json, print_text
    from engine.shell.monitoring.delivery.outbox import deliver_waiting
    from engine.shell.monitoring.run import monitor as run
    from engine.shell.monitoring.telling import is_clean, run_answer, run_text

    done = run(book, asked)
    if output is Format.JSON:
        print_json(run_answer(done))
    else:
        print_text(run_text(done))
    if deliver and asked.settings.receivers:
        sent = deliver_waiting(book, asked.settings, now=asked.now)
        for line in sent.lines:
            complain(f"guardband: {line}")
    return int(not is_clean(one.severity for one in done.alerts))


def _look(folder: Path, asked: "Asked", output: Format) -> int:
    from engine.shell.console import print_json, print_text
    from engine.shell.monitoring.run import look
    from engine.shell.monitoring.telling import is_clean, look_answer, look_text

    judged = look(folder, asked)
    if output is Format.JSON:
        print_json(look_answer(judged))
    else:
        print_text(look_text(judged))
    return int(not is_clean(one.severity.value for one in judged.findings))


@app.command("alerts")
def alerts(
    book: DatabaseOption = "sqlite:///guardband.db",
    account: Annotated[str | None, typer.Option("--account", help="Of one account.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Of these kinds.")] = None,
    resolved: LeastOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """List alerts: the open ones, or all.

    Exit status: 0, or 2 where the database cannot be used.

    Example: `guardband monitor alerts --book sqlite:///firm.db --kind breach`
    """
    from engine.shell.console import print_json, print_text
    from engine.shell.monitoring import alerts as kept
    from engine.shell.monitoring.telling import alerts_text
    from engine.shell.store.connect import open_store

    with open_store(book) as store, store.reading() as session:
        chosen = kept.Chosen(account=account, kinds=tuple(kind or ()), resolved=resolved)
        found = kept.alerts(session, chosen)
    if output is Format.JSON:
        print_json(kept.alerts_answer(found))
    else:
        print_text(alerts_text(found))


@app.command("ack")
def ack(
    alert: Annotated[int, typer.Argument(metavar="ALERT", help="Its number.")],
    by: PersonOption,
    note: Annotated[str, typer.Option("--note", help="What is done about it.")] = "",
    book: DatabaseOption = "sqlite:///guardband.db",
) -> None:
    """Acknowledge an alert: a person sees to it, and it is not escalated for its age.

    Exit status: 0, or 2 where there is no such alert or another person has it.

    Example: `guardband monitor ack 12 --by "R. Okafor" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.log.chain import author_named
    from engine.shell.monitoring.alerts import acknowledge
    from engine.shell.monitoring.telling import alert_line
    from engine.shell.store.connect import open_store

    with open_store(book) as store, store.writing() as session:
        found = acknowledge(session, author_named(by, datetime.now(UTC)), number=alert, note=note)
    typer.echo(alert_line(found))


@app.command("deliver")
def deliver(book: DatabaseOption = "sqlite:///guardband.db", settings: SettingsOption = None) -> None:
    """Send what waits and is due; what failed is tried again later, at growing intervals.

    Exit status: 0 all that was due is sent, 1 something failed, 2 wrong use.

    Example: `guardband monitor deliver --book sqlite:///firm.db --settings alerts.toml`
    """
    from datetime import UTC, datetime

    from engine.shell.monitoring.delivery.outbox import deliver_waiting
    from engine.shell.monitoring.settings import settings_from

    sent = deliver_waiting(book, settings_from(settings), now=datetime.now(UTC))
    typer.echo("\n".join(sent.lines) or "nothing is due")
    raise typer.Exit(int(sent.failed > 0))


@app.command("dead")
def dead(
    book: DatabaseOption = "sqlite:///guardband.db",
    retry: Annotated[bool, typer.Option("--retry", help="Try them all again.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """List deliveries that were given up, with why; or put them back in the queue.

    Exit status: 0 there are none, 1 there are, 2 wrong use.

    Example: `guardband monitor dead --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.shell.console import print_json
    from engine.shell.monitoring.delivery.outbox import dead_letters, revive
    from engine.shell.store.connect import open_store

    with open_store(book) as store:
        if retry:
            with store.writing() as session:
                count = revive(session, now=datetime.now(UTC))
            typer.echo(f"{count} put back in the queue")
            return
        with store.reading() as session:
            found = dead_letters(session)
    if output is Format.JSON:
        print_json({"schema": "guardband/dead-letters/1", "deliveries": [letter.data for letter in found]})
    else:
        typer.echo("\n".join(letter.line for letter in found) or "no delivery was given up")
    raise typer.Exit(int(bool(found)))
