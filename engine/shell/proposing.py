"""What `rebalance` and `harvest` have in common: propose, save, print, and the exit status."""

from datetime import datetime
from pathlib import Path

from engine.gate.answer import gate_answer
from engine.shell import work
from engine.shell.console import print_json, print_text
from engine.shell.files.trade_list import trades_csv
from engine.shell.options import Format
from engine.shell.saving import save
from optimizer.answer import proposal_data
from optimizer.proposal import Status
from optimizer.settings import Intent
from reports.proposal_text import proposal_text


def run(
    policy: list[str] | None,
    book: Path,
    as_of: datetime | None,
    *,
    accounts: tuple[str, ...],
    intent: Intent,
    out: Path | None,
    output: Format,
) -> int:
    """Propose trades and tell them; return 1 where no list can pass, else 0."""
    with work.opened(policy, book, as_of) as desk:
        proposal = desk.propose(accounts=accounts, intent=intent)
    if out is not None:
        save(out, trades_csv(proposal))
    if output is Format.JSON:
        gate = None if proposal.gate is None else gate_answer(proposal.gate)
        command = "harvest" if intent.kind == "harvest" else "rebalance"
        print_json(proposal_data(proposal, gate=gate, command=command))
    else:
        print_text(proposal_text(proposal))
    return int(proposal.status is Status.INFEASIBLE)
