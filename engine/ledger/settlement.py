"""What a list would come to: shares it sells, sales of the past that it restates, and the lots after it."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Lot, Replacement, Term
from engine.ledger.pieces import ZERO
from engine.ledger.state import Shortfall, State
from engine.ledger.tell import tell_lots

OPENED = "trade "
"""How the names of what the list opens and sells begin."""

LIST = "list"
"""Order under which the trades of one list in one security and account stand together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Shares of one lot that one trade sells; money exact, in the account's currency.

    gain = proceeds - basis; recognized = gain + disallowed. In retirement accounts `recognized` is 0 and
    `term` None.
    """

    trade: int
    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Fraction
    proceeds: Fraction
    basis: Fraction
    gain: Fraction
    disallowed: Fraction
    permanently_disallowed: Fraction
    recognized: Fraction
    term: Term | None
    acquired: date
    adjusted_acquired: date
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A sale of the past that the list has told differently, and by how much.

    A loss that a purchase of the list disallows; a closed sale whose shares take over a loss of the list
    (`sold_before_replacement yes`), or whose shares a purchase of the list matches (United Kingdom). Where
    the term changes too there are two rows: one takes the old figures back, one has the new ones.
    """

    sale: TransactionId
    lot: LotId
    account: AccountId
    symbol: Symbol
    sold: date
    term: Term | None
    disallowed: Fraction  # more than before the list
    permanently_disallowed: Fraction
    replacements: tuple[Replacement, ...] = ()  # those of the list
    gain: Fraction = ZERO  # how much its gain changes; signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a list would come to.

    lots: after the list, every lot of the positions that it touches, and of recent purchases in the same
    sets of identical securities (which its losses may have adjusted); they stand for `read`.
    read: the lots of the book that `lots` replaces.
    opened: those of `lots` that the list opens.
    shortfalls: shares sold that are not held; `transaction` is `trade N`.
    unsettled: numbers of the trades without a price or a rate of exchange, or that are not modelled.
    """

    taken: tuple[Taken, ...]
    restated: tuple[Restated, ...]
    read: tuple[Lot, ...]
    shortfalls: tuple[Shortfall, ...]
    unsettled: tuple[int, ...]
    state: State = field(repr=False, compare=False)
    pools: tuple[Lot, ...] | None = None  # the lots after the list, by rules with pooled costs
    _by_trade: dict[int, list[Taken]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lots that stand for `read` after the list."""
        return tell_lots(self.state) if self.pools is None else self.pools

    @property
    def opened(self) -> tuple[Lot, ...]:
        """Those of them that the list opens."""
        return tuple(lot for lot in self.lots if lot.lot.startswith(OPENED))

    def book_lots(self, book: Book) -> tuple[Lot, ...]:
        """Return all lots of the book after the list."""
        replaced = {id(lot) for lot in self.read}
        return (*(lot for lot in book.lots if id(lot) not in replaced), *self.lots)

    def of_trade(self, number: int) -> tuple[Taken, ...]:
        """Return what one trade sells, lot by lot."""
        if not self._by_trade and self.taken:
            for row in self.taken:
                self._by_trade.setdefault(row.trade, []).append(row)
        return tuple(self._by_trade.get(number, ()))
