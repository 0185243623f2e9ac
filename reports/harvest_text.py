"""What a harvest means for the days to come: when sold shares may be bought again, and which losses wait."""

from collections.abc import Iterable

from engine.facts.book import Book
from engine.facts.trades import Side
from engine.ledger.ahead import SaleAhead
from engine.ledger.terms import first_safe_day
from optimizer.proposal import Proposal
from reports import words


def harvest_text(proposal: Proposal, sales: Iterable[SaleAhead], book: Book) -> str:
    """Return what follows a harvest, in words.

    sales: what selling each open lot today would come to; of these the losses that are left are told that a
    recent purchase would disallow.
    """
    parts = [_bought_again(proposal, book), _waiting(proposal, sales)]
    return "\n\n".join(part for part in parts if part)


def _bought_again(proposal: Proposal, book: Book) -> str:
    symbols = dict.fromkeys(
        row.trade.symbol
        for row in proposal.trades
        if row.trade.side is Side.SELL and row.term is not None and row.gain is not None and row.gain < 0
    )
    if not symbols:
        return ""
    day = first_safe_day(book.as_of)
    return (
        f"  sold at a loss: {', '.join(symbols)}\n"
        f"    bought again in the household before {day}, these or identical shares disallow the loss "
        "(26 U.S.C. 1091(a));\n"
        "    in a retirement account they end it for good (Rev. Rul. 2008-5)"
    )


def _waiting(proposal: Proposal, sales: Iterable[SaleAhead]) -> str:
    sold = {(row.trade.account, row.trade.lot) for row in proposal.trades if row.trade.side is Side.SELL}
    governed = {row.trade.account for row in proposal.trades} | {row.account for row in proposal.accounts}
    waiting = [
        one
        for one in sales
        if one.disallowed and (one.account, one.lot) not in sold and one.account in governed
    ]
    if not waiting:
        return ""
    lines = ["  losses that a recent purchase would disallow today"]
    for one in sorted(waiting, key=lambda one: (-one.disallowed, one.account, one.lot)):
        until = "no day is known" if one.safe_from is None else f"allowed from {one.safe_from}"
        gone = f", {words.money(one.permanently_disallowed)} for good" if one.permanently_disallowed else ""
        lines.append(
            f"    {words.quantity(one.quantity)} {one.symbol} of {one.lot} in {one.account}: "
            f"{words.money(one.disallowed)} of {words.money(-one.gain)}{gone}, "
            f"{words.money(one.disallowed_per_share)} a share; {until}"
        )
        lines += [f"      {advice}" for advice in one.advice if advice.startswith("sell ")]
    return "\n".join(lines)
