"""Random policies, books and lists, made from a seed; small enough to read when one fails."""

import random
from datetime import date, timedelta

from engine.facts.trades import Side
from tests.gate.case_files import Case, checked, read_book, trade_of

TODAY = date(2016, 7, 8)

DEFINITIONS = """
define cash as holdings where asset_class is cash
define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income
define tech as holdings where sector is "Tech"
list restricted are "Issuer 1"
identical twins are "S1", "S2" because ips "§0"
"""

EACH_ISSUER = "for each issuer in holdings\n  limit weight to at most "
EACH_SECTOR = "for each sector in equities\n  limit weight to at most "
HOUSEHOLD = "across household\n  "
APPROVAL = '\n  on breach require approval of "CIO"'
WARN = "\n  on breach warn"
WINDOW = "of an identical security"

RULES = (
    EACH_ISSUER + "{p}%",
    EACH_ISSUER + "{q}%\n  tested at purchase",
    HOUSEHOLD + EACH_ISSUER + "{p}%\n  on active breach warn",
    EACH_SECTOR + "{p}% of equities" + APPROVAL,
    EACH_SECTOR + "{p}%\n  on active breach warn\n  on passive breach warn",
    "for each issuer in equities\n  limit weight to at most the greater of {p}% and benchmark_weight",
    "limit weight of tech to at most {p}%\n  warn from {q}%",
    "limit weight of tech to at most {p}%\n  if data is missing warn",
    "limit weight of bonds to between {q}% and {p}%",
    "limit weight of cash to at least {q}%",
    "limit value of cash to at least {m} USD",
    "limit weight of issuers in equities whose weight is more than {q}% to at most {p}%",
    "limit weight of the 2 largest issuers in holdings to at most {p}%",
    "limit count of holdings to between 2 and 5",
    "limit net_realized_gains this tax_year to at most {m} USD" + APPROVAL,
    "limit realized_short_term_gains this tax_year to at most {m} USD",
    "limit turnover over the last 12 months to at most {p}%",
    "limit esg_score of equities to at least {p}" + WARN,
    "limit gross_exposure to at most 100%",
    "limit borrowing to at most {q}%",
    "limit weight of equities to at most {p}%\n  valued at cost",
    "for each trade\n  limit trade_value to at least {m} USD",
    "for each trade except trades where closes_position is yes\n  limit trade_value to at least {m} USD",
    "for each trade\n  limit trade_shares to at most {p}% of average_daily_volume" + WARN,
    "forbid buying or selling securities where issuer is in restricted" + APPROVAL,
    'forbid buying or holding securities where sector is "Energy"',
    'forbid increasing securities where sector is "Tech"' + WARN,
    'allow only buying securities where rating is not worse than "BBB" or asset_class is equity',
    "forbid selling lots where acquired is after 2016-06-20",
    "forbid selling lots where gain is more than 0 USD and days_to_long_term is between 1 and 200" + WARN,
    HOUSEHOLD + "forbid buying securities within 30 days after a loss_sale " + WINDOW,
    HOUSEHOLD
    + "forbid selling lots where gain is less than 0 USD within 30 days after a purchase "
    + WINDOW
    + APPROVAL,
    HOUSEHOLD
    + "forbid buying securities where account.kind is ira within 30 days before or after a loss_sale "
    + WINDOW,
    "require price_age is at most 2 business_days",
    "for each security in equities\n  limit value to at most {m}0 USD",
    HOUSEHOLD + "for each account in holdings\n  limit weight to at most {p}%",
)


def generated_case(seed: int) -> Case:
    """Return one random case; the same seed gives the same."""
    chance = random.Random(seed)
    text = DEFINITIONS
    for number, body in enumerate(chance.sample(RULES, chance.randint(3, 8)), start=1):
        filled = body.format(
            p=chance.choice((5, 10, 20, 30, 40, 60)), q=chance.choice((1, 2, 4)), m=chance.choice((500, 2000))
        )
        text += f'\nrule R{number} "Rule {number}"\n  {filled}\n  because ips "§{number}"\n'
        if chance.random() < 0.15:
            text += f'waive R{number} for account "A" until 2016-12-31 approved by "CCO" because ips "§9"\n'
    if chance.random() < 0.3:
        text += '\ntargets mix\n  because ips "§3"\n  equities 60% band 10 points\n  cash from 0% to 30%\n'
    policy = checked(text, f"seed-{seed}.mandate")
    lines, held = _book(chance)
    book = read_book("\n".join(lines), reading=policy.tax)
    trades = tuple(trade_of(line) for line in _list(chance, held))
    return Case(f"seed {seed}", "", (policy,), book, trades, ())


Held = dict[tuple[str, str], int]


def _book(chance: random.Random) -> tuple[list[str], Held]:
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
    history, held = _history(chance)
    return lines + history, held


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


def _history(chance: random.Random) -> tuple[list[str], Held]:
    lines: list[str] = []
    held: Held = {}
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
    return lines, {position: size for position, size in held.items() if size}


def _list(chance: random.Random, held: Held) -> list[str]:
    lines = []
    for number in range(1, chance.choice((0, 1, 1, 2, 3, 4, 6)) + 1):
        side = chance.choice((Side.BUY, Side.SELL)) if chance.random() < 0.97 else Side.SHORT_SELL
        account, symbol = chance.choice("ABI"), f"S{chance.randint(1, 7)}"
        size = chance.randint(1, 40)
        if side is Side.SELL and held and chance.random() < 0.94:
            account, symbol = chance.choice(sorted(held))
            size = chance.randint(1, held[(account, symbol)])
            held[(account, symbol)] -= size
            held = {position: left for position, left in held.items() if left}
        price = f" at {chance.choice(('10.01', '50', '99.5'))}" if chance.random() < 0.2 else ""
        lines.append(f"{number} {side.value} {size} {symbol} in {account}{price}")
    return lines
