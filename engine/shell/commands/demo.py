"""`guardband demo`: the main job on a shipped household, from mandate to report, in one command."""

from pathlib import Path
from typing import Annotated

import typer

TITLE = "The Alder household"
NOTICE = (
    "The household, its accounts, its mandate and its trades are invented for this demonstration. Prices, "
    "sectors and market values are real: closing prices of large US companies on seven days from 2014 to "
    "2018, public domain (PDDL), valued on 8 February 2018."
)


def demo(
    folder: Annotated[
        Path,
        typer.Argument(metavar="[DIR]", help="Where the demonstration is laid out; an existing one is used."),
    ] = Path("guardband-demo"),
    for_desk: Annotated[
        bool,
        typer.Option("--desk", help="Lay out a database for `guardband serve`, with people and their keys."),
    ] = False,
) -> None:
    """Check, rebalance, harvest and explain an invented household at real market prices.

    The book and its mandate are laid out in DIR. Edit them and run the command again: what is there
    is used, never overwritten; only report.html and proposal.csv are written anew.

    Exit status: 0, 1 where no list can pass, 2 where the edited files have errors.
    """
    if for_desk:
        _for_the_desk(folder)
        return
    from engine.shell import work
    from engine.shell.console import print_text
    from engine.shell.demo import lay_out
    from engine.shell.files.trade_list import trades_csv
    from engine.shell.saving import save
    from optimizer.proposal import Status
    from reports.proposal_text import proposal_text

    lay_out(folder)
    with work.opened(None, folder, None) as desk:
        print_text(work.standing_text(desk))
        proposal = desk.propose()
        print_text(proposal_text(proposal))
        page = desk.review_of(proposal, title=TITLE, notice=NOTICE)
    save(folder / "proposal.csv", trades_csv(proposal))
    save(folder / "report.html", page)
    print_text(
        f"\nThe household is invented; the prices are real. The report: {folder / 'report.html'}\n"
        f"Edit {folder / 'household.mandate'} (say, company_cap = 3%) and run `guardband demo {folder}` "
        "again."
    )
    raise typer.Exit(int(proposal.status is Status.INFEASIBLE))


def _for_the_desk(folder: Path) -> None:
    """Lay out a database with people, and say how to begin."""
    from datetime import UTC, datetime

    from engine.shell.console import print_text
    from engine.shell.desk.demo import demo_database, keys_text

    folder.mkdir(parents=True, exist_ok=True)
    address = f"sqlite:///{folder / 'desk.db'}"
    demo = demo_database(address, now=datetime.now(UTC))
    print_text(
        f"{keys_text(demo)}\n\nThe household is invented; the prices are real. Now run\n"
        f"  guardband serve --book {address}\nand open http://127.0.0.1:8000/desk"
    )
