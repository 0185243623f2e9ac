"""A small invented market: three companies and a fund, prices drawn from a seed, one fall to harvest."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

START, END = date(2016, 1, 4), date(2016, 4, 29)

MANDATE = """policy "Small"
  id small
  version 1.0.0
  effective from 2016-01-01
  source ips = "Small IPS"
  currency USD
  weights of net_assets
  missing data block

define cash as holdings where asset_class is cash

harvest losses
  from lots where loss is at least 2% of cost and loss is at least 50 USD
  because ips "1"

rule CAP "One company"
  for each issuer in holdings
  limit weight to at most 60%
  because ips "2"

rule CASH "Some cash"
  limit weight of cash to at least 0.5%
  because ips "3"
"""

BANDS = """policy "Bands"
  id small
  version 1.0.0
  effective from 2016-01-01
  source ips = "Small IPS"
  currency USD
  weights of net_assets
  missing data block

define stocks as holdings where sector is not "bonds" and asset_class is equity
define bonds  as holdings where sector is "bonds"
define cash   as holdings where asset_class is cash

targets mix
  because ips "1"
  stocks 60% band 5 points
  bonds  37% band 5 points
  cash    3% from 1% to 8%

rebalance mix
  when any class leaves its band
  back to target
  because ips "1"

harvest losses
  from lots where loss is at least 3% of cost and loss is at least 50 USD
  because ips "2"
"""

SECURITIES = """symbol,asset_class,instrument,issuer,sector
AAA,equity,common_stock,Alpha,one
BBB,equity,common_stock,Beta,one
CCC,equity,common_stock,Gamma,two
DDD,equity,common_stock,Delta,bonds
"""


def days(start: date = START, end: date = END) -> Iterator[date]:
    """Yield the weekdays."""
    while start <= end:
        if start.weekday() < 5:
            yield start
        start += timedelta(days=1)


def write_book(
    folder: Path, *, mandate: str = MANDATE, cash: int = 100_000, seed: int = 1, end: date = END
) -> Path:
    """Write the book: AAA splits 2 for 1, BBB pays a dividend and falls, CCC pays what is no dividend."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.mandate").write_text(mandate)
    (folder / "accounts.csv").write_text(
        "account,household,owner,kind,currency,cash,short_term_rate,long_term_rate,filing_status,model,policy\n"
        f"A,H,self,taxable,USD,{cash},35%,15%,single,mix,small\n"
    )
    (folder / "securities.csv").write_text(SECURITIES)
    (folder / "transactions.csv").write_text("id,date,account,type,symbol,quantity,price,amount\n")
    (folder / "models.csv").write_text(
        "model,symbol,weight\nmix,AAA,40%\nmix,BBB,30%\nmix,CCC,20%\nmix,DDD,10%\n"
    )
    (folder / "price_notes.csv").write_text(
        "symbol,date,treat,words\nCCC,2016-03-10,return_of_capital,a spin-off\n"
    )
    (folder / "prices.csv").write_text(
        "\n".join(("date,symbol,price,dividend,split", *_prices(seed, end))) + "\n"
    )
    return folder


def _prices(seed: int, end: date) -> Iterator[str]:
    chance = random.Random(seed)
    price = {"AAA": 120.0, "BBB": 80.0, "CCC": 60.0, "DDD": 40.0}
    calm = {"AAA": 0.012, "BBB": 0.012, "CCC": 0.012, "DDD": 0.003}
    drift = {"AAA": 0.0004, "BBB": -0.004, "CCC": 0.0004, "DDD": 0.0001}
    for day in days(end=end):
        for name in price:
            price[name] *= 1 + drift[name] + calm[name] * chance.uniform(-1.5, 1.5)
            dividend = split = ""
            if (name, day) == ("AAA", date(2016, 2, 16)):
                price[name], split = price[name] / 2, "2"
            if name == "BBB" and day == date(2016, 2, 23):
                price[name], dividend = price[name] - 0.5, "0.50"
            if (name, day) == ("CCC", date(2016, 3, 10)):
                price[name], dividend = price[name] - 6, "6.00"
            yield f"{day},{name},{price[name]:.2f},{dividend},{split}"
