"""Answers as rows: one flat mapping for each trade or verdict, for a data frame or a spreadsheet.

    pandas.DataFrame(guardband.verdict_rows(answer))

Amounts are decimals, exact where the answer is; what has no meaning for a row is None. The whole answer,
with contributors and citations, is `engine.gate.answer.gate_answer(answer)`.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.facts.book import Book
from engine.facts.money import rounded
from engine.gate.answer import PLACES
from engine.gate.verdict import GateAnswer
from optimizer.proposal import Proposal

Row = dict[str, Any]


def trade_rows(answer: GateAnswer | Proposal) -> list[Row]:
    """Return a row for each trade: of a judged list with its decision, of a proposal with its taxes.

    Quantities in shares, values, gains and taxes in the policy's currency.
    """
    if isinstance(answer, GateAnswer):
        return [
            {
                "trade": one.trade.number,
                "account": one.trade.account,
                "side": one.trade.side.value,
                "symbol": one.trade.symbol,
                "quantity": one.trade.quantity,
                "decision": one.decision.value,
                "rules": ", ".join(one.rules),
                "max_quantity": one.max_quantity,
            }
            for one in answer.trades
        ]
    return [
        {
            "trade": row.trade.number,
            "account": row.trade.account,
            "side": row.trade.side.value,
            "symbol": row.trade.symbol,
            "quantity": row.trade.quantity,
            "lot": row.trade.lot,
            "price": row.price,
            "value": row.value,
            "gain": row.gain,
            "tax": row.tax,
        }
        for row in answer.trades
    ]


def verdict_rows(answer: GateAnswer) -> list[Row]:
    """Return a row for each verdict, its figures at six decimals."""
    return [
        {
            "rule": one.rule,
            "policy": one.policy,
            "account": one.account,
            "group": ", ".join(value or "unknown" for _, value in one.group),
            "outcome": one.outcome.value,
            "decision": one.decision.value,
            "measure": one.measure,
            "unit": one.unit,
            "before": _figure(one.before),
            "after": _figure(one.after),
            "limit": _figure(one.limit),
            "headroom": _figure(one.headroom),
            "trades": tuple(sorted(one.trades)),
            "reason": one.reason,
        }
        for one in answer.verdicts
    ]


def lot_rows(book: Book) -> list[Row]:
    """Return a row for each open lot of a book: basis and value in the account's currency."""
    return [
        {
            "lot": one.lot,
            "account": one.account,
            "symbol": one.symbol,
            "quantity": one.quantity,
            "basis": one.basis,
            "acquired": one.acquired,
            "value": _value(book, one.symbol, one.quantity),
        }
        for one in book.lots
    ]


def _value(book: Book, symbol: Any, quantity: Decimal) -> Decimal | None:
    price = book.prices.get(symbol)
    return None if price is None else quantity * price.price


def _figure(value: Fraction | None) -> Decimal | None:
    return None if value is None else rounded(value, places=PLACES)
