"""Accessibility: every row can be read, and the book lies where programs can ask for it."""

from collections.abc import Iterator

from engine.shell.readiness.counting import unmeasured
from engine.shell.readiness.gather import Gathered
from reports.readiness import Figure

NEED = "accessibility"


def figures(found: Gathered) -> Iterator[Figure]:
    """Yield the figures of what can be read."""
    rows = sum(len(table) for table in found.tables.values())
    places = tuple(dict.fromkeys(problem.place.split(", column")[0] for problem in found.problems))
    yield Figure(
        need=NEED,
        name="rows that can be read",
        have=max(0, rows - len(places)),
        of=rows,
        lacking=tuple(f"{problem.place}: {problem.reason}" for problem in found.problems),
        do="mend the rows that cannot be read: each is named with its cure",
    )
    stored = found.kept is not None
    yield Figure(
        need=NEED,
        name="a book that opens",
        have=int(found.book is not None),
        of=1,
        lacking=() if found.book is not None else (found.unreadable,),
        do="mend what keeps the book from being opened",
    )
    if not stored:
        why = "a folder has no service; `guardband import book FOLDER --book sqlite:///firm.db` makes one"
        yield unmeasured(NEED, "a database for SQL and the service", why)
        return
    yield Figure(need=NEED, name="a database for SQL and the service", have=1, of=1)
