"""The cases of a public calculator (BSD-3-Clause, tests/data/wash_sale_oracles), four of them the examples of
IRS Publication 550: disallowed amounts, bases and tacked dates.

`two_lots_*` let shares replace each other that one order sells together: that is the reading
`same_order_replacement yes`; by default nothing is disallowed there.
"""

import csv
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.readings import TaxReading, WashReadings
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay

FOLDER = Path(__file__).resolve().parent.parent / "data" / "wash_sale_oracles"
NAMES = sorted(path.name.removesuffix("_out.csv") for path in FOLDER.glob("*_out.csv"))
ONE_ORDER = ("two_lots_same_days", "two_lots_different_buy_days")
A = AccountId("A")
X = Symbol("X")
ACCOUNTS = {
    A: Account(
        account=A,
        household=HouseholdId("H"),
        owner="self",
        kind="taxable",
        currency="USD",
        cash=Decimal(0),
    )
}

Part = tuple[str, date, Decimal, Decimal]
"""Quantity, (tacked) date, basis and disallowed loss of one row."""


def test_all_nine_are_here() -> None:
    assert len(NAMES) == 9


@pytest.mark.parametrize("name", NAMES)
def test_oracle(name: str) -> None:
    wash = WashReadings(same_order_replacement=name in ONE_ORDER)
    ledger = replayed(name, TaxReading(wash=wash))
    held = Counter((lot.quantity, lot.adjusted_acquired, lot.basis) for lot in ledger.open_lots)
    assert held == _expected_open(name)
    assert _by_lot(ledger) == _expected_sold(name)


@pytest.mark.parametrize("name", ONE_ORDER)
def test_by_default_one_order_replaces_nothing(name: str) -> None:
    ledger = replayed(name, TaxReading())
    assert len(ledger.disposals) == 2
    assert all(row.disallowed == 0 for row in ledger.disposals)


def _by_lot(ledger: Ledger) -> Counter[tuple[date, date, Decimal, Decimal, Decimal]]:
    """Return quantity, basis, proceeds and disallowed by sale day and tacked date."""
    rows: dict[tuple[date, date], list[Decimal]] = {}
    for row in ledger.disposals:
        sums = rows.setdefault((row.sold, row.adjusted_acquired), [Decimal(0)] * 3)
        sums[0] += row.basis
        sums[1] += row.proceeds
        sums[2] += row.disallowed
    return Counter((sold, held, one, two, three) for (sold, held), (one, two, three) in rows.items())


def _expected_sold(name: str) -> Counter[tuple[date, date, Decimal, Decimal, Decimal]]:
    rows: dict[tuple[date, date], list[Decimal]] = {}
    for row in _rows(f"{name}_out.csv"):
        if row["SellDate"]:
            sums = rows.setdefault((_day(row["SellDate"]), _day(row["BuyDate"])), [Decimal(0)] * 3)
            sums[0] += _money(row["Basis"])
            sums[1] += _money(row["Proceeds"])
            sums[2] += _money(row["Adj"])
    return Counter((sold, held, one, two, three) for (sold, held), (one, two, three) in rows.items())


def _expected_open(name: str) -> Counter[tuple[Decimal, date, Decimal]]:
    return Counter(
        (Decimal(row["Cnt"]), _day(row["BuyDate"]), _money(row["Basis"]))
        for row in _rows(f"{name}_out.csv")
        if not row["SellDate"]
    )


def replayed(name: str, reading: TaxReading) -> Ledger:
    """Replay a case."""
    return replay(
        transactions_of(name), accounts=ACCOUNTS, securities={}, reading=reading, until=date(2030, 1, 1)
    )


def transactions_of(name: str) -> list[Transaction]:
    """Return a case as transactions: what is sold on one day is one order, except where the story has two."""
    bought, sold = [], []
    for number, row in enumerate(_rows(f"{name}.csv")):
        shares = Decimal(row["Cnt"])
        lot = f"L{number}"
        bought.append(
            Transaction(
                id=TransactionId(lot),
                date=_day(row["BuyDate"]),
                account=A,
                type=TransactionType.BUY,
                symbol=X,
                quantity=shares,
                amount=_money(row["Basis"]),
                order=row["BuyLot"] or None,
            )
        )
        if row["SellDate"]:
            sold.append(
                Transaction(
                    id=TransactionId(f"S{number}"),
                    date=_day(row["SellDate"]),
                    account=A,
                    type=TransactionType.SELL,
                    symbol=X,
                    quantity=shares,
                    amount=_money(row.get("Proceeds") or row["Proeeds"]),
                    order=None if name == "fairmark_sameday_1" else f"sale of {row['SellDate']}",
                    lots=((LotId(lot), shares),),
                )
            )
    return bought + sold


def _rows(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007


def _money(text: str) -> Decimal:
    plain = text.replace("$", "").replace(",", "")
    return Decimal(plain).quantize(Decimal("0.01"))
