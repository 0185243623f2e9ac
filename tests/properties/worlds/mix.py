"""How often what is drawn in a world."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often what is drawn: the mended seeds are of `PLAIN`, full runs are of `WIDE`."""

    parts: tuple[str, ...]  # shares of limits
    sizes: tuple[int, ...]  # trades of a list
    with_history: float
    with_volume: float
    blank: float  # share of cells that are empty
    more: bool = False  # rules that the mended seeds did not know


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
