"""Transactions: what happened in an account, in the words of transactions.csv."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId


class TransactionType(StrEnum):
    """The vocabulary of the `type` column."""

    BUY = "buy"
    SELL = "sell"
    REINVEST = "reinvest"
    AWARD = "award"
    DIVIDEND = "dividend"
    INTEREST = "interest"
    FEE = "fee"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    GIFT_IN = "gift_in"
    SPLIT = "split"
    STOCK_DIVIDEND = "stock_dividend"
    SPIN_OFF = "spin_off"
    MERGER = "merger"
    RETURN_OF_CAPITAL = "return_of_capital"
    NAME_CHANGE = "name_change"
    SHORT_SELL = "short_sell"
    BUY_TO_COVER = "buy_to_cover"
    OPTION_BUY = "option_buy"
    OPTION_WRITE = "option_write"
    OPTION_CLOSE = "option_close"
    EXERCISE = "exercise"
    ASSIGNMENT = "assignment"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One row of transactions.csv; sizes are positive, the type gives the sign; None is a blank cell.

    A split names no account of its own in effect: it is in force for the security from its date.
    """

    id: TransactionId
    date: dt.date
    account: AccountId
    type: TransactionType
    symbol: Symbol | None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None  # exact total before fees; wins over price * quantity
    fees: Decimal = Decimal(0)
    order: str | None = None  # fills of one order are one acquisition
    lots: tuple[tuple[LotId, Decimal], ...] = ()  # specific identification
    time: dt.time | None = None
    ex_date: dt.date | None = None
    from_symbol: Symbol | None = None
    basis: Decimal | None = None  # gift_in, transfer_in: the donor's or carried basis
    acquired: dt.date | None = None
    basis_share: Decimal | None = None  # spin_off: the fraction of basis that moves
    note: str | None = None
    row: int = field(default=0, compare=False)  # line in the file, for messages

    @property
    def total(self) -> Decimal:
        """Money before fees: `amount` where given, else price times quantity; 0 where neither is."""
        if self.amount is not None:
            return self.amount
        if self.price is None or self.quantity is None:
            return Decimal(0)
        return self.price * self.quantity
