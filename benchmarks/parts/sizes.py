"""How much each part of the table does: small enough for minutes, whole, or tiny for the tests."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What is measured, and how often."""

    gate_rounds: int
    gate_trades: int  # of the longer list
    accounts: int  # of each size, for the optimizer; the median is told
    names: tuple[int, ...]
    seconds: float  # of processor time that SCIP and CBC may take for an account
    history: tuple[int, ...]  # rows of the ledger's histories
    rules: tuple[int, ...]
    firm: int  # accounts of the batch
    firm_names: tuple[int, int]
    alone: int  # of those, asked for by a command each
    workers: int


SMALL = Sizes(
    gate_rounds=60,
    gate_trades=100,
    accounts=1,
    names=(100, 500),
    seconds=20,
    history=(1_000, 30_000),
    rules=(100, 1_000),
    firm=20,
    firm_names=(20, 60),
    alone=4,
    workers=2,
)
FULL = Sizes(
    gate_rounds=200,
    gate_trades=500,
    accounts=3,
    names=(100, 500, 3_000),
    seconds=60,
    history=(1_000, 10_000, 100_000, 1_000_000),
    rules=(10, 100, 1_000, 10_000),
    firm=200,
    firm_names=(20, 60),
    alone=10,
    workers=2,
)
TINY = Sizes(
    gate_rounds=2,
    gate_trades=3,
    accounts=1,
    names=(20,),
    seconds=1,
    history=(200,),
    rules=(5,),
    firm=2,
    firm_names=(5, 8),
    alone=1,
    workers=1,
)
