"""What `rebalance`, `harvest` and `repair` have in common: propose, save, print, and the exit status."""

from datetime import datetime
from pathlib import Path

from engine.gate.answer import gate_answer
from engine.gate.measure import currency_of
from engine.shell import work
from engine.shell.console import print_json, print_text
from engine.shell.files.trade_list import trades_csv
from engine.shell.options import Format
from engine.shell.requests import Request, intent_of
from engine.shell.saving import save
from optimizer.answer import proposal_data
from optimizer.proposal import Proposal, Status
from reports.proposal_text import proposal_text


def run(
    policy: list[str] | None,
    book: Path,
    as_of: datetime | None,
    *,
    accounts: tuple[str, ...],
    request: Request,
    out: Path | None,
    output: Format,
    command: str = "rebalance",
) -> int:
    """Propose trades and tell them; return 1 where no list can pass, else 0."""
    with work.opened(policy, book, as_of) as desk:
        intent = intent_of(request, desk.ground, currency=currency_of(desk.ground))
        proposal = desk.propose(accounts=accounts, intent=intent)
    return tell(proposal, out=out, output=output, command=command)


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
