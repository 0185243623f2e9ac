"""An accounting system's blotter in, journal entries out: an example over /v1 with the standard library.

    bridge.py in blotter.xlsx --mapping mapping.toml            POST /v1/imports
    bridge.py out --decision 7 --as-of 2026-03-31 journal.csv   what a decision came to, in debits and credits

The service stands at GUARDBAND_URL; GUARDBAND_KEY is a manager's key. Each entry balances to the cent:

    sold 40 KO for 1,560.00, basis 1,679.60; 10 of them were replaced
    Cash 1,560.00 Dr | Realized loss, short-term 119.60 Dr | Investments 1,679.60 Cr
    Investments 29.90 Dr | Losses disallowed 29.90 Cr          (the basis of the shares that replaced them)
"""

import argparse
import base64
import csv
import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

COLUMNS = ("entry", "date", "portfolio", "account", "security", "units", "debit", "credit", "memo")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an entry; amounts above zero are debits, below zero credits."""

    entry: str
    date: str
    portfolio: str
    account: str
    amount: Decimal
    security: str = ""
    units: str = ""
    memo: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as the accounting system reads it."""
        debit = f"{self.amount:.2f}" if self.amount > 0 else ""
        credit = f"{-self.amount:.2f}" if self.amount < 0 else ""
        who = (self.entry, self.date, self.portfolio, self.account, self.security, self.units)
        return (*who, debit, credit, self.memo)


def asked(path: str, body: Any = None) -> Any:
    """Return the service's answer; a refusal ends the program with the service's words."""
    headers = {"Authorization": f"Bearer {os.environ['GUARDBAND_KEY']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["GUARDBAND_URL"] + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(refusal.read().decode())


def brought_in(blotter: Path, mapping: Path) -> Any:
    """Push a blotter; the same one again changes nothing."""
    body = {
        "format": "xlsx",
        "name": blotter.name,
        "base64": base64.b64encode(blotter.read_bytes()).decode(),
        "mapping": mapping.read_text(encoding="utf-8"),
    }
    return asked("/v1/imports", body)


def journal(decision: int, as_of: str) -> Iterator[Line]:
    """Yield the entries of a decision's fills, sales by the lots that they took."""
    orders = asked(f"/v1/decisions/{decision}/orders")["orders"]
    sales: dict[str, list[Any]] = {}
    for row in asked(f"/v1/lots?as_of={as_of}")["disposals"]:
        sales.setdefault(row["sale"], []).append(row)
    for order in orders:
        for part in order["allocated"]:
            name = f"{order['order']}.{part['account']}.{part['date'].replace('-', '')}"
            if order["side"] == "buy":
                yield from bought(name, order["symbol"], part)
            for row in sales.get(name, ()):
                yield from sold(name, row)


def bought(name: str, symbol: str, part: Any) -> Iterator[Line]:
    """Yield the entry of a purchase: what it cost, fees in it, is the basis."""
    cost = Decimal(part["amount"]) + Decimal(part["fees"])
    about = {"entry": name, "date": part["date"], "portfolio": part["account"], "security": symbol}
    yield Line(**about, account="Investments", amount=cost, units=part["quantity"])
    yield Line(**about, account="Cash", amount=-cost)


def sold(name: str, row: Any) -> Iterator[Line]:
    """Yield the entry of what one lot gave up, and that of the loss that a replacement disallows."""
    about = {"entry": name, "date": row["sold"], "portfolio": row["account"], "security": row["symbol"]}
    proceeds, basis, gain = (Decimal(row[key]) for key in ("proceeds", "basis", "gain"))
    term = f", {row['term']}-term" if row["term"] else ""
    result = f"Realized {'gain' if gain >= 0 else 'loss'}{term}"
    yield Line(**about, account="Cash", amount=proceeds)
    yield Line(**about, account="Investments", amount=-basis, units=f"-{row['quantity']}", memo=row["lot"])
    yield Line(**about, account=result, amount=-gain)
    for other in row["replacements"]:
        amount = Decimal(other["absorbed"])
        where = "Losses lost for good" if other["permanent"] else "Investments"
        yield Line(**about, account=where, amount=amount, memo=f"basis of {other['lot']}")
        yield Line(**about, account="Losses disallowed", amount=-amount, memo=f"replaced by {other['lot']}")


def written(lines: list[Line], path: Path) -> None:
    """Write the journal; entries that do not balance are never handed on."""
    assert sum((line.amount for line in lines), ZERO) == 0, "debits and credits are the same"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(line.cells for line in lines if line.amount)


def main() -> None:
    """Run one of the two ways."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ways = parser.add_subparsers(dest="way", required=True)
    into = ways.add_parser("in")
    into.add_argument("blotter", type=Path)
    into.add_argument("--mapping", type=Path, required=True)
    out = ways.add_parser("out")
    out.add_argument("--decision", type=int, required=True)
    out.add_argument("--as-of", required=True)
    out.add_argument("journal", type=Path)
    told = parser.parse_args()
    if told.way == "in":
        sys.stdout.write(json.dumps(brought_in(told.blotter, told.mapping), indent=2) + "\n")
    else:
        written(list(journal(told.decision, told.as_of)), told.journal)


if __name__ == "__main__":
    main()
