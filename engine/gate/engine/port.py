"""The port that the gate sees: facts in, conclusions or a fault out.

Behind it stand `contained.Contained` (the rules engine in a child process, for use) and
`inline.Inline` (the same engine in this process, for tests). Neither ever raises for what the engine
does, and a fault never hides behind an empty answer.
"""

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
