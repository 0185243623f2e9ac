"""What the first pages of a day need, made ready before somebody waits for it.

    warm(service)     at the start, when somebody signs in, and when a version has come into force

Every measure of the book is taken, which the first verdict and the accounts rest on, and the examples of the
policies in force are run, which their pages tell. What is ready already costs nothing.
"""

import asyncio
from contextlib import suppress

from engine.shell import policies, work
from engine.shell.desk.asking import at_gate, at_solver, book_of
from engine.shell.desk.handbooks import handbook
from engine.shell.desk.rule_text import texts_of
from engine.shell.desk.standing import standing_of
from engine.shell.service.guard import Service

_at_work: set[asyncio.Task[None]] = set()


def warm(service: Service) -> None:
    """Begin to make ready what the next pages need, and go on at once."""
    task = asyncio.ensure_future(ready(service))
    _at_work.add(task)
    task.add_done_callback(_at_work.discard)


async def ready(service: Service) -> None:
    """Make ready what the next pages need; whatever is wrong is told to whoever opens the page."""
    with suppress(Exception):
        await at_gate(service, standing_of)
    with suppress(Exception):
        shelf = (await book_of(service)).beside
        assert isinstance(shelf, policies.Shelf), "a database has a shelf"
        texts_of(shelf)
        for entry in shelf.in_force:
            await handbook(service, entry, shelf)
    with suppress(Exception):
        await at_solver(service, _solver)


def _solver(desk: work.Desk) -> None:
    """Open the solver's book and load what it solves with."""
    import highspy  # noqa: F401

    import optimizer.repair  # noqa: F401

    assert desk.opened.reference is not None, "an open book has what the second evaluator needs"
