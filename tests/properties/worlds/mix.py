"""How often what is drawn in a world."""

from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often what is drawn: the mended seeds are of `PLAIN` and `WIDE`, full runs are of `FULL`."""

    parts: tuple[str, ...]  # shares of limits
    sizes: tuple[int, ...]  # trades of a list
    with_history: float
    with_volume: float
    blank: float  # share of cells that are empty
    more: bool = False  # rules that the mended seeds of PLAIN did not know
    most: bool = False  # rules and events that those of WIDE did not know
    stale: float = 0.0  # share of books in which some prices are old
    poor: float = 0.0  # share of accounts that are worth nothing, or owe more than they hold
    rules: tuple[int, int] = (5, 9)  # of a mandate: at least, at most
    families: tuple[int, ...] = (60, 8, 16, 12, 4)  # how often limits, per trade, bans, windows, requires


PLAIN = Mix(
    parts=("1%", "2%", "5%", "10%", "25%"),
    sizes=(0, 1, 1, 1, 2, 3, 5),
    with_history=0.75,
    with_volume=1,
    blank=0.03,
)
WIDE = Mix(
    parts=("1%", "2%", "4%", "5%", "10%", "12%"),
    sizes=(0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 5, 5),
    with_history=0.7,
    with_volume=0.9,
    blank=0.06,
    more=True,
)
FULL = Mix(
    parts=("1%", "2%", "4%", "5%", "10%", "12%"),
    sizes=(1, 1, 1, 1, 2, 2, 2, 3, 3, 5, 5),
    with_history=0.7,
    with_volume=0.4,
    blank=0.06,
    more=True,
    most=True,
    stale=0.08,
    rules=(2, 3),
    families=(46, 6, 14, 30, 4),
    poor=0.1,
)


class Evenly(Random):
    """Draws of Hypothesis, fractions as whole hundredths: finer ones crowd at 0."""

    def __init__(self, chance: Random) -> None:
        super().__init__(0)
        self._chance = chance

    def random(self) -> float:
        return self._chance.randrange(100) / 100

    def getrandbits(self, k: int, /) -> int:
        return self._chance.getrandbits(k)

    def choice(self, seq: Any) -> Any:
        return self._chance.choice(seq)
