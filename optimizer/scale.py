"""The only place where exact numbers become floats and floats become trades.

Everything that a solver sees is in basis points of the net assets of the accounts asked for; a
`Columns` value says which column is which purchase or sale. On the way back only whole numbers of steps
cross: quantity = steps * step, exact.

    net assets 2,000,000: one unit is 200.00; 30 shares at 60.00 are 9 units
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from engine.facts.ids import AccountId
from engine.facts.trades import Side, Trade
from optimizer.locks import Place
from optimizer.model import Floats, Ints
from optimizer.tradable import Tradable, TradableLot
from rulebooks.forms import Linear, Term, TermKind

UNITS = 10_000
"""Basis points in one."""


def as_float(value: Decimal | Fraction | float) -> float:
    """Return a solver's number; the only road from exact to approximate."""
    return float(value)


def as_cents(value: float) -> Decimal:
    """Return an approximate amount of money, told in cents."""
    return Decimal(round(value * 100)) / 100


def as_decimal(value: float, places: int) -> Decimal:
    """Return an approximate figure told to `places` decimals."""
    return Decimal(round(value * 10**places)).scaleb(-places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A few coefficients of a row: column numbers and amounts per unit of the column."""

    columns: Ints
    amounts: Floats


class Columns:
    """Which column is what: purchases of each position, then sales of each lot."""

    def __init__(
        self, names: tuple[Tradable, ...], net_assets: Fraction, of_account: Mapping[AccountId, Fraction]
    ) -> None:
        self.names = names
        self.unit = as_float(net_assets) / UNITS  # money in one unit
        self.count = len(names)
        self.lots: tuple[tuple[int, TradableLot], ...] = tuple(
            (index, lot) for index, name in enumerate(names) for lot in name.lots
        )
        self.width = self.count + len(self.lots)
        self.places: Mapping[Place, int] = {name.place: index for index, name in enumerate(names)}
        self.owner = np.array([index for index, _ in self.lots], dtype=np.int64)
        self._fine = np.array([name.step < 1 for name in names], dtype=np.bool_)
        self._sales: dict[int, list[int]] = {}
        for column, (index, _) in enumerate(self.lots, start=self.count):
            self._sales.setdefault(index, []).append(column)
        self._of_account: dict[AccountId, list[int]] = {}
        for index, name in enumerate(names):
            self._of_account.setdefault(name.account, []).append(index)
        self._known: dict[Term, Entry] = {}
        self.unit_of = [as_float(name.unit) for name in names]  # money of one share, by position
        position = np.concatenate((np.arange(self.count), self.owner))
        shares = np.array([as_float(name.step) for name in names]) * np.array(self.unit_of)
        self.steps: Floats = shares[position] / self.unit if names else np.zeros(0)
        self.most: Floats = np.array(
            [*(self._bought(name, of_account[name.account]) for name in names), *map(self._sold, self.lots)]
        )

    def sales(self, index: int) -> list[int]:
        """Return the sale columns of a position."""
        return self._sales.get(index, [])

    def in_account(self, account: AccountId) -> list[int]:
        """Return the positions of an account."""
        return self._of_account.get(account, [])

    def lot(self, column: int) -> TradableLot:
        """Return the lot of a sale column."""
        return self.lots[column - self.count][1]

    def largest(self, column: int) -> float:
        """Return the largest amount of a column, in units, before any rule but locks."""
        return float(self.most[column])

    def _bought(self, name: Tradable, net_assets: Fraction) -> float:
        """Return the largest purchase: the account's net assets, or less where a rule for each trade says."""
        if name.buy_lock is not None:
            return 0.0
        most = net_assets if name.buy.most is None else min(net_assets, name.buy.most)
        return as_float(most) / self.unit

    def _sold(self, row: tuple[int, TradableLot]) -> float:
        index, lot = row
        if lot.lock is not None:
            return 0.0
        size = as_float(lot.shares) * self.unit_of[index] / self.unit
        most = self.names[index].sale.most
        return size if most is None else min(size, as_float(most) / self.unit)

    def entry(self, term: Term) -> Entry:
        """Return by how much each column changes a term, in the term's own units per unit of column."""
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = self._entry(term)
        return known

    def _entry(self, term: Term) -> Entry:
        if term.symbol is not None:
            index = self.places.get((term.account, term.symbol))
            return _made([]) if index is None else _made(self._of_place(term.kind, index))
        found: list[tuple[int, float]] = []
        for index in self.in_account(term.account):
            found.extend(self._of_whole(term.kind, index))
        return _made(found)

    def _of_place(self, kind: TermKind, index: int) -> list[tuple[int, float]]:
        unit = self.unit
        per_share = unit / self.unit_of[index]
        match kind:
            case TermKind.VALUE:
                return [(index, unit), *((column, -unit) for column in self.sales(index))]
            case TermKind.QUANTITY:
                return [(index, per_share), *((column, -per_share) for column in self.sales(index))]
            case TermKind.COST:
                sold = [(c, -per_share * as_float(self.lot(c).basis)) for c in self.sales(index)]
                return [(index, unit), *sold]
            case _:
                return []

    def _of_whole(self, kind: TermKind, index: int) -> list[tuple[int, float]]:
        unit, sales = self.unit, self.sales(index)
        match kind:
            case TermKind.CASH:
                return [(index, -unit), *((column, unit) for column in sales)]
            case TermKind.BOUGHT:
                return [(index, unit)]
            case TermKind.SOLD:
                return [(column, unit) for column in sales]
            case TermKind.GAIN_SHORT | TermKind.GAIN_LONG:
                own = "short" if kind is TermKind.GAIN_SHORT else "long"
                return [
                    (c, unit * as_float(self.lot(c).recognized)) for c in sales if self.lot(c).term == own
                ]
            case TermKind.DISALLOWED:
                return [(c, unit * as_float(self.lot(c).disallowed)) for c in sales if self.lot(c).disallowed]
            case _:
                return []

    def is_fine(self, entry: Entry) -> bool:
        """Return whether a column of the row trades in fractions of a share."""
        sales = entry.columns >= self.count
        owners = entry.columns.copy()
        owners[sales] = self.owner[entry.columns[sales] - self.count]
        return bool(self._fine[owners].any())

    def row(self, form: Linear) -> Entry:
        """Return the coefficients of a linear form, merged and in column order."""
        parts = [(self.entry(term), as_float(factor)) for term, factor in form.terms]
        parts = [(entry, factor) for entry, factor in parts if entry.columns.size]
        if not parts:
            return _made([])
        if len(parts) == 1:
            return _kept(parts[0][0].columns, parts[0][0].amounts * parts[0][1])
        columns = np.concatenate([entry.columns for entry, _ in parts])
        amounts = np.concatenate([entry.amounts * factor for entry, factor in parts])
        where, back = np.unique(columns, return_inverse=True)
        merged = np.bincount(back, amounts, where.size).astype(np.float64)
        return _kept(where.astype(np.int64), merged)


def _kept(columns: Ints, amounts: Floats) -> Entry:
    """Return the entries that are not zero but for rounding."""
    kept = np.abs(amounts) > 1e-12 * max(1.0, float(np.abs(amounts).max()))
    return Entry(columns=columns[kept], amounts=amounts[kept])


def _made(pairs: list[tuple[int, float]]) -> Entry:
    pairs.sort()
    columns = np.array([column for column, _ in pairs], dtype=np.int64)
    return Entry(columns=columns, amounts=np.array([amount for _, amount in pairs], dtype=np.float64))


def trades_of(columns: Columns, steps: Ints) -> tuple[tuple[Trade, int], ...]:
    """Return the trades of a list of steps with their columns: by account, sales first, then symbol."""
    rows: list[tuple[tuple[str, int, str, str], int]] = []
    for column in np.flatnonzero(steps):
        index = int(column) if column < columns.count else columns.lots[int(column) - columns.count][0]
        name = columns.names[index]
        is_sale = column >= columns.count
        lot = columns.lot(int(column)).lot if is_sale else ""
        rows.append(((name.account, 0 if is_sale else 1, name.symbol, lot), int(column)))
    rows.sort()
    return tuple(
        (_trade(columns, number, column, int(steps[column])), column)
        for number, (_, column) in enumerate(rows, start=1)
    )


def _trade(columns: Columns, number: int, column: int, count: int) -> Trade:
    is_sale = column >= columns.count
    index = columns.lots[column - columns.count][0] if is_sale else column
    name = columns.names[index]
    return Trade(
        number=number,
        account=name.account,
        side=Side.SELL if is_sale else Side.BUY,
        symbol=name.symbol,
        quantity=exact_decimal(name.step * count),
        lot=columns.lot(column).lot if is_sale else None,
    )


def exact_decimal(value: Fraction) -> Decimal:
    """Return a terminating fraction as a decimal."""
    result = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(result) == value, "steps of shares are decimals"
    return result
