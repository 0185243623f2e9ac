"""Which trades can be judged: those of a known account under a policy, in a known security with a price.

buy 0 ACME -> "a quantity is above 0": no verdict is reached, the list comes back with what to mend
"""

from engine.facts.failure import InputError
from engine.facts.trades import Trade
from rulebooks.ground import GroundBook
from rulebooks.state import BookState


def problems(ground: GroundBook, state: BookState, trade: Trade) -> tuple[InputError, ...]:
    """Return why a trade cannot be judged; nothing where it can."""
    place = f"trade {trade.number}"
    book = ground.book
    if trade.account not in book.accounts:
        return (InputError(f"unknown account `{trade.account}`", place=place, cure="add it to accounts.csv"),)
    if trade.account not in ground.accounts:
        reason = f"no policy covers account `{trade.account}`"
        return (InputError(reason, place=place, cure="name a policy that applies to it"),)
    if trade.symbol not in book.securities:
        return (
            InputError(f"unknown security `{trade.symbol}`", place=place, cure="add it to securities.csv"),
        )
    if state.unit_value(trade.account, trade.symbol) is None:
        reason = f"`{trade.symbol}` is traded and has no price on {book.as_of.isoformat()}"
        return (InputError(reason, place=place, cure="add its price to prices.csv (and its rate to fx.csv)"),)
    if trade.quantity <= 0:
        return (InputError("a quantity is above 0", place=place, cure="give a size; the side has the sign"),)
    return ()
