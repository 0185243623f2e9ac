"""Names: ids of transactions that a second file gives again, and symbols as the book has them.

An id is made of what the row says, never of where it stands: account, day, type, security, quantity, money.
Equal rows of one day are told apart by their number, so two files that overlap agree on every id:

    20230421-fee-3f9a2b1c        the first advisor fee of 26.58 that day
    20230421-fee-3f9a2b1c-2      the second
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.facts.ids import Symbol, TransactionId
from engine.facts.money import plain
from engine.facts.securities import Security
from engine.shell.importers.statement import Draft, Paper

UNCLASSIFIED = ("other", "unclassified")
"""Asset class and instrument of a security of which the custodian does not say what it is."""

_FUND = re.compile(r"[A-Z]{4}X")
_MONEY_FUND = re.compile(r"[A-Z]{3}XX")


class Ids:
    """Gives ids; equal drafts of one day get numbers in the order in which they come."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, draft: Draft) -> TransactionId:
        """Return the id of a draft whose account and symbols are those of the book."""
        said = (
            draft.account,
            draft.day.isoformat(),
            draft.type.value,
            draft.symbol or "",
            draft.from_symbol or "",
            "" if draft.quantity is None else plain(draft.quantity),
            "" if draft.amount is None else plain(draft.amount),
            plain(draft.fees),
            draft.currency or "",
            "back" if draft.takes_back else "",
        )
        digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:8]
        about = re.sub(r"[^A-Za-z0-9.]+", "_", draft.symbol or draft.from_symbol or draft.type.value)
        name = f"{draft.day:%Y%m%d}-{about}-{digest}"
        self._seen[name] += 1
        again = self._seen[name]
        return TransactionId(name if again == 1 else f"{name}-{again}")


def symbols_in(
    book: Mapping[Symbol, Security], papers: Iterable[Paper], given: Iterable[str] = ()
) -> Mapping[str, str]:
    """Return the book's symbol for each of a file's: the same, or that of the same ISIN, CUSIP or name.

    A name counts only for a security that the file knows by its CUSIP alone, as after a reverse split.
    given: symbols that the file names, whether it describes them or not.
    """
    by_number: dict[str, str] = {}
    for symbol, row in book.items():
        for number in (row.attributes.get("isin"), row.cusip):
            if number:
                by_number.setdefault(number, symbol)
    told = tuple(papers)
    by_name = {paper.name.casefold(): paper.symbol for paper in told if paper.name and not paper.cusip}
    by_name |= {row.attributes["name"].casefold(): s for s, row in book.items() if "name" in row.attributes}
    found = {symbol: symbol for symbol in given}
    for paper in told:
        known = paper.symbol if paper.symbol in book else None
        known = known or by_number.get(paper.isin or "") or by_number.get(paper.cusip or "")
        if known is None and paper.cusip == paper.symbol and paper.name:
            known = by_name.get(paper.name.casefold())
        found[paper.symbol] = known or found.get(paper.symbol) or paper.symbol
    return found


def described(symbol: str, papers: Iterable[Paper], currency: str | None) -> Security:
    """Return a security that the book does not hold, as the file's rows describe it together."""
    told = [paper for paper in papers if paper.symbol == symbol]

    def first(name: str) -> str | None:
        return next((value for paper in told if (value := getattr(paper, name))), None)

    instrument, asset_class = first("instrument"), first("asset_class")
    if instrument is None and _MONEY_FUND.fullmatch(symbol):
        instrument, asset_class = "money_market", "cash"
    elif instrument is None and _FUND.fullmatch(symbol):
        instrument = "mutual_fund"
    more = next((paper.more for paper in told if paper.more), {})
    cells = {
        "symbol": symbol,
        "asset_class": asset_class or UNCLASSIFIED[0],
        "instrument": instrument or UNCLASSIFIED[1],
        "name": first("name"),
        "currency": first("currency") or currency,
        "cusip": first("cusip"),
        "isin": first("isin"),
        **more,
    }
    attributes = {name: value for name, value in cells.items() if value}
    underlying = more.get("underlying")
    return Security(
        symbol=Symbol(symbol),
        asset_class=attributes["asset_class"],
        instrument=attributes["instrument"],
        issuer=None,
        attributes=attributes,
        currency=attributes.get("currency"),
        cusip=attributes.get("cusip"),
        multiplier=Decimal(more.get("multiplier", "1")),
        underlying=Symbol(underlying) if underlying else None,
    )
