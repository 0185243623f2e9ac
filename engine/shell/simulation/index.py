"""The benchmark as a fund that an investor with the same money would have held instead.

The fund holds the benchmark's weights, set anew at each of the benchmark's dates (a model's: on the first
trading day of each month) without costs and without recognizing gains, and pays out every dividend on its
ex-date, which the holder puts back into it. The holder pays tax on what is paid out, and on units sold when
money goes out, first in first out; so the fund is to an index fund what the account is to a direct index.

    price 100, a name of 60% pays 1% of its price: 0.60 a unit is paid out and buys 0.0060 units

Floats, unlike everything of the account: it is a yardstick, nothing is decided by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.facts.book import Records
from engine.facts.ids import Symbol
from engine.facts.lots import Term
from engine.ledger.tax.dividends import can_qualify
from engine.ledger.terms import term
from engine.shell.simulation.market import Market

START = 100.0


@dataclass(slots=True, kw_only=True)
class Units:
    """Units of the fund bought on a day, and what was paid for them."""

    day: date
    units: float
    cost: float


@dataclass(slots=True, kw_only=True)
class Fund:
    """The fund, and one holder of it."""

    weights: dict[str, float]
    dated: str  # the benchmark's date, or the month, whose weights are in force
    price: float = START
    lots: list[Units] = field(default_factory=list)
    income: dict[int, list[float]] = field(default_factory=dict)  # year -> qualified, other
    gains: dict[int, list[float]] = field(default_factory=dict)  # year -> short, long

    @property
    def value(self) -> float:
        """What the holder has."""
        return self.price * sum(lot.units for lot in self.lots)

    def buy(self, day: date, amount: float) -> None:
        """Put money in."""
        if amount:
            self.lots.append(Units(day=day, units=amount / self.price, cost=amount))

    def sell(self, day: date, amount: float) -> None:
        """Take money out, first in first out; the gains are of the day's year."""
        left = amount / self.price
        while left > 1e-12 and self.lots:
            lot = self.lots[0]
            taken = min(left, lot.units)
            cost = lot.cost * taken / lot.units
            place = 0 if _term(lot.day, day) == "short" else 1
            self.gains.setdefault(day.year, [0.0, 0.0])[place] += taken * self.price - cost
            lot.units, lot.cost, left = lot.units - taken, lot.cost - cost, left - taken
            if lot.units <= 1e-12:
                self.lots.pop(0)

    def move(self, day: date, amount: float) -> None:
        """Put money in (> 0) or take it out (< 0)."""
        if amount >= 0:
            self.buy(day, amount)
        else:
            self.sell(day, -amount)

    def tax(self, year: int, *, short_rate: float, long_rate: float) -> float:
        """Return what a year costs the holder."""
        qualified, other = self.income.get(year, [0.0, 0.0])
        short, long = self.gains.get(year, [0.0, 0.0])
        return long_rate * (qualified + long) + short_rate * (other + short)

    def tax_on_all(self, day: date, *, short_rate: float, long_rate: float) -> float:
        """Return what selling every unit would cost."""
        rates = {"short": short_rate, "long": long_rate}
        return sum(rates[_term(lot.day, day)] * (lot.units * self.price - lot.cost) for lot in self.lots)

    def data(self) -> dict[str, Any]:
        """Return the fund as plain data."""
        return {
            "weights": self.weights,
            "dated": self.dated,
            "price": self.price,
            "lots": [[lot.day.isoformat(), lot.units, lot.cost] for lot in self.lots],
            "income": {str(year): row for year, row in self.income.items()},
            "gains": {str(year): row for year, row in self.gains.items()},
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Fund":
        """Return the fund that was kept."""
        return cls(
            weights=dict(data["weights"]),
            dated=data["dated"],
            price=data["price"],
            lots=[Units(day=date.fromisoformat(day), units=u, cost=c) for day, u, c in data["lots"]],
            income={int(year): list(row) for year, row in data["income"].items()},
            gains={int(year): list(row) for year, row in data["gains"].items()},
        )


def _term(bought: date, sold: date) -> Term:
    return term(bought, sold)


def weights_of(records: Records, name: str, day: date) -> tuple[str, dict[str, float]] | None:
    """Return the weights in force on a day and what they are dated; None where there are none yet.

    name: a benchmark or a model; a model's classes are told as they are.
    """
    dated = [row for row in records.benchmarks if row.name == name and (row.day is None or row.day <= day)]
    if dated:
        latest = max(row.day or date.min for row in dated)
        rows = [row for row in dated if (row.day or date.min) == latest]
        label = latest.isoformat() if any(row.day for row in rows) else f"{day:%Y-%m}"
    else:
        rows, label = [row for row in records.models if row.name == name], f"{day:%Y-%m}"
    whole = sum(float(row.weight) for row in rows)
    return (label, {row.key: float(row.weight) / whole for row in rows}) if whole > 0 else None


def advance(fund: Fund, records: Records, market: Market, name: str, *, before: date, day: date) -> None:
    """Take the fund from the close of one day to that of the next."""
    rows = market.on(day)
    growth, paid, moved = 0.0, [0.0, 0.0], dict[str, float]()
    for key, weight in fund.weights.items():
        change, income = 0.0, 0.0
        row, last = rows.get(Symbol(key)), market.price(Symbol(key), before)
        if row is not None and last:
            split, dividend = float(row.split or 1), float(row.dividend or 0)
            if market.treat(Symbol(key), day) == "return_of_capital":
                change = (float(row.price) + dividend) * split / float(last) - 1
            else:
                change = float(row.price) * split / float(last) - 1
                income = dividend * split / float(last)
        growth += weight * change
        paid[0 if can_qualify(records.securities.get(Symbol(key))) else 1] += weight * income
        moved[key] = weight * (1 + change + income)
    value = fund.value
    fund.price *= 1 + growth
    _pay_out(fund, day, value * paid[0], value * paid[1])
    whole = sum(moved.values())
    fund.weights = {key: weight / whole for key, weight in moved.items()}
    fresh = weights_of(records, name, day)
    if fresh is not None and fresh[0] != fund.dated:
        fund.dated, fund.weights = fresh


def _pay_out(fund: Fund, day: date, qualified: float, other: float) -> None:
    year = fund.income.setdefault(day.year, [0.0, 0.0])
    year[0] += qualified
    year[1] += other
    fund.buy(day, qualified + other)
