"""Many accounts monitored for one day: time, memory, alerts; then the same day again: no second alert.

    python -m benchmarks.monitor [--accounts 1000] [--workers 1] [--database sqlite:////tmp/bench.db]

The households are invented from a fixed seed: two accounts each, taxable and retirement, with shared prices
of two hundred securities; some have drifted, some hold too much of one company. Told are processor seconds,
which a busy machine distorts less than the clock, and the largest memory of the process.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from engine.shell.importers.book import read
from engine.shell.monitoring.run import Asked, monitor
from engine.shell.store.connect import open_store
from engine.shell.store.load import load

TODAY = date(2026, 3, 10)
SECURITIES = 200
NOW = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)

MANDATE = """policy "Many households"
  id many.households
  version 1.0.0
  effective from 2020-01-01
  source ips = "Invented"
  applies to every account
  currency USD
  calendar "NYSE"
  weights of net_assets
  missing data report

define equities as holdings where asset_class is equity
define cash as holdings where asset_class is cash

targets mix because ips "§1"
  equities 95% from 88% to 99%
  cash      5% from 1% to 12%

rebalance mix
  when any class leaves its band
  back to target
  because ips "§1"

harvest losses from lots where loss is at least 10% of cost and loss is at least 500 USD because ips "§2"

rule CAP "One company"
  for each issuer in equities
  limit weight to at most 10%
  on passive breach report, cure within 30 days
  because ips "§3"

rule SECTOR "One sector"
  for each sector in equities
  limit weight to at most 40%
  because ips "§4"

rule NAMES "Enough names"
  limit count of equities to at least 10
  because ips "§5"
"""


def write_book(folder: Path, *, accounts: int, positions: int) -> None:
    """Write a book of so many accounts."""
    chance = random.Random(20260310)
    symbols = [f"S{number:03d}" for number in range(SECURITIES)]
    _write(
        folder / "securities.csv",
        "symbol,asset_class,instrument,issuer,sector",
        (f"{s},equity,common_stock,Issuer {n},Sector {n % 11}" for n, s in enumerate(symbols)),
    )
    prices = {symbol: Decimal(chance.randrange(2000, 20000)) / 100 for symbol in symbols}
    days = [TODAY - timedelta(days=back) for back in range(29, -1, -1)]
    _write(
        folder / "prices.csv",
        "date,symbol,price",
        (f"{day},{s},{prices[s]}" for day in days if day.weekday() < 5 for s in symbols),
    )
    people: list[str] = []
    lots: list[str] = []
    for number in range(accounts):
        kind, owner = ("taxable", "self") if number % 2 == 0 else ("ira", "self")
        account, household = f"A{number:05d}", f"H{number // 2:05d}"
        worth = Decimal(0)
        for symbol in chance.sample(symbols, positions):
            size = 60000 if chance.random() < 0.004 else chance.randrange(3000, 5000)
            shares = max(1, int(size / prices[symbol]))
            cost = prices[symbol] * shares * Decimal(chance.randrange(60, 130)) / 100
            bought = TODAY - timedelta(days=chance.randrange(20, 1500))
            lots.append(f"L{len(lots)},{account},{symbol},{shares},{cost:.2f},{bought}")
            worth += prices[symbol] * shares
        share = Decimal(chance.choice((2, 4, 6, 8, 16))) / 100
        people.append(f"{account},{household},{owner},{kind},USD,{worth * share:.2f},35%,20%")
    header = "account,household,owner,kind,currency,cash,short_term_rate,long_term_rate"
    _write(folder / "accounts.csv", header, people)
    _write(folder / "lots.csv", "lot,account,symbol,quantity,basis,acquired", lots)
    (folder / "many.mandate").write_text(MANDATE, encoding="utf-8")


def _write(path: Path, header: str, rows: Iterable[str]) -> None:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def run(address: str, *, second: bool, workers: int) -> str:
    """Monitor the day and tell what it took; workers' time and memory count once they have ended."""
    start, clock = spent_seconds(), time.perf_counter()
    done = monitor(address, Asked(now=NOW, as_of=TODAY, second=second, workers=workers))
    if workers > 1:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
    spent, passed = spent_seconds() - start, time.perf_counter() - clock
    each = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    memory = max(resource.getrusage(whose).ru_maxrss for whose in each) / 1024
    (day,) = done.days
    return (
        f"{day.found} findings, {day.raised} raised, {day.resolved} resolved; "
        f"{spent:.1f} s of processor, {passed:.1f} s by the clock, at most {memory:.0f} MB in one process"
    )


def spent_seconds() -> float:
    """Return the processor seconds of this process and of those that it started and that have ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(row.ru_utime + row.ru_stime for row in both)


def main() -> None:
    """Make the book, import it, and monitor it twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--positions", type=int, default=25)
    parser.add_argument("--database", default=None)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--one-evaluator", action="store_true")
    parser.add_argument("--again", action="store_true", help="the database holds the book already")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = asked.database or f"sqlite:///{folder}/bench.db"
        if not asked.again:
            import_book(Path(folder) / "book", address, accounts=asked.accounts, positions=asked.positions)
        for name in ("first run", "again"):
            told = run(address, second=not asked.one_evaluator, workers=asked.workers)
            print(f"{asked.accounts} accounts, {name}: {told}", flush=True)


def import_book(folder: Path, address: str, *, accounts: int, positions: int) -> None:
    """Make the book and import it, and tell what that took."""
    folder.mkdir()
    write_book(folder, accounts=accounts, positions=positions)
    start = time.process_time()
    with open_store(address, create=True) as store:
        load(store, read(folder), now=NOW)
    print(f"import: {time.process_time() - start:.1f} s of processor", flush=True)


if __name__ == "__main__":
    main()
