"""Facts from the store: the records in force on a day, as known at a moment.

    facts_of(session, as_of=date(2026, 3, 10), known=moment)  ->  Records, as from a folder

What comes out is what `read_records` reads from the folder that was imported, row for row in the same
order, so that ledger, gate and optimizer run unchanged and tell the same bytes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, func, or_, select
from sqlmodel import Session, SQLModel

from engine.facts.accounts import Account
from engine.facts.book import Event, FundHolding, FxRate, OpenOrder, Records, RiskModel, Weight
from engine.facts.forms import BrokerForm
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.store.book_rows import ACCOUNT_COLUMNS, SECURITY_COLUMNS, TAX_COLUMNS
from engine.shell.store.recording import table_of
from engine.shell.store.schema import households, imports, lots, market, securities
from engine.shell.store.schema.two_times import TwoTimes

_OWN = frozenset(TwoTimes.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a question may see: rows in force on a day (None: on any), known at a moment (None: now)."""

    as_of: date | None
    known: datetime | None

    def of(self, table: Table, statement: Select[Any] | None = None) -> Select[Any]:
        """Return the rows of a table that may be seen, in order."""
        found = select(table) if statement is None else statement
        if self.known is None:
            found = found.where(table.c.superseded_at.is_(None))
        else:
            found = found.where(
                table.c.recorded_at <= self.known,
                or_(table.c.superseded_at.is_(None), table.c.superseded_at > self.known),
            )
        if self.as_of is not None:
            found = found.where(table.c.valid_from <= self.as_of, table.c.valid_to >= self.as_of)
        return found.order_by(table.c.position, table.c.id)


def facts_of(
    session: Session, *, as_of: date | None = None, known: datetime | None = None, source: str = ""
) -> Records:
    """Return the records in force on a day, as known at a moment.

    as_of: None is the last day of the prices (of the transactions where there are none, else of the lots);
    known: None is now. Rows dated after that day are not in force, so they do not come out.
    """
    seen = Seen(as_of=as_of or last_day(session, known=known), known=known)
    told = {row["family"] for row in rows_of(session, imports.ToldRow, seen)}
    return Records(
        accounts={row.account: row for row in _accounts(session, seen)},
        securities={row.symbol: row for row in _securities(session, seen)},
        prices=tuple(_prices(session, seen)),
        lots=tuple(_lots(session, seen)) if "lots" in told else None,
        transactions=tuple(_transactions(session, seen)) if "transactions" in told else None,
        models=tuple(
            Weight(name=row["model"], key=row["holds"], weight=row["weight"])
            for row in rows_of(session, market.ModelRow, seen)
        ),
        benchmarks=tuple(
            Weight(name=row["benchmark"], key=row["symbol"], weight=row["weight"], day=row["day"])
            for row in rows_of(session, market.BenchmarkRow, seen)
        ),
        fund_holdings=tuple(
            FundHolding(**_renamed(row, day="date")) for row in rows_of(session, market.FundHoldingRow, seen)
        ),
        fx=tuple(FxRate(**_renamed(row, day="date")) for row in rows_of(session, market.FxRateRow, seen)),
        open_orders=tuple(
            OpenOrder(**_renamed(row, order_name="order"))
            for row in rows_of(session, market.OpenOrderRow, seen)
        ),
        events=tuple(_event(row) for row in rows_of(session, market.EventRow, seen)),
        risk=_risk(session, seen),
        broker_forms=tuple(
            BrokerForm(**_renamed(row, line="row")) for row in rows_of(session, lots.BrokerFormRow, seen)
        )
        if "broker forms" in told
        else None,
        source=source,
    )


def last_day(session: Session, *, known: datetime | None = None) -> date | None:
    """Return the last day that the store tells anything of, as known at a moment; None where it is empty."""
    seen = Seen(as_of=None, known=known)
    for model, name in (
        (market.PriceRow, "day"),
        (lots.TransactionRow, "day"),
        (lots.LotRow, "acquired"),
    ):
        table = table_of(model)
        latest = seen.of(table, select(func.max(table.c[name]))).order_by(None)
        found: date | None = session.execute(latest).scalar()
        if found is not None:
            return found
    return None


def rows_of(session: Session, model: type[SQLModel], seen: Seen) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table that may be seen, without their times."""
    for row in session.execute(seen.of(table_of(model))).mappings():
        yield {name: value for name, value in row.items() if name not in _OWN}


def _renamed(row: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in row.items()}


def _attributes(
    session: Session, child: type[SQLModel], parent: type[SQLModel], seen: Seen
) -> dict[int, dict[str, str]]:
    """Return the cells of each row of a table, by the row's id, in the order of their columns."""
    cells, rows = table_of(child), table_of(parent)
    wanted = seen.of(rows, select(rows.c.id)).order_by(None).subquery()
    found = session.execute(
        select(cells.c.row_id, cells.c.name, cells.c.value)
        .join(wanted, wanted.c.id == cells.c.row_id)
        .order_by(cells.c.row_id, cells.c.position)
    )
    attributes: dict[int, dict[str, str]] = {}
    for row_id, name, value in found:
        attributes.setdefault(row_id, {})[name] = value
    return attributes


def _accounts(session: Session, seen: Seen) -> Iterator[Account]:
    cells = _attributes(session, households.AccountAttributeRow, households.AccountRow, seen)
    taxes = {row["account"]: row for row in rows_of(session, households.TaxProfileRow, seen)}
    for row in session.execute(seen.of(table_of(households.AccountRow))).mappings():
        tax = taxes[row["account"]]
        yield Account(
            **{name: row[name] for name in ACCOUNT_COLUMNS},
            **{name: tax[name] for name in TAX_COLUMNS},
            attributes=cells.get(row["id"], {}),
        )


def _securities(session: Session, seen: Seen) -> Iterator[Security]:
    cells = _attributes(session, securities.SecurityAttributeRow, securities.SecurityRow, seen)
    for row in session.execute(seen.of(table_of(securities.SecurityRow))).mappings():
        yield Security(**{name: row[name] for name in SECURITY_COLUMNS}, attributes=cells.get(row["id"], {}))


def _prices(session: Session, seen: Seen) -> list[Price]:
    rows = (Price(**_renamed(row, day="date")) for row in rows_of(session, market.PriceRow, seen))
    return sorted(rows, key=lambda price: (price.symbol, price.date))


def _lots(session: Session, seen: Seen) -> Iterator[Lot]:
    for row in rows_of(session, lots.LotRow, seen):
        yield Lot(**_renamed(row, order_name="order"))


def _transactions(session: Session, seen: Seen) -> Iterator[Transaction]:
    names = {
        "reference": "id",
        "day": "date",
        "order_name": "order",
        "time_of_day": "time",
        "line": "row",
    }
    for row in rows_of(session, lots.TransactionRow, seen):
        values = _renamed(row, **names)
        values["type"] = TransactionType(values["type"])
        pairs = (pair.rpartition(":") for pair in (values["lots"] or "").split(";") if pair)
        values["lots"] = tuple((lot, Decimal(quantity)) for lot, _, quantity in pairs)
        yield Transaction(**values)


def _event(row: Mapping[str, Any]) -> Event:
    told = {field.name for field in fields(Event)}
    return Event(**{name: value for name, value in _renamed(row, day="date").items() if name in told})


def _risk(session: Session, seen: Seen) -> RiskModel | None:
    factors = tuple(row["factor"] for row in rows_of(session, market.RiskFactorRow, seen))
    if not factors:
        return None
    exposures: dict[Any, dict[str, Decimal]] = {}
    for row in rows_of(session, market.RiskExposureRow, seen):
        exposures.setdefault(row["symbol"], {})[row["factor"]] = row["loading"]
    return RiskModel(
        factors=factors,
        exposures=exposures,
        covariance={
            (row["factor"], row["other"]): row["covariance"]
            for row in rows_of(session, market.RiskCovarianceRow, seen)
        },
        specific={row["symbol"]: row["specific"] for row in rows_of(session, market.RiskSpecificRow, seen)},
    )
