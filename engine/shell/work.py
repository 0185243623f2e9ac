"""A desk: mandates, a book and the rules engine opened together for one command.

    with opened(("household.mandate",), Path("book"), None) as desk:
        answer = desk.judge(trades)

Everything is read and checked before anything is judged; a problem anywhere leaves nothing done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from dsl.policy import CheckedPolicy
from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.facts.readings import TaxReading
from engine.facts.trades import Trade
from engine.gate.drift import AccountDrift
from engine.gate.engine.port import InferenceEngine
from engine.gate.verdict import GateAnswer
from engine.shell import policies
from rulebooks.ground import GroundBook, Rulebook


@contextmanager
def engine() -> Iterator[InferenceEngine | None]:
    """Give a contained rules engine, or None where it cannot be installed, and close it afterwards."""
    from engine.gate.engine.contained import Contained
    from engine.gate.engine.durable import available

    if available() is not None:
        yield None
        return
    contained = Contained()
    try:
        yield contained
    finally:
        contained.close()


def rulebook_of(checked: tuple[CheckedPolicy, ...]) -> Rulebook:
    """Return the compiled rulebook of checked policies."""
    from rulebooks.catalogue import catalogue
    from rulebooks.compile import compile_rulebook

    return compile_rulebook(checked, catalogue=catalogue())
