"""What a simulation has come to by the end of a day, as plain values that go to disk and come back the same.

    save_state(path, state)     written whole or not at all, at the end of each simulated month
    load_state(path)            the same state: a resumed run equals the uninterrupted one byte for byte

Times are kept apart from it: they are of the machine, not of the run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.money import plain
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.saving import save
from engine.shell.simulation.index import Fund

Place = tuple[AccountId, Symbol]
Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The household at the end of a day; money. flow: money in (+) or out; tax: saved (+) or paid."""

    day: date
    value: Decimal
    flow: Decimal
    tax: Decimal
    index: float | None  # value of the benchmark's holder, after the same flows; None: no benchmark
    index_tax: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One request to the optimizer and what became of it."""

    day: date
    intent: str
    status: str
    rounds: int
    gap: Decimal | None  # bp of net assets
    trades: int
    bought: Decimal
    sold: Decimal
    harvested: Decimal  # losses of lots sold, before anything is disallowed
    rejected: tuple[str, ...]  # rules by which the gate did not pass the finished list; empty: it did
    active: tuple[str, ...]  # breaches that the trades brought about, as the monitor sees the book after
    conflict: tuple[str, ...] = ()  # the rules that leave no list at all
    bound: Decimal | None = None  # objective of the relaxed problem, money; None: unknown
    total: Decimal = Decimal(0)  # objective of the list, money


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTax:
    """What the tax return of a year comes to; money, tax: due (+) or saved."""

    year: int
    short: Decimal  # recognized, signed
    long: Decimal
    losses: Decimal  # sizes: recognized losses alone
    disallowed: Decimal
    dividends: Decimal
    tax_on_gains: Decimal  # negative where losses save tax
    tax_on_income: Decimal
    carryover_short: Decimal = Decimal(0)
    carryover_long: Decimal = Decimal(0)

    @property
    def tax(self) -> Decimal:
        """What is due in all."""
        return self.tax_on_gains + self.tax_on_income


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that the next day goes on from; grows as days are done."""

    day: date | None = None  # the last day that is done
    transactions: list[Transaction] = field(default_factory=list)
    cash: dict[AccountId, Decimal] = field(default_factory=dict)
    held: dict[Place, Decimal] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    years: list[YearTax] = field(default_factory=list)
    findings: dict[str, int] = field(default_factory=dict)  # by kind, over all looks of the monitor
    looks: int = 0
    mismatches: list[str] = field(default_factory=list)  # between the ledger's lots and the shares traded
    held_back: dict[Symbol, int] = field(default_factory=dict)  # looks at which the data gate stopped it
    fund: Fund | None = None  # the benchmark's holder

    def next_id(self) -> TransactionId:
        """Return the id of the next transaction."""
        return TransactionId(f"S{len(self.transactions) + 1:06d}")

    def add(self, row: Transaction) -> None:
        """Add a transaction, its cash and its shares."""
        self.transactions.append(row)
        self.cash[row.account] = self.cash.get(row.account, Decimal(0)) + cash_of(row)
        match row.type:
            case TransactionType.BUY | TransactionType.SELL:
                assert row.symbol is not None
                assert row.quantity is not None
                sign = 1 if row.type is TransactionType.BUY else -1
                self._move(row.account, row.symbol, sign * row.quantity)
            case TransactionType.SPLIT:
                assert row.quantity is not None
                for place in [p for p in self.held if p[1] == row.symbol]:
                    self.held[place] = self.held[place] * row.quantity

    def _move(self, account: AccountId, symbol: Symbol, quantity: Decimal) -> None:
        place = (account, symbol)
        left = self.held.get(place, Decimal(0)) + quantity
        assert left >= 0, f"{account} sells more {symbol} than it holds"
        if left:
            self.held[place] = left
        else:
            self.held.pop(place, None)


def cash_of(row: Transaction) -> Decimal:
    """Return what a transaction brings into the account's cash, fees taken off."""
    match row.type:
        case TransactionType.BUY | TransactionType.WITHDRAWAL | TransactionType.FEE:
            return -row.total - row.fees
        case TransactionType.SPLIT:
            return Decimal(0)
        case _:
            return row.total - row.fees


# ------------------------------------------------------------------ disk


def save_state(path: Path, state: State, manifest: Mapping[str, Any]) -> None:
    """Write a state, with what it is a state of."""
    save(path, json.dumps({"of": dict(manifest), "state": _data(state)}, ensure_ascii=False) + "\n")


def load_state(path: Path) -> tuple[Data, State] | None:
    """Return what was kept and of what; None where there is nothing, or nothing that can be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return kept["of"], _state(kept["state"])
    except (OSError, ValueError, KeyError):
        return None


def _data(state: State) -> Data:
    return {
        "day": None if state.day is None else state.day.isoformat(),
        "transactions": [_row_data(row) for row in state.transactions],
        "cash": {account: str(amount) for account, amount in state.cash.items()},
        "held": [[account, symbol, str(amount)] for (account, symbol), amount in state.held.items()],
        "marks": [
            [m.day.isoformat(), str(m.value), str(m.flow), str(m.tax), m.index, m.index_tax]
            for m in state.marks
        ],
        "decisions": [decision_data(row) for row in state.decisions],
        "years": [year_data(row) for row in state.years],
        "findings": state.findings,
        "looks": state.looks,
        "mismatches": state.mismatches,
        "held_back": state.held_back,
        "fund": None if state.fund is None else state.fund.data(),
    }


def _state(data: Data) -> State:
    state = State(
        day=None if data["day"] is None else date.fromisoformat(data["day"]),
        transactions=[_row(row) for row in data["transactions"]],
        cash={AccountId(name): Decimal(amount) for name, amount in data["cash"].items()},
        held={(AccountId(a), Symbol(s)): Decimal(amount) for a, s, amount in data["held"]},
        marks=[
            Mark(
                day=date.fromisoformat(day),
                value=Decimal(value),
                flow=Decimal(flow),
                tax=Decimal(tax),
                index=index,
                index_tax=index_tax,
            )
            for day, value, flow, tax, index, index_tax in data["marks"]
        ],
        decisions=[_decision(row) for row in data["decisions"]],
        years=[_year(row) for row in data["years"]],
        findings=dict(data["findings"]),
        looks=data["looks"],
        mismatches=list(data["mismatches"]),
        held_back={Symbol(name): count for name, count in data["held_back"].items()},
        fund=None if data["fund"] is None else Fund.read(data["fund"]),
    )
    return state


def decision_data(row: Decision) -> Data:
    """Return a decision as plain data."""
    return {
        "day": row.day.isoformat(),
        "intent": row.intent,
        "status": row.status,
        "rounds": row.rounds,
        "gap": None if row.gap is None else plain(row.gap),
        "trades": row.trades,
        "bought": plain(row.bought),
        "sold": plain(row.sold),
        "harvested": plain(row.harvested),
        "rejected": list(row.rejected),
        "active": list(row.active),
        "conflict": list(row.conflict),
        "bound": None if row.bound is None else plain(row.bound),
        "total": plain(row.total),
    }


def _decision(data: Data) -> Decision:
    return Decision(
        day=date.fromisoformat(data["day"]),
        intent=data["intent"],
        status=data["status"],
        rounds=data["rounds"],
        gap=None if data["gap"] is None else Decimal(data["gap"]),
        trades=data["trades"],
        bought=Decimal(data["bought"]),
        sold=Decimal(data["sold"]),
        harvested=Decimal(data["harvested"]),
        rejected=tuple(data["rejected"]),
        active=tuple(data["active"]),
        conflict=tuple(data["conflict"]),
        bound=None if data["bound"] is None else Decimal(data["bound"]),
        total=Decimal(data["total"]),
    )


_YEAR = (
    "short",
    "long",
    "losses",
    "disallowed",
    "dividends",
    "tax_on_gains",
    "tax_on_income",
    "carryover_short",
    "carryover_long",
)


def year_data(row: YearTax) -> Data:
    """Return a year's taxes as plain data."""
    return {"year": row.year, **{name: plain(getattr(row, name)) for name in _YEAR}}


def _year(data: Data) -> YearTax:
    return YearTax(year=data["year"], **{name: Decimal(data[name]) for name in _YEAR})


def _row_data(row: Transaction) -> Data:
    cells: Data = {
        "id": row.id,
        "date": row.date.isoformat(),
        "account": row.account,
        "type": row.type.value,
        "symbol": row.symbol,
        "quantity": _text(row.quantity),
        "price": _text(row.price),
        "amount": _text(row.amount),
        "fees": _text(row.fees or None),
        "order": row.order,
        "lots": ";".join(f"{lot}:{plain(quantity)}" for lot, quantity in row.lots) or None,
        "note": row.note,
    }
    return {name: value for name, value in cells.items() if value is not None}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _row(data: Data) -> Transaction:
    def amount(name: str) -> Decimal | None:
        return Decimal(data[name]) if name in data else None

    pairs = (part.rpartition(":") for part in data.get("lots", "").split(";") if part)
    symbol = data.get("symbol")
    return Transaction(
        id=TransactionId(data["id"]),
        date=date.fromisoformat(data["date"]),
        account=AccountId(data["account"]),
        type=TransactionType(data["type"]),
        symbol=None if symbol is None else Symbol(symbol),
        quantity=amount("quantity"),
        price=amount("price"),
        amount=amount("amount"),
        fees=amount("fees") or Decimal(0),
        order=data.get("order"),
        lots=tuple((LotId(lot), Decimal(quantity)) for lot, _, quantity in pairs),
        note=data.get("note"),
    )
