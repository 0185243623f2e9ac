"""Random policies, books and lists, made from a seed; small enough to read when one fails."""

import random
from datetime import date, timedelta

from engine.facts.trades import Side, Trade
from tests.gate.case_files import Case, checked, read_book
from tests.gate.case_files import _trade as read_trade

TODAY = date(2016, 7, 8)

DEFINITIONS = """
define cash as holdings where asset_class is cash
define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income
define tech as holdings where sector is "Tech"
list restricted are "Issuer 1"
identical twins are "S1", "S2" because ips "§0"
"""

RULES = (
    "for each issuer in holdings\n  limit weight to at most {p}%",
    'for each sector in equities\n  limit weight to at most {p}% of equities\n  on breach require approval of "CIO"',
    "for each issuer in equities\n  limit weight to at most the greater of {p}% and benchmark_weight",
    "for each sector in equities\n  limit weight to at most {p}%\n  on active breach warn\n  on passive breach warn",
    "limit weight of tech to at most {p}%\n  warn from {q}%",
    "limit weight of tech to at most {p}%\n  if data is missing warn",
    "limit weight of bonds to between {q}% and {p}%",
    "limit weight of cash to at least {q}%",
    "limit value of cash to at least {m} USD",
    "limit weight of issuers in equities whose weight is more than {q}% to at most {p}%",
    "limit weight of the 2 largest issuers in holdings to at most {p}%",
    "limit count of holdings to between 2 and 5",
    "for each issuer in holdings\n  limit weight to at most {q}%\n  tested at purchase",
    "across household\n  for each issuer in holdings\n  limit weight to at most {p}%\n  on active breach warn",
    'limit net_realized_gains this tax_year to at most {m} USD\n  on breach require approval of "Client"',
    "limit realized_short_term_gains this tax_year to at most {m} USD",
    "limit turnover over the last 12 months to at most {p}%",
    "limit esg_score of equities to at least {p}\n  on breach warn",
    "limit gross_exposure to at most 100%",
    "limit borrowing to at most {q}%",
    "limit weight of equities to at most {p}%\n  valued at cost",
    "for each trade\n  limit trade_value to at least {m} USD",
    "for each trade except trades where closes_position is yes\n  limit trade_value to at least {m} USD",
    "for each trade\n  limit trade_shares to at most {p}% of average_daily_volume\n  on breach warn",
    'forbid buying or selling securities where issuer is in restricted\n  on breach require approval of "Legal"',
    'forbid buying or holding securities where sector is "Energy"',
    'forbid increasing securities where sector is "Tech"\n  on breach warn',
    'allow only buying securities where rating is not worse than "BBB" or asset_class is equity',
    "forbid selling lots where acquired is after 2016-06-20",
    "forbid selling lots where gain is more than 0 USD and days_to_long_term is between 1 and 200\n  on breach warn",
    "across household\n  forbid buying securities within 30 days after a loss_sale of an identical security",
    "across household\n  forbid selling lots where gain is less than 0 USD within 30 days after a purchase"
    ' of an identical security\n  on breach require approval of "Tax"',
    "across household\n  forbid buying securities where account.kind is ira within 30 days before or after a"
    " loss_sale of an identical security",
    "require price_age is at most 2 business_days",
    "for each security in equities\n  limit value to at most {m}0 USD",
    "for each account in holdings\n  limit weight to at most {p}%\n  across household",
)


def generated_case(seed: int) -> Case:
    """Return one random case; the same seed gives the same."""
    chance = random.Random(seed)
    text = DEFINITIONS
    for number, body in enumerate(chance.sample(RULES, chance.randint(3, 8)), start=1):
        filled = body.format(
            p=chance.choice((5, 10, 20, 30, 40, 60)), q=chance.choice((1, 2, 4)), m=chance.choice((500, 2000))
        )
        text += f'\nrule R{number} "Rule {number}"\n  {_ordered(filled)}\n  because ips "§{number}"\n'
        if chance.random() < 0.15:
            up_to = "" if chance.random() < 0.4 or "forbid" in filled or "limit" not in filled else ""
            text += f'waive R{number} for account "A"{up_to} until 2016-12-31 approved by "CCO" because ips "§9"\n'
    if chance.random() < 0.3:
        text += '\ntargets mix\n  because ips "§3"\n  equities 60% band 10 points\n  cash from 0% to 30%\n'
    policy = checked(text, f"seed-{seed}.mandate")
    book = read_book(_book(chance), reading=policy.tax)
    trades = tuple(read_trade(line) for line in _list(chance))
    return Case(f"seed {seed}", "", (policy,), book, _only_held_lots(trades, book), ())


def _ordered(body: str) -> str:
    """Put `across household` first, where the grammar wants it."""
    if not body.endswith("across household"):
        return body
    return "across household\n  " + body.removesuffix("\n  across household")


def _only_held_lots(trades: tuple[Trade, ...], book: object) -> tuple[Trade, ...]:
    return trades


def _book(chance: random.Random) -> str:
    lines = [
        TODAY.isoformat(),
        f"account A  cash {chance.choice((500, 5000, 20000))}  household H",
        f"account B  cash {chance.choice((0, 3000, 10000))}  household H  owner spouse",
        f"account I  cash {chance.choice((1000, 8000))}  household H  kind ira",
    ]
    for number in range(1, 8):
        lines.append(_security(chance, number))
        if chance.random() < 0.5:
            lines.append(f"benchmark S{number} {chance.randint(1, 20)}%")
    lines += _history(chance)
    return "\n".join(lines)


def _security(chance: random.Random, number: int) -> str:
    bond = number == 7
    known = {
        "price": str(chance.choice((10, 25, 49.99, 100))),
        "issuer": f'"Issuer {(number + 1) // 2}"',
        "sector": chance.choice(("Tech", "Energy", "Health", "unknown")),
        "esg_score": chance.choice(("20", "50", "80")),
        "rating": chance.choice(("A", "BBB", "BB", "unknown")),
        "asset_class": "fixed_income" if bond else "equity",
        "volume": chance.choice(("100", "5000")),
    }
    if chance.random() < 0.05:
        known["price_days_old"] = chance.choice(("5", "6"))
    if chance.random() < 0.1:
        known["issuer"] = "unknown"
    return f"security S{number}  " + "  ".join(f"{name} {value}" for name, value in known.items())


def _history(chance: random.Random) -> list[str]:
    lines, held = [], {}
    days = sorted(chance.sample(range(3, 500), 14), reverse=True)
    for back in days:
        day = (TODAY - timedelta(days=back)).isoformat()
        account, symbol = chance.choice("ABI"), f"S{chance.randint(1, 7)}"
        have = held.get((account, symbol), 0)
        price = chance.choice(("8", "20", "51.37", "120"))
        if have and chance.random() < 0.45:
            size = chance.randint(1, have)
            held[(account, symbol)] = have - size
            lines.append(f"{day} sell {size} {symbol} in {account} at {price}")
        else:
            size = chance.randint(1, 60)
            held[(account, symbol)] = have + size
            order = f" order O{back // 40}" if chance.random() < 0.3 else ""
            lines.append(f"{day} buy {size} {symbol} in {account} at {price}{order}")
    return lines


def _list(chance: random.Random) -> list[str]:
    lines = []
    for number in range(1, chance.choice((0, 1, 1, 2, 3, 4, 6)) + 1):
        side = chance.choice((Side.BUY, Side.BUY, Side.SELL, Side.SELL))
        if chance.random() < 0.03:
            side = Side.SHORT_SELL
        price = f" at {chance.choice(('10.01', '50', '99.5'))}" if chance.random() < 0.2 else ""
        lot = f" lot L{chance.randint(1, 14)}" if side is Side.SELL and chance.random() < 0.1 else ""
        symbol, account = f"S{chance.randint(1, 7)}", chance.choice("ABI")
        lines.append(f"{number} {side.value} {chance.randint(1, 40)} {symbol} in {account}{price}{lot}")
    return lines
