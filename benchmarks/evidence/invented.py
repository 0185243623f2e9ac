"""A book of invented companies: a market, and beside it for each company a movement of its own, from a seed.

market 16% a year, own 15, 25 or 35% a year, drift 7%; equal weights; no dividends; weekdays of four years
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from math import exp, sqrt
from pathlib import Path

from benchmarks.evidence.books import PRICES, book, figure, write

MARKET, DRIFT = 0.16, 0.07
SECTORS = ("one", "two", "three", "four")


def invented(out: Path, *, names: int, own: float, seed: int, first: date, years: int) -> None:
    """Write the book; own: each company's own volatility, a fraction of one a year."""
    symbols = [f"C{number:02d}" for number in range(1, names + 1)]
    book(out, cash=1_000_000, benchmark="large")
    write(
        out / "securities.csv",
        ("symbol", "asset_class", "instrument", "issuer", "sector"),
        ((s, "equity", "common_stock", s, SECTORS[n % len(SECTORS)]) for n, s in enumerate(symbols)),
    )
    days = list(weekdays(first, first.replace(year=first.year + years)))
    rows = list(_prices(symbols, days, own, seed))
    write(out / "prices.csv", PRICES, rows)
    write(out / "benchmark.csv", ("benchmark", "date", "symbol", "weight"), _weights(symbols, rows))


def weekdays(first: date, end: date) -> Iterator[date]:
    """Yield the weekdays from a day on, before another."""
    while first < end:
        if first.weekday() < 5:
            yield first
        first += timedelta(days=1)


def _prices(symbols: list[str], days: list[date], own: float, seed: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(seed)
    price = dict.fromkeys(symbols, 100.0)
    step = 1 / 260
    for day in days:
        market = chance.gauss((DRIFT - MARKET**2 / 2) * step, MARKET * sqrt(step))
        for symbol in symbols:
            alone = chance.gauss(-(own**2) / 2 * step, own * sqrt(step))
            price[symbol] *= exp(market + alone)
            yield day.isoformat(), symbol, figure(round(price[symbol], 2)), "", "", ""


def _weights(symbols: list[str], rows: list[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Yield the weights of each month's first day, by price: an index that holds one share of each."""
    seen = ""
    by_day: dict[str, list[tuple[str, float]]] = {}
    for day, symbol, price, *_ in rows:
        by_day.setdefault(str(day), []).append((str(symbol), float(str(price))))
    for day, held in by_day.items():
        if day[:7] != seen:
            seen, whole = day[:7], sum(price for _, price in held)
            for symbol, price in held:
                yield "large", day, symbol, f"{price / whole:.6f}"
