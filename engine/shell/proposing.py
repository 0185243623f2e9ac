"""What the commands about proposals have in common: propose, save, print, and the exit status."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.gate.answer import gate_answer
from engine.gate.measure import currency_of
from engine.shell import work
from engine.shell.console import print_json, print_text
from engine.shell.files.trade_list import trades_csv
from engine.shell.options import Format
from engine.shell.recorded import Keeping, decided
from engine.shell.requests import Setup, opened
from engine.shell.saving import save
from optimizer.answer import proposal_data
from optimizer.proposal import Proposal, Status
from optimizer.settings import Settings
from optimizer.why_answer import why_data, why_not_data
from reports.proposal_text import proposal_text
from reports.why_text import why_not_text, why_text


def run(
    setup: Setup,
    *,
    accounts: tuple[str, ...],
    out: Path | None,
    output: Format,
    command: Literal["rebalance", "harvest"] = "rebalance",
    rule_costs: bool = False,
    keeping: Keeping | None = None,
) -> int:
    """Propose trades, record them where there is a log, and tell them; 1 where no list can pass, else 0."""
    from engine.shell.log.asked import Asked

    with opened(setup) as (desk, intent):
        settings = Settings(rule_costs=rule_costs)
        asked = Asked(command=command, accounts=accounts, intent=intent, settings=settings)
        proposal = decided(desk, setup.book, asked, keeping or Keeping()).proposal
        assert proposal is not None, "a proposal was asked for"
    status = tell(proposal, out=out, output=output, command=command)
    if command == "harvest" and output is Format.TEXT:
        _tell_what_follows(desk, proposal)
    return status


def _tell_what_follows(desk: work.Desk, proposal: Proposal) -> None:
    """Print when what a harvest sells may be bought again, and which losses wait."""
    from engine.ledger.ahead import sales_ahead
    from reports.harvest_text import harvest_text

    book, reading = desk.ground.book, desk.ground.rulebook.tax
    if reading.country == "us" and (text := harvest_text(proposal, sales_ahead(book, reading=reading), book)):
        print_text(f"\n{text}")


def batch(
    setup: Setup,
    accounts: str,
    *,
    out: Path | None,
    workers: int,
    dask: bool,
    output: Format,
    keeping: Keeping | None = None,
) -> int:
    """Solve many accounts, each by itself, recorded; return 1 where one is infeasible or failed, else 0."""
    from engine.shell.batch import run_batch
    from reports.batch_text import batch_text

    names = () if accounts == "all" else tuple(name.strip() for name in accounts.split(",") if name.strip())
    summary, status = run_batch(setup, names, folder=out, workers=workers, dask=dask, keeping=keeping)
    if output is Format.JSON:
        print_json(summary)
    else:
        print_text(batch_text(summary))
    return status


def frontier(
    setup: Setup,
    *,
    accounts: tuple[str, ...],
    out: Path | None,
    output: Format,
) -> int:
    """Tell tax against distance from target; `out`: the page with the plot. Returns 0."""
    from optimizer.frontier import frontier as points_of
    from optimizer.frontier import frontier_data
    from reports.frontier_text import frontier_html, frontier_text

    with opened(setup) as (desk, intent):
        currency = currency_of(desk.ground)
        day = desk.ground.book.as_of.isoformat()
        points = points_of(
            desk.ground,
            accounts=desk.chosen(accounts),
            intent=intent,
            settings=Settings(),
            judge=desk.quick_judge,
        )
    if out is not None:
        save(out, frontier_html(points, as_of=day, intent=intent.words, currency=currency))
    if output is Format.JSON:
        print_json(frontier_data(points, as_of=day, intent=intent.words, currency=currency))
    else:
        print_text(frontier_text(points, intent=intent.words, currency=currency))
    return 0


def repaired(
    policy: list[str] | None,
    book: str,
    as_of: datetime | None,
    *,
    known: datetime | None = None,
    trades: Path,
    out: Path | None,
    output: Format,
    keeping: Keeping | None = None,
) -> int:
    """Tell the nearest list to a given one that passes; return 1 where none does, else 0."""
    from engine.shell.files.trades import read_trades
    from engine.shell.log.asked import Asked

    with work.opened(policy, book, as_of, known) as desk:
        asked = Asked(command="repair", trades=read_trades(trades, desk.records), settings=Settings())
        proposal = decided(desk, book, asked, keeping or Keeping()).proposal
        assert proposal is not None, "a proposal was asked for"
    return tell(proposal, out=out, output=output, command="repair")


def why(
    setup: Setup,
    *,
    accounts: tuple[str, ...],
    symbols: tuple[str, ...],
    output: Format,
) -> int:
    """Tell what each trade of a proposal is worth; return 1 where no list can pass, else 0."""
    with opened(setup) as (desk, intent):
        _known(desk, symbols)
        proposal = desk.propose(accounts=accounts, intent=intent)
    if output is Format.JSON:
        print_json(why_data(proposal, symbols=symbols))
    else:
        print_text(why_text(proposal, symbols=symbols))
    return int(proposal.status is Status.INFEASIBLE)


def why_not(
    setup: Setup,
    *,
    accounts: tuple[str, ...],
    symbol: str,
    output: Format,
) -> int:
    """Tell why a security is not traded; return 0."""
    from optimizer.why import why_not as explained

    with opened(setup) as (desk, intent):
        _known(desk, (symbol,))
        currency = currency_of(desk.ground)
        found = explained(
            desk.ground,
            Symbol(symbol),
            accounts=desk.chosen(accounts),
            intent=intent,
            settings=Settings(),
            judge=desk.quick_judge,
        )
        day = desk.ground.book.as_of
    if output is Format.JSON:
        print_json(why_not_data(symbol, found, as_of=day, currency=currency))
    else:
        print_text(why_not_text(symbol, found, currency=currency))
    return 0


def _known(desk: work.Desk, symbols: tuple[str, ...]) -> None:
    for symbol in symbols:
        if symbol not in desk.ground.book.securities:
            raise InputError(
                f"there is no security `{symbol}`", place="SYMBOL", cure="name a symbol of securities.csv"
            )


def tell(proposal: Proposal, *, out: Path | None, output: Format, command: str) -> int:
    """Save and print a proposal; return 1 where no list can pass, else 0."""
    if out is not None:
        save(out, trades_csv(proposal))
    if output is Format.JSON:
        gate = None if proposal.gate is None else gate_answer(proposal.gate)
        print_json(proposal_data(proposal, gate=gate, command=command))
    else:
        print_text(proposal_text(proposal))
    return int(proposal.status is Status.INFEASIBLE)
