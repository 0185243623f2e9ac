"""What looking ahead comes to, as the part `ahead` of the answer of `guardband lots`."""

from fractions import Fraction
from typing import Any

from engine.facts.lots import Replacement
from engine.facts.money import cents_half_up, plain
from engine.ledger.ahead import SaleAhead
from engine.ledger.ahead_list import ListAhead, PurchaseAhead


def ahead_answer(
    sales: tuple[SaleAhead, ...], purchases: tuple[PurchaseAhead, ...], listed: ListAhead | None
) -> dict[str, Any]:
    """Return sales and purchases of today as JSON; `trades` is null where no list was given."""
    return {
        "sales": [_sale(one) for one in sales],
        "purchases": [_purchase(one) for one in purchases],
        "trades": None if listed is None else _list(listed),
    }


def _sale(one: SaleAhead) -> dict[str, Any]:
    return {
        "lot": one.lot,
        "account": one.account,
        "symbol": one.symbol,
        "quantity": plain(one.quantity),
        "gain": _money(one.gain),
        "term": one.term,
        "disallowed": _money(one.disallowed),
        "permanently_disallowed": _money(one.permanently_disallowed),
        "disallowed_per_share": _money(one.disallowed_per_share),
        "with_recent_lots": _money(one.with_recent_lots),
        "dividends_lost": _money(one.dividends_lost),
        "meets": [_met(part) for part in one.meets],
        "safe_from": None if one.safe_from is None else one.safe_from.isoformat(),
        "long_from": one.long_from.isoformat(),
        "days_to_long_term": str(one.days_to_long_term),
        "advice": list(one.advice),
    }


def _purchase(one: PurchaseAhead) -> dict[str, Any]:
    return {
        "account": one.account,
        "symbol": one.symbol,
        "quantity": plain(one.quantity),
        "disallowed": _money(one.disallowed),
        "permanently_disallowed": _money(one.permanently_disallowed),
        "disallowed_per_share": _money(one.disallowed_per_share),
        "losses": list(one.losses),
        "safe_from": None if one.safe_from is None else one.safe_from.isoformat(),
        "advice": list(one.advice),
    }


def _list(listed: ListAhead) -> dict[str, Any]:
    return {
        "trades": [
            {
                "trade": one.trade.number,
                "account": one.trade.account,
                "side": one.trade.side.value,
                "symbol": one.trade.symbol,
                "quantity": plain(one.trade.quantity),
                "gain": None if one.gain is None else _money(one.gain),
                "disallowed": _money(one.disallowed),
                "permanently_disallowed": _money(one.permanently_disallowed),
                "disallowed_per_share": _money(one.disallowed_per_share),
                "meets": [_met(part) for part in one.meets],
            }
            for one in listed.trades
        ],
        "unsettled": list(listed.unsettled),
        "safe_from": None if listed.safe_from is None else listed.safe_from.isoformat(),
    }


def _met(part: Replacement) -> dict[str, Any]:
    return {
        "lot": part.lot,
        "account": part.account,
        "acquired": part.acquired.isoformat(),
        "quantity": plain(part.quantity),
        "permanent": part.permanent,
    }


def _money(amount: Fraction) -> str:
    return plain(cents_half_up(amount))
