"""The port that the gate sees: facts in, conclusions or a fault out.

Behind it stand `contained.Contained` (the rules engine in a child process, for use) and
`inline.Inline` (the same engine in this process, for tests). Neither ever raises for what the engine
does, and a fault never hides behind an empty answer.

An engine of its own process works while its caller does something else, where it can be asked to `begin`:

    asked = begun(engine, ((program, facts),))      the child works
    ...                                             and so does this process
    asked.answers()                                 conclusions, or a fault

Several questions go to and fro together; the first fault is the last answer.
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


Question = tuple[Program, tuple[Fact, ...]]
"""Rules, and the facts from which to conclude."""

Answers = tuple[Conclusions | EngineFault, ...]
"""One for each question, as far as the first fault, which is the last."""


class Asked(Protocol):
    """Questions that an engine works on."""

    def answers(self) -> Answers:
        """Wait for the answers and return them; once."""
        ...

    def drop(self) -> None:
        """Give the questions up where they have not been answered; the engine may be asked again."""
        ...


@dataclass(frozen=True, slots=True)
class Later:
    """Questions to an engine that answers at once: they are put when their answers are wanted."""

    engine: InferenceEngine
    questions: tuple[Question, ...]

    def answers(self) -> Answers:
        """Ask, and return the answers."""
        found: list[Conclusions | EngineFault] = []
        for program, facts in self.questions:
            found.append(self.engine.infer(program, facts))
            if isinstance(found[-1], EngineFault):
                break
        return tuple(found)

    def drop(self) -> None:
        """Nothing has been asked."""


def begun(engine: InferenceEngine, questions: tuple[Question, ...]) -> Asked:
    """Put questions to an engine, which must be answered or dropped before it is asked again."""
    begin = getattr(engine, "begin", None)
    asked: Asked = Later(engine, questions) if begin is None else begin(questions)
    return asked
