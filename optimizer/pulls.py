"""The rows' coefficients by position: what one unit bought or sold of a name does to each row.

The lots of a position mostly pull alike on a row (a class, a sector, cash); only gains differ from lot
to lot. Most rows also mirror: what a purchase adds a sale takes away. So a price of a row is charged
once per name, not once per lot, and the curvature of mirrored rows needs one vector for each name.

    position KO with lots at gains 0.1 and -0.2; rows cash, turnover, gains
      buy (-1, -1, 0)   sale (1, -1, 0)   lots: row gains only, (-0.1) and (0.2)
      mirrored: cash   odd: turnover, gains
"""

import numpy as np

from optimizer.model import Floats, Ints, Model, part_of

ALIKE = 1e-14
"""Coefficients that differ by less, relative to the row's largest, are one."""


class Pulls:
    """Dense coefficients of some rows of a model."""

    def __init__(self, model: Model, rows: Ints, starts: Ints, owners: Ints) -> None:
        n = model.positions.count
        full = part_of(model.rows.matrix, np.arange(model.columns))
        dense = np.ascontiguousarray(full.dense(rows if rows.size < model.rows.count else None).T)
        self.owner, self._owners, self._starts = model.lots.position, owners, starts
        self.buy = dense[:n]
        lots = dense[n:]
        alike = ALIKE * (np.abs(dense).max(axis=0, initial=0.0) + 1)
        self.sale = -self.buy
        self.sale[owners] = lots[starts]
        differs = np.abs(lots - self.sale[self.owner]) > alike
        self.varied = np.flatnonzero(differs.any(axis=0))
        self.sale[:, self.varied] = 0.0
        self.lots = np.ascontiguousarray(lots[:, self.varied])
        mirrors = (np.abs(self.sale + self.buy) <= alike).all(axis=0)
        mirrors[self.varied] = False
        self.mirrored, self.odd = np.flatnonzero(mirrors), np.flatnonzero(~mirrors)
        self.place = np.argsort(np.concatenate((self.mirrored, self.odd)))  # of each row: mirrored, then odd
        self.even = np.ascontiguousarray(self.buy[:, self.mirrored])
        self.buy_odd = np.ascontiguousarray(self.buy[:, self.odd].T)
        self.sale_odd = np.ascontiguousarray(self.sale[:, self.odd].T)
        self.lots = np.ascontiguousarray(lots[:, self.varied].T)
        self.varied_odd = np.searchsorted(self.odd, self.varied)

    @property
    def parts(self) -> tuple[Floats, Ints, Ints, Floats, Floats, Floats, Ints, Ints]:
        """What `kernels_heat` works on, in its order."""
        rows = (self.even, self.mirrored, self.odd, self.buy_odd, self.sale_odd)
        return (*rows, self.lots, self.varied, self.varied_odd)

    def charge(self, prices: Floats) -> Floats:
        """Return what the rows charge each column at `prices`, (n_columns,)."""
        even, odd = self.even @ prices[self.mirrored], prices[self.odd]
        by_lot = (odd @ self.sale_odd - even)[self.owner]
        if self.varied.size:
            by_lot += prices[self.varied] @ self.lots
        return np.concatenate((even + odd @ self.buy_odd, by_lot))

    def of_varied(self, sales: Floats) -> Floats:
        """Return what the sales of each position do to the rows in which lots differ, (k, n_positions)."""
        found = np.zeros((self.varied.size, self.buy.shape[0]))
        if sales.size:
            found[:, self._owners] = np.add.reduceat(self.lots * sales, self._starts, axis=1)
        return found

    def odd_of_sales(self, amount: Floats, sales: Floats) -> Floats:
        """Return what the sales of each position do to the odd rows, (n_odd, n_positions)."""
        found = self.sale_odd * amount
        if self.varied.size:
            found[self.varied_odd] = self.of_varied(sales)
        return np.asarray(found)

    def odd_of_lots(self, lots: Ints) -> Floats:
        """Return what one unit sold of each of some lots does to the odd rows, (n_odd, k)."""
        found = np.take(self.sale_odd, self.owner[lots], axis=1)
        found[self.varied_odd] = np.take(self.lots, lots, axis=1)
        return np.asarray(found)
