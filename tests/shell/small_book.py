"""A small book on disk, whole or with one thing wrong, and the messages that it draws."""

from pathlib import Path

import pytest

from engine.facts.failure import InputErrors
from engine.shell.files.book import read_records

BOOK = {
    "accounts.csv": """account,household,owner,kind,currency,cash
TAX-1,ADAMS,self,taxable,USD,"12,345.60"
IRA-1,ADAMS,self,ira,USD,0
""",
    "securities.csv": """symbol,asset_class,instrument,issuer,sector,esg_score
KO,equity,common_stock,Coca-Cola,Consumer Staples,
VTI,equity,etf,,,7.5
""",
    "prices.csv": """date,symbol,price
2018-02-08,KO,43.10
2017-03-07,KO,41.99
""",
    "transactions.csv": """id,date,account,type,symbol,quantity,price
T1,2017-03-07,TAX-1,buy,KO,100,41.99
""",
}


def book(folder: Path, **changes: str | None) -> Path:
    """Write the small book above with some files changed, or left out (None)."""
    folder.mkdir(exist_ok=True)
    files: dict[str, str | None] = {**BOOK}
    files.update({f"{name}.csv": text for name, text in changes.items()})
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    """Return the messages of a book that cannot be read, the folder's own path as `BOOK`."""
    with pytest.raises(InputErrors) as caught:
        read_records(folder)
    return [str(problem).replace(str(folder), "BOOK") for problem in caught.value.problems]


def only_problem(folder: Path) -> str:
    found = problems(folder)
    assert len(found) == 1, found
    return found[0]
