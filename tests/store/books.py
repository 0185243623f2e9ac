"""Books on disk for the store: small, with every file that a book can have, and mandates beside them."""

import dataclasses
import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.facts.book import Records
from engine.shell.files.book import read_records
from engine.shell.importers.book import read
from engine.shell.store.connect import Store
from engine.shell.store.facts import facts_of
from engine.shell.store.load import Loaded, load

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(days: int) -> datetime:
    """Return noon, so many days after the first import."""
    return START + timedelta(days=days)


FILES = {
    "accounts.csv": """account,household,owner,kind,currency,cash,short_term_rate,policy,model,note
TAX-1,ADAMS,self,taxable,USD,"12,345.60",40.8%,adams.ips,growth,first
IRA-1,ADAMS,self,ira,USD,0,,,,
""",
    "securities.csv": """symbol,asset_class,instrument,issuer,sector,esg_score
KO,equity,common_stock,Coca-Cola,Consumer Staples,
VTI,equity,etf,,,7.50
PEP,equity,common_stock,PepsiCo,Consumer Staples,6
""",
    "prices.csv": """date,symbol,price,volume
2026-02-27,KO,43.10,1000
2026-02-27,PEP,100,
2026-02-27,VTI,200.5,
2025-03-07,KO,41.99,900
""",
    "transactions.csv": """id,date,account,type,symbol,quantity,price,amount,lots,time
T3,2025-12-01,TAX-1,sell,KO,40,39.00,,T1:40,
T1,2025-03-07,TAX-1,buy,KO,100,41.99,,,
T2,2025-03-07,TAX-1,buy,VTI,10,200.00,,,10:30
S1,2025-06-02,,split,VTI,2,,,,
T4,2025-12-20,IRA-1,buy,KO,10,42.00,,,
""",
    "models.csv": "model,symbol,weight\ngrowth,KO,40%\ngrowth,VTI,0.60\n",
    "benchmark.csv": "benchmark,date,symbol,weight\nbig,2026-01-02,KO,0.5\nbig,2026-01-02,VTI,0.5\n",
    "fund_holdings.csv": "date,fund,symbol,weight\n2026-01-02,VTI,KO,0.010\n",
    "fx.csv": "date,currency,rate\n2026-02-27,EUR,1.0850\n",
    "open_orders.csv": "order,account,side,symbol,quantity,filled\nO1,TAX-1,buy,PEP,10,0\n",
    "events.csv": "date,event,symbol,account\n2026-03-20,earnings,KO,\n2026-03-20,earnings,KO,\n",
    "risk_exposures.csv": "symbol,market,value\nVTI,1,0\nKO,0.80,0.20\nPEP,0.7,0.1\n",
    "risk_covariance.csv": "factor,market,value\nmarket,0.04,0.001\nvalue,0.001,0.02\n",
    "risk_specific.csv": "symbol,specific\nVTI,0\nKO,0.20\nPEP,20%\n",
    "form_1099b.csv": "account,sale,lot,proceeds,basis,box_1g,basis_reported\nTAX-1,T3,T1,1560,1679.6,,yes\n",
    "adams.mandate": """policy "Adams family"
  id adams.ips
  version 1.0.0
  effective from 2025-01-01
  source ips = "Adams IPS" dated 2025-01-01 clauses from "ips.txt"
  applies to household "ADAMS"
  currency USD
  weights of net_assets
  missing data report

list banned from "banned.csv" sha256 "SHA"

rule CAP-1 "One company"
  for each issuer in holdings where asset_class is equity
  limit weight to at most the smaller of 4% and benchmark_weight
  on breach warn
  because ips "§1" quoting "not more than 4%"

rule CAP-2 "One sector"
  for each sector in holdings where asset_class is equity
  limit weight to at most 60%
  because ips "§2"

rule BAN-1 "Banned names"
  forbid buying securities where symbol is in banned
  because ips "§2"

waive CAP-1 for account "TAX-1" up to 9% until 2026-06-30 approved by "W. Adams" because ips "§4"
""",
    "ips.txt": """Investment policy
§1 No company shall be not more than 4% of the whole.
§2 No sector above three fifths, and no banned names.
§3 The adviser meets the family once a year.
§4 The family may allow exceptions in writing.
""",
    "banned.csv": "symbol\nMO\nPM\n",
}


def book(folder: Path, **changes: str | None) -> Path:
    """Write the book above, some files changed (`__` for the dot of a name), or left out (None)."""
    folder.mkdir(exist_ok=True)
    files: dict[str, str | None] = {**FILES}
    for name, text in changes.items():
        files[name.replace("__", ".") if "__" in name else f"{name}.csv"] = text
    digest = hashlib.sha256((files["banned.csv"] or "").encode()).hexdigest()
    for path in folder.iterdir():
        path.unlink()
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text.replace('"SHA"', f'"{digest}"'), encoding="utf-8")
    return folder


def load_folder(store: Store, folder: Path, *, day: int = 0, **how: object) -> Loaded:
    """Import a folder so many days after the first."""
    return load(store, read(folder), now=at(day), **how)  # type: ignore[arg-type]  # since alone is left


def stored(store: Store, **asked: object) -> Records:
    """Return the store's facts under the name that a folder's have."""
    with store.reading() as session:
        return facts_of(session, **asked)  # type: ignore[arg-type]


def differences(one: Records, other: Records) -> list[str]:
    """Return the names of the fields in which two records differ, order and digits of amounts counted.

    The lines of the files, which are for messages, do not count.
    """
    names = [field.name for field in dataclasses.fields(Records) if field.name != "source"]
    return [name for name in names if _told(getattr(one, name)) != _told(getattr(other, name))]


def _told(value: object) -> str:
    return re.sub(r"\brow=\d+", "", repr(value))


def of_folder(folder: Path) -> Records:
    return read_records(folder)
