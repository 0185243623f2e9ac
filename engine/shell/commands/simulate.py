"""`guardband simulate`: replay real prices day by day through monitor, optimizer, gate, ledger and taxes."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.options import PolicyOption

if TYPE_CHECKING:
    from engine.shell.simulation.study import Study


class Looks(StrEnum):
    """How often the monitor looks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class LossesMet(StrEnum):
    """What a loss meets."""

    USED = "used"
    CARRIED = "carried"


class SimulationFormat(StrEnum):
    """What a simulation is printed as."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def simulate(
    book: Annotated[
        str | None,
        typer.Option(
            "--book",
            "-b",
            metavar="DIR|URL",
            help="Accounts with their cash, securities, prices of every day.",
        ),
    ] = None,
    policy: PolicyOption = None,
    study: Annotated[
        Path | None,
        typer.Option(
            "--study",
            metavar="FILE.toml",
            help="A file that says all of it, with the runs to compare. Unsaid: as written, without the "
            "wash-sale rule, without harvesting.",
        ),
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.")] = None,
    every: Annotated[Looks, typer.Option(help="How often the monitor looks.")] = Looks.MONTH,
    monthly: Annotated[
        str,
        typer.Option(metavar="AMOUNT", help="Money into (or, negative, out of) each account, each month."),
    ] = "0",
    cost_bps: Annotated[str, typer.Option(metavar="BPS", help="Costs, of what is bought and sold.")] = "5",
    losses: Annotated[
        LossesMet, typer.Option(help="used: the household has gains elsewhere; carried: it has none.")
    ] = LossesMet.USED,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Keep states, answer and page here; a run that stopped is gone on with.",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Runs at once; the answers are the same.")] = 1,
    output: Annotated[
        SimulationFormat, typer.Option("--format", help="text for people, json for programs, html a page.")
    ] = SimulationFormat.TEXT,
) -> None:
    """Replay the prices of a book day by day, compare runs: after-tax return, tax alpha, losses, breaches.

    Every list is proposed, gated and booked as on a day at the desk. `price_notes.csv` in the book says what
    odd rows of the prices were.

    Exit status: 0, 1 where an own list was rejected or a rule broken by one, 2 input that cannot be read.

    Example: `guardband simulate --book BOOK --policy direct.mandate --policy us.wash_sales --out runs`
    """
    from engine.shell.simulation import telling

    asked = _asked(study, book, policy, since, until, every, monthly, cost_bps, losses)
    status = telling.tell(asked, folder=out, workers=workers, output=telling.SimulationFormat(output.value))
    raise typer.Exit(status)


def _asked(
    study: Path | None,
    book: str | None,
    policy: list[str] | None,
    since: datetime | None,
    until: datetime | None,
    every: Looks,
    monthly: str,
    cost_bps: str,
    losses: LossesMet,
) -> "Study":
    from engine.facts.failure import InputError
    from engine.shell.simulation.reading import read_study
    from engine.shell.simulation.study import Study

    if (study is None) == (book is None):
        raise InputError("a simulation needs a book or a study, not both", place="--book", cure="say one")
    if study is not None:
        return read_study(study)
    assert book is not None
    return Study(
        title=f"Simulation of {Path(book).name}",
        book=book,
        policies=tuple(policy or ()),
        since=None if since is None else since.date(),
        until=None if until is None else until.date(),
        every=every.value,
        monthly=_amount(monthly, "--monthly"),
        cost_bps=_amount(cost_bps, "--cost-bps"),
        losses=losses.value,
    )


def _amount(text: str, place: str) -> Decimal:
    from engine.facts.failure import InputError
    from engine.facts.money import read_decimal

    try:
        return read_decimal(text)
    except ValueError:
        raise InputError(f"`{text}` is not a number", place=place, cure="write it as 1234.50") from None
