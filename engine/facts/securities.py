"""Securities and their prices.

A security carries what its row says: the named columns, and every other column as an attribute that
policies can name. An attribute without a value is either *unknown* (an empty cell of a book) or *no
value* (cash, which has none, and whatever an example in a mandate leaves out).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.facts.ids import Symbol

EXEMPT_FROM_WASH = frozenset({"crypto", "cash", "commodity"})
"""Asset classes that are not stock or securities for 26 U.S.C. 1091."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """One row of securities.csv.

    `attributes` holds every column as text, blank cells left out, also `symbol`, `asset_class`,
    `instrument`, `issuer`, `name` and the like, so that a policy names them all in one way.
    """

    symbol: Symbol
    asset_class: str
    instrument: str
    issuer: str | None  # None: unknown
    attributes: Mapping[str, str]
    currency: str | None = None  # None: the currency of the account
    lot_size: Decimal = Decimal(1)  # shares; proposals trade multiples of it
    cusip: str | None = None
    multiplier: Decimal = Decimal(1)  # shares for one contract; 1 for everything but options
    underlying: Symbol | None = None  # of an option or warrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one security on one day, as traded, with what the file says beside it."""

    symbol: Symbol
    date: date
    price: Decimal  # per share, in the security's currency
    volume: Decimal | None = None  # shares traded that day
    dividend: Decimal | None = None  # per share, on the ex-date
    split: Decimal | None = None  # new shares for each old one, on the first day
