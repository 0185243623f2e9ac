"""All figures of all needs, in their order."""

from datetime import date

from engine.shell.readiness import (
    accessibility,
    capture,
    formality,
    integration,
    maintenance,
    structure,
)
from engine.shell.readiness.gather import gather
from reports.readiness import Readiness

MODULES = (formality, capture, structure, accessibility, maintenance, integration)


def readiness(book: str, *, policies: tuple[str, ...] | None = None, as_of: date | None = None) -> Readiness:
    """Return how ready a folder or database is; a book with mistakes is measured too.

    Raises InputErrors where there is no book at all, StoreError where the database does not open.
    """
    found = gather(book, policies=policies, as_of=as_of)
    figures = tuple(figure for module in MODULES for figure in module.figures(found))
    return Readiness(as_of=found.as_of, book=found.name, figures=figures)
