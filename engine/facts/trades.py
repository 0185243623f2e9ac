"""Trades: what is proposed, by the optimizer or by anybody else, and not yet done."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.facts.ids import AccountId, LotId, Symbol


class Side(StrEnum):
    """The four sides of trades.csv."""

    BUY = "buy"
    SELL = "sell"
    SHORT_SELL = "short_sell"
    BUY_TO_COVER = "buy_to_cover"

    @property
    def sign(self) -> int:
        """+1 where the position grows, -1 where it shrinks."""
        return 1 if self in (Side.BUY, Side.BUY_TO_COVER) else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One row of trades.csv; `number` counts from 1 in list order."""

    number: int
    account: AccountId
    side: Side
    symbol: Symbol
    quantity: Decimal  # shares, > 0
    price: Decimal | None = None  # None: the book's price; moves cash and gains only
    lot: LotId | None = None  # specific identification of a sale
    reason: str | None = None
