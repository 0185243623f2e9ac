"""`guardband gate`: judge a trade list against the mandates before anything is sent."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.options import (
    AsOfOption,
    BookOption,
    ByOption,
    DryRunOption,
    KnownOption,
    LogOption,
    PolicyOption,
)

if TYPE_CHECKING:
    from engine.gate.verdict import GateAnswer


LONG = 500
"""Trades of a list from which on a person who waits is told what is going on."""


class FailOn(StrEnum):
    """From which decision on the exit status is 1."""

    WARN = "warn"
    APPROVAL = "approval"
    BLOCK = "block"
    NEVER = "never"


class RecordFormat(StrEnum):
    """What the decision record is printed as."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


class Groups(StrEnum):
    """Which groups of a rule get a verdict of their own."""

    TOUCHED = "touched"
    ALL = "all"


def gate(
    trades: Annotated[
        Path,
        typer.Option(
            "--trades", "-t", metavar="FILE", help="The trade list: account, side, symbol, quantity."
        ),
    ],
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    groups: Annotated[Groups, typer.Option(help="touched: groups the list touches; all: every group.")] = (
        Groups.TOUCHED
    ),
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 from this decision on.")] = (
        FailOn.APPROVAL
    ),
    approvals: Annotated[
        Path | None,
        typer.Option("--approvals", metavar="FILE", help="Recorded approvals that this list may use."),
    ] = None,
    witnesses: Annotated[
        int,
        typer.Option(
            min=1,
            max=2,
            help="How many evaluators must know every rule: with 2, a measure that only one knows blocks.",
        ),
    ] = 1,
    brief: Annotated[bool, typer.Option("--brief", help="The decision on one line.")] = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Every verdict in full, and what the decision rests on.")
    ] = False,
    output: Annotated[
        RecordFormat, typer.Option("--format", help="text for people, json for programs, html for a browser.")
    ] = RecordFormat.TEXT,
    by: ByOption = None,
    log: LogOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Judge a trade list: every trade and every rule, with the numbers and what would pass.

    A list has at most 5,000 trades, at most 100 of them alike; a longer one is refused.

    A database, or a folder with --log, records the decision before it is told.

    Exit status: 0 pass or warn, 1 approval or block (see --fail-on), 2 input that cannot be read.

    Example: `guardband gate --book BOOK --policy household.mandate --trades trades.csv`
    """
    from engine.gate.answer import gate_answer
    from engine.gate.record import proof_text, record_line
    from engine.gate.text import gate_text
    from engine.shell import recorded, work
    from engine.shell.console import complain, print_json, print_text
    from engine.shell.files.approvals import read_approvals
    from engine.shell.files.trades import read_trades
    from engine.shell.log.asked import Asked

    with work.opened(policy, book, as_of, known) as desk:
        asked = Asked(
            command="gate",
            trades=read_trades(trades, desk.records),
            approvals=() if approvals is None else read_approvals(approvals),
            every_group=groups is Groups.ALL,
            witnesses=witnesses,
        )
        if len(asked.trades) >= LONG and sys.stderr.isatty():
            complain(f"guardband: judging {len(asked.trades):,} trades together")
        keeping = recorded.Keeping(by=by, log=log, dry_run=dry_run, known=known)
        answer = recorded.decided(desk, book, asked, keeping).gate
        assert answer is not None, "the gate always answers"
        page = desk.record_of(answer, title="Decision record") if output is RecordFormat.HTML else ""
    match output:
        case RecordFormat.JSON:
            print_json(gate_answer(answer))
        case RecordFormat.HTML:
            sys.stdout.write(page)
        case RecordFormat.TEXT:
            print_text(record_line(answer) if brief else proof_text(answer) if proof else gate_text(answer))
    if answer.fault is not None:
        _keep(answer, book=book, policies=policy, trades=trades)
    raise typer.Exit(_status(answer.decision.value, fail_on))


def _keep(answer: "GateAnswer", *, book: str | Path, policies: list[str] | None, trades: Path) -> None:
    """Leave what reproduces a fault below the folder that the command runs in, and say where."""
    from engine.shell.console import complain
    from engine.shell.faults import keep_fault

    try:
        folder = keep_fault(answer, book=book, policies=policies, trades=trades, into=Path.cwd())
    except OSError as problem:
        why = problem.strerror or "not every file of the book could be copied"
        complain(f"guardband: what reproduces the fault could not be kept: {why}")
        return
    complain(f"guardband: what reproduces the fault is kept in {folder}; again.txt has the command")


def _status(decision: str, fail_on: FailOn) -> int:
    if fail_on is FailOn.NEVER:
        return 0
    order = ("pass", "warn", "approval", "block")
    return int(order.index(decision) >= order.index(fail_on.value))
