"""The values that a list leaves behind: of each node that it changes, by number; the others stay as before.

    State          {17: 54,000, 31: 2}          everything that the list changes
    Over a State   {17: 49,000} over the above  the same list without trade 3

A list of 500 trades changes some 1,500 nodes, and each of its trades a dozen: what one trade more or less
leads to is laid over what the whole list led to, not copied from it.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

Values = Mapping[int, Fraction]
"""Node -> value after the list, for the nodes that it changes."""

NOTHING: Values = {}
"""No change: everything as it was before."""

FEW = 64
"""So few values are copied sooner than laid over."""


class State(dict[int, Fraction]):
    """The values of one list, with whatever is read from them kept beside."""

    __slots__ = ("readings",)

    def __init__(self, values: Values = NOTHING) -> None:
        super().__init__(values)
        self.readings: dict[object, Any] = {}


class Over(Mapping[int, Fraction]):
    """Values laid over those of another state, which stays as it is."""

    __slots__ = ("_own", "_under", "readings")

    def __init__(self, under: Values) -> None:
        self._own: dict[int, Fraction] = {}
        self._under = under
        self.readings: dict[object, Any] = {}

    def __setitem__(self, node: int, value: Fraction) -> None:
        self._own[node] = value

    def __getitem__(self, node: int) -> Fraction:
        own = self._own.get(node)
        return self._under[node] if own is None else own

    def get(self, node: int, default: Any = None) -> Any:
        """Return a node's value where it is other than before."""
        own = self._own.get(node)
        return self._under.get(node, default) if own is None else own

    def __contains__(self, node: object) -> bool:
        return node in self._own or node in self._under

    def __iter__(self) -> Iterator[int]:
        yield from self._under
        yield from (node for node in self._own if node not in self._under)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self._own) or bool(self._under)


def state_on(values: Values) -> State | Over:
    """Return a state that begins with these values; they stay as they are, whatever it changes."""
    return Over(values) if isinstance(values, Over) or len(values) > FEW else State(values)
