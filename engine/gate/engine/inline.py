"""The rules engine in this very process: for tests and measurements, where a crash may be a crash."""

from engine.gate.engine.answers import conclusions, ordered, rows_of
from engine.gate.engine.bundle import bundle_text
from engine.gate.engine.compiled import ProgramKeys
from engine.gate.engine.durable import Machine, available
from engine.gate.engine.faults import EmissionFault, EngineFault, EngineTrouble, FaultKind
from engine.gate.engine.program import Conclusions, Fact, Program


class Inline:
    """An `InferenceEngine` without containment: it cannot survive a crash or a hang of the engine."""

    def __init__(self) -> None:
        self._keys = ProgramKeys()
        self._machines: dict[int, Machine] = {}

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        """Return what follows from the facts, or the fault that kept the answer from coming."""
        absent = available()
        if absent:
            return EngineFault(kind=FaultKind.ABSENT, reason=absent, bundle=bundle_text(program, facts))
        try:
            rows = ordered(facts)
            key = self._keys.key(program)
            machine = self._machines.get(key) or Machine(program)
            self._machines[key] = machine
            return conclusions(program, rows, machine.run(rows_of(rows)))
        except EmissionFault as fault:
            return EngineFault(kind=FaultKind.REFUSED, reason=str(fault), bundle=bundle_text(program, facts))
        except EngineTrouble as trouble:
            self._machines.pop(self._keys.key(program), None)
            return EngineFault(kind=FaultKind.ENGINE, reason=str(trouble), bundle=bundle_text(program, facts))

    def close(self) -> None:
        """Give back the compiled programs."""
        for machine in self._machines.values():
            machine.drop()
        self._machines.clear()
