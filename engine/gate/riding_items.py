"""Free-riding: what was bought with proceeds that have not settled is not sold before it is paid for.

`BOOK-FREE-RIDING` holds in cash accounts: those that are not on margin, and whose policy does not limit
`borrowing`. It needs the transactions; without them nothing is known of payment.

    bought today with the proceeds of today's sale, which settle tomorrow: not sold before tomorrow

Source: 12 CFR 220.8(a)(1), (c) (Regulation T).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from dsl.policy import Citation
from engine.facts.ids import AccountId
from engine.facts.trades import Side, Trade
from engine.gate.builtin import NOWHERE, account_scope, book_rule
from engine.gate.items import Item, Told
from engine.gate.measure import Listed
from engine.gate.verdict import Contributor
from engine.ledger.exact import exact
from engine.ledger.settle import Taken
from rulebooks.forms import FormClass
from rulebooks.ground import CompiledRule

BOOK_FREE_RIDING = "BOOK-FREE-RIDING"

_SOURCE = Citation(source="Regulation T", clause="12 CFR 220.8(a)(1), (c)", quote=None, span=NOWHERE)
_ZERO = exact(0)


def riding_items(listed: Listed) -> Iterator[Item]:
    """Yield one item for each cash account that sells while some of its lots are not paid for."""
    for account in sorted({account for account, _ in listed.opened.unpaid}):
        sales = [t for t in listed.trades if t.account == account and t.side is Side.SELL]
        if sales:
            yield _item(listed, account, sales)


def rides(listed: Listed, trade: Trade) -> tuple[Taken, ...]:
    """Return what a sale takes of lots that are not paid for."""
    unpaid = listed.opened.unpaid
    if not unpaid:
        return ()
    return tuple(row for row in listed.settlement.of_trade(trade.number) if (row.account, row.lot) in unpaid)


def _item(listed: Listed, account: AccountId, sales: list[Trade]) -> Item:
    ridden = [(sale, row) for sale in sales for row in rides(listed, sale)]
    shares = sum((row.quantity for _, row in ridden), start=_ZERO)
    item = Item(
        kind="limit",
        rule=_rule(),
        scope=account_scope(listed.opened.ground, account),
        before=_ZERO,
        after=-shares,
        told=Told(before=_ZERO, after=shares, limit=_ZERO, headroom=-shares, high=_ZERO),
    )
    if not ridden:
        return item
    unpaid = listed.opened.unpaid
    return item._replace(
        trades=tuple(dict.fromkeys(sale.number for sale, _ in ridden)),
        opens=max(unpaid[(row.account, row.lot)] for _, row in ridden),
        contributors=tuple(
            Contributor(
                symbol=row.symbol,
                amount=row.quantity,
                account=row.account,
                note=f"{row.symbol} of {row.acquired.isoformat()} is paid for on "
                f"{unpaid[(row.account, row.lot)].isoformat()}",
            )
            for _, row in ridden
        ),
    )


@cache
def _rule() -> CompiledRule:
    rule = book_rule(BOOK_FREE_RIDING, "No sale of what is not paid for")
    return CompiledRule(
        rule=replace(rule, because=(_SOURCE,)),
        form_class=FormClass.BOUNDS,
        measure="quantity",
        unit="shares",
        record=(),
    )
