"""`guardband rebalance`: propose the trades that the mandates call for, and gate every one of them."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.options import (
    AsOfOption,
    BookOption,
    ByOption,
    DryRunOption,
    Format,
    FormatOption,
    KnownOption,
    LogOption,
    PolicyOption,
)

if TYPE_CHECKING:
    from engine.shell.requests import Setup

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


class Only(StrEnum):
    """A part of what a rebalance does."""

    HARVEST = "harvest"


class Scale(StrEnum):
    """Where the workers of a batch run."""

    MACHINE = "machine"
    DASK = "dask"


class BackTo(StrEnum):
    """Where classes outside their bands come back to."""

    TARGET = "target"
    EDGE = "edge"
    HALFWAY = "halfway"


RaiseOption = Annotated[
    str | None,
    typer.Option(
        "--raise",
        metavar="AMOUNT [USD] [by DATE]",
        help="Raise this much cash beyond what the rules keep, from the lots that cost least.",
        show_default=False,
    ),
]
InvestOption = Annotated[
    str | None,
    typer.Option(
        "--invest",
        metavar="AMOUNT|all",
        help="Buy for this much of the cash and sell nothing.",
        show_default=False,
    ),
]
OnlyOption = Annotated[
    Only | None,
    typer.Option("--only", help="harvest: losses that the mandate harvests, and nothing else."),
]
TransitionOption = Annotated[
    bool,
    typer.Option(
        "--transition",
        help="Move to the target portfolio, trigger or not; with --max-gain as far as that budget goes.",
    ),
]
ToOption = Annotated[
    BackTo | None,
    typer.Option("--to", help="Where classes outside their bands come to. Unsaid: as the mandate says."),
]
GainOption = Annotated[
    str | None,
    typer.Option(
        "--max-gain",
        metavar="AMOUNT",
        help="The list recognizes at most this much of gains, losses taken off.",
        show_default=False,
    ),
]
ErrorOption = Annotated[
    str | None,
    typer.Option(
        "--max-tracking-error",
        metavar="PERCENT",
        help="Leave each account at most this far from its benchmark in a year, such as 2%.",
        show_default=False,
    ),
]
LockOption = Annotated[
    list[str] | None,
    typer.Option("--lock", metavar="LOT", help="Keep this lot; may be given several times."),
]


def rebalance(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    account: AccountsOption = None,
    raising: RaiseOption = None,
    investing: InvestOption = None,
    only: OnlyOption = None,
    transition: TransitionOption = False,
    to: ToOption = None,
    max_gain: GainOption = None,
    max_tracking_error: ErrorOption = None,
    lock: LockOption = None,
    rule_costs: Annotated[
        bool, typer.Option("--rule-costs", help="Also solve without each rule that may hold the list back.")
    ] = False,
    frontier: Annotated[
        bool,
        typer.Option(
            "--frontier", help="Tell tax against tracking error at several prices of drift; --out: a page."
        ),
    ] = False,
    accounts: Annotated[
        str | None,
        typer.Option(
            "--accounts",
            metavar="all|A,B,C",
            help="Many accounts, each solved by itself; --out: a folder of answers that is taken up again.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes for --accounts; the answers are the same.")
    ] = 1,
    scale: Annotated[
        Scale, typer.Option("--scale", help="Where workers run: this machine, or a Dask cluster.")
    ] = Scale.MACHINE,
    rest: Annotated[list[str] | None, typer.Argument(metavar="", hidden=True)] = None,
    out: OutOption = None,
    output: FormatOption = Format.TEXT,
    by: ByOption = None,
    log: LogOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Propose trades towards the targets, lot by lot, with taxes and costs weighed in money.

    The rules of the mandates constrain the search, and the gate judges exactly the list that is
    printed: no list is proposed that it does not pass.

    Exit status: 0, 1 where no list can pass (the rules that exclude each other are named), 2 input
    that cannot be read.

    Examples: `guardband rebalance --book BOOK --policy household.mandate --out trades.csv`

    `guardband rebalance --book BOOK --raise 50000 USD by 2026-06-01 --max-gain 5000`
    """
    if accounts is not None:
        _one_thread()
    from engine.shell import proposing, recorded

    setup = setup_of(
        policy,
        book,
        as_of,
        known,
        raising=raising,
        investing=investing,
        only=only,
        max_gain=max_gain,
        max_tracking_error=max_tracking_error,
        lock=lock,
        to=to,
        transition=transition,
        rest=rest,
    )
    names = tuple(account or ())
    keeping = recorded.Keeping(by=by, log=log, dry_run=dry_run, known=known)
    if accounts is not None:
        spread = scale is Scale.DASK
        status = proposing.batch(
            setup, accounts, out=out, workers=workers, dask=spread, output=output, keeping=keeping
        )
        raise typer.Exit(status)
    if frontier:
        raise typer.Exit(proposing.frontier(setup, accounts=names, out=out, output=output))
    status = proposing.run(
        setup,
        accounts=names,
        out=out,
        output=output,
        command="harvest" if only is Only.HARVEST else "rebalance",
        rule_costs=rule_costs,
        keeping=keeping,
    )
    raise typer.Exit(status)


def setup_of(
    policy: list[str] | None,
    book: str,
    as_of: datetime | None,
    known: datetime | None,
    *,
    raising: str | None = None,
    investing: str | None = None,
    only: Only | None = None,
    max_gain: str | None = None,
    max_tracking_error: str | None = None,
    lock: list[str] | None = None,
    to: BackTo | None = None,
    transition: bool = False,
    rest: list[str] | None = None,
) -> "Setup":
    """Return what the options of `rebalance`, `harvest`, `why` and `why-not` ask, and of what."""
    from engine.shell.requests import Request, Setup

    request = Request(
        raising=raising,
        investing=investing,
        only_harvest=only is Only.HARVEST,
        max_gain=max_gain,
        max_tracking_error=max_tracking_error,
        locked=tuple(lock or ()),
        to=None if to is None else to.value,
        transition=transition,
        rest=tuple(rest or ()),
    )
    return Setup(
        policy=None if policy is None else tuple(policy),
        book=book,
        as_of=as_of,
        known=known,
        request=request,
    )


def _one_thread() -> None:
    """Keep linear algebra to one thread, before it is loaded, so that answers never depend on it."""
    import os

    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
