"""`guardband import schwab-positions FILE`: the positions page of Charles Schwab.

A position has no purchase date, so it opens no lot: it is compared with what the book holds. Its price on
the day of the file is kept.

    "ASTS",…,"6","83.67",…,"$238.00"   6 shares stated, basis 238.00; price 83.67 on 2026-05-16
"""

import re
from datetime import date
from pathlib import Path

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, under
from engine.shell.importers.options import option_paper, option_symbol
from engine.shell.importers.statement import CashHeld, Held, Paper, Statement

FORMAT = "schwab-positions"
HELP = "positions of Charles Schwab, CSV"

_DAY = re.compile(r"as of .*?(\d{4}/\d\d/\d\d|\d\d/\d\d/\d{4})")
_SUMS = ("Positions Total", "Account Total", "Total")


def parse(path: Path) -> Statement:
    """Return what a file of positions says. Raises InputError where it is none."""
    found = text.lines(path)
    start = next((i for i, (_, cells) in enumerate(found) if cells[0] == "Symbol"), None)
    if start is None:
        raise text.no_header(path, "Symbol, Description, Qty (Quantity)")
    day = _day(path, found[:start])
    rows = [row for row in under(found[start][1], found[start + 1 :]) if row["Symbol"] not in _SUMS]
    shares = [row for row in rows if text.amount(row.beginning("Qty", "Quantity")) is not None]
    rest = [row for row in rows if row not in shares]
    return Statement(
        source=path.name,
        records=len(rows),
        held=tuple(_held(row, day) for row in shares),
        cash=tuple(
            CashHeld(
                line=row.number,
                amount=text.needed(row.beginning("Mkt Val", "Market Value"), "Mkt Val"),
                words=row["Symbol"],
            )
            for row in rest
        ),
        papers=tuple(_paper(row) for row in shares),
        prices=tuple(_price(row, day) for row in shares),
        currency="USD",
    ).check()


def _day(path: Path, title: list[tuple[int, list[str]]]) -> date:
    found = _DAY.search(" ".join(cell for _, cells in title for cell in cells))
    if found is None:
        raise InputError(
            "the title does not tell the day of the positions",
            place=f"{path.name} row 1",
            cure="export the file again with its title line",
        )
    return text.day(found[1], "%Y/%m/%d" if found[1][4] == "/" else text.US)


def _held(row: Line, day: date) -> Held:
    return Held(
        line=row.number,
        symbol=option_symbol(row["Symbol"]),
        quantity=text.needed(row.beginning("Qty", "Quantity"), "Qty (Quantity)"),
        basis=text.size(row["Cost Basis"]),
        day=day,
    )


def _price(row: Line, day: date) -> Price:
    return Price(
        symbol=Symbol(option_symbol(row["Symbol"])), date=day, price=text.needed(row["Price"], "Price")
    )


def _paper(row: Line) -> Paper:
    symbol = option_symbol(row["Symbol"])
    kinds = {"ETFs & Closed End Funds": "etf", "Mutual Fund": "mutual_fund"}
    return option_paper(symbol, row["Description"]) or Paper(
        symbol=symbol,
        name=row["Description"] or None,
        instrument=kinds.get(row["Asset Type"]),
        currency="USD",
    )
