"""References: every account, security, model and benchmark that a row names must exist.

A name that another table would hold, had it been readable, is not reported a second time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.facts.failure import InputError
from engine.shell.files.cells import nearest
from engine.shell.files.table import Row, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The names that one kind of thing goes by; None where its table could not be read."""

    noun: str  # account, security
    place: str  # where a new one would be written
    names: frozenset[str] | None

    def problem(self, row: Row, column: str, *, also: frozenset[str] = frozenset()) -> Iterator[InputError]:
        """Yield the problem of a cell that names nothing known."""
        name = row.text(column)
        if name is None or self.names is None or name in self.names or name in also:
            return
        near = nearest(name, sorted(self.names | also))
        add = f"add a row for it to {self.place}"
        yield InputError(
            f"there is no {self.noun} `{name}`",
            place=row.at(column),
            cure=f"write `{near}` if that is meant, or {add}" if near else f"correct the name, or {add}",
        )


def register(noun: str, rows: Rows) -> Register:
    """Return the names of a table as a register."""
    return Register(noun=noun, place=rows.place, names=rows.names)


def check(
    rows: Rows, columns: Iterable[tuple[str, Register]], *, also: frozenset[str] = frozenset()
) -> Iterator[InputError]:
    """Yield every cell of the given columns that names nothing known, in row order."""
    wanted = tuple(columns)
    for row in rows.rows:
        for column, known in wanted:
            yield from known.problem(row, column, also=also)
