"""`guardband import ibkr-flex FILE`: Flex queries of Interactive Brokers, XML.

One thing is told at several levels; each is read once, at the finest level that leads to a transaction:

    Trade             EXECUTION, else ORDER, else SYMBOL_SUMMARY; closed lots and wash sales never
    CashTransaction   DETAIL, else the rows without a level, else SUMMARY
    OpenPosition      SUMMARY, else LOT: compared with the book

Sections that restate these (funds, performance, accruals) are no records. Amounts in another currency are
converted at the rate that the row itself carries, exactly.
"""

from datetime import time
from pathlib import Path
from xml.parsers import expat

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, cash, oldest_first, read_rows
from engine.shell.importers.flex_actions import corporate_actions
from engine.shell.importers.flex_cells import in_base, kind_of, moment, paper
from engine.shell.importers.flex_trades import trades
from engine.shell.importers.statement import Draft, Held, Statement
from engine.shell.importers.text import Unreadable

FORMAT = "ibkr-flex"
HELP = "Flex queries of Interactive Brokers, XML"

_LEVELS = {
    "Trade": ("EXECUTION", "ORDER", "SYMBOL_SUMMARY", ""),
    "CashTransaction": ("DETAIL", "", "SUMMARY"),
    "OpenPosition": ("SUMMARY", "LOT", ""),
}
_RECORDS = ("Trade", "CorporateAction", "CashTransaction", "SalesTax", "Transfer", "OpenPosition")
_PAPERS = ("SecurityInfo", "Trade", "OpenPosition", "CorporateAction", "CashTransaction")


def parse(path: Path) -> Statement:
    """Return what a query's answer says. Raises InputError where it is none."""
    found = _elements(path)
    if not any(tag == "FlexStatement" for tag, _ in found):
        raise text.no_header(path, "<FlexStatement>")
    base = _base(found)
    told = {tag: _of(found, tag) for tag in _RECORDS}
    positions = told["OpenPosition"]
    traded = trades(told["Trade"], base)
    acted = corporate_actions(told["CorporateAction"], base)
    paid, unpaid = read_rows(told["CashTransaction"], lambda row: _paid(row, base))
    taxed, untaxed = read_rows(told["SalesTax"], lambda row: _sales_tax(row, base))
    moves, unmoved = read_rows(told["Transfer"], _moved)
    drafts = [*traded[0], *acted[0], *paid, *taxed, *moves]
    unread = [*traded[1], *acted[1], *unpaid, *untaxed, *unmoved]
    return Statement(
        source=path.name,
        records=sum(map(len, told.values())),
        drafts=tuple(sorted(oldest_first(drafts), key=lambda d: (d.day, d.time or time.max))),
        held=tuple(_held(row) for row in positions),
        papers=tuple(
            paper(row)
            for tag in _PAPERS
            for row in _all(found, tag)
            if row["symbol"] and row["assetCategory"] != "CASH"
        ),
        prices=tuple(_price(row) for row in positions if row["markPrice"] and row["reportDate"]),
        unread=tuple(sorted(unread, key=lambda row: row.line)),
        currency=base,
    ).check()


def _elements(path: Path) -> list[tuple[str, Line]]:
    """Return every element with its line; entities are refused, a broker's file has none."""
    found: list[tuple[str, Line]] = []
    parser = expat.ParserCreate()
    account = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal account
        account = attributes.get("accountId", "") if tag == "FlexStatement" else account
        cells = {name: " ".join(value.split()) for name, value in attributes.items()}
        found.append((tag, Line(parser.CurrentLineNumber, {"accountId": account} | cells)))

    def refuse(*_: object) -> None:
        raise InputError("the file declares entities", place=path.name, cure="export it again")

    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.decoded(path), True)  # a str: whatever encoding it declares
    except expat.ExpatError as error:
        reason = f"the file is not XML ({error})"
        raise InputError(reason, place=path.name, cure="export it again, as XML") from None
    return found


def _all(found: list[tuple[str, Line]], tag: str) -> list[Line]:
    return [row for name, row in found if name == tag]


def _of(found: list[tuple[str, Line]], tag: str) -> list[Line]:
    """Return the elements of a name at the one level at which they are read."""
    rows = _all(found, tag)
    present = {row["levelOfDetail"].upper() for row in rows}
    level = next((one for one in _LEVELS.get(tag, ()) if one in present), None)
    return rows if level is None else [row for row in rows if row["levelOfDetail"].upper() == level]


def _base(found: list[tuple[str, Line]]) -> str | None:
    """Return the account's currency: stated, or that of a row whose rate is one."""
    stated = [row["currency"] for row in _all(found, "AccountInformation") if row["currency"]]
    stated += [row["functionalCurrency"] for row in _all(found, "FxTransaction")]
    at_one = [row["currency"] for _, row in found if row["currency"] and row["fxRateToBase"] == "1"]
    return next(iter([*stated, *at_one]), None)


def _paid(row: Line, base: str | None) -> Draft:
    words = f"{row['type']}: {row['description']}"
    signed = in_base(row, "amount", base)
    day, _ = moment(row["settleDate"] or row["reportDate"] or row["dateTime"])
    type, symbol = kind_of(row["type"], words, signed, row["symbol"])
    return cash(
        row.number, day=day, words=words, type=type, signed=signed, account=row["accountId"], symbol=symbol
    )


def _sales_tax(row: Line, base: str | None) -> Draft:
    words = f"{row['taxType'] or 'sales tax'}: {row['taxableDescription']}"
    return cash(
        row.number,
        day=moment(row["date"])[0],
        words=words,
        type=T.FEE,
        signed=in_base(row, "salesTax", base),
        account=row["accountId"],
    )


def _moved(row: Line) -> Draft:
    """Return shares that came from or went to another account; basis and dates come from that account."""
    quantity = text.needed(row["quantity"], "quantity")
    if not row["symbol"] or not quantity:
        raise Unreadable("a transfer without a security", "add it to transactions.csv by hand")
    came = row["direction"].upper() == "IN" or (not row["direction"] and quantity > 0)
    return Draft(
        line=row.number,
        day=moment(row["date"] or row["dateTime"])[0],
        type=T.TRANSFER_IN if came else T.TRANSFER_OUT,
        words=f"transfer {row['type']} {row['company']}".strip(),
        account=row["accountId"],
        symbol=row["symbol"],
        quantity=abs(quantity),
    )


def _held(row: Line) -> Held:
    return Held(
        line=row.number,
        symbol=row["symbol"],
        quantity=text.needed(row["position"], "position"),
        account=row["accountId"],
        basis=text.size(row["costBasisMoney"]),
        day=moment(row["reportDate"])[0] if row["reportDate"] else None,
    )


def _price(row: Line) -> Price:
    return Price(
        symbol=Symbol(row["symbol"]),
        date=moment(row["reportDate"])[0],
        price=text.needed(row["markPrice"], "markPrice"),
    )
