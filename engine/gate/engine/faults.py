"""What can go wrong between us and the rules engine, as values.

An `EngineFault` is an answer: there is no verdict, so nothing passes. It carries the program and the
facts as text, which reproduces it (`bundle.read`). `EmissionFault` is raised inside this package when a
program or a fact cannot be put to the engine safely, `EngineTrouble` when the engine answered wrongly;
the ports turn both into an `EngineFault`.
"""

from dataclasses import dataclass
from enum import Enum


class EmissionFault(Exception):
    """A program, a ruleset or a fact that the engine must not see."""


class EngineTrouble(Exception):
    """The engine lost, refused or contradicted something; it is not to be used again."""


class FaultKind(Enum):
    """How an answer failed to come."""

    REFUSED = "refused"  # our own checks kept it from the engine
    ENGINE = "engine"  # the engine lost, refused or contradicted something
    DIED = "died"  # the child process ended
    TIMEOUT = "timeout"  # no answer within the time limit
    ABSENT = "absent"  # durable-rules cannot be used here


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFault:
    """No answer: why, and what reproduces it.

    bundle: JSON text of the program and the facts; see `bundle.read`.
    """

    kind: FaultKind
    reason: str
    bundle: str
