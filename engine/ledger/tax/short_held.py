"""What dividends make of losses on fund shares held six months or less, beside the lots.

`guardband lots` tells wash sales; of a loss that 26 U.S.C. 852(b)(4) changes it tells beside them how much is
lost and how much is long-term, as `guardband tax` counts it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.facts.book import Records
from engine.facts.failure import NotModelled
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.ledger.answer import money
from engine.ledger.ledger import Ledger
from engine.ledger.state import is_fund
from engine.ledger.tax.fund_losses import CAPITAL_GAIN, EXEMPT_INTEREST, fund_losses, is_marked
from engine.ledger.tax.stretches import stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortHeld:
    """A loss on fund shares, and what dividends change of it; `refused` where that is not computed."""

    sale: TransactionId
    lot: LotId
    account: AccountId
    symbol: Symbol
    sold: date
    loss: Decimal
    lost: Decimal  # disallowed by exempt-interest dividends, for good
    long: Decimal  # long-term by capital gain dividends
    refused: str = ""


def short_held_losses(records: Records, ledger: Ledger, *, as_of: date) -> tuple[ShortHeld, ...]:
    """Return the losses in taxable accounts that such dividends change, as known on a day."""
    rows = tuple(row for row in records.transactions or () if row.date <= as_of)
    if not any(is_marked(row, EXEMPT_INTEREST) or is_marked(row, CAPITAL_GAIN) for row in rows):
        return ()
    held = stretches(ledger.disposals, ledger.open_lots, until=as_of)
    found: list[ShortHeld] = []
    for row in ledger.disposals:
        if row.term != "short" or row.gain >= 0 or not is_fund(records.securities.get(row.symbol)):
            continue
        refused = ""
        lost = long = Decimal(0)
        try:
            for one in fund_losses((row,), rows, held, securities=records.securities):
                lost, long = one.disallowed, one.long
        except NotModelled as problem:
            refused = str(problem)
        if lost or long or refused:
            found.append(
                ShortHeld(
                    sale=row.sale,
                    lot=row.lot,
                    account=row.account,
                    symbol=row.symbol,
                    sold=row.sold,
                    loss=-row.gain,
                    lost=lost,
                    long=long,
                    refused=refused,
                )
            )
    return tuple(found)


def short_held_answer(found: tuple[ShortHeld, ...]) -> list[dict[str, Any]]:
    """Return them as the part `fund_losses` of the answer of `guardband lots`."""
    return [
        {
            "sale": one.sale,
            "lot": one.lot,
            "account": one.account,
            "symbol": one.symbol,
            "loss": money(one.loss),
            "disallowed_by_exempt_interest": money(one.lost),
            "long_term_by_capital_gain_dividends": money(one.long),
            "refused": one.refused or None,
        }
        for one in found
    ]
