"""From the type of a transaction to what it does."""

from collections.abc import Callable, Mapping

from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.events.gift import gift_in
from engine.ledger.events.merger import merger
from engine.ledger.events.name_change import name_change
from engine.ledger.events.option import assignment, exercise, expiry, option_buy, option_close
from engine.ledger.events.purchase import purchase
from engine.ledger.events.return_of_capital import return_of_capital
from engine.ledger.events.sale import sale
from engine.ledger.events.short import buy_to_cover, go_short
from engine.ledger.events.spin_off import spin_off
from engine.ledger.events.split import split
from engine.ledger.events.stock_dividend import stock_dividend
from engine.ledger.events.transfer import transfer_in, transfer_out
from engine.ledger.state import State

Handler = Callable[[State, Transaction], None]


def _cash(state: State, row: Transaction) -> None:
    """Cash comes and goes without touching a lot."""


HANDLERS: Mapping[TransactionType, Handler] = {
    TransactionType.BUY: purchase,
    TransactionType.SELL: sale,
    TransactionType.REINVEST: purchase,
    TransactionType.AWARD: purchase,
    TransactionType.DIVIDEND: _cash,
    TransactionType.INTEREST: _cash,
    TransactionType.FEE: _cash,
    TransactionType.DEPOSIT: _cash,
    TransactionType.WITHDRAWAL: _cash,
    TransactionType.TRANSFER_IN: transfer_in,
    TransactionType.TRANSFER_OUT: transfer_out,
    TransactionType.GIFT_IN: gift_in,
    TransactionType.SPLIT: split,
    TransactionType.STOCK_DIVIDEND: stock_dividend,
    TransactionType.SPIN_OFF: spin_off,
    TransactionType.MERGER: merger,
    TransactionType.RETURN_OF_CAPITAL: return_of_capital,
    TransactionType.NAME_CHANGE: name_change,
    TransactionType.SHORT_SELL: go_short,
    TransactionType.BUY_TO_COVER: buy_to_cover,
    TransactionType.OPTION_BUY: option_buy,
    TransactionType.OPTION_WRITE: go_short,
    TransactionType.OPTION_CLOSE: option_close,
    TransactionType.EXERCISE: exercise,
    TransactionType.ASSIGNMENT: assignment,
    TransactionType.EXPIRY: expiry,
}
