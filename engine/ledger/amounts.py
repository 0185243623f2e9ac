"""What a proposed trade comes to in money: price, size, contract and rate of exchange."""

from fractions import Fraction

from engine.facts.book import Book
from engine.facts.trades import Trade
from engine.ledger.exact import exact
from engine.ledger.state import contract_size


def amount_of(book: Book, trade: Trade) -> Fraction | None:
    """Return the money of a trade in its account's currency; None without a price or a rate."""
    price = trade.price
    if price is None:
        known = book.prices.get(trade.symbol)
        price = known.price if known is not None else None
    rate = _rate(book, trade)
    if price is None or rate is None:
        return None
    per = contract_size(book.securities.get(trade.symbol))
    return exact(price) * exact(trade.quantity) * per * rate


def _rate(book: Book, trade: Trade) -> Fraction | None:
    security = book.securities.get(trade.symbol)
    own = book.accounts[trade.account].currency
    if security is None or security.currency in (None, own):
        return exact(1)
    rate, base = book.fx.get(security.currency or ""), book.fx.get(own)
    if rate is None and base is None:
        return None
    return (exact(rate) if rate is not None else exact(1)) / (exact(base) if base is not None else exact(1))
