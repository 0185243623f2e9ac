"""The market of a replay: every day's prices, as a person's notes treat what the vendor wrote.

A vendor's columns are not always what they seem; `price_notes.csv` beside the book says what a row was:

    EBAY,2015-07-20,return_of_capital   a spin-off told as a dividend of 38.39: basis comes down, no income
    COST,2015-02-05,dividend            a true special dividend: taxed as such
    HON,2018-10-01,split                a spin-off told as a split of 1.011: more shares, the same basis
    LYB,2019-01-14,no_dividend          an error: nothing was paid
    HPQ,2015-11-02,hold                 nobody knows: as written, and the data gate stops trades

What is in doubt and not in the notes is as `hold`: the gate blocks the security for 30 days, and the answer
says so.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal, get_args

from engine.facts.book import Event, Records
from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.ledger.doubts import REVIEWED, every_doubt

Treat = Literal["dividend", "return_of_capital", "split", "no_dividend", "hold"]
TREATS: tuple[str, ...] = get_args(Treat)

WINDOW_DAYS = 45
"""Calendar days of prices that a decision is shown: more than 20 rows, and more than doubts look back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person says of one row of prices.csv."""

    symbol: Symbol
    day: date
    treat: Treat
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A row in doubt, and what became of it: a note's treatment, or `hold` where there is none."""

    symbol: Symbol
    day: date
    words: str
    treat: Treat
    noted: bool


@dataclass(frozen=True, kw_only=True)
class Market:
    """Prices by security and by day."""

    series: Mapping[Symbol, tuple[Price, ...]]  # ascending by date, treated
    notes: Mapping[tuple[Symbol, date], Note]
    doubts: tuple[Doubt, ...]

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every day on which anything has a price."""
        return tuple(sorted({row.date for rows in self.series.values() for row in rows}))

    @cached_property
    def _by_day(self) -> Mapping[date, Mapping[Symbol, Price]]:
        found: dict[date, dict[Symbol, Price]] = {}
        for symbol, rows in self.series.items():
            for row in rows:
                found.setdefault(row.date, {})[symbol] = row
        return found

    @cached_property
    def _dates(self) -> Mapping[Symbol, list[date]]:
        return {symbol: [row.date for row in rows] for symbol, rows in self.series.items()}

    def on(self, day: date) -> Mapping[Symbol, Price]:
        """Return the rows of exactly one day."""
        return self._by_day.get(day, {})

    def price(self, symbol: Symbol, day: date) -> Decimal | None:
        """Return the last price on or before a day."""
        dates = self._dates.get(symbol, [])
        place = bisect_right(dates, day)
        return self.series[symbol][place - 1].price if place else None

    def window(self, day: date) -> tuple[Price, ...]:
        """Return the rows that a decision of a day is shown, ascending by symbol and date."""
        first, found = day - timedelta(days=WINDOW_DAYS), list[Price]()
        for symbol in sorted(self.series):
            dates = self._dates[symbol]
            start, end = bisect_right(dates, first), bisect_right(dates, day)
            found += self.series[symbol][start:end]
        return tuple(found)

    @cached_property
    def reviewed(self) -> tuple[Event, ...]:
        """The events that end the doubts which a note settles without a transaction."""
        return tuple(
            Event(date=note.day, event=REVIEWED, symbol=note.symbol)
            for note in self.notes.values()
            if note.treat != "hold"
        )

    def treat(self, symbol: Symbol, day: date) -> Treat | None:
        """Return what a note says of a row; None: it is what it seems, or nobody looked."""
        note = self.notes.get((symbol, day))
        return None if note is None else note.treat


def market_of(records: Records, notes: tuple[Note, ...]) -> Market:
    """Return the market of a book. Raises InputError for a note about a row that is not there."""
    noted = {(note.symbol, note.day): note for note in notes}
    series: dict[Symbol, list[Price]] = {}
    seen: set[tuple[Symbol, date]] = set()
    for price in records.prices:
        note = noted.get((price.symbol, price.date))
        seen.add((price.symbol, price.date))
        series.setdefault(price.symbol, []).append(_treated(price, note))
    missing = sorted(key for key in noted if key not in seen)
    if missing:
        symbol, day = missing[0]
        raise InputError(
            f"there is no price of {symbol} on {day.isoformat()}",
            place="price_notes.csv",
            cure="leave the note out, or add the price",
        )
    doubts = tuple(
        _doubt(symbol, day, words, noted.get((symbol, day)))
        for symbol, day, words in every_doubt(records.prices, securities=records.securities)
    )
    return Market(series={symbol: tuple(rows) for symbol, rows in series.items()}, notes=noted, doubts=doubts)


def _treated(price: Price, note: Note | None) -> Price:
    return replace(price, dividend=None) if note is not None and note.treat == "no_dividend" else price


def _doubt(symbol: Symbol, day: date, words: str, note: Note | None) -> Doubt:
    treat: Treat = "hold" if note is None else note.treat
    return Doubt(symbol=symbol, day=day, words=words, treat=treat, noted=note is not None)
