"""How far a set of rules strains: the least by which all of them together must be missed.

Each rule can be switched on and off. With MIN at least 25% and MAX at most 20% on, the least is 2.5
points for both; with either off it is 0. Rules whose strain is not 0 leave no portfolio.

What one question shows answers others: a portfolio found for some rules keeps every part of them, and
rules that leave none leave none together with more.
"""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array

from optimizer.model import Floats
from optimizer.portfolios.demands import Demand
from optimizer.portfolios.encode import NotRowsError, Sheet, sheet_for
from optimizer.portfolios.program import Program, UnsettledError
from optimizer.portfolios.world import Position, World, worth_of

STRAINED = 1e-5
"""Points below which a strain is an error of the solver: a tenth of a millionth of the account."""

_FREE = 1e5
_MET = 1e-6
"""How far a row may be missed by a portfolio that counts as keeping it, in the row's own scale."""


class Strain:
    """One world's rules as a program in which each can be left out."""

    def __init__(self, world: World, demands: Iterable[Demand], *, overdraft: bool) -> None:
        now = world.situation
        symbols = world.book().securities
        places: tuple[Position, ...] = tuple((account, s) for account in now.accounts for s in symbols)
        sheet = sheet_for(places, now.accounts, worth=worth_of(now), overdraft=overdraft)
        self._least = sheet.column(0.0, _FREE)
        self._off: dict[str, int] = {}
        self.without_rows: set[str] = set()
        self._spans: list[tuple[str, int, int]] = []  # name, its rows from and until
        for demand in demands:
            self._take(sheet, demand)
        self._program = Program()
        self._program.add_columns(sheet.low, sheet.high, sheet.whole)
        self._program.add_rows([(row.parts, row.low) for row in sheet.rows])
        self._program.price(self._least, -1.0)
        self._matrix = _matrix(sheet)
        self._lows = np.array([row.low for row in sheet.rows], dtype=np.float64)
        self._kept: list[frozenset[str]] = []  # rules that some portfolio keeps together
        self._apart: list[frozenset[str]] = []  # rules that none does
        self._on = set(self._off)

    def _take(self, sheet: Sheet, demand: Demand) -> None:
        columns, rows = len(sheet.low), len(sheet.rows)
        try:
            left = sheet.bounded(demand.form, below=True)
        except NotRowsError:
            del sheet.low[columns:], sheet.high[columns:], sheet.whole[columns:], sheet.rows[rows:]
            self.without_rows.add(demand.name)
            return
        if demand.name not in self._off:
            self._off[demand.name] = sheet.column(0.0, 0.0)
        sheet.need(left, plus={self._least: 1.0, self._off[demand.name]: 1.0})
        self._spans.append((demand.name, rows, len(sheet.rows)))

    @property
    def names(self) -> tuple[str, ...]:
        """The rules that can be switched."""
        return tuple(self._off)

    def known(self, names: Iterable[str]) -> bool | None:
        """Return whether these rules leave no portfolio, as far as earlier answers tell."""
        wanted = frozenset(name for name in names if name in self._off)
        if any(wanted <= kept for kept in self._kept):
            return False
        return True if any(apart <= wanted for apart in self._apart) else None

    def strained(self, names: Iterable[str]) -> bool:
        """Return whether these rules leave no portfolio."""
        wanted = frozenset(name for name in names if name in self._off)
        told = self.known(wanted)
        if told is not None:
            return told
        self._switch(wanted)
        try:
            answer = self._program.solve()
        except UnsettledError:
            return False
        if answer is None:
            return False
        apart = bool(answer[self._least] > STRAINED)
        if apart:
            self._apart.append(wanted)
        self._kept.append(self._met(answer) if apart else self._met(answer) | wanted)
        return apart

    def _switch(self, wanted: frozenset[str]) -> None:
        for name in self._on ^ wanted:
            free = _FREE if name in self._on else 0.0
            self._program.bound(self._off[name], 0.0, free)
        self._on = set(wanted)

    def _met(self, point: Floats) -> frozenset[str]:
        """Return the rules that a portfolio keeps as they stand."""
        alone = point.copy()
        alone[[self._least, *self._off.values()]] = 0.0
        short = self._matrix @ alone < self._lows - _MET
        return frozenset(self._off) - {name for name, first, end in self._spans if short[first:end].any()}


def _matrix(sheet: Sheet) -> csr_array:
    """Return the rows of a sheet, (n_rows, n_columns)."""
    sizes = [len(row.parts) for row in sheet.rows]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    columns = np.fromiter((c for row in sheet.rows for c in row.parts), dtype=np.int64)
    amounts = np.fromiter((a for row in sheet.rows for a in row.parts.values()), dtype=np.float64)
    return csr_array((amounts, columns, starts), shape=(len(sheet.rows), len(sheet.low)))
