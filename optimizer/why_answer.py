"""`why` and `why-not` as plain data: text for every number, keys in fixed order."""

from datetime import date
from decimal import Decimal

from engine.facts.money import plain
from optimizer.answer import Data
from optimizer.proposal import Proposal, ProposedTrade, Reason
from optimizer.why import WhyNot


def why_data(proposal: Proposal, *, symbols: tuple[str, ...] = ()) -> Data:
    """Return the parts of each trade; `symbols`: of these only, the totals are those of the whole list."""
    rows = [row for row in proposal.trades if not symbols or row.trade.symbol in symbols]
    return {
        "schema": "guardband/why/1",
        "as_of": proposal.as_of.isoformat(),
        "status": proposal.status.value,
        "intent": proposal.intent,
        "currency": proposal.currency,
        "trades": [_trade(row) for row in rows],
        "trades_in_all": len(proposal.trades),
        "total": plain(proposal.improvement),
        "doing_nothing": plain(proposal.doing_nothing.total),
        "with_the_list": plain(proposal.objective.total),
        "notes": list(proposal.notes),
    }


def _trade(row: ProposedTrade) -> Data:
    trade = row.trade
    return {
        "trade": trade.number,
        "account": trade.account,
        "side": trade.side.value,
        "symbol": trade.symbol,
        "quantity": plain(trade.quantity),
        "lot": trade.lot,
        "value": plain(row.value),
        "parts": [_part(part) for part in row.reasons],
        "total": plain(row.total),
        "tax_now": plain(row.tax),
        "tax_later": plain(row.later),
        "charges": [_part(part) for part in row.charges],
        "margin": _optional(row.margin),
    }


def why_not_data(symbol: str, found: tuple[WhyNot, ...], *, as_of: date, currency: str) -> Data:
    """Return why a security is not traded, by account and side, or that it is."""
    return {
        "schema": "guardband/why-not/1",
        "as_of": as_of.isoformat(),
        "symbol": symbol,
        "currency": currency,
        "answers": [
            {
                "account": row.account,
                "side": row.side,
                "words": row.words,
                "rule": row.rule,
                "margin": _optional(row.margin),
                "parts": [_part(part) for part in row.parts],
            }
            for row in found
        ],
    }


def _part(part: Reason) -> Data:
    return {"what": part.what, "rule": part.rule, "amount": plain(part.amount)}


def _optional(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
