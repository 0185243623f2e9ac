"""Which programs an engine has compiled, found again without comparing them field by field."""

from engine.gate.engine.program import Program


class ProgramKeys:
    """A number for every program; equal programs have the same one, and the same object finds it at once."""

    def __init__(self) -> None:
        self._by_object: dict[int, tuple[Program, int]] = {}
        self._by_value: dict[Program, int] = {}

    def key(self, program: Program) -> int:
        """Return the program's number; the program is kept, so that its identity stays its own."""
        known = self._by_object.get(id(program))
        if known is not None:
            return known[1]
        number = self._by_value.setdefault(program, len(self._by_value))
        self._by_object[id(program)] = (program, number)
        return number

    def __len__(self) -> int:
        """Return how many objects are remembered."""
        return len(self._by_object)
