"""Structure: targets, households, tax profiles and attributes stand where rules and optimizer look."""

from collections.abc import Iterator

from engine.shell.readiness.counting import counted
from engine.shell.readiness.formality import governed
from engine.shell.readiness.gather import Gathered, Row
from reports.readiness import Figure

NEED = "structure"
_TAXED = frozenset({"taxable", "trust"})


def figures(found: Gathered) -> Iterator[Figure]:
    """Yield the figures of accounts and securities."""
    accounts, covered = found.rows("accounts"), governed(found)
    aimed = any(policy.targets for policy in found.policies)
    models = frozenset(row.get("model") for row in found.rows("models"))
    benchmarks = frozenset(row.get("benchmark") for row in found.rows("benchmark"))
    yield counted(
        NEED,
        "accounts with targets",
        accounts,
        good=lambda row: (
            bool(row.get("model") and row.get("model") in models)
            or bool(row.get("benchmark") and row.get("benchmark") in benchmarks)
            or (aimed and (covered is None or row.get("account", "") in covered))
        ),
        told=_account,
        do="give each account targets, a model or a benchmark",
    )
    yield counted(
        NEED,
        "taxable accounts with a tax profile",
        [row for row in accounts if row.get("kind") in _TAXED],
        good=lambda row: bool(row.get("short_term_rate") and row.get("long_term_rate")),
        told=_account,
        do="fill in the rates of each taxable account: without them no tax is weighed",
    )
    yield counted(
        NEED,
        "accounts with a household",
        accounts,
        good=lambda row: bool(row.get("household")),
        told=_account,
        do="say to which household each account belongs: wash sales cross accounts",
    )
    held = _held(found)
    for column in ("asset_class", "instrument", "issuer"):
        yield counted(
            NEED,
            f"securities held with {'an' if column[0] in 'ai' else 'a'} {column.replace('_', ' ')}",
            [row for row in found.rows("securities") if row.get("symbol") in held],
            good=lambda row, column=column: bool(row.get(column)),  # type: ignore[misc]
            told=lambda row: row.get("symbol", "?"),
            do=f"fill in the {column.replace('_', ' ')} of what is held",
        )


def _held(found: Gathered) -> frozenset[str]:
    if found.book is not None:
        return frozenset(str(lot.symbol) for lot in found.book.lots)
    return frozenset(row.get("symbol", "") for row in (*found.rows("lots"), *found.rows("transactions")))


def _account(row: Row) -> str:
    return row.get("account") or f"row {row.get('', '?')}"
