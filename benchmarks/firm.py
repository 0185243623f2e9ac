"""An invented firm: many accounts under one mandate and one model, written as a folder that commands read.

    python -m benchmarks.firm FOLDER 1000 --names 20 60 --seed 7     1,000 accounts of 20 to 60 names

Equal seeds give equal files. Net assets are drawn evenly by size from 20,000 to 20 million; four of five
households have one account. Every account holds what the model held once, drifted, with lots above and
under water and a few names that are not in the model.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

TODAY = date(2026, 3, 10)
SECTORS = ("Technology", "Health Care", "Financials", "Energy", "Staples", "Industrials", "Utilities")
LEAST, MOST = 20_000.0, 20_000_000.0
SPARE = 1.25
"""Securities of the book for each name of the largest account."""

MANDATE = """policy "Invented firm"
  id firm.core
  version 1.0.0
  effective from 2026-01-01
  source ips = "Invented policy statement"
  currency USD
  weights of net_assets
  missing data block

define equities as holdings where asset_class is equity
define cash as holdings where asset_class is cash

harvest losses
  from lots where loss is at least 4% of cost and loss is at least 200 USD
  replacing with substitutes
  because ips "§2"

rule CAP "One company"
  for each issuer in equities
  limit weight to at most 9%
  because ips "§3"

rule SECTOR "Sectors stay near the index"
  for each sector in equities
  limit active_weight to between -8 points and 8 points
  on breach warn
  because ips "§4"

rule CASH "Cash"
  limit weight of cash to between 0% and 6%
  on breach warn
  because ips "§5"

rule TOBACCO "No tobacco"
  forbid buying securities where tobacco_revenue is more than 5%
  because ips "§6"

rule TICKET "Tickets"
  for each trade except trades where closes_position is yes
  limit trade_value to at least 100 USD
  because ips "§7"

rule GAINS "Net gains of the year"
  limit net_realized_gains this tax_year to at most 3% of net_assets
  because ips "§8"

rule WASH "No buy-back after a loss sale"
  across household
  forbid buying securities within 30 days after a loss_sale of an identical security
  because ips "§9"

rule WASH-2 "No loss sale after a recent purchase"
  across household
  forbid selling lots where gain is less than 0 USD within 30 days after a purchase of an identical security
  because ips "§9"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The securities that all accounts share: prices and the model's weights, by symbol."""

    symbols: tuple[str, ...]
    prices: dict[str, float]
    weights: dict[str, float]  # of the model's names, adding up to one


def write_firm(folder: Path, *, accounts: int, names: tuple[int, int], seed: int, lots: int = 2) -> None:
    """Write a firm's book and its mandate. names: held by an account, least and most; lots: most a name."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "firm.mandate").write_text(MANDATE, encoding="utf-8")
    market = _market(rng, folder, max(names))
    rows, held = [], []
    home = 0
    for number in range(accounts):
        home += rng.random() < 0.8 or number == 0
        account = f"A{number:06d}"
        own, cash = _account(rng, market, account, names, lots)
        held.extend(own)
        rows.append(
            (account, f"H{home:06d}", "self", "taxable", "USD", f"{cash:.2f}", "40.8%", "23.8%", "core")
        )
    head = ("account", "household", "owner", "kind", "currency", "cash", "short_term_rate", "long_term_rate",
            "model")  # fmt: skip
    _write(folder, "accounts", head, rows)
    _write(folder, "lots", ("lot", "account", "symbol", "quantity", "basis", "acquired"), held)
    _write(folder, "transactions", ("id", "date", "account", "type", "symbol", "quantity", "price"), ())


def _market(rng: random.Random, folder: Path, names: int) -> Market:
    symbols = tuple(f"S{number:04d}" for number in range(int(names * SPARE)))
    prices = {symbol: round(rng.uniform(8, 400), 2) for symbol in symbols}
    inside = symbols[:names]
    raw = {symbol: rng.lognormvariate(0, 0.8) for symbol in inside}
    weights = {symbol: round(0.98 * size / sum(raw.values()), 6) for symbol, size in raw.items()}
    head = (
        "symbol",
        "asset_class",
        "instrument",
        "issuer",
        "sector",
        "currency",
        "lot_size",
        "tobacco_revenue",
    )
    _write(folder, "securities", head, (
        (symbol, "equity", "common_stock", f"Issuer {number}", rng.choice(SECTORS), "USD", "1",
         rng.choice(("0%", "0%", "0%", "0%", "12%")))
        for number, symbol in enumerate(symbols)
    ))  # fmt: skip
    _write(folder, "prices", ("date", "symbol", "price"), ((TODAY, s, p) for s, p in prices.items()))
    _write(
        folder, "models", ("model", "symbol", "weight"), (("core", s, f"{w:.6f}") for s, w in weights.items())
    )
    _write(folder, "benchmark", ("benchmark", "date", "symbol", "weight"),
           (("index", TODAY, s, f"{w:.6f}") for s, w in weights.items()))  # fmt: skip
    return Market(symbols=symbols, prices=prices, weights=weights)


def _account(
    rng: random.Random, market: Market, account: str, names: tuple[int, int], most: int
) -> tuple[list[Sequence[object]], float]:
    """Return an account's lots and its cash."""
    size = LEAST * (MOST / LEAST) ** rng.random()
    inside = sorted(market.weights)
    count = min(rng.randint(*names), len(market.symbols))
    strange = min(count, int(count * rng.uniform(0, 0.1)))
    outside = [symbol for symbol in market.symbols if symbol not in market.weights]
    chosen = rng.sample(inside, min(len(inside), count - strange)) + rng.sample(
        outside, min(len(outside), strange)
    )
    raw = {
        symbol: market.weights.get(symbol, 0.5 / len(inside)) * rng.lognormvariate(0, 0.35)
        for symbol in chosen
    }
    share = rng.uniform(0.0, 0.08)
    cash = size
    held: list[Sequence[object]] = []
    for symbol in sorted(chosen):
        price = market.prices[symbol]
        shares = int(size * (1 - share) * raw[symbol] / sum(raw.values()) / price)
        cash -= shares * price
        for part in _split(rng, shares, most):
            days = rng.choice((rng.randint(5, 360), rng.randint(370, 2500)))
            basis = round(part * price * rng.lognormvariate(-0.08, 0.28), 2)
            held.append(
                (f"{account}-{len(held)}", account, symbol, part, basis, TODAY - timedelta(days=days))
            )
    return held, cash


def _split(rng: random.Random, shares: int, most: int) -> list[int]:
    parts = []
    for _ in range(rng.randint(1, most) - 1):
        if shares > 1:
            parts.append(rng.randint(1, shares - 1))
            shares -= parts[-1]
    return [*parts, shares] if shares else parts


def _write(folder: Path, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def main() -> None:
    """Write the firm that the command line asks for."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("accounts", type=int)
    asked.add_argument("--names", type=int, nargs=2, default=(20, 60))
    asked.add_argument("--seed", type=int, default=7)
    told = asked.parse_args()
    write_firm(told.folder, accounts=told.accounts, names=tuple(told.names), seed=told.seed)


if __name__ == "__main__":
    main()
