"""The companies of the demonstration: which ones, with real prices and market caps on seven days.

Prices, caps and sectors are those of dated public-domain snapshots. A company is used only where nothing
that happened to its shares could be told wrong by the few facts shipped:

- the daily file covers it and agrees with the snapshot's price on every day that it knows;
- it has no row among the corporate-action notes between its first day and the last, but for those kept
  on purpose (`KEPT`), whose transactions are written by hand;
- it is not one of `LEFT_OUT`, each with its reason.

    AAPL   2014-12-05 115.00   2016-07-08 96.68   2018-02-08 155.15   cap 809.5 bn   no split
"""

import csv
import gzip
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

DAYS: Mapping[str, date] = {
    "2014-12-07": date(2014, 12, 5),
    "2015-07-09": date(2015, 7, 8),
    "2016-02-26": date(2016, 2, 25),
    "2016-06-12": date(2016, 6, 10),
    "2016-07-10": date(2016, 7, 8),
    "2017-03-08": date(2017, 3, 7),
    "2018-02-09": date(2018, 2, 8),
}
"""Snapshot -> the trading day whose close it carries; the one of 2015-09-22 matches no close."""

FIRST, LAST = date(2014, 12, 5), date(2018, 2, 8)
NEEDED = (date(2016, 2, 25), date(2016, 6, 10), date(2016, 7, 8), date(2017, 3, 7), LAST)
CAPS_NEEDED = (date(2016, 7, 8), LAST)
TOLERANCE = Decimal("0.0005")  # of the price: the files round differently, they do not differ

KEPT: Mapping[str, str] = {
    "ROST": "true 2:1 split on 2015-06-12; the vendor's dividend of that day is an error",
    "COST": "true special dividends: 5.00 on 2015-02-05, 7.00 on 2017-05-08",
}
LEFT_OUT: Mapping[str, str] = {
    "HON": "spin-off of AdvanSix in October 2016, not among the notes",
    "APD": "spin-off of Versum in October 2016, not among the notes",
    "BIIB": "spin-off of Bioverativ in February 2017, not among the notes",
    "OXY": "distribution of California Resources in March 2016, not among the notes",
    "MDT": "merger of January 2015, taxable to its holders",
    "FOXA": "two share classes whose caps the snapshots do not tell apart on every day",
    "FOX": "two share classes whose caps the snapshots do not tell apart on every day",
    "HPE": "several spin-offs",
    "AVGO": "merger of February 2016 with a new company",
}
STARTS: Mapping[str, date] = {
    "GOOG": date(2015, 7, 8),  # a dividend in shares was paid to this class alone in May 2015
}
HALF_OF_COMPANY = frozenset({"GOOG", "GOOGL"})  # both lines carry the cap of the whole company
INDUSTRIES = {"FB": "Interactive Media & Services"}  # blank in the source
ISSUERS = {"GOOG": "Alphabet Inc", "GOOGL": "Alphabet Inc"}
COUNT = 128
"""Companies by cap on the last day; `ALWAYS` come on top."""
ALWAYS = frozenset({"ROST"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One share class on the seven days; None of its figures is invented."""

    symbol: str
    name: str
    issuer: str
    sector: str
    industry: str
    prices: Mapping[date, Decimal]  # as traded
    caps: Mapping[date, Decimal]  # billions of dollars, of this class
    dividend_yields: Mapping[date, Decimal]  # percent a year
    splits: tuple[tuple[date, Decimal], ...]  # new shares for each old one


def companies(folder: Path) -> tuple[Company, ...]:
    """Return the companies of the demonstration, in symbol order.

    folder: where market_cap_snapshots.csv.gz, sp500_daily_2015_2019.parquet, sectors.csv and
    corporate_action_notes.csv are. Needs pyarrow.
    """
    closes, splits = _daily(folder / "sp500_daily_2015_2019.parquet")
    noted = _noted(folder / "corporate_action_notes.csv")
    industries = _industries(folder / "sectors.csv")
    lines = _snapshot_lines(folder / "market_cap_snapshots.csv.gz")
    found = [
        company
        for symbol, by_day in lines.items()
        if symbol not in LEFT_OUT
        and _covered(by_day, closes.get(symbol, {}))
        and (company := _company(symbol, by_day, splits.get(symbol, ()), industries)) is not None
        and not any(min(company.prices) < day <= LAST for day in noted.get(symbol, ()))
    ]
    found.sort(key=lambda company: (-company.caps[LAST], company.symbol))
    chosen = found[:COUNT] + [company for company in found[COUNT:] if company.symbol in ALWAYS]
    return tuple(sorted(chosen, key=lambda company: company.symbol))


def _covered(by_day: Mapping[date, Mapping[str, str]], closes: Mapping[date, Decimal]) -> bool:
    """Whether the snapshots have every needed figure and the daily file agrees with each price."""
    if any(not by_day.get(day, {}).get("price") for day in NEEDED):
        return False
    if any(not by_day[day]["market_cap_bn"] for day in CAPS_NEEDED):
        return False
    for day, line in by_day.items():
        if not line["price"] or day == FIRST:  # the daily file begins in 2015
            continue
        close = closes.get(day)
        if close is None or abs(Decimal(line["price"]) - close) > TOLERANCE * close:
            return False
    return True


def _company(
    symbol: str,
    by_day: Mapping[date, Mapping[str, str]],
    splits: tuple[tuple[date, Decimal], ...],
    industries: Mapping[str, str],
) -> Company | None:
    start = STARTS.get(symbol, FIRST)
    days = [day for day, line in sorted(by_day.items()) if line["price"] and day >= start]
    industry = INDUSTRIES.get(symbol, industries.get(symbol, ""))
    if not industry:
        return None
    part = Decimal("0.5") if symbol in HALF_OF_COMPANY else Decimal(1)
    newest = by_day[LAST]
    name = newest["name"]
    return Company(
        symbol=symbol,
        name=name,
        issuer=ISSUERS.get(symbol, name),
        sector=newest["sector"],
        industry=industry,
        prices={day: Decimal(by_day[day]["price"]) for day in days},
        caps={
            day: part * Decimal(by_day[day]["market_cap_bn"]) for day in days if by_day[day]["market_cap_bn"]
        },
        dividend_yields={day: Decimal(by_day[day]["dividend_yield"] or "0") for day in days},
        splits=tuple((day, factor) for day, factor in splits if days[0] < day <= LAST),
    )


def _snapshot_lines(path: Path) -> dict[str, dict[date, dict[str, str]]]:
    lines: dict[str, dict[date, dict[str, str]]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            day = DAYS.get(line["snapshot"])
            if day is not None:
                lines.setdefault(line["symbol"], {})[day] = line
    return dict(sorted(lines.items()))


def _daily(
    path: Path,
) -> tuple[dict[str, dict[date, Decimal]], dict[str, tuple[tuple[date, Decimal], ...]]]:
    """Return closes on the seven days and split factors, by symbol; neither close is shipped."""
    parquet = importlib.import_module("pyarrow.parquet")
    wanted = frozenset(DAYS.values())
    rows_that_matter = [[("date", "in", sorted(wanted))], [("split", "not in", [0.0, 1.0])]]
    names = ["date", "symbol", "close", "split"]
    columns = parquet.read_table(path, columns=names, filters=rows_that_matter).to_pydict()
    closes: dict[str, dict[date, Decimal]] = {}
    splits: dict[str, list[tuple[date, Decimal]]] = {}
    rows: Iterator[tuple[object, str, float, float]] = zip(
        columns["date"], columns["symbol"], columns["close"], columns["split"], strict=True
    )
    for when, symbol, close, split in rows:
        day = date.fromisoformat(str(when)[:10])
        if day in wanted:
            closes.setdefault(symbol, {})[day] = Decimal(str(close))
        if split not in (0.0, 1.0) and split == split:
            factor = Decimal(str(split)).quantize(Decimal("0.0001")).normalize()
            splits.setdefault(symbol, []).append((day, factor))
    return closes, {symbol: tuple(sorted(found)) for symbol, found in splits.items()}


def _noted(path: Path) -> dict[str, list[date]]:
    """Return the days of corporate actions that a price series alone tells wrong."""
    noted: dict[str, list[date]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["symbol"] not in KEPT:
                noted.setdefault(line["symbol"], []).append(date.fromisoformat(line["date"]))
    return noted


def _industries(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {line["symbol"]: line["gics_sub_industry"] for line in csv.DictReader(file)}
