"""One finder a file: `find(view)` yields what one kind of alert is about."""

from collections.abc import Callable, Iterator

from engine.shell.monitoring.finders import (
    breaches,
    data,
    drift,
    harvests,
    long_term,
    rebalances,
    waivers,
    wash,
)
from engine.shell.monitoring.finding import Finding, View

Finder = Callable[[View], Iterator[Finding]]

FINDERS: dict[str, Finder] = {
    "drift": drift.find,
    "rebalance": rebalances.find,
    "breach": breaches.find,
    "data": data.find,
    "harvest": harvests.find,
    "long_term": long_term.find,
    "waiver": waivers.find,
    "wash": wash.find,
}
"""Every finder by the kind of its alerts."""
