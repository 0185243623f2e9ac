"""The market of a day, taken once for the whole firm, and a part's book over it.

Prices, volumes and doubts are the firm's: a split that one account's history explains is explained for all.
A part knows the securities that it can meet: what its accounts hold or held, and what models, benchmarks,
funds and open orders name. Others have no say in a list without trades: a group of which nothing is held,
and which no benchmark holds, is not told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from engine.facts.book import Book, Records
from engine.facts.ids import Symbol
from engine.facts.readings import TaxReading
from engine.facts.securities import Price
from engine.ledger.book import book_of, latest_prices, mean_volumes, plain_ledger
from engine.ledger.doubts import doubts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The market of a day."""

    day: date
    prices: Mapping[Symbol, Price]  # the latest
    volumes: Mapping[Symbol, Decimal]
    doubts: Mapping[Symbol, str]
    shared: frozenset[Symbol]  # that models, benchmarks and funds name


def market_of(records: Records, day: date) -> Market:
    """Return the market of a day."""
    return Market(
        day=day,
        prices=latest_prices(records.prices, day),
        volumes=mean_volumes(records.prices, day),
        doubts=doubts_of(
            records.prices,
            securities=records.securities,
            transactions=records.transactions or (),
            events=records.events,
            as_of=day,
        ),
        shared=frozenset(_shared(records)),
    )


def book_of_part(part: Records, market: Market, *, reading: TaxReading) -> Book:
    """Return the book of a part as of the market's day.

    Raises InputError where its transactions give up shares that nothing accounts for.
    """
    known = _with_underlyings(part, frozenset(_met(part)) | market.shared)
    securities = {symbol: row for symbol, row in part.securities.items() if symbol in known}
    prices = tuple(market.prices[symbol] for symbol in securities if symbol in market.prices)
    own = replace(part, securities=securities, prices=prices)
    ledger = plain_ledger(own, as_of=market.day, reading=reading)
    return replace(
        book_of(own, ledger, as_of=market.day),
        volumes={symbol: row for symbol, row in market.volumes.items() if symbol in known},
        doubts={symbol: row for symbol, row in market.doubts.items() if symbol in known},
    )


def _shared(records: Records) -> Iterator[Symbol]:
    yield from (Symbol(row.key) for row in (*records.models, *records.benchmarks))
    for holding in records.fund_holdings:
        yield from (holding.fund, holding.symbol)


def _met(part: Records) -> Iterator[Symbol]:
    yield from (lot.symbol for lot in part.lots or ())
    yield from (order.symbol for order in part.open_orders)
    for row in part.transactions or ():
        yield from (symbol for symbol in (row.symbol, row.from_symbol) if symbol is not None)


def _with_underlyings(part: Records, symbols: frozenset[Symbol]) -> frozenset[Symbol]:
    """Return symbols with what the options among them are written on."""
    rows = (part.securities[symbol] for symbol in symbols if symbol in part.securities)
    return symbols | {Symbol(row.underlying) for row in rows if row.underlying}
