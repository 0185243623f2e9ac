"""What one account holds of one security: its lots, in the order in which a sale takes them.

FIFO and LIFO take from the ends and never look at the lots in between, so a sale costs what it takes,
not what the account holds.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.facts.ids import LotId
from engine.ledger.pieces import ZERO, Piece


@dataclass(slots=True, eq=False)
class Holding:
    """The pieces of one lot in one account."""

    lot: LotId
    key: tuple[date, int]  # day acquired, order of acquisition
    pieces: list[Piece] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Position:
    """The lots of one security in one account, oldest first."""

    lots: dict[LotId, list[Holding]] = field(default_factory=dict)  # a spin-off opens several of one name
    queue: list[Holding] = field(default_factory=list)
    head: int = 0  # holdings before it are empty
    emptied: int = 0  # holdings that are empty, wherever they stand

    def add(self, piece: Piece) -> None:
        """Put a piece where its lot belongs."""
        key = (piece.acquired, piece.sequence)
        named = self.lots.get(piece.lot)
        if named is None:
            named = self.lots[piece.lot] = []
        for holding in named:
            if holding.key == key:
                holding.pieces.append(piece)
                return
        holding = Holding(piece.lot, key, [piece])
        named.append(holding)
        self._place(holding)

    def add_before(self, part: Piece, piece: Piece) -> None:
        """Put shares split off from a piece in front of it: what is used first stands first."""
        holding = next(other for other in self.lots[piece.lot] if piece in other.pieces)
        holding.pieces.insert(holding.pieces.index(piece), part)

    def copy(self, known: dict[int, Piece]) -> "Position":
        """Return an equal position of its own; `known` is filled with the new piece for each old one."""
        other = Position()
        for holding in self.oldest_first():
            twin = Holding(holding.lot, holding.key, [piece.copy() for piece in holding.pieces])
            known.update((id(old), new) for old, new in zip(holding.pieces, twin.pieces, strict=True))
            other.lots.setdefault(holding.lot, []).append(twin)
            other.queue.append(twin)
        return other

    def remove(self, piece: Piece) -> None:
        """Forget a piece of which nothing is left."""
        named = self.lots[piece.lot]
        holding = next(other for other in named if piece in other.pieces)
        holding.pieces.remove(piece)
        if not holding.pieces:
            named.remove(holding)
            if not named:
                del self.lots[piece.lot]
            self.emptied += 1
            if self.emptied > 32 and 2 * self.emptied > len(self.queue):
                self._tidy()

    def oldest_first(self) -> Iterator[Holding]:
        """Yield the lots held, the earliest acquired first."""
        while self.head < len(self.queue) and not self.queue[self.head].pieces:
            self.head += 1
        for place in range(self.head, len(self.queue)):
            if self.queue[place].pieces:
                yield self.queue[place]

    def newest_first(self) -> Iterator[Holding]:
        """Yield the lots held, the latest acquired first."""
        while self.queue and not self.queue[-1].pieces:
            self.queue.pop()
            self.emptied -= 1
        self.head = min(self.head, len(self.queue))
        for place in range(len(self.queue) - 1, self.head - 1, -1):
            if self.queue[place].pieces:
                yield self.queue[place]

    def pieces(self) -> Iterator[Piece]:
        """Yield every piece held, the earliest acquired lot first."""
        for holding in self.oldest_first():
            yield from holding.pieces

    def quantity(self) -> Fraction:
        """Return the shares held."""
        return sum((piece.quantity for piece in self.pieces()), ZERO)

    def _place(self, holding: Holding) -> None:
        if not self.queue or self.queue[-1].key <= holding.key:
            self.queue.append(holding)
            return
        place = bisect_left(self.queue, holding.key, lo=self.head, key=lambda other: other.key)
        self.queue.insert(place, holding)

    def _tidy(self) -> None:
        self.queue = [holding for holding in self.queue if holding.pieces]
        self.head = 0
        self.emptied = 0
