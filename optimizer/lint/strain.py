"""How far a set of rules strains: the least by which all of them together must be missed.

Each rule can be switched on and off. With MIN at least 25% and MAX at most 20% on, the least is 2.5
points for both; with either off it is 0. Rules whose strain is not 0 leave no portfolio.
"""

from collections.abc import Iterable

from optimizer.portfolios.demands import Demand
from optimizer.portfolios.encode import NotRowsError, sheet_for
from optimizer.portfolios.program import Program, UnsettledError
from optimizer.portfolios.world import Position, World, worth_of

STRAINED = 1e-5
"""Points below which a strain is an error of the solver: a tenth of a millionth of the account."""

_FREE = 1e5


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
        for demand in demands:
            kept = (len(sheet.low), len(sheet.rows))
            try:
                left = sheet.bounded(demand.form, below=True)
            except NotRowsError:
                columns, rows = kept
                del sheet.low[columns:], sheet.high[columns:], sheet.whole[columns:], sheet.rows[rows:]
                self.without_rows.add(demand.name)
                continue
            if demand.name not in self._off:
                self._off[demand.name] = sheet.column(0.0, 0.0)
            sheet.need(left, plus={self._least: 1.0, self._off[demand.name]: 1.0})
        self._program = Program()
        self._program.add_columns(sheet.low, sheet.high, sheet.whole)
        self._program.add_rows([(row.parts, row.low) for row in sheet.rows])
        self._program.price(self._least, -1.0)
        self._on = set(self._off)

    @property
    def names(self) -> tuple[str, ...]:
        """The rules that can be switched."""
        return tuple(self._off)

    def strained(self, names: Iterable[str]) -> bool:
        """Return whether these rules leave no portfolio."""
        wanted = {name for name in names if name in self._off}
        for name in self._on ^ wanted:
            free = _FREE if name in self._on else 0.0
            self._program.bound(self._off[name], 0.0, free)
        self._on = wanted
        try:
            answer = self._program.solve()
        except UnsettledError:
            return False
        return answer is not None and bool(answer[self._least] > STRAINED)
