"""The demonstration cut down to five companies and three accounts: a few orders, the same commands.

Prices are those of the demonstration on its day; names of accounts, lots and the mandate's id are the same,
so that every command of docs/day.md runs on it as it stands.
"""

from pathlib import Path

DAY = "2018-02-08"
PRICES = {"XOM": "76.07", "T": "35.57", "GM": "40.75", "WFC": "55.4", "JPM": "107.88"}
MANDATE = """policy "Alder household, five companies"
  id alder.direct_index
  version 1.0.0
  effective from 2016-07-08
  source ips = "A policy statement, invented" dated 2016-07-01
  source irc = "26 USC 1091"
  applies to household "ALDER"
  currency USD
  calendar "NYSE"
  weights of net_assets
  missing data block

define cash   as holdings where asset_class is cash
define energy as holdings where symbol is "XOM"
define phones as holdings where symbol is "T"
define cars   as holdings where symbol is "GM"
define banks  as holdings where symbol is in ("WFC", "JPM")

targets classes
  because ips "§2"
  energy 30% from 25% to 35%
  phones 20% from 15% to 25%
  cars   20% from 15% to 25%
  banks  25% from 20% to 30%
  cash    5% from 1% to 10%

rebalance classes
  when any class leaves its band
  back to target
  because ips "§2"

rule CASH-1 "No overdraft"
  limit value of cash to at least 1,000 USD
  because ips "§3"

rule WASH-1 "No buy-back after a loss sale"
  across household
  forbid buying securities within 30 days after a loss_sale of an identical security
  on breach block
  because irc "§1091(a)"

rule WASH-2 "No loss sale after a recent purchase"
  across household
  forbid selling lots where gain is less than 0 USD within 30 days after a purchase of an identical security
  on breach require approval of "Tax desk"
  because irc "§1091(a)"
"""
FILES = {
    "accounts.csv": "account,household,owner,kind,currency,cash,short_term_rate,long_term_rate,policy\n"
    "ALD-TAX-1,ALDER,self,taxable,USD,5000,40.8%,23.8%,alder.direct_index\n"
    "ALD-TAX-2,ALDER,spouse,taxable,USD,4700,40.8%,23.8%,alder.direct_index\n"
    "ALD-IRA-1,ALDER,self,ira,USD,4500,,,alder.direct_index\n",
    "securities.csv": "symbol,asset_class,instrument,issuer\n"
    "XOM,equity,common_stock,Exxon Mobil Corp.\nT,equity,common_stock,AT&T Inc\n"
    "GM,equity,common_stock,General Motors\nWFC,equity,common_stock,Wells Fargo\n"
    "JPM,equity,common_stock,JPMorgan Chase\n",
    "prices.csv": "date,symbol,price\n"
    + "".join(f"{DAY},{symbol},{price}\n" for symbol, price in PRICES.items()),
    "transactions.csv": "id,date,account,type,symbol,quantity,price,"
    "amount,fees,lots,from_symbol,basis_share,note\n"
    "T0006,2014-12-05,ALD-TAX-1,buy,XOM,640,93.82,,,,,,\n"
    "T0021,2014-12-05,ALD-TAX-1,buy,T,506,33.94,,,,,,\n"
    "T0605,2017-03-07,ALD-TAX-1,buy,T,53,41.88,,,,,,\n"
    "T0601,2017-03-07,ALD-TAX-1,buy,GM,250,38.28,,,,,,\n"
    "T0602,2017-03-07,ALD-TAX-1,buy,WFC,200,58.3,,,,,,\n"
    "T0120,2014-12-05,ALD-TAX-2,buy,XOM,240,93.82,,,,,,\n"
    "T0128,2014-12-05,ALD-TAX-2,buy,T,300,33.94,,,,,,\n"
    "T0130,2014-12-05,ALD-TAX-2,buy,GM,294,33,,,,,,\n"
    "T0131,2014-12-05,ALD-TAX-2,buy,WFC,252,54.5,,,,,,\n"
    "T0240,2014-12-05,ALD-IRA-1,buy,XOM,236,93.82,,,,,,\n"
    "T0241,2014-12-05,ALD-IRA-1,buy,T,337,33.94,,,,,,\n"
    "T0242,2014-12-05,ALD-IRA-1,buy,GM,294,33,,,,,,\n"
    "T0243,2014-12-05,ALD-IRA-1,buy,WFC,252,54.5,,,,,,\n",
}


def lay_out(folder: Path) -> None:
    """Write the book and its mandate."""
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "household.mandate").write_text(MANDATE, encoding="utf-8")
