"""What was asked of a desk, as a value: the same request reaches the same answer today and on replay.

asked = Asked(command="gate", trades=listed)
reached = reach(desk, asked)      the gate's answer, or a proposal
reached.bytes                     what `--format json` prints
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from engine.facts.trades import Trade
from engine.gate.answer import gate_answer
from engine.gate.approvals import Approval
from engine.gate.verdict import GateAnswer
from engine.shell import work
from engine.shell.console import json_bytes
from engine.shell.publishing.halts import Halt, halted_answer, halted_proposal
from optimizer.answer import proposal_data
from optimizer.proposal import Proposal
from optimizer.settings import Intent, Settings

Command = Literal["gate", "rebalance", "harvest", "repair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: a list to judge or to repair, or what a proposal is for.

    accounts: of a proposal; none: every governed one. halts: those that held when it was answered.
    """

    command: Command
    trades: tuple[Trade, ...] = ()
    approvals: tuple[Approval, ...] = ()
    every_group: bool = False
    witnesses: int = 1
    accounts: tuple[str, ...] = ()
    intent: Intent | None = None
    settings: Settings | None = None
    halts: tuple[Halt, ...] = ()


@dataclass(frozen=True)
class Reached:
    """The answer: the gate's alone, or a proposal's with the gate's inside."""

    command: Command
    gate: GateAnswer | None
    proposal: Proposal | None

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """The answer as plain data."""
        told = None if self.gate is None else gate_answer(self.gate)
        if self.proposal is None:
            assert told is not None, "a request that is no proposal is answered by the gate"
            return told
        return proposal_data(self.proposal, gate=told, command=self.command)

    @cached_property
    def bytes(self) -> bytes:
        """What `--format json` prints."""
        return json_bytes(self.data)


def reach(desk: work.Desk, asked: Asked) -> Reached:
    """Return the answer to a request, its halts taken into account."""
    return halted(reach_freely(desk, asked), desk, asked)


def reach_freely(desk: work.Desk, asked: Asked) -> Reached:
    """Return the answer to a request as if nothing were halted."""
    match asked.command:
        case "gate":
            answer = desk.judge(
                asked.trades,
                approvals=asked.approvals,
                every_group=asked.every_group,
                witnesses=asked.witnesses,
            )
            return Reached(command="gate", gate=answer, proposal=None)
        case "repair":
            from optimizer.repair import repair

            settings = asked.settings or Settings()
            found = desk.explained(
                repair(desk.ground, asked.trades, settings=settings, judge=desk.quick_judge)
            )
        case "rebalance" | "harvest":
            found = desk.propose(accounts=asked.accounts, intent=asked.intent, settings=asked.settings)
    return Reached(command=asked.command, gate=found.gate, proposal=found)


def halted(reached: Reached, desk: work.Desk, asked: Asked) -> Reached:
    """Return an answer with the halts of a request taken into account."""
    if not asked.halts:
        return reached
    if reached.proposal is None:
        assert reached.gate is not None
        return replace(reached, gate=halted_answer(reached.gate, asked.halts))
    accounts = (
        {trade.account for trade in asked.trades}
        if asked.command == "repair"
        else desk.chosen(asked.accounts)
    )
    proposal = halted_proposal(reached.proposal, asked.halts, accounts=accounts)
    return Reached(command=reached.command, gate=proposal.gate, proposal=proposal)
