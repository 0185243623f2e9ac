"""`guardband import schwab-lots FILE`: the realized gain and loss of Charles Schwab, lot by lot.

Each row is what the broker will report of one sale on Form 1099-B: a line of form_1099b.csv, which the
ledger compares with its own figures. It adds no transaction, so it doubles none.

    WRD, opened 02/11/2026, closed 04/20/2026, 100, proceeds 824.96, basis 800.66, short term
"""

from decimal import Decimal
from pathlib import Path

from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, Symbol
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, read_rows, under
from engine.shell.importers.options import option_paper, option_symbol
from engine.shell.importers.statement import Paper, Statement
from engine.shell.importers.text import Unreadable

FORMAT = "schwab-lots"
HELP = "realized gain and loss, lot details, of Charles Schwab, CSV"


def parse(path: Path) -> Statement:
    """Return what a file of realized lots says. Raises InputError where it is none."""
    found = text.lines(path)
    start = next((i for i, (_, cells) in enumerate(found) if cells[0] == "Symbol"), None)
    if start is None or "Closed Date" not in found[start][1]:
        raise text.no_header(path, "Symbol, Closed Date, Opened Date")
    rows = [
        row for row in under(found[start][1], found[start + 1 :]) if not row["Symbol"].startswith("Total")
    ]
    forms, unread = read_rows(rows, _form)
    return Statement(
        source=path.name,
        records=len(rows),
        forms=tuple(("", form) for form in forms),
        papers=tuple(_paper(row) for row in rows),
        unread=tuple(unread),
        currency="USD",
    ).check()


def _form(row: Line) -> BrokerForm:
    if row["Term"] not in ("Short Term", "Long Term"):
        raise Unreadable(f"the term `{row['Term']}` is not known", "add the line to form_1099b.csv by hand")
    return BrokerForm(
        account=AccountId(""),
        symbol=Symbol(option_symbol(row["Symbol"])),
        sold=text.day(row["Closed Date"], text.US),
        acquired=text.day(row["Opened Date"], text.US),
        quantity=text.needed(row["Quantity"], "Quantity"),
        term="short" if row["Term"] == "Short Term" else "long",
        proceeds=text.needed(row["Proceeds"], "Proceeds"),
        basis=text.needed(row["Cost Basis (CB)"], "Cost Basis (CB)"),
        box_1g=text.amount(row["Disallowed Loss"]) or Decimal(0),
        row=row.number,
    )


def _paper(row: Line) -> Paper:
    symbol = option_symbol(row["Symbol"])
    return option_paper(symbol, row["Name"]) or Paper(symbol=symbol, name=row["Name"], currency="USD")
