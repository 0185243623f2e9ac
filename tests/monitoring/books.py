"""A book of one household over two trading weeks, in which each kind of alert has its day."""

from datetime import UTC, date, datetime
from pathlib import Path

from engine.shell.importers.book import read
from engine.shell.monitoring.judging import Judged
from engine.shell.monitoring.run import Asked, Monitored, look, monitor
from engine.shell.monitoring.settings import Settings
from engine.shell.store.connect import open_store
from engine.shell.store.load import load

NOW = datetime(2026, 4, 10, 22, 0, tzinfo=UTC)
DAYS = (
    "2026-03-26",
    "2026-03-27",
    "2026-03-30",
    "2026-03-31",
    "2026-04-01",
    "2026-04-02",
    "2026-04-06",
    "2026-04-07",
    "2026-04-08",
)

MANDATE = """policy "Adams"
  id adams.ips
  version 1.0.0
  effective from 2025-01-01
  source ips = "Adams IPS"
  applies to household "ADAMS"
  currency USD
  calendar "NYSE"
  weights of net_assets
  missing data report

define equities as holdings where asset_class is equity

targets mix because ips "§1"
  equities 60% from 40% to 80%

rebalance mix
  when any class leaves its band or each quarter on the last business day
  back to target
  because ips "§1"

harvest losses from lots where loss is at least 100 USD replacing with substitutes because ips "§2"
substitute "KO" with "PEP" because ips "§2"

rule CAP "One company"
  for each issuer in equities
  limit weight to at most 50%
  on passive breach report, cure within 5 business_days
  because ips "§3"

waive CAP for account "IRA" up to 90% until 2026-04-15 approved by "W. Adams" because ips "§4"
"""

FILES = {
    "accounts.csv": """account,household,owner,kind,currency,cash
TAX,ADAMS,self,taxable,USD,5000
IRA,ADAMS,self,ira,USD,4000
""",
    "securities.csv": """symbol,asset_class,instrument,issuer
KO,equity,common_stock,Coca-Cola
PEP,equity,common_stock,PepsiCo
MO,equity,common_stock,Altria
""",
    "transactions.csv": """id,date,account,type,symbol,quantity,price,amount
T1,2025-04-09,TAX,buy,KO,50,60,
T2,2025-01-10,TAX,buy,PEP,20,100,
T3,2025-01-10,IRA,buy,PEP,60,100,
T4,2025-01-10,TAX,buy,MO,10,50,
T5,2026-03-05,TAX,sell,MO,10,40,
""",
    "adams.mandate": MANDATE,
}


def prices(until: str = DAYS[-1], **changed: str) -> str:
    """Return daily prices; `KO="2026-04-01:90"` moves a price from a day on."""
    start = {"KO": "55", "PEP": "100", "MO": "40"}
    rows = ["date,symbol,price"]
    moves = {symbol: dict([move.split(":")]) for symbol, move in changed.items()}
    for day in DAYS:
        for symbol in start:
            for since, price in moves.get(symbol, {}).items():
                if day >= since:
                    start[symbol] = price
            if day <= until:
                rows.append(f"{day},{symbol},{start[symbol]}")
    return "\n".join(rows) + "\n"


def book(folder: Path, *, until: str = DAYS[-1], more: str = "", **changed: str) -> Path:
    """Write the book; more: transactions added at the end."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text + more if name == "transactions.csv" else text, encoding="utf-8")
    (folder / "prices.csv").write_text(prices(until, **changed), encoding="utf-8")
    return folder


def imported(address: str, folder: Path) -> None:
    with open_store(address, create=True) as store:
        load(store, read(folder), now=NOW)


def found(folder: Path, day: str, **how: object) -> Judged:
    return look(folder, asked(day, **how))


def run(address: str, day: str, **how: object) -> Monitored:
    return monitor(address, asked(day, **how))


def asked(day: str, settings: Settings | None = None) -> Asked:
    return Asked(now=NOW, as_of=date.fromisoformat(day), settings=settings or Settings())


def messages(judged: Judged, kind: str) -> list[str]:
    return [one.message for one in judged.findings if one.kind == kind]
