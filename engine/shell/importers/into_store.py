"""Into a database: what a statement adds, as a delivery that takes nothing away.

A delivery tells of each account it touches which families it tells (lots, transactions, forms). So that a
file of transactions does not make the account's lots untold, the delivery tells of them as the database
does: with none to add.
"""

from pathlib import Path

from sqlmodel import Session

from engine.facts.book import Records
from engine.facts.lots import Lot
from engine.shell.importers.merging import Merged
from engine.shell.store.delivery import Delivery, file_read
from engine.shell.store.facts import facts_of
from engine.shell.store.schema.two_times import ALWAYS_UNTIL


def records_in(session: Session, source: str) -> Records:
    """Return everything that the database holds now, whatever its day."""
    return facts_of(session, as_of=ALWAYS_UNTIL, source=source)


def delivery(format: str, path: Path, merged: Merged, before: Records) -> Delivery:
    """Return what a statement adds as a delivery; `before` is what the database held."""
    touched = {name: before.accounts[name] for name in merged.touched if name in before.accounts}
    no_lots: tuple[Lot, ...] | None = () if before.lots is not None else None
    transactions = (*merged.changed, *merged.new)
    tells_forms = bool(merged.forms) or before.broker_forms is not None
    own_forms = tuple(row for row in before.broker_forms or () if row.account in merged.touched)
    return Delivery(
        format=format,
        source=path.name,
        records=Records(
            accounts={**touched, **{row.account: row for row in merged.accounts}},
            securities={row.symbol: row for row in merged.securities},
            prices=merged.prices,
            lots=no_lots,
            transactions=transactions if transactions or before.transactions is not None else None,
            broker_forms=(*own_forms, *merged.forms) if tells_forms else None,
            source=path.name,
        ),
        files=(file_read(path),),
    )
