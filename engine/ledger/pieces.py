"""What a replay works on: pieces of lots that are held, and pieces that were sold.

These two are the only values of the ledger that change while a replay runs; what leaves the ledger
(`Lot`, `Disposal`) is frozen. A piece is a run of shares of one lot with one basis per share and one
holding period: 100 shares of which 60 replaced shares sold at a loss are two pieces of one lot.
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal
from engine.ledger.cents import split_cents
from engine.ledger.exact import exact

ZERO = exact(0)
ONE = exact(1)
HUNDRED = exact(100)


@dataclass(slots=True, kw_only=True, eq=False)
class Piece:
    """Shares of one lot that are alike; `told` amounts are whole cents, the others exact money."""

    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Fraction  # shares still held
    unit: Fraction  # basis per share
    original_unit: Fraction  # basis per share before disallowed losses
    told: int  # basis in cents
    told_original: int
    acquired: date
    adjusted: date
    sequence: int  # order of acquisition over the whole book
    kind: str  # type of the transaction that opened the lot
    order: str | None = None
    may_replace: bool = True  # bought, awarded or reinvested; not given, split or transferred
    is_used: bool = False  # has replaced shares sold at a loss
    right: str | None = None  # `call` (also of a warrant) or `put`; None for shares
    per: Fraction = ONE  # shares that one unit is about: 1, or the multiplier of a contract
    loss_unit: Fraction | None = None  # gifts: value per share that day, where below the donor's basis
    loss_from: date | None = None  # gifts: the day of the gift

    @property
    def basis(self) -> Fraction:
        """Exact basis of the shares held."""
        return self.unit * self.quantity

    @property
    def is_adjusted(self) -> bool:
        """Whether a disallowed loss is embedded in the basis."""
        return self.unit != self.original_unit

    def copy(self) -> "Piece":
        """Return an equal piece of its own."""
        return Piece(
            lot=self.lot,
            account=self.account,
            symbol=self.symbol,
            quantity=self.quantity,
            unit=self.unit,
            original_unit=self.original_unit,
            told=self.told,
            told_original=self.told_original,
            acquired=self.acquired,
            adjusted=self.adjusted,
            sequence=self.sequence,
            kind=self.kind,
            order=self.order,
            may_replace=self.may_replace,
            is_used=self.is_used,
            right=self.right,
            per=self.per,
            loss_unit=self.loss_unit,
            loss_from=self.loss_from,
        )

    def split_off(self, quantity: Fraction) -> "Piece":
        """Take `quantity` shares out into a new piece; cents go along by largest remainder."""
        assert ZERO < quantity <= self.quantity, "no more can be split off than is held"
        part = self.copy()
        rest = self.quantity - quantity
        part.quantity = quantity
        part.told = split_cents(self.told, taken=self.unit * quantity, rest=self.unit * rest)
        part.told_original = part.told
        if self.told != self.told_original or self.unit != self.original_unit:
            taken, left = self.original_unit * quantity, self.original_unit * rest
            part.told_original = split_cents(self.told_original, taken=taken, rest=left)
        self.quantity = rest
        self.told -= part.told
        self.told_original -= part.told_original
        return part


@dataclass(slots=True, kw_only=True, eq=False)
class Match:
    """Replacement shares of one loss."""

    lot: LotId
    account: AccountId
    symbol: Symbol
    acquired: date
    quantity: Fraction  # shares of the replacement
    disallowed: Fraction  # exact money
    told: int  # cents
    permanent: bool
    is_closed: bool = False  # the shares were sold before the loss: their sale took it over


@dataclass(slots=True, kw_only=True, eq=False)
class Sold:
    """Shares of one lot given up in one sale."""

    sale: TransactionId
    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Fraction
    proceeds: Fraction
    basis: Fraction
    told_proceeds: int
    told_basis: int
    acquired: date
    adjusted: date
    sold: date
    sequence: int  # of the acquisition that opened the lot
    place: int  # order of disposal over the whole book
    order: str | None  # of that acquisition
    sale_order: str | None
    is_taxable: bool
    is_judged: bool  # whether 26 U.S.C. 1091 applies to it at all
    window_day: date  # middle of the window: the sale, or the entry of a short closed with own shares
    right: str | None = None
    is_short: bool = False  # the closing of a short sale: another short sale replaces it
    served: Fraction = ZERO  # shares of this sale that disallowed a loss on closing a short sale
    may_replace: bool = False  # these shares could have replaced others: bought, and not used for it
    scale: Fraction = ONE  # today's shares for each share sold, after splits
    replaced: Fraction = ZERO  # of today's shares
    disallowed: Fraction = ZERO  # exact money, so far
    told_disallowed: int = 0
    matches: tuple[Match, ...] = ()
    row: Disposal | None = None  # as told, until something changes

    @property
    def is_loss(self) -> bool:
        """Whether the shares were sold for less than their basis."""
        return self.basis > self.proceeds

    @property
    def loss(self) -> Fraction:
        """Exact size of the loss; 0 for a gain."""
        return self.basis - self.proceeds if self.basis > self.proceeds else ZERO

    @property
    def told_loss(self) -> int:
        """Size of the loss in cents; 0 for a gain."""
        return max(0, self.told_basis - self.told_proceeds)

    @property
    def permanent(self) -> Fraction:
        """The part of the loss that is disallowed for good."""
        return sum((match.disallowed for match in self.matches if match.permanent), ZERO)

    @property
    def turn(self) -> tuple[date, int]:
        """Its place in the order in which losses find replacements."""
        return (self.window_day, self.place)

    @property
    def shares(self) -> Fraction:
        """What was sold, in today's shares."""
        return self.quantity if self.scale is ONE else self.quantity * self.scale

    @property
    def unreplaced(self) -> Fraction:
        """Today's shares whose loss no replacement has disallowed."""
        if self.replaced is ZERO and self.scale is ONE:
            return self.quantity
        return self.shares - self.replaced

    def copy(self) -> "Sold":
        """Return an equal record of its own; matches never change once made."""
        other = object.__new__(Sold)
        for name in Sold.__slots__:
            setattr(other, name, getattr(self, name))
        return other


@dataclass(slots=True, kw_only=True, eq=False)
class Short:
    """Shares sold short, or contracts written, and not yet closed.

    A disallowed loss that an earlier closing left is carried and comes off when this one is closed.
    Source: 26 U.S.C. 1091(e).
    """

    lot: LotId
    account: AccountId
    symbol: Symbol
    quantity: Fraction
    unit: Fraction  # received per share or contract, after fees
    told: int  # received, in cents
    opened: date
    sequence: int
    order: str | None = None
    right: str | None = None
    per: Fraction = ONE
    carried: Fraction = ZERO  # disallowed loss for each share or contract
    told_carried: int = 0
    is_used: bool = False

    def split_off(self, quantity: Fraction) -> "Short":
        """Take a part out; cents go along by largest remainder."""
        assert 0 < quantity <= self.quantity, "no more can be split off than is open"
        rest = self.quantity - quantity
        part = replace(
            self,
            quantity=quantity,
            told=split_cents(self.told, taken=self.unit * quantity, rest=self.unit * rest),
            told_carried=split_cents(
                self.told_carried, taken=self.carried * quantity, rest=self.carried * rest
            ),
        )
        self.quantity = rest
        self.told -= part.told
        self.told_carried -= part.told_carried
        return part
