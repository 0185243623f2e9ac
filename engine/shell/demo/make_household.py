"""Write the demonstration's book: real prices, invented people.

    python -m engine.shell.demo.make_household --data FOLDER --out FOLDER [--until 2016-07-08]

`--data` is the folder with the market data that `universe.py` names (pyarrow is needed to read it);
`--until` writes the book as it stood on an earlier day. Equal inputs give equal bytes: the seed is a
constant, no clock is read, rows stand in a fixed order. The mandate, its clauses, its list and the notice
are written by hand and left alone.
"""

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from engine.facts.money import plain
from engine.shell.demo.history import History
from engine.shell.demo.household import IRA, SELF, SPOUSE, live
from engine.shell.demo.universe import LAST, Company, companies

HOUSEHOLD = "ALDER"
POLICY = "alder.direct_index"
BENCHMARK = "large_companies"
BENCHMARK_DAYS = (date(2016, 7, 8), LAST)
MILLIONTH = Decimal("0.000001")

TAXED = {
    "kind": "taxable",
    "short_term_rate": "40.8%",
    "long_term_rate": "23.8%",
    "filing_status": "married_joint",
    "tax_status": "investor",
    "carryover_short": "0",
    "carryover_long": "0",
}
PEOPLE: Sequence[Mapping[str, str]] = (
    {"account": SELF, "owner": "self", "name": "M. Alder, direct index", **TAXED},
    {"account": SPOUSE, "owner": "spouse", "name": "J. Alder, direct index", **TAXED},
    {"account": IRA, "owner": "self", "name": "M. Alder, traditional IRA", "kind": "ira"},
)

ACCOUNT_COLUMNS = (
    "account",
    "household",
    "owner",
    "kind",
    "currency",
    "cash",
    "short_term_rate",
    "long_term_rate",
    "filing_status",
    "tax_status",
    "carryover_short",
    "carryover_long",
    "fractional",
    "policy",
    "benchmark",
    "name",
)
SECURITY_COLUMNS = (
    "symbol",
    "asset_class",
    "instrument",
    "issuer",
    "name",
    "sector",
    "industry",
    "currency",
    "lot_size",
)
TRANSACTION_COLUMNS = (
    "id",
    "date",
    "account",
    "type",
    "symbol",
    "quantity",
    "price",
    "amount",
    "fees",
    "lots",
    "from_symbol",
    "basis_share",
    "note",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the market data and write the book."""
    parser = argparse.ArgumentParser(description="Write the demonstration's book.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the market data")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the book to")
    parser.add_argument("--until", type=date.fromisoformat, default=LAST, help="the book's last day")
    options = parser.parse_args(arguments)
    write_book(options.out, companies(options.data), until=options.until)


def write_book(folder: Path, chosen: Sequence[Company], *, until: date) -> None:
    """Write the six tables of the book as of a day."""
    history = live(chosen, until=until)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "accounts.csv", ACCOUNT_COLUMNS, _accounts(history))
    _write(folder / "securities.csv", SECURITY_COLUMNS, _securities(chosen, until))
    _write(folder / "prices.csv", ("date", "symbol", "price"), _prices(chosen, until))
    _write(folder / "transactions.csv", TRANSACTION_COLUMNS, history.rows)
    _write(folder / "benchmark.csv", ("benchmark", "date", "symbol", "weight"), _benchmark(chosen, until))


def _accounts(history: History) -> Iterable[Mapping[str, str]]:
    common = {"household": HOUSEHOLD, "currency": "USD", "fractional": "no"}
    for person in PEOPLE:
        cash = f"{history.cash[person['account']]:.2f}"
        yield {**common, **person, "cash": cash, "policy": POLICY, "benchmark": BENCHMARK}


def _securities(chosen: Sequence[Company], until: date) -> Iterable[Mapping[str, str]]:
    for company in chosen:
        if min(company.prices) <= until:
            yield {
                "symbol": company.symbol,
                "asset_class": "equity",
                "instrument": "common_stock",
                "issuer": company.issuer,
                "name": company.name,
                "sector": company.sector,
                "industry": company.industry,
                "currency": "USD",
                "lot_size": "1",
            }


def _prices(chosen: Sequence[Company], until: date) -> Iterable[Mapping[str, str]]:
    for company in chosen:
        for day, price in sorted(company.prices.items()):
            if day <= until:
                yield {"date": day.isoformat(), "symbol": company.symbol, "price": str(price)}


def _benchmark(chosen: Sequence[Company], until: date) -> Iterable[Mapping[str, str]]:
    for day in BENCHMARK_DAYS:
        if day <= until:
            caps = {company.symbol: company.caps[day] for company in chosen if day in company.caps}
            for symbol, weight in _weights(caps).items():
                yield {
                    "benchmark": BENCHMARK,
                    "date": day.isoformat(),
                    "symbol": symbol,
                    "weight": plain(weight),
                }


def _weights(caps: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return cap weights in millionths that add up to one: what is left over goes to the largest rests."""
    whole = sum(caps.values(), Decimal(0))
    floors = {symbol: (cap / whole) // MILLIONTH * MILLIONTH for symbol, cap in caps.items()}
    rests = sorted(caps, key=lambda symbol: (floors[symbol] - caps[symbol] / whole, symbol))
    missing = int((1 - sum(floors.values(), Decimal(0))) / MILLIONTH)
    raised = frozenset(rests[:missing])
    return {symbol: floor + (MILLIONTH if symbol in raised else 0) for symbol, floor in floors.items()}


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
