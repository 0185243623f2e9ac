"""Records as rows: the facts of a book, family by family, ready to be recorded.

Keys tell rows apart: a lot by account, name and part (a lot adjusted in part has several), a price by
symbol and day. Prices, rates, benchmark weights, fund holdings and transactions are in force from their
own day; all else from the day the import says, or always.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

from engine.facts.accounts import Account
from engine.facts.book import Records, RiskModel
from engine.facts.money import plain
from engine.facts.transactions import Transaction
from engine.shell.store.recording import Family, Key, NewRow
from engine.shell.store.schema import households, imports, lots, market, securities

Withdraws = Callable[[Key], bool]

TAX_COLUMNS = (
    "short_term_rate",
    "long_term_rate",
    "filing_status",
    "tax_status",
    "adjusted_taxable_income",
    "carryover_short",
    "carryover_long",
    "realized_short",
    "realized_long",
    "turnover",
    "magi",
    "investment_income",
    "average_cost",
)
ACCOUNT_COLUMNS = (
    "account",
    "household",
    "owner",
    "kind",
    "currency",
    "cash",
    "fractional",
    "policy",
    "model",
    "benchmark",
)
SECURITY_COLUMNS = (
    "symbol",
    "asset_class",
    "instrument",
    "issuer",
    "currency",
    "lot_size",
    "cusip",
    "multiplier",
    "underlying",
)


def families(records: Records, *, complete: bool, everything: bool) -> tuple[Family, ...]:
    """Return the rows of records.

    complete: the accounts told are told whole; everything: so is all else, because the records tell every
    account that the store knows.
    """
    own: Withdraws = _of_first(records.accounts) if complete else _none
    rest: Withdraws = _all if everything else _none
    return (
        *_people(records, rest),
        *_papers(records, rest),
        *_holdings(records, own if not everything else _all),
        *_weights(records, everything),
        Family(
            name="events",
            table=market.EventRow,
            rows=tuple(_numbered(_fields(row, date="day") for row in records.events)),
            withdraws=rest,
        ),
        *_risk(records.risk, rest),
    )


def _none(_key: Key) -> bool:
    return False


def _all(_key: Key) -> bool:
    return True


def _of_first(names: Iterable[str]) -> Withdraws:
    known = frozenset(names)
    return lambda key: key[0] in known


def _of_two(pairs: Iterable[tuple[str, str]]) -> Withdraws:
    known = frozenset(pairs)
    return lambda key: (key[0], key[1]) in known


def _fields(value: Any, leave: tuple[str, ...] = (), **renamed: str) -> dict[str, Any]:
    """Return a value's fields as columns, some under another name, some left out."""
    names = (field.name for field in fields(value) if field.name not in leave)
    return {renamed.get(name, name): getattr(value, name) for name in names}


def _numbered(values: Iterable[dict[str, Any]]) -> Iterator[NewRow]:
    """Yield rows that have no key of their own: all they say is their key, and which of equals they are."""
    seen: Counter[tuple[str, ...]] = Counter()
    for row in values:
        said = tuple("" if value is None else str(value) for value in row.values())
        seen[said] += 1
        yield NewRow(key=(*said, str(seen[said])), values=row)


def _people(records: Records, rest: Withdraws) -> Iterator[Family]:
    rows = tuple(records.accounts.values())
    names = dict.fromkeys(row.household for row in rows)
    yield Family(
        name="households",
        table=households.HouseholdRow,
        rows=tuple(NewRow(key=(name,), values={"household": name}) for name in names),
        withdraws=rest,
        ordered=False,
    )
    yield Family(
        name="accounts",
        table=households.AccountRow,
        rows=tuple(_with_attributes((row.account,), row, ACCOUNT_COLUMNS) for row in rows),
        child=households.AccountAttributeRow,
        withdraws=rest,
    )
    yield Family(
        name="tax profiles",
        table=households.TaxProfileRow,
        rows=tuple(_tax_profile(row) for row in rows),
        withdraws=rest,
        ordered=False,
    )
    told = (
        ("lots", records.lots),
        ("transactions", records.transactions),
        ("broker forms", records.broker_forms),
    )
    yield Family(
        name="told",
        table=imports.ToldRow,
        rows=tuple(
            NewRow(key=(row.account, family), values={"account": row.account, "family": family})
            for row in rows
            for family, given in told
            if given is not None
        ),
        withdraws=_of_first(records.accounts),
        ordered=False,
    )


def _tax_profile(row: Account) -> NewRow:
    values = {name: getattr(row, name) for name in TAX_COLUMNS}
    return NewRow(key=(row.account,), values={"account": row.account, **values})


def _with_attributes(key: Key, row: Any, columns: tuple[str, ...]) -> NewRow:
    return NewRow(
        key=key,
        values={name: getattr(row, name) for name in columns},
        children=tuple({"name": name, "value": value} for name, value in row.attributes.items()),
    )


def _papers(records: Records, rest: Withdraws) -> Iterator[Family]:
    yield Family(
        name="securities",
        table=securities.SecurityRow,
        rows=tuple(
            _with_attributes((row.symbol,), row, SECURITY_COLUMNS) for row in records.securities.values()
        ),
        child=securities.SecurityAttributeRow,
        withdraws=rest,
    )
    yield Family(
        name="prices",
        table=market.PriceRow,
        rows=tuple(
            NewRow(key=(row.symbol, row.date.isoformat()), values=_fields(row, date="day"), since=row.date)
            for row in records.prices
        ),
        withdraws=rest,
        ordered=False,
    )
    yield Family(
        name="fx rates",
        table=market.FxRateRow,
        rows=tuple(
            NewRow(key=(row.currency, row.date.isoformat()), values=_fields(row, date="day"), since=row.date)
            for row in records.fx
        ),
        withdraws=rest,
    )


def _holdings(records: Records, own: Withdraws) -> Iterator[Family]:
    yield Family(name="lots", table=lots.LotRow, rows=tuple(_lots(records)), withdraws=own)
    yield Family(
        name="transactions",
        table=lots.TransactionRow,
        rows=tuple(_transaction(row) for row in records.transactions or ()),
        withdraws=own,
    )
    yield Family(
        name="open orders",
        table=market.OpenOrderRow,
        rows=tuple(
            NewRow(key=(row.account, row.order), values=_fields(row, order="order_name"))
            for row in records.open_orders
        ),
        withdraws=own,
    )
    yield Family(
        name="broker forms",
        table=lots.BrokerFormRow,
        rows=tuple(_broker_forms(records)),
        withdraws=own,
    )


def _lots(records: Records) -> Iterator[NewRow]:
    parts: Counter[tuple[str, str]] = Counter()
    for row in records.lots or ():
        parts[row.account, row.lot] += 1
        yield NewRow(
            key=(row.account, row.lot, str(parts[row.account, row.lot])),
            values=_fields(row, leave=("replaces", "sequence"), order="order_name"),
        )


def _broker_forms(records: Records) -> Iterator[NewRow]:
    lines: Counter[str] = Counter()
    for row in records.broker_forms or ():
        lines[row.account] += 1
        yield NewRow(key=(row.account, str(lines[row.account])), values=_fields(row, row="line"))


def _transaction(row: Transaction) -> NewRow:
    values = _fields(
        row, leave=("lots", "type", "row"), id="reference", date="day", order="order_name", time="time_of_day"
    )
    pairs = ";".join(f"{lot}:{plain(quantity)}" for lot, quantity in row.lots)
    return NewRow(
        key=(row.account, row.id),
        values={**values, "type": row.type.value, "lots": pairs or None, "line": row.row},
        since=row.date,
    )


def _weights(records: Records, everything: bool) -> Iterator[Family]:
    models, benchmarks, funds = records.models, records.benchmarks, records.fund_holdings
    yield Family(
        name="models",
        table=market.ModelRow,
        rows=tuple(
            NewRow(
                key=(row.name, row.key), values={"model": row.name, "holds": row.key, "weight": row.weight}
            )
            for row in models
        ),
        withdraws=_all if everything else _of_first(row.name for row in models),
    )
    yield Family(
        name="benchmarks",
        table=market.BenchmarkRow,
        rows=tuple(
            NewRow(
                key=(row.name, str(row.day), row.key),
                values={"benchmark": row.name, "day": row.day, "symbol": row.key, "weight": row.weight},
                since=row.day,
            )
            for row in benchmarks
        ),
        withdraws=_all if everything else _of_two((row.name, str(row.day)) for row in benchmarks),
    )
    yield Family(
        name="fund holdings",
        table=market.FundHoldingRow,
        rows=tuple(
            NewRow(
                key=(row.fund, row.date.isoformat(), row.symbol),
                values=_fields(row, date="day"),
                since=row.date,
            )
            for row in funds
        ),
        withdraws=_all if everything else _of_two((row.fund, row.date.isoformat()) for row in funds),
    )


def _risk(model: RiskModel | None, rest: Withdraws) -> Iterator[Family]:
    gone = rest if model is None else _all
    factors = () if model is None else model.factors
    exposures = {} if model is None else model.exposures
    covariance = {} if model is None else model.covariance
    specific = {} if model is None else model.specific
    yield Family(
        name="risk factors",
        table=market.RiskFactorRow,
        rows=tuple(NewRow(key=(factor,), values={"factor": factor}) for factor in factors),
        withdraws=gone,
    )
    yield Family(
        name="risk exposures",
        table=market.RiskExposureRow,
        rows=tuple(
            NewRow(key=(symbol, factor), values={"symbol": symbol, "factor": factor, "loading": loading})
            for symbol, row in exposures.items()
            for factor, loading in row.items()
        ),
        withdraws=gone,
    )
    yield Family(
        name="risk covariances",
        table=market.RiskCovarianceRow,
        rows=tuple(
            NewRow(key=(one, other), values={"factor": one, "other": other, "covariance": value})
            for (one, other), value in covariance.items()
        ),
        withdraws=gone,
    )
    yield Family(
        name="specific risks",
        table=market.RiskSpecificRow,
        rows=tuple(
            NewRow(key=(symbol,), values={"symbol": symbol, "specific": value})
            for symbol, value in specific.items()
        ),
        withdraws=gone,
    )
