"""`guardband rebalance`: propose the trades that the mandates call for, and gate every one of them."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, PolicyOption

AccountsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--account", "-a", metavar="ID", help="Propose for this account only; may be given several times."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Also write the trades as trades.csv.", show_default=False
    ),
]


def rebalance(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    account: AccountsOption = None,
    out: OutOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Propose trades towards the targets, lot by lot, with taxes and costs weighed in money.

    The rules of the mandates constrain the search, and the gate judges exactly the list that is
    printed: no list is proposed that it does not pass.

    Exit status: 0, 1 where no list can pass (the rules that exclude each other are named), 2 input
    that cannot be read.

    Example: `guardband rebalance --book BOOK --policy household.mandate --out trades.csv`
    """
    from engine.gate.answer import gate_answer
    from engine.shell import work
    from engine.shell.console import print_json, print_text
    from engine.shell.files.trade_list import trades_csv
    from engine.shell.saving import save
    from optimizer.answer import proposal_data
    from optimizer.proposal import Status
    from reports.proposal_text import proposal_text

    with work.opened(policy, book, as_of) as desk:
        proposal = desk.propose(accounts=tuple(account or ()))
    if out is not None:
        save(out, trades_csv(proposal))
    if output is Format.JSON:
        print_json(
            proposal_data(proposal, gate=None if proposal.gate is None else gate_answer(proposal.gate))
        )
    else:
        print_text(proposal_text(proposal))
    raise typer.Exit(int(proposal.status is Status.INFEASIBLE))
