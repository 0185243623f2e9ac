"""The ledger: an immutable answer of a replay, and where the next replay goes on from."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.facts.lots import Acquisition, Disposal, Lot, OpenShort
from engine.facts.readings import TaxReading
from engine.ledger.state import Shortfall, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Lots, disposals and acquisitions of a book as of a day.

    open_lots: by account, symbol, day acquired; a partly adjusted lot is several rows of one name.
    disposals: in the order in which the sales happened.
    shortfalls: shares given up that the records do not hold; empty where the replay was strict.
    state: what `extend` goes on from; of no meaning to anybody else.
    """

    until: date
    reading: TaxReading
    open_lots: tuple[Lot, ...]
    disposals: tuple[Disposal, ...]
    acquisitions: tuple[Acquisition, ...]
    shortfalls: tuple[Shortfall, ...]
    open_shorts: tuple[OpenShort, ...]
    state: State = field(repr=False, compare=False)

    @property
    def deferred(self) -> Decimal:
        """Disallowed loss embedded in the basis of open lots."""
        return sum((lot.deferred for lot in self.open_lots), Decimal(0))
