"""The rows' coefficients by position: what one unit bought or sold of a name does to each row.

The lots of a position mostly pull alike on a row (a class, a sector, cash, turnover); only gains differ
from lot to lot. Kept so, a price of a row is charged once per name, not once per lot.

    position KO with lots at gains 0.1 and -0.2; rows cash, gains
      buy (-1, 0)   sale (1, 0)   lots: row gains only, (-0.1) and (0.2)
"""

import numpy as np

from optimizer.model import Floats, Ints, Model

ALIKE = 1e-14
"""Coefficients of lots that differ by less, relative to the row's largest, are one."""


class Pulls:
    """Dense coefficients of some rows of a model."""

    def __init__(self, model: Model, rows: Ints, starts: Ints, owners: Ints) -> None:
        n = model.positions.count
        full = model.rows.matrix[rows] if rows.size < model.rows.count else model.rows.matrix
        dense = np.ascontiguousarray(full.T.toarray())
        self.owner, self._owners, self._starts = model.lots.position, owners, starts
        self.buy = dense[:n]
        lots = dense[n:]
        self.sale = np.zeros_like(self.buy)
        self.sale[owners] = lots[starts]
        differs = np.abs(lots - self.sale[self.owner]) > ALIKE * (np.abs(lots).max(axis=0, initial=0.0) + 1)
        self.varied = np.flatnonzero(differs.any(axis=0))
        self.sale[:, self.varied] = 0.0
        self.lots = np.ascontiguousarray(lots[:, self.varied])

    def charge(self, prices: Floats) -> Floats:
        """Return what the rows charge each column at `prices`, (n_columns,)."""
        by_lot = (self.sale @ prices)[self.owner] + self.lots @ prices[self.varied]
        return np.concatenate((self.buy @ prices, by_lot))

    def of_varied(self, sales: Floats) -> Floats:
        """Return what the sales of each position do to the rows in which lots differ, (n_positions, k)."""
        found = np.zeros((self.buy.shape[0], self.varied.size))
        if sales.size:
            found[self._owners] = np.add.reduceat(self.lots * sales[:, None], self._starts, axis=0)
        return found

    def of_lots(self, lots: Ints) -> Floats:
        """Return what one unit sold of each of some lots does to each row, (k, n_rows)."""
        found = self.sale[self.owner[lots]]
        found[:, self.varied] = self.lots[lots]
        return np.asarray(found)
