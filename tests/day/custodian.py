"""The other side's books: what the broker says it did, and the positions of a custodian who settles it.

Nothing here reads the desk's database: shares and cash of the evening before come from the book's files, and
fills from the broker's own journal.

    sell 100 XOM: 40 at 76.07 (corrected to 76.05), 60 at 76.08  ->  XOM -100, CASH +7,606.80
    buy 145 JPM for accounts that want 100, 25 and 20: 48 came  ->  33, 8 and 7 shares at the average price
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

Positions = dict[tuple[str, str], Decimal]
INTO = {"buy": 1, "reinvest": 1, "sell": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """An execution that holds, as the broker has it."""

    order: str
    side: str
    symbol: str
    quantity: Decimal
    price: Decimal


def executed(said: Iterable[Mapping[str, Mapping[str, str]]]) -> dict[str, Executed]:
    """Return executions by their last reference; a correction takes the place of what it corrects."""
    found: dict[str, Executed] = {}
    for row in said:
        fields = row["fields"]
        if "32" not in fields:
            continue
        if "19" in fields:
            del found[fields["19"]]
        found[fields["17"]] = Executed(
            order=fields["11"],
            side={"1": "buy", "2": "sell"}[fields["54"]],
            symbol=fields["55"],
            quantity=Decimal(fields["32"]),
            price=Decimal(fields["31"]),
        )
    return found


def before(folder: Path) -> Positions:
    """Return what the accounts held before the day, counted from the book's files."""
    held: Positions = defaultdict(Decimal)
    with (folder / "transactions.csv").open(encoding="utf-8", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda row: row["date"]):
            key = (row["account"], row["symbol"])
            if row["type"] == "split":
                _split(held, row)
            elif row["type"] in INTO:
                held[key] += INTO[row["type"]] * Decimal(row["quantity"])
    with (folder / "accounts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            held[row["account"], "CASH"] = Decimal(row["cash"])
    return held


def _split(held: Positions, row: Mapping[str, str]) -> None:
    """Multiply the shares of every account; a split is told once."""
    for key in [key for key in held if key[1] == row["symbol"]]:
        held[key] *= Decimal(row["quantity"])


def after(
    start: Positions, done: Iterable[Executed], wanted: Mapping[tuple[str, str], Mapping[str, int]]
) -> Positions:
    """Return the positions once executions are settled.

    wanted: for each side and security, the shares that each account asked for.
    """
    held = defaultdict(Decimal, start)
    filled: dict[tuple[str, str], list[Executed]] = defaultdict(list)
    for row in done:
        filled[row.side, row.symbol].append(row)
    for (side, symbol), rows in filled.items():
        asked = {account: Fraction(size) for account, size in wanted[side, symbol].items()}
        shares = shared(sum((row.quantity for row in rows), Decimal(0)), asked, unit=Decimal(1))
        money = sum((row.quantity * row.price for row in rows), Decimal(0))
        sizes = {account: Fraction(size) for account, size in shares.items()}
        for account, amount in shared(money, sizes, unit=Decimal("0.01")).items():
            held[account, symbol] += INTO[side] * shares[account]
            held[account, "CASH"] -= INTO[side] * amount
    return held


def shared(total: Decimal, by: Mapping[str, Fraction], *, unit: Decimal) -> dict[str, Decimal]:
    """Return a total pro rata in whole units, those left over to the largest remainders."""
    units, whole = Fraction(total) / Fraction(unit), sum(by.values())
    exact = {name: units * part / whole for name, part in by.items()}
    given = {name: int(size) for name, size in exact.items()}
    left = int(units) - sum(given.values())
    remainders = sorted((exact[name] - given[name] for name in exact), reverse=True)
    assert left == 0 or remainders[left - 1] > remainders[left], "no draw is needed on this day"
    for name in sorted(exact, key=lambda name: given[name] - exact[name])[:left]:
        given[name] += 1
    return {name: size * unit for name, size in given.items()}


def write(path: Path, held: Positions) -> None:
    """Write the custodian's file."""
    rows = [f"{a},{s},{size:f}" for (a, s), size in sorted(held.items()) if size or s == "CASH"]
    path.write_text("\n".join(("account,symbol,quantity", *rows, "")), encoding="utf-8")
