"""Integration: what comes in is complete, what goes out comes back, and sales name their lots."""

from collections.abc import Iterator

from engine.shell.readiness.counting import counted, unmeasured
from engine.shell.readiness.gather import Gathered
from reports.readiness import Figure

NEED = "integration"


def figures(found: Gathered) -> Iterator[Figure]:
    """Yield the figures of the ways in and out."""
    accounts = frozenset(row.get("account", "") for row in found.rows("accounts"))
    told = frozenset(
        row.get("account", "") for table in ("transactions", "lots") for row in found.rows(table)
    )
    yield counted(
        NEED,
        "accounts that a custodian's file tells of",
        sorted(accounts),
        good=lambda account: account in told,
        told=str,
        do="import the custodian's files of these accounts",
    )
    if "transactions" in found.tables:
        with_history = frozenset(row.get("account", "") for row in found.rows("transactions"))
        yield counted(
            NEED,
            "accounts with a history",
            sorted(accounts),
            good=lambda account: account in with_history,
            told=str,
            do="import the transactions: without them windows and turnover are unknown",
        )
    else:
        yield unmeasured(NEED, "accounts with a history", "there is no transactions.csv")
    if found.kept is None:
        yield unmeasured(NEED, "orders that came back", "a folder sends no orders")
        return
    yield counted(
        NEED,
        "orders that came back",
        found.kept.orders,
        good=lambda order: order[1],
        told=lambda order: order[0],
        do="receive what became of the orders that were sent: `guardband orders receive`",
    )
