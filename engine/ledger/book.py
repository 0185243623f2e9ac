"""From records to a book: what is known and held on one day.

lots.csv only          the lots stand as they are; recent purchases come from their dates
transactions.csv only  the lots are what a replay leaves open
both                   lots.csv stands; `reconcile` tells every difference to what the replay leaves
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from engine.facts.book import Book, FundHolding, Records, Weight
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Acquisition, Disposal, Lot
from engine.facts.money import EXACT, plain
from engine.facts.readings import TaxReading
from engine.facts.securities import Price
from engine.facts.transactions import Transaction
from engine.ledger.answer import coverage_of
from engine.ledger.broker import with_broker_view
from engine.ledger.doubts import doubts_of
from engine.ledger.explain import with_explanations
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay, replay_as_brokers
from engine.ledger.state import Shortfall

VOLUME_ROWS = 20
"""Rows of prices.csv in the average daily volume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What lots.csv and the replayed transactions say differently of one lot."""

    account: AccountId
    symbol: Symbol
    lot: LotId
    column: str  # of lots.csv; `lot` where one side does not know the lot
    given: str  # in lots.csv, `` where absent
    derived: str  # from the transactions, `` where absent


def default_as_of(records: Records) -> date:
    """Return the day a book is opened on where nothing else is said: the last date of the prices.

    Without prices, which lots and taxes do not need, the last date of the transactions or lots.
    """
    days = [price.date for price in records.prices]
    days = days or [row.date for row in records.transactions or ()]
    days = days or [lot.acquired for lot in records.lots or ()]
    if not days:
        raise InputError(
            "no prices, transactions or lots, so no date to open the book on",
            place="prices.csv",
            cure="say --as-of",
        )
    return max(days)


def open_book(records: Records, *, as_of: date, reading: TaxReading, explained: bool = True) -> Book:
    """Return the book of a day: rows dated later are not known.

    explained: disposals carry the brokers' figures and sentences, at the cost of a second replay.
    Raises InputError where transactions give up shares that neither they nor lots.csv account for.
    """
    derive = ledger_of_records if explained else plain_ledger
    return book_of(records, derive(records, as_of=as_of, reading=reading), as_of=as_of)


def book_of(records: Records, ledger: Ledger | None, *, as_of: date) -> Book:
    """Return the book of a day whose transactions are replayed; None where there are none."""
    lots = _lots(records, ledger, as_of)
    return Book(
        as_of=as_of,
        accounts=records.accounts,
        securities=records.securities,
        prices=latest_prices(records.prices, as_of),
        lots=lots,
        shorts=() if ledger is None else ledger.open_shorts,
        transactions=None if ledger is None else _known(records, as_of),
        disposals=None if ledger is None else ledger.disposals,
        acquisitions=acquisitions_of_lots(lots) if ledger is None else ledger.acquisitions,
        models=_models(records.models),
        benchmarks=_benchmarks(records.benchmarks, as_of),
        fund_holdings=_fund_holdings(records.fund_holdings, as_of),
        fx=_rates(records, as_of),
        volumes=mean_volumes(records.prices, as_of),
        open_orders=records.open_orders,
        doubts=doubts_of(
            records.prices,
            securities=records.securities,
            transactions=records.transactions or (),
            events=records.events,
            as_of=as_of,
        ),
        events=records.events,
        risk=records.risk,
        coverage=None
        if ledger is None
        else coverage_of(records.transactions or (), records.accounts, until=as_of),
    )


def ledger_of_records(records: Records, *, as_of: date, reading: TaxReading) -> Ledger | None:
    """Return the replayed transactions with the brokers' figures and every loss explained.

    None where there is no history. Where lots.csv is given too, a history that starts late is no error:
    `reconcile` tells it.
    """
    ledger = plain_ledger(records, as_of=as_of, reading=reading)
    if ledger is None or reading.country != "us":
        return ledger
    seen = replay_as_brokers(
        records.transactions or (), accounts=records.accounts, securities=records.securities, ledger=ledger
    )
    told = with_broker_view(ledger.disposals, seen)
    return replace(ledger, disposals=with_explanations(told, ledger.acquisitions, ledger.state.setting))


def plain_ledger(records: Records, *, as_of: date, reading: TaxReading) -> Ledger | None:
    """Return the replayed transactions alone: the same figures without box 1g and without sentences."""
    if records.transactions is None:
        return None
    return replay(
        records.transactions,
        accounts=records.accounts,
        securities=records.securities,
        reading=reading,
        until=as_of,
        strict=records.lots is None,
    )


def reconcile(given: Iterable[Lot], ledger: Ledger) -> tuple[Difference, ...]:
    """Return every difference between lots.csv and the replay, to the share and the cent."""
    told, derived = _by_lot(given), _by_lot(ledger.open_lots)
    found = [
        difference
        for key in sorted(told.keys() | derived.keys())
        for difference in _compare(key, told.get(key), derived.get(key))
    ]
    return (*found, *(_of_shortfall(short) for short in ledger.shortfalls))


def latest_prices(prices: Iterable[Price], as_of: date) -> Mapping[Symbol, Price]:
    """Return each security's last price on or before a day."""
    latest: dict[Symbol, Price] = {}
    for price in prices:
        known = latest.get(price.symbol)
        if price.date <= as_of and (known is None or known.date <= price.date):
            latest[price.symbol] = price
    return latest


def mean_volumes(prices: Iterable[Price], as_of: date) -> Mapping[Symbol, Decimal]:
    """Return the mean volume of each security's last 20 rows; none where no row has a volume."""
    volumes: dict[Symbol, list[Decimal | None]] = {}
    for price in prices:
        if price.date <= as_of:
            volumes.setdefault(price.symbol, []).append(price.volume)
    means: dict[Symbol, Decimal] = {}
    for symbol, rows in volumes.items():
        known = [volume for volume in rows[-VOLUME_ROWS:] if volume is not None]
        if known:
            means[symbol] = EXACT.divide(sum(known, Decimal(0)), Decimal(len(known)))
    return means


def acquisitions_of_lots(lots: Iterable[Lot]) -> tuple[Acquisition, ...]:
    """Return what lots.csv alone tells of purchases: one for each lot, on its date."""
    first: dict[tuple[AccountId, LotId], Acquisition] = {}
    for lot in lots:
        known = first.get((lot.account, lot.lot))
        first[(lot.account, lot.lot)] = Acquisition(
            lot=lot.lot,
            account=lot.account,
            symbol=lot.symbol,
            date=lot.acquired,
            quantity=lot.quantity + (known.quantity if known is not None else Decimal(0)),
            kind="buy",
            order=lot.order,
        )
    return tuple(sorted(first.values(), key=lambda row: row.date))


def _lots(records: Records, ledger: Ledger | None, as_of: date) -> tuple[Lot, ...]:
    if records.lots is not None:
        return tuple(_with_embedded(lot) for lot in records.lots if lot.acquired <= as_of)
    return ledger.open_lots if ledger is not None else ()


def _with_embedded(lot: Lot) -> Lot:
    """Tell from the two bases of a row what disallowed loss is embedded in it."""
    embedded = max(Decimal(0), lot.basis - lot.original_basis)
    is_adjusted = bool(embedded) or lot.adjusted_acquired < lot.acquired
    return replace(lot, deferred=embedded, replaces=lot.replaces or is_adjusted)


def _known(records: Records, as_of: date) -> tuple[Transaction, ...]:
    return tuple(row for row in records.transactions or () if row.date <= as_of)


def _models(rows: Iterable[Weight]) -> Mapping[str, Mapping[str, Decimal]]:
    models: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        models.setdefault(row.name, {})[row.key] = row.weight
    return models


def _benchmarks(rows: Iterable[Weight], as_of: date) -> Mapping[str, Mapping[Symbol, Decimal]]:
    """Return each benchmark's weights of its latest date on or before a day."""
    known = [row for row in rows if row.day is None or row.day <= as_of]
    latest: dict[str, date] = {}
    for row in known:
        latest[row.name] = max(latest.get(row.name, date.min), row.day or date.min)
    weights: dict[str, dict[Symbol, Decimal]] = {}
    for row in known:
        if (row.day or date.min) == latest[row.name]:
            weights.setdefault(row.name, {})[Symbol(row.key)] = row.weight
    return weights


def _fund_holdings(rows: Iterable[FundHolding], as_of: date) -> Mapping[Symbol, Mapping[Symbol, Decimal]]:
    known = [row for row in rows if row.date <= as_of]
    latest: dict[Symbol, date] = {}
    for row in known:
        latest[row.fund] = max(latest.get(row.fund, date.min), row.date)
    held: dict[Symbol, dict[Symbol, Decimal]] = {}
    for row in known:
        if row.date == latest[row.fund]:
            inside = held.setdefault(row.fund, {})
            inside[row.symbol] = inside.get(row.symbol, Decimal(0)) + row.weight
    return held


def _rates(records: Records, as_of: date) -> Mapping[str, Decimal]:
    known = sorted((row for row in records.fx if row.date <= as_of), key=lambda row: row.date)
    return {row.currency: row.rate for row in known}


LotKey = tuple[AccountId, Symbol, LotId, date]


def _by_lot(lots: Iterable[Lot]) -> dict[LotKey, Lot]:
    """Return the rows of lots by name and adjusted date, alike ones joined."""
    rows: dict[LotKey, Lot] = {}
    for lot in lots:
        key = (lot.account, lot.symbol, lot.lot, lot.adjusted_acquired)
        known = rows.get(key)
        rows[key] = (
            lot
            if known is None
            else replace(
                known,
                quantity=known.quantity + lot.quantity,
                basis=known.basis + lot.basis,
                original_basis=known.original_basis + lot.original_basis,
            )
        )
    return rows


def _compare(key: LotKey, given: Lot | None, derived: Lot | None) -> list[Difference]:
    account, symbol, lot, _ = key
    if given is None or derived is None:
        return [
            Difference(
                account=account,
                symbol=symbol,
                lot=lot,
                column="lot",
                given=_whole(given),
                derived=_whole(derived),
            )
        ]
    pairs = [
        ("quantity", plain(given.quantity), plain(derived.quantity)),
        ("basis", plain(given.basis), plain(derived.basis)),
        ("acquired", given.acquired.isoformat(), derived.acquired.isoformat()),
    ]
    return [
        Difference(account=account, symbol=symbol, lot=lot, column=column, given=one, derived=other)
        for column, one, other in pairs
        if one != other
    ]


def _whole(lot: Lot | None) -> str:
    if lot is None:
        return ""
    return f"{plain(lot.quantity)} shares, basis {plain(lot.basis)}, held since {lot.adjusted_acquired}"


def _of_shortfall(short: Shortfall) -> Difference:
    return Difference(
        account=short.account,
        symbol=short.symbol,
        lot=short.lot or LotId(""),
        column="transactions",
        given="",
        derived=f"`{short.transaction}` gives up {short.quantity} shares that the transactions do not hold",
    )


def disposals_since(book: Book, day: date) -> tuple[Disposal, ...]:
    """Return the disposals on or after a day, latest first, without looking at older ones."""
    found: list[Disposal] = []
    for row in reversed(book.disposals or ()):
        if row.sold < day:
            break
        found.append(row)
    return tuple(found)
