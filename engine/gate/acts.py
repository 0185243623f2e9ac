"""What a trade does, in the words of a mandate: buying, selling, shorting, increasing.

A purchase increases where the list as a whole lets the position grow. Buying and selling are the sides
`buy` and `sell`; shorting is the side `short_sell`, and covering a short sale is none of them.
"""

from collections.abc import Mapping
from fractions import Fraction

from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.measure import Listed
from engine.ledger.exact import exact
from engine.ledger.settle import Taken
from rulebooks.forms import Term, TermKind

_NOTHING = exact(0)

ACTIONS: Mapping[Side, frozenset[str]] = {
    Side.BUY: frozenset({"buying", "increasing"}),
    Side.SELL: frozenset({"selling"}),
    Side.SHORT_SELL: frozenset({"shorting"}),
    Side.BUY_TO_COVER: frozenset(),
}
"""What a trade of each side does, where it lets the position grow."""


def actions_of(listed: Listed, trade: Trade) -> frozenset[str]:
    """Return what a trade does to its security."""
    actions = ACTIONS[trade.side]
    if "increasing" not in actions:
        return actions
    grown = listed.deltas.get(Term(TermKind.QUANTITY, trade.account, trade.symbol), _NOTHING)
    return actions - {"increasing"} if grown <= 0 else actions


def covered(
    listed: Listed,
    trade: Trade,
    *,
    actions: frozenset[str],
    securities: Mapping[tuple[AccountId, Symbol], bool | None],
    lots: Mapping[tuple[AccountId, LotId], bool | None] | None,
) -> bool | None:
    """Return whether a trade does what is forbidden; None where that is unknown.

    Where the subject is lots, one lot that the sale takes is enough.
    """
    if not actions_of(listed, trade) & actions:
        return False
    if lots is None:
        return securities.get((trade.account, trade.symbol), False)
    answers = [lots.get((row.account, row.lot), False) for row in listed.settlement.of_trade(trade.number)]
    return True if True in answers else None if None in answers else False


def covered_lots(
    listed: Listed, trade: Trade, lots: Mapping[tuple[AccountId, LotId], bool | None]
) -> tuple[Taken, ...]:
    """Return what a sale takes of the lots that a subject covers."""
    return tuple(row for row in listed.settlement.of_trade(trade.number) if lots.get((row.account, row.lot)))


def sells_all(listed: Listed, trade: Trade) -> bool:
    """Return whether the trade sells all that the account holds of the security."""
    held = listed.opened.state.quantities.get((trade.account, trade.symbol), exact(0))
    return trade.side is Side.SELL and exact(trade.quantity) >= held > 0


def value_of(listed: Listed, trade: Trade) -> Fraction:
    """Return the size of a trade in the policy's currency, at the book's price."""
    unit = listed.opened.state.unit_value(trade.account, trade.symbol)
    assert unit is not None, "a traded security has a price"
    return unit * exact(trade.quantity)
