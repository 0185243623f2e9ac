"""Forms 1099-B (and 1099-DA) as brokers sent them: what a line tells of a sale, as plain values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerForm:
    """One line of a Form 1099-B; None is a box left empty.

    It is about the shares that everything told of it fits: a sale by its id, or a symbol and its day.
    """

    account: AccountId
    sale: TransactionId | None = None
    lot: LotId | None = None
    symbol: Symbol | None = None
    sold: date | None = None  # box 1c
    acquired: date | None = None  # box 1b
    quantity: Decimal | None = None  # of box 1a
    term: Term | None = None  # box 2
    proceeds: Decimal | None = None  # box 1d
    basis: Decimal | None = None  # box 1e
    box_1f: Decimal = Decimal(0)  # accrued market discount
    box_1g: Decimal = Decimal(0)  # wash sale loss disallowed
    basis_reported: bool | None = None  # box 12; None: as the law asks of the broker
    row: int = 0  # line in the file, for messages
