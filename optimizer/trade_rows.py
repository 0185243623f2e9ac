"""Limits of single trades that the list itself moves, as rows.

`limit trade_value to at most 2% of equities` measures equities after the list: a list that sells
equities lowers what each of its trades may be. One row for each trade that may be made:

    0.02 * (equities now + purchases - sales) - value of this trade >= 0

A limit that moves with net assets alone is a number, because trades at the book's prices leave net
assets as they are; it is part of the trade's ticket, as is the widest that any list can make a limit.
"""

from fractions import Fraction

import numpy as np

from engine.facts.trades import Side
from optimizer.locks import force_of
from optimizer.rows import RowData, RowNote, normal
from optimizer.scale import Columns, Entry, as_float
from optimizer.shape import linear_parts
from rulebooks.evaluate import value
from rulebooks.forms import Form, TermKind
from rulebooks.ground import GroundBook, PerTrade
from rulebooks.state import BookState


def trade_rows(ground: GroundBook, state: BookState, columns: Columns) -> tuple[RowData, ...]:
    """Return a row for each trade whose largest size is moved by the list."""
    found: list[RowData] = []
    for rule in ground.per_trade:
        if rule.standing != "applies" or rule.closing == "only" or force_of(rule.rule.rule) == "none":
            continue
        if rule.waiver is not None and rule.waived is None:
            continue
        for symbol, bound in rule.moving.items():
            index = columns.places.get((rule.account, symbol))
            if index is None or bound.high is None:
                continue
            for side, concerned in ((Side.BUY, [index]), (Side.SELL, columns.sales(index))):
                if rule.members.get((symbol, side), False) is not False:
                    for column in concerned:
                        found.extend(_rows(state, columns, rule, bound.high, column, index))
    return tuple(found)


def _rows(
    state: BookState, columns: Columns, rule: PerTrade, high: Form, column: int, index: int
) -> list[RowData]:
    size = columns.unit
    if rule.measure is TermKind.TRADE_QUANTITY:
        size = columns.unit / as_float(columns.names[index].unit)
    note = RowNote(kind="rule", words=f"{rule.rule.rule.id} [{columns.names[index].symbol}]")
    rows: list[RowData] = []
    for part in linear_parts(high) or ():
        moved = columns.row(part)
        start = value(part, state)
        if moved.columns.size and columns.largest(column) > 0 and start > 0:
            rows.append(_row(moved, column, size, start, note))
    return rows


def _row(moved: Entry, column: int, size: float, start: Fraction, note: RowNote) -> RowData:
    own = np.flatnonzero(moved.columns == column)
    amounts, places = moved.amounts.copy(), moved.columns
    if own.size:
        amounts[own[0]] -= size
    else:
        places = np.append(places, column)
        amounts = np.append(amounts, -size)
        order = np.argsort(places)
        places, amounts = places[order], amounts[order]
    return normal(Entry(columns=places, amounts=amounts), as_float(start), 0.0, note)
