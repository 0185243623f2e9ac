"""The broker's view: what the broker of an account must report in box 1g of Form 1099-B.

A broker sees one account and one CUSIP. A loss replaced in the spouse's account is 0 to the broker and the
whole loss to the taxpayer; where both see a purchase, the figures can agree, and the taxpayer's is right.

Source: 26 U.S.C. 6045(g)(2)(B)(ii).
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from engine.facts.ids import LotId, TransactionId
from engine.facts.lots import Disposal
from engine.ledger.cents import apportion, from_cents, to_cents

SaleOfLot = tuple[TransactionId, LotId]


def with_broker_view(rows: tuple[Disposal, ...], seen: Iterable[Disposal]) -> tuple[Disposal, ...]:
    """Return the disposals with what the brokers of their accounts must report.

    seen: the disposals of the same transactions, each account replayed alone.
    """
    reported: dict[SaleOfLot, int] = {}
    for row in seen:
        key = (row.sale, row.lot)
        reported[key] = reported.get(key, 0) + to_cents(Fraction(row.disallowed))
    shares: dict[SaleOfLot, list[Fraction]] = {}
    for row in rows:
        shares.setdefault((row.sale, row.lot), []).append(Fraction(row.quantity))
    parts = {key: iter(_divide(reported.get(key, 0), sizes)) for key, sizes in shares.items()}
    return tuple(_with(row, next(parts[(row.sale, row.lot)])) for row in rows)


def _divide(cents: int, sizes: list[Fraction]) -> tuple[int, ...]:
    if len(sizes) == 1 or not cents:
        return (cents, *(0 for _ in sizes[1:]))
    whole = sum(sizes, Fraction(0))
    return apportion(cents, tuple(cents * size / whole for size in sizes))


def _with(row: Disposal, cents: int) -> Disposal:
    return row if not cents else replace(row, broker_disallowed=from_cents(cents))
