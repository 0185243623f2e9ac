"""Lists of random worlds: trades that fill a limit exactly, one share beyond it, or one share short."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from tests.properties.worlds.books import ROUND
from tests.properties.worlds.mix import Mix

EDGES = (
    Fraction(2, 100),
    Fraction(4, 100),
    Fraction(5, 100),
    Fraction(10, 100),
    Fraction(12, 100),
    Fraction(20, 100),
    Fraction(25, 100),
    Fraction(30, 100),
)


def drawn_list(chance: Random, book: Book, policy: CheckedPolicy, mix: Mix) -> tuple[Trade, ...]:
    size = chance.choice(mix.sizes)
    found = (drawn_trade(chance, book, policy, number) for number in range(1, size + 1))
    return tuple(trade for trade in found if trade is not None)


def drawn_trade(chance: Random, book: Book, policy: CheckedPolicy, number: int) -> Trade | None:
    """Return a trade in an account that the policy governs; None where nothing has a price."""
    governed = [a for a in book.accounts if policy.applies_to is None or _is_governed(policy, book, a)]
    account = chance.choice(governed)
    symbol = Symbol(chance.choice([s for s in sorted(book.securities) if s in book.prices] or ["S0"]))
    if symbol not in book.prices:
        return None
    return _trade(chance, book, number, account, symbol)


def _is_governed(policy: CheckedPolicy, book: Book, account: AccountId) -> bool:
    applies = policy.applies_to
    assert applies is not None
    row = book.accounts[account]
    return applies.id in (row.household if applies.noun == "household" else row.account,)


def _trade(chance: Random, book: Book, number: int, account: AccountId, symbol: Symbol) -> Trade:
    price = book.prices[symbol].price
    held = sum(
        (lot.quantity for lot in book.lots if (lot.account, lot.symbol) == (account, symbol)), Decimal(0)
    )
    side = chance.choice(
        (Side.BUY, Side.BUY, Side.SELL, Side.SELL, Side.SHORT_SELL if chance.random() < 0.2 else Side.BUY)
    )
    if side is Side.SELL and not held:
        side = Side.BUY
    quantity = _quantity(chance, book, account, symbol, side, held)
    if side is Side.SELL and chance.random() < 0.95:
        quantity = min(quantity, held)
    lots = [lot.lot for lot in book.lots if (lot.account, lot.symbol) == (account, symbol)]
    return Trade(
        number=number,
        account=account,
        side=side,
        symbol=symbol,
        quantity=quantity,
        price=chance.choice((None, None, None, price, price + 1, price / 2)),
        lot=chance.choice(lots) if lots and side is Side.SELL and chance.random() < 0.15 else None,
    )


def _quantity(
    chance: Random, book: Book, account: AccountId, symbol: Symbol, side: Side, held: Decimal
) -> Decimal:
    """Draw a quantity: all that is held, a round number, or what takes the issuer to an edge, or near."""
    if side is Side.SELL and held and chance.random() < 0.3:
        return held + (chance.random() < 0.1)
    if chance.random() < 0.4 or side is Side.SHORT_SELL:
        return Decimal(chance.choice((1, 5, 10, 50, 100, 250, 400)))
    issuer = book.securities[symbol].issuer
    value = sum(
        (
            Fraction(lot.quantity * book.prices[lot.symbol].price)
            for lot in book.lots
            if lot.account == account
            and lot.symbol in book.prices
            and book.securities[lot.symbol].issuer == issuer
        ),
        Fraction(0),
    )
    wanted = abs(chance.choice(EDGES) * ROUND - value) / Fraction(book.prices[symbol].price)
    return Decimal(max(1, int(wanted) + chance.choice((-1, 0, 0, 1))))
