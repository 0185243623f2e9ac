"""The port that the gate sees: facts in, conclusions or a fault out.

Behind it stand `contained.Contained` (the rules engine in a child process, for use) and
`inline.Inline` (the same engine in this process, for tests). Neither ever raises for what the engine
does, and a fault never hides behind an empty answer.

An engine of its own process works while its caller does something else, where it can be asked to `begin`:

    asked = begun(engine, program, facts)      the child works
    ...                                        and so does this process
    asked.answer()                             conclusions, or a fault
"""

from dataclasses import dataclass
from typing import Protocol

from engine.gate.engine.faults import EngineFault
from engine.gate.engine.program import Conclusions, Fact, Program


class InferenceEngine(Protocol):
    """Something that draws conclusions from facts."""

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        """Return what follows from the facts; a program is compiled at its first use and kept."""
        ...

    def close(self) -> None:
        """Give back what the engine holds; it is not to be used afterwards."""
        ...


class Asked(Protocol):
    """A question that an engine works on."""

    def answer(self) -> Conclusions | EngineFault:
        """Wait for the answer and return it; once."""
        ...

    def drop(self) -> None:
        """Give the question up where it has not been answered; the engine may be asked again."""
        ...


@dataclass(frozen=True, slots=True)
class Later:
    """A question to an engine that answers at once: it is put when its answer is wanted."""

    engine: InferenceEngine
    program: Program
    facts: tuple[Fact, ...]

    def answer(self) -> Conclusions | EngineFault:
        """Ask, and return the answer."""
        return self.engine.infer(self.program, self.facts)

    def drop(self) -> None:
        """Nothing has been asked."""


def begun(engine: InferenceEngine, program: Program, facts: tuple[Fact, ...]) -> Asked:
    """Put a question to an engine, which must be answered or dropped before it is asked again."""
    begin = getattr(engine, "begin", None)
    asked: Asked = Later(engine, program, facts) if begin is None else begin(program, facts)
    return asked
