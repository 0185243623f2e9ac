"""The broker's Form 1099-B beside the true figures: what differs in box 1g, and why.

A broker reports wash sales of one account and one CUSIP; the taxpayer must report all of them.
Source: 26 U.S.C. 6045(g)(2)(B)(ii); Instructions for Form 8949 (2025), column (g).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Replacement
from engine.facts.securities import Security


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxDifference:
    """A sale of which box 1g and the true disallowed loss differ."""

    sale: TransactionId
    lot: LotId
    account: AccountId
    symbol: Symbol
    box_1g: Decimal
    disallowed: Decimal
    needs_statement: bool  # the true figure is less than the broker's
    because: str


def box_differences(
    disposals: Iterable[Disposal], securities: Mapping[Symbol, Security], *, year: int
) -> tuple[BoxDifference, ...]:
    """Return the taxable sales of a year that the broker's form tells differently."""
    return tuple(
        BoxDifference(
            sale=row.sale,
            lot=row.lot,
            account=row.account,
            symbol=row.symbol,
            box_1g=row.broker_disallowed,
            disallowed=row.disallowed,
            needs_statement=row.disallowed < row.broker_disallowed,
            because=_because(row, securities),
        )
        for row in disposals
        if row.sold.year == year and row.term is not None and row.disallowed != row.broker_disallowed
    )


def _because(row: Disposal, securities: Mapping[Symbol, Security]) -> str:
    unseen = [part for part in row.replacements if not _is_seen(row, part, securities)]
    if row.disallowed < row.broker_disallowed:
        return "the broker does not know the household's earlier purchases, or its reading of the law"
    if not unseen:
        return "the basis that the broker knows lacks losses taken over from other accounts"
    places = ", ".join(dict.fromkeys(f"`{part.lot}` in {part.account}" for part in unseen))
    return f"the broker does not see {places}"


def _is_seen(row: Disposal, part: Replacement, securities: Mapping[Symbol, Security]) -> bool:
    return part.account == row.account and _cusip(part.symbol, securities) == _cusip(row.symbol, securities)


def _cusip(symbol: Symbol, securities: Mapping[Symbol, Security]) -> str:
    security = securities.get(symbol)
    return symbol if security is None or security.cusip is None else security.cusip
