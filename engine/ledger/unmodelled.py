"""What is refused by name: computing it as if it were something else would be a wrong answer."""

from fractions import Fraction

from engine.facts.failure import NotModelled
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.pieces import Sold
from engine.ledger.state import Setting, State, place_of
from engine.ledger.wash import Pool

RELATED_PARTY = "related party"
"""Words in the note of a sale by which the household tells who bought."""

SALES = (TransactionType.SELL, TransactionType.SHORT_SELL, TransactionType.OPTION_CLOSE)


def refuse_unmodelled(setting: Setting, row: Transaction) -> None:
    """Refuse sales to related parties, and contracts that are marked to market at the year's end.

    Source: 26 U.S.C. 267, 1041; 1256, 1256(f)(5).
    """
    if row.note is not None and row.type in SALES and RELATED_PARTY in _plain_words(row.note):
        raise NotModelled(
            "a sale to a related party, whose loss is no loss at all (26 U.S.C. 267, 1041)",
            place=place_of(row),
            cure="tell it as a transfer_out, and have its gain or loss computed by hand",
        )
    security = setting.securities.get(row.symbol) if row.symbol is not None else None
    if security is None:
        return
    if security.instrument == "future" or security.attributes.get("section_1256") == "yes":
        raise NotModelled(
            f"`{row.symbol}` is a section 1256 contract, which is marked to market at the year's end",
            place=place_of(row),
            cure="leave the contract out of the book; its gain belongs on Form 6781",
        )


def _plain_words(note: str) -> str:
    return " ".join(note.casefold().replace("-", " ").split())


def refuse_straddle(state: State, pool: Pool, loss: Sold) -> None:
    """Refuse a loss on one side while the household holds the other side: shares or calls, and puts.

    An open short sale is the other side of shares as far as it has a gain at the price of the loss.
    Source: 26 U.S.C. 1092.
    """
    if not loss.loss:
        return
    if loss.right is None and pool.shorts:
        price = loss.proceeds / loss.quantity
        for short in pool.open_shorts():
            if short.right is None and short.unit > price and state.is_taxable(short.account):
                raise _straddle(loss, f"the open short sale `{short.lot}`")
    if not pool.has_contracts:
        return
    other = {"put"} if loss.right in (None, "call") else {None, "call"}
    for (account, symbol), position in pool.positions.items():
        piece = next(position.pieces(), None)
        if piece is not None and piece.right in other and state.is_taxable(account):
            raise _straddle(loss, f"`{symbol}`")


def refuse_short_straddle(state: State, pool: Pool, loss: Sold, *, price: Fraction) -> None:
    """Refuse a loss on closing a short sale while shares are held that have a gain at its price per share.

    Source: 26 U.S.C. 1092.
    """
    if not loss.loss or loss.right is not None:
        return
    for (account, _), position in pool.positions.items():
        if state.is_taxable(account):
            for piece in position.pieces():
                if piece.right is None and piece.unit < price:
                    raise _straddle(loss, f"lot `{piece.lot}`")


def _straddle(loss: Sold, other: str) -> NotModelled:
    done = "closed" if loss.is_short else "sold"
    return NotModelled(
        f"`{loss.symbol}` is {done} at a loss while {other} offsets it: a straddle (26 U.S.C. 1092)",
        place=f"sale `{loss.sale}` of {loss.sold}",
        cure="leave the two out of the book, and have the deferred loss computed by hand",
    )
