"""`guardband demo`: the main job on a shipped household, from mandate to report, in one command."""

from pathlib import Path
from typing import Annotated

import typer

TITLE = "The Alder household"
HOST = "127.0.0.1"
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
        typer.Option("--desk", help="Serve the desk over it, with people of each role and their keys."),
    ] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="With --desk: the port to listen on, on this machine alone.")
    ] = 8000,
) -> None:
    """Check, rebalance, harvest and explain an invented household at real market prices.

    The book and its mandate are laid out in DIR. Edit them and run the command again: what is there
    is used, never overwritten; only report.html and proposal.csv are written anew. With --desk the
    household is laid out in a database, DIR/desk.db, and its desk is served until Ctrl+C.

    Exit status: 0, 1 where no list can pass, 2 where the edited files have errors.
    """
    if for_desk:
        _at_the_desk(folder, port)
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


def _at_the_desk(folder: Path, port: int) -> None:
    """Lay out a database with people, tell their keys, and serve the desk over it."""
    from datetime import UTC, datetime

    from engine.shell.commands.serve import listen
    from engine.shell.console import print_text
    from engine.shell.desk.demo import demo_database, keys_text

    folder.mkdir(parents=True, exist_ok=True)
    address = f"sqlite:///{folder / 'desk.db'}"
    demo = demo_database(address, now=datetime.now(UTC))
    print_text(
        f"The desk: http://{HOST}:{port}/desk  (Ctrl+C ends it)\n\n{keys_text(demo)}\n\n"
        "The household is invented; the prices are real, of 8 February 2018. What is done at the desk stays\n"
        f"in {folder / 'desk.db'}; the keys are made anew each time."
    )
    listen(address, host=HOST, port=port)
