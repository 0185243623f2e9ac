"""Handbooks of policies for their pages: the last few are kept.

Their examples take time to run and their charts to draw, so they are made on a thread, once, and not while
the loop that answers everybody waits.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from dsl.library import LibraryPolicy
from engine.shell import policies
from engine.shell.handbook import handbook_of_listed
from engine.shell.service.guard import Service
from reports.handbook import Handbook, first_sentence, sections_of
from reports.handbook_entries import sources_of
from reports.page import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A policy's handbook with all that its page shows."""

    book: Handbook
    first: str
    sections: tuple[Section, ...]


_MOST = 8
_kept: OrderedDict[tuple[str, str, str], Bound] = OrderedDict()
_lock = Lock()


async def handbook(service: Service, entry: LibraryPolicy, shelf: policies.Beside) -> Bound:
    """Return a policy's handbook, made on a thread where it is not at hand."""
    found = _kept.get(_name(entry, shelf))
    if found is not None:
        return found
    return await service.lanes.run("own", service.settings.gate_seconds, lambda: _once(service, entry, shelf))


def _once(service: Service, entry: LibraryPolicy, shelf: policies.Beside) -> Bound:
    name = _name(entry, shelf)
    with _lock:  # whoever asks while it is made waits for it, and does not make it once more
        found = _kept.get(name)
        if found is None:
            found = _kept[name] = _made(service, entry, shelf)
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
    return found


def _made(service: Service, entry: LibraryPolicy, shelf: policies.Beside) -> Bound:
    book = handbook_of_listed(entry, beside=shelf, inference=service.inference)
    sources = sources_of(book)
    return Bound(book=book, first=first_sentence(book, sources), sections=tuple(sections_of(book, sources)))


def _name(entry: LibraryPolicy, shelf: policies.Beside) -> tuple[str, str, str]:
    assert isinstance(shelf, policies.Shelf), "a database has a shelf"
    others = "|".join(f"{row.id} {row.version}" for row in (*shelf.in_force, *shelf.others))
    return entry.id, entry.text, others
