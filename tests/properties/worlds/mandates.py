"""Mandates of random worlds, drawn as text and checked like any other."""

from datetime import date
from functools import lru_cache
from random import Random

from dsl.check import check
from dsl.library import Library, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from dsl.words import shipped
from tests.properties.worlds.further import FURTHER, SELDOM, drawn_window
from tests.properties.worlds.mix import Mix

SUBJECTS = (
    "equities",
    "bonds",
    "holdings",
    "tech",
    "tobacco",
    "illiquids",
    "watched",
)

_HEADER = """policy "World {seed}"
  id {name}.policy
  version 1.0.0
  effective from 2020-01-01
  source ips = "Statement" dated 2019-12-18 sha256 "9f2c41d07a"
  {applies}
  currency USD
  calendar "NYSE"
  weights of {base}
  missing data {missing}

define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income
define tech as holdings where sector is "technology"
define tobacco as holdings where tobacco_revenue is more than 5%
define illiquids as holdings where liquidity is illiquid
define watched as holdings where symbol is in watch
define money as holdings where asset_class is cash
list watch are "S1", "S4"
list restricted are "Acme Corp", "Cato Ltd"
identical twins are "S0", "S1" because ips "§9"
substitute "S2" with "S3" then "S4" because ips "§9"
"""

_TARGETS = """targets strategic
  because ips "§3"
{breach}  equities {target}% {band}
  bonds from 0% to {high}%
"""

LIMITS: tuple[tuple[str, str], ...] = (
    ("weight", "for each issuer in {s}\n  limit weight to at most {p}"),
    ("weight", "for each issuer in {s}\n  limit weight to at most the greater of {p} and benchmark_weight"),
    ("weight", "for each sector in {s}\n  limit weight to at most {p} of equities"),
    (
        "weight",
        "for each sector in {s}\n  limit weight to at most the smaller of 2 times benchmark_weight and {p}",
    ),
    ("weight", "for each security in {s}\n  limit weight to at most {p}"),
    ("weight", "limit weight of {s} to at most {p}"),
    ("weight", "limit weight of {s} to at least {p}"),
    ("weight", "limit weight of {s} to between {p} and {q}"),
    ("weight", "limit weight of {s} to at most {p} of total_assets"),
    ("weight plus", "limit weight of {s} plus weight of money to at least {p}"),
    ("weight of groups", "limit weight of issuers in {s} whose weight is more than 5% to at most {p}"),
    (
        "weight of groups",
        "limit weight of issuers in {s} whose weight is at most 10% and voting_ownership is at most 10% "
        "to at least {p}",
    ),
    ("largest", "limit weight of the 2 largest issuers in {s} to at most {p}"),
    ("capped_weight", "limit capped_weight of {s} to at least {p}"),
    ("value", "limit value of {s} to at most {m} USD"),
    ("value", "limit value of money to at least {m} USD"),
    ("value", "for each sector in {s}\n  limit value to at most {p} of net_assets"),
    ("quantity", "for each security in {s}\n  limit quantity to at most {n} shares"),
    ("active_weight", "for each sector in holdings\n  limit active_weight to between -{b} bps and {b} bps"),
    ("cash", "limit cash to at least {m} USD"),
    ("borrowing", "limit borrowing to at most {p}"),
    ("gross_exposure", "limit gross_exposure to at most {q}"),
    ("net_exposure", "limit net_exposure to at most {q}"),
    ("turnover", "limit turnover over the last 12 months to at most {p}"),
    ("turnover", "limit turnover this year to at most {p}"),
    ("net_realized_gains", "limit net_realized_gains this tax_year to at most {m} USD"),
    ("realized_short_term_gains", "limit realized_short_term_gains this tax_year to at most {m} USD"),
    ("realized_long_term_gains", "limit realized_long_term_gains this tax_year to at most {m} USD"),
    ("unrealized_gains", "limit unrealized_gains of {s} to at most {m} USD"),
    ("disallowed_loss", "limit disallowed_loss to at most {m} USD"),
    ("tax_cost", "limit tax_cost to at most {m} USD"),
    ("tax_cost", "limit tax_cost over the last 12 months to at most {m} USD"),
    ("duration", "limit duration of bonds to between 4 years and 6 years"),
    ("maturity", "limit maturity of bonds to at most 7 years"),
    ("esg_score", "limit esg_score of {s} to at least 50"),
    ("beta", "limit beta of {s} to at most 1.1"),
    ("yield", "limit yield of bonds to at least 3%"),
    ("expense_ratio", "limit expense_ratio of {s} to at most 50 bps"),
    ("carbon_intensity", "limit carbon_intensity of {s} to at most 100"),
    ("rating", 'limit rating of bonds to at least "A-"'),
    ("voting_ownership", "for each issuer in {s}\n  limit voting_ownership to at most {p}"),
    ("non_voting_ownership", "for each issuer in {s}\n  limit non_voting_ownership to at most {p}"),
    ("ownership", "for each security in {s}\n  limit ownership to at most {p}"),
    ("otc", "for each issuer in {s}\n  limit equities_weight plus otc_exposure to at most {p}"),
    ("days_to_liquidate", "for each security in {s}\n  limit days_to_liquidate to at most 5 days"),
    ("tracking_error", "limit tracking_error to at most {t} bps"),
    ("volatility", "limit volatility to at most {v} bps"),
    ("drift", "limit drift to at most {b} bps"),
    ("count", "limit count of holdings to at most 5"),
    ("count", "limit count of {s} to between 1 and 3"),
    ("count", "limit count of issuers in {s} whose weight is more than 5% to at most 2"),
    ("portfolio_value", "limit portfolio_value to at least {m} USD"),
    ("total_assets", "limit total_assets to at most 101000 USD"),
)

PER_TRADE: tuple[tuple[str, str], ...] = (
    ("trade_value", "for each trade\n  limit trade_value to at least {m} USD"),
    (
        "trade_value",
        "for each trade except trades where closes_position is yes\n  limit trade_value to at least 500 USD",
    ),
    (
        "trade_value",
        "for each trade in trades where side is buy\n  limit trade_value to at most {p} of net_assets",
    ),
    ("trade_shares", "for each trade\n  limit trade_shares to at most 20% of average_daily_volume"),
    ("trade_shares", "for each trade\n  limit trade_shares to between 5 shares and {n} shares"),
)

BANS: tuple[tuple[str, str], ...] = (
    ("forbid", "forbid buying or selling securities where issuer is in restricted"),
    ("forbid", "forbid selling securities where symbol is in watch"),
    ("forbid holding", "forbid buying or holding securities where tobacco_revenue is more than 5%"),
    ("forbid holding", "forbid holding securities where liquidity is illiquid"),
    ("forbid", 'forbid increasing securities where sector is "energy"'),
    ("forbid", "forbid shorting securities"),
    ("forbid lots", "forbid selling lots where holding_days is less than 40"),
    (
        "forbid lots",
        "forbid selling lots where gain is less than 0 USD and days_to_long_term is between 1 and 60",
    ),
    (
        "forbid lots",
        "forbid selling lots where acquired is before 2025-01-01 and loss is at least 5% of cost",
    ),
    (
        "allow only",
        'allow only buying securities where asset_class is not fixed_income or rating is not worse than "BBB-"',  # noqa: E501
    ),
    ("allow only", "allow only buying securities where esg_score is known or asset_class is not equity"),
    ("allow only", 'allow only selling securities where sector is not "energy"'),
)

WINDOWS: tuple[tuple[str, str], ...] = (
    ("window", "forbid buying securities within 30 days after a loss_sale of an identical security"),
    ("window", "forbid buying securities within 30 days before or after a loss_sale of the same security"),
    (
        "window",
        "forbid selling lots where gain is less than 0 USD within 30 days after a purchase of an identical security",  # noqa: E501
    ),
    (
        "window",
        "forbid buying securities where account.kind is ira within 30 days before or after a loss_sale of an identical security",  # noqa: E501
    ),
    ("window", "forbid selling securities within 5 business_days after a purchase of the same security"),
    ("window", "forbid buying securities within 10 days before or after an earnings of the same security"),
    ("window", "forbid selling securities within 30 days after a purchase of a substitute security"),
    ("window", "forbid buying securities within 20 days after a sale of the same security"),
)

REQUIRES: tuple[tuple[str, str], ...] = (
    ("require", "require price_age is at most 3 business_days"),
    ("require", "require price_age is at most 8 days"),
    ("require", 'require account.kind is not "ira"'),
)

MORE: dict[str, tuple[tuple[str, str], ...]] = {
    "PER_TRADE": (
        ("trade_value", "for each trade\n  limit trade_value to at most {p} of equities"),
        (
            "trade_value",
            "for each trade in trades where side is sell\n"
            "  limit trade_value to at least the smaller of 500 USD and {p} of {s}\n"
            "  warn from {p} of net_assets",
        ),
    ),
    "REQUIRES": (
        ("require", "require esg_score is at least 50"),
        ("require", 'require rating is not worse than "BBB-"'),
        ("require", "require equities_weight is at most 80%"),
        ("require", "require esg_score is at least 50 or equities_weight is at most 50%"),
        ("require", "require portfolio_value is at least 100,000 USD"),
    ),
}
"""What worlds that are wide draw too; a plain world stays what it was under its seed."""

FAMILIES = {"LIMITS": LIMITS, "PER_TRADE": PER_TRADE, "BANS": BANS, "WINDOWS": WINDOWS, "REQUIRES": REQUIRES}

RESPONSES = (
    "",
    "  on breach block\n",
    "  on breach warn\n",
    '  on breach require approval of "CIO"\n',
    "  on breach report\n",
    "  on active breach block\n  on passive breach warn\n",
    "  on active breach warn\n  on passive breach report, do not worsen\n",
    '  on active breach require approval of "CIO", cure within 30 days\n  on passive breach report, do not worsen\n',  # noqa: E501
)


def drawn_policy(chance: Random, mix: Mix) -> CheckedPolicy:
    return checked_policy(drawn_mandate(chance, mix))


def drawn_mandate(chance: Random, mix: Mix, *, name: str = "world") -> str:
    """Return the text of a mandate."""
    rules = [_rule(chance, number, mix) for number in range(chance.randint(*mix.rules))]
    text = _HEADER.format(
        seed=0,
        name=name,
        applies=chance.choice(("", 'applies to household "H1"', 'applies to account "A1"', "")),
        base=chance.choice(("net_assets", "net_assets", "total_assets", "invested_assets")),
        missing=chance.choice(("block", "block", "warn", "report", 'require approval of "CIO"')),
    )
    if chance.random() < 0.4:
        breach = chance.choice(("", "  on breach warn\n"))
        band = chance.choice(
            ("band 5 points", "band the smaller of 5 points and 25% of target", "from 10% to 60%")
        )
        text += _TARGETS.format(
            breach=breach, target=chance.choice((20, 40)), band=band, high=chance.choice((20, 40))
        )
    return text + "".join(rules)


@lru_cache(maxsize=4096)
def checked_policy(text: str) -> CheckedPolicy:
    """Return the checked policy of a mandate's text."""
    checked = check(
        parse(text, file="world.mandate"),
        catalogue=shipped(),
        library=Library(),
        files=no_files,
        schema=None,
        today=date(2025, 12, 31),
    )
    assert checked.policy is not None, [d for d in checked.diagnostics if d.severity == "error"]
    return checked.policy


def _rule(chance: Random, number: int, mix: Mix) -> str:
    family = chance.choices(tuple(FAMILIES), mix.families)[0]
    kind, body = _kind(chance, family, mix)
    values = {
        "s": chance.choice(SUBJECTS[:3] if "issuer" in body or "sector" in body else SUBJECTS),
        "p": chance.choice(mix.parts),
        "q": chance.choice(("50%", "80%", "100%", "105%")),
        "m": chance.choice(("0", "500", "1000", "5000", "20000")),
        "n": chance.choice(("100", "250", "1000")),
        "b": chance.choice(("150", "500", "2000")),
        "t": chance.choice(("100", "400", "900")),
        "v": chance.choice(("500", "1000", "1500")),
    }
    body = body.format(**values)
    name = f"R{number}"
    lines = [f'rule {name} "{kind}"']
    if chance.random() < 0.06:
        lines.append(f"  effective from {chance.choice(('2026-01-01', '2027-01-01'))}")
    if chance.random() < 0.2 and family != "PER_TRADE":
        lines.append("  across household")
    if chance.random() < 0.12:
        lines.append("  " + chance.choice(_WHENS[: 2 if "  across household" in lines else 3]))
    lines.append("  " + body)
    if chance.random() < 0.05 and "  across household" not in lines:
        lines.append("  unless account.kind is ira")
    if family == "LIMITS":
        lines += _limit_clauses(chance, kind, body)
    if chance.random() < 0.2:
        lines.append("  if data is missing " + chance.choice(("warn", "report", "block")))
    text = "\n".join(lines) + "\n" + chance.choice(RESPONSES) + '  because ips "§1"\n'
    text += _exception(chance, name, kind, body, values["s"])
    if chance.random() < 0.15:
        text += _waiver(chance, name, kind, mix)
    return text


def _kind(chance: Random, family: str, mix: Mix) -> tuple[str, str]:
    if mix.most and family == "WINDOWS":
        return drawn_window(chance)
    kinds = FAMILIES[family] + (MORE.get(family, ()) if mix.more else ())
    if not mix.most:
        return chance.choice(kinds)
    kinds += FURTHER.get(family, ())
    return chance.choice([kind for kind in kinds for _ in range(SELDOM.get(kind[0], 1))])


_WHENS = (
    "when portfolio_value is less than 150,000 USD",
    "when today is after 2026-03-15",
    "when account.kind is taxable",
)


def _limit_clauses(chance: Random, kind: str, body: str) -> list[str]:
    lines = []
    if kind.startswith("weight") and chance.random() < 0.25 and "benchmark" not in body:
        lines.append("  looking through funds")
    if kind in ("weight", "value", "largest") and chance.random() < 0.15:
        lines.append("  valued at cost")
    if chance.random() < 0.15:
        whens = ("tested at purchase", "tested at each quarter end", "tested daily")
        lines.append("  " + chance.choice(whens if kind in ("weight", "value") else whens[1:]))
    if kind == "weight" and "between" not in body and chance.random() < 0.4:
        lines.append(f"  warn from {chance.choice(('4%', '20%', '30%'))}")
    return lines


def _exception(chance: Random, name: str, kind: str, body: str, subject: str) -> str:
    if chance.random() > 0.12 or kind not in ("weight", "value", "forbid", "allow only"):
        return ""
    where = chance.choice(('issuer is "Beta Inc"', "issuer.kind is us_government", 'sector is "health"'))
    return (
        f'rule {name}x "exception"\n  exception to {name}\n'
        f"  limit weight of holdings where {where} to at most 30%\n"
        '  because ips "§2"\n'
    )


def _waiver(chance: Random, name: str, kind: str, mix: Mix) -> str:
    up_to = ""
    if kind in ("weight", "forbid holding", "forbid") and chance.random() < 0.7:
        up_to = f" up to {chance.choice(('12%', '30%'))}"
    if mix.more and kind == "trade_value" and chance.random() < 0.7:
        up_to = f" up to {chance.choice(('400 USD', '15% of equities', '6000 USD'))}"
    until = chance.choice(("2026-12-31", "2026-12-31", "2026-01-31"))
    noun = chance.choice(('account "A1"', 'household "H1"'))
    return f'waive {name} for {noun}{up_to} until {until} approved by "CCO" because ips "§8"\n'
