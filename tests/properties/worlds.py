"""Random worlds for the two evaluators: books, lists and mandates that meet at their limits.

Everything comes from one seed. Prices are a few dollars and accounts are worth a round sum, so that a
list drawn to fill a limit lands exactly on it, one share beyond, or one share short. Mandates are drawn
as text and checked like any other, so that no rule is tried which nobody could write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from random import Random

from dsl.check import check
from dsl.library import Library, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from dsl.words import shipped
from engine.facts.accounts import Account
from engine.facts.book import Book, Event, Records, RiskModel
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import open_book

HALVED = Decimal(20)
"""The price that stands at half of the day before."""

STALE_WORLDS = 0.0
"""Share of books in which some prices are old."""

ROUND = 100_000
"""What each account is worth before the list."""

DAYS = (date(2026, 3, 10), date(2026, 3, 31), date(2025, 12, 31), date(2026, 7, 8))

ISSUERS = ("Acme Corp", "Beta Inc", "Cato Ltd")
SECTORS = ("technology", "health", "energy")
SUBJECTS = (
    "equities",
    "bonds",
    "holdings",
    "tech",
    "tobacco",
    "illiquids",
    "watched",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often what is drawn: the mended seeds are of `PLAIN`, full runs are of `WIDE`."""

    parts: tuple[str, ...]  # shares of limits
    sizes: tuple[int, ...]  # trades of a list
    with_history: float
    with_volume: float
    blank: float  # share of cells that are empty
    more: bool = False  # rules that the mended seeds did not know


PLAIN = Mix(
    parts=("1%", "2%", "5%", "10%", "25%"),
    sizes=(0, 1, 1, 1, 2, 3, 5),
    with_history=0.75,
    with_volume=1,
    blank=0.03,
)
WIDE = Mix(
    parts=("1%", "2%", "4%", "5%", "10%", "12%"),
    sizes=(0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 5, 5),
    with_history=0.7,
    with_volume=0.9,
    blank=0.06,
    more=True,
)


def world_of(
    seed: int, *, lists: int = 3, mix: Mix = PLAIN
) -> tuple[CheckedPolicy, Book, list[tuple[Trade, ...]]]:
    """Return a policy, a book and so many lists to judge, all drawn from a seed."""
    chance = Random(seed)
    policy = _policy(chance, mix)
    book = _book(chance, policy, mix)
    return policy, book, [_list(chance, book, policy, mix) for _ in range(lists)]


# ------------------------------------------------------------------ mandates

_HEADER = """policy "World {seed}"
  id world.policy
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


def _policy(chance: Random, mix: Mix) -> CheckedPolicy:
    rules = [_rule(chance, number, mix) for number in range(chance.randint(5, 9))]
    text = _HEADER.format(
        seed=0,
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
    return checked_policy(text + "".join(rules))


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
    family = chance.choices(tuple(FAMILIES), (60, 8, 16, 12, 4))[0]
    kind, body = chance.choice(FAMILIES[family] + (MORE.get(family, ()) if mix.more else ()))
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


# ------------------------------------------------------------------ books

_KINDS = ("taxable", "taxable", "ira", "roth_ira", "trust")


def _volumes(chance: Random, book: Book, mix: Mix) -> dict[Symbol, Decimal]:
    if mix.with_volume == 1:
        return dict(book.volumes)
    return {name: size for name, size in book.volumes.items() if chance.random() < mix.with_volume}


def _book(chance: Random, policy: CheckedPolicy, mix: Mix) -> Book:
    today = chance.choice(DAYS)
    securities = {row.symbol: row for row in _securities(chance, mix)}
    prices = _prices(chance, tuple(securities), today, is_stale=chance.random() < STALE_WORLDS)
    accounts = _accounts(chance, securities)
    with_history = chance.random() < mix.with_history
    records = Records(
        accounts=accounts,
        securities=securities,
        prices=prices,
        lots=None if with_history else _lots(chance, accounts, securities, today),
        transactions=_history(chance, accounts, securities, prices, today) if with_history else None,
        events=(
            Event(
                date=today + timedelta(days=chance.choice((3, 10, 11))), event="earnings", symbol=Symbol("S0")
            ),
            Event(
                date=today - timedelta(days=chance.choice((1, 10, 12))), event="earnings", symbol=Symbol("S2")
            ),
        ),
        risk=_risk(chance, tuple(securities)) if chance.random() < 0.7 else None,
    )
    book = open_book(records, as_of=today, reading=policy.tax)
    book = replace(
        book,
        benchmarks={"INDEX": _benchmark(chance, tuple(securities))} if chance.random() < 0.8 else {},
        volumes=_volumes(chance, book, mix),
        fund_holdings={Symbol("FUND"): {Symbol("S0"): Decimal("0.5"), Symbol("S2"): Decimal("0.3")}},
    )
    return _rounded(book)


def _securities(chance: Random, mix: Mix) -> list[Security]:
    found = [_security(chance, mix, f"S{number}") for number in range(6)]
    found.append(_security(chance, mix, "B0", asset_class="fixed_income", instrument="bond"))
    found.append(_security(chance, mix, "B1", asset_class="fixed_income", instrument="bond"))
    found.append(_security(chance, mix, "FUND", instrument="etf", issuer="Fund House"))
    return found


def _security(chance: Random, mix: Mix, symbol: str, **columns: str) -> Security:
    """Draw a security; a few of its cells are empty."""
    is_bond = columns.get("asset_class") == "fixed_income"
    given = {
        "symbol": symbol,
        "asset_class": "equity",
        "instrument": "common_stock",
        "issuer": chance.choice(ISSUERS),
        "sector": chance.choice(SECTORS),
        "issuer.kind": chance.choice(("corporate", "us_government")),
        "liquidity": chance.choice(("high", "high", "illiquid")),
        "tobacco_revenue": chance.choice(("0%", "0.02", "5%", "88%")),
        "esg_score": chance.choice(("40", "50", "60.5")),
        "beta": chance.choice(("0.9", "1.1", "1.3")),
        "carbon_intensity": chance.choice(("50", "100", "200")),
        "expense_ratio": chance.choice(("0%", "0.5%", "0.0075")),
        "voting_shares_outstanding": chance.choice(("1000", "5000", "20000")),
        "non_voting_shares_outstanding": chance.choice(("1000", "5000")),
        "shares_outstanding": chance.choice(("1000", "8000")),
        "otc_exposure": chance.choice(("0", "0", "1500")),
    } | columns
    if is_bond:
        given |= {
            "duration": chance.choice(("3", "5", "6.5")),
            "maturity": chance.choice(("5", "7", "9")),
            "yield": chance.choice(("2.5%", "3%", "0.045")),
            "rating": chance.choice(("AAA", "A-", "BBB-", "BB+", "Baa1")),
        }
    blank = {
        name
        for name in given
        if name not in ("symbol", "asset_class", "instrument") and chance.random() < mix.blank
    }
    if chance.random() < 0.04:
        blank.add("asset_class")
    if is_bond and mix is WIDE and chance.random() < 0.1:
        blank.add("rating")
    attributes = {name: value for name, value in given.items() if name not in blank}
    return Security(
        symbol=Symbol(symbol),
        asset_class=attributes.get("asset_class", ""),
        instrument=attributes["instrument"],
        issuer=attributes.get("issuer"),
        attributes=attributes,
    )


def _prices(chance: Random, symbols: Sequence[Symbol], today: date, *, is_stale: bool) -> tuple[Price, ...]:
    """Return prices that fell by a tenth; those of 20 halved, which nothing explains."""
    found: list[Price] = []
    for symbol in sorted(symbols):
        price = Decimal(chance.choice(("1", "2", "5", "10", "12.5", "20")))
        before = price * 2 if price == HALVED else price * Decimal("1.1")
        for age in (40, 12, 2):
            volume = Decimal(chance.choice(("500", "2000"))) if chance.random() < 0.9 else None
            found.append(Price(symbol=symbol, date=today - timedelta(days=age), price=before, volume=volume))
        if not is_stale or chance.random() < 0.8:
            found.append(Price(symbol=symbol, date=today, price=price, volume=Decimal("1000")))
        elif chance.random() < 0.5:
            del found[-1]  # the last price is twelve days old
    return tuple(found)


def _accounts(chance: Random, securities: object) -> dict[AccountId, Account]:
    found: dict[AccountId, Account] = {}
    for number in range(1, chance.choice((1, 2, 3)) + 1):
        kind = chance.choice(_KINDS) if number > 1 else "taxable"
        name, household = f"A{number}", "H1" if number < 3 else "H2"
        stated = chance.random() < 0.5
        found[AccountId(name)] = Account(
            account=AccountId(name),
            household=HouseholdId(household),
            owner="self" if number != 2 else "spouse",
            kind=kind,
            currency="USD",
            cash=Decimal(0),
            short_term_rate=Decimal("0.37"),
            long_term_rate=Decimal("0.2"),
            realized_short=Decimal("250") if stated else None,
            realized_long=Decimal("-100") if stated else None,
            turnover=Decimal("0.04") if stated else None,
            attributes={"account": name, "household": household, "kind": kind},
        )
    return found


def _lots(
    chance: Random, accounts: dict[AccountId, Account], securities: object, today: date
) -> tuple[Lot, ...]:
    found: list[Lot] = []
    for account in accounts:
        for symbol in sorted(securities):  # type: ignore[call-overload]
            for part in range(chance.choice((0, 1, 1, 2))):
                quantity = Decimal(chance.choice((50, 100, 400, 700)))
                acquired = today - timedelta(days=chance.choice((5, 29, 30, 31, 200, 366, 800)))
                basis = quantity * Decimal(chance.choice((1, 5, 10, 15)))
                found.append(
                    Lot(
                        lot=LotId(f"L-{account}-{symbol}-{part}"),
                        account=account,
                        symbol=symbol,
                        quantity=quantity,
                        basis=basis,
                        acquired=acquired,
                        adjusted_acquired=acquired,
                        original_basis=basis,
                    )
                )
    return tuple(found)


def _history(
    chance: Random,
    accounts: dict[AccountId, Account],
    securities: object,
    prices: tuple[Price, ...],
    today: date,
) -> tuple[Transaction, ...]:
    """Draw purchases of the past, and sales of some of them, gains and losses, in and out of windows."""
    rows: list[Transaction] = []
    for account in accounts:
        for symbol in sorted(securities):  # type: ignore[call-overload]
            if chance.random() < 0.25:
                continue
            quantity = chance.choice((100, 200, 400, 700))
            bought = today - timedelta(days=chance.choice((45, 61, 200, 366, 800)))
            _row(rows, account, symbol, TransactionType.BUY, bought, quantity, chance)
            if chance.random() < 0.35:
                sold = today - timedelta(days=chance.choice((0, 1, 10, 29, 30, 31, 40)))
                _row(rows, account, symbol, TransactionType.SELL, sold, quantity // 2, chance)
            if chance.random() < 0.25:
                again = today - timedelta(days=chance.choice((0, 3, 28, 30, 31, 35)))
                kind = chance.choice((TransactionType.BUY, TransactionType.REINVEST, TransactionType.AWARD))
                _row(rows, account, symbol, kind, again, 50, chance)
    return tuple(sorted(rows, key=lambda row: row.date))


def _row(
    rows: list[Transaction],
    account: AccountId,
    symbol: Symbol,
    kind: TransactionType,
    day: date,
    quantity: int,
    chance: Random,
) -> None:
    rows.append(
        Transaction(
            id=TransactionId(f"T{len(rows)}"),
            date=day,
            account=account,
            type=kind,
            symbol=symbol,
            quantity=Decimal(quantity),
            price=Decimal(chance.choice(("2", "5", "8", "10", "15"))),
        )
    )


def _benchmark(chance: Random, symbols: Sequence[Symbol]) -> dict[Symbol, Decimal]:
    chosen = chance.sample(sorted(symbols), 4)
    return {
        symbol: Decimal(weight) for symbol, weight in zip(chosen, ("0.4", "0.3", "0.2", "0.1"), strict=True)
    }


def _risk(chance: Random, symbols: Sequence[Symbol]) -> RiskModel:
    known = [symbol for symbol in sorted(symbols) if chance.random() < 0.98]
    return RiskModel(
        factors=("market", "value"),
        exposures={
            symbol: {
                "market": Decimal(chance.choice(("0.9", "1.2"))),
                "value": Decimal(chance.choice(("-0.5", "0.3"))),
            }
            for symbol in known
        },
        covariance={
            ("market", "market"): Decimal("0.03"),
            ("market", "value"): Decimal("0.002"),
            ("value", "market"): Decimal("0.002"),
            ("value", "value"): Decimal("0.01"),
        },
        specific={symbol: Decimal(chance.choice(("0.15", "0.3"))) for symbol in known},
    )


def _rounded(book: Book) -> Book:
    """Return the book with the cash that makes each account worth a round sum."""
    accounts = {}
    for name, row in book.accounts.items():
        held = sum(
            (
                lot.quantity * book.prices[lot.symbol].price
                for lot in book.lots
                if lot.account == name and lot.symbol in book.prices
            ),
            Decimal(0),
        )
        accounts[name] = replace(row, cash=Decimal(ROUND) - held)
    return replace(book, accounts=accounts)


# ------------------------------------------------------------------ lists

EDGES = (
    Fraction(2, 100),
    Fraction(4, 100),
    Fraction(5, 100),
    Fraction(10, 100),
    Fraction(12, 100),
    Fraction(20, 100),
    Fraction(25, 100),
    Fraction(30, 100),
)


def _list(chance: Random, book: Book, policy: CheckedPolicy, mix: Mix) -> tuple[Trade, ...]:
    governed = [a for a in book.accounts if policy.applies_to is None or _is_governed(policy, book, a)]
    found: list[Trade] = []
    for number in range(1, chance.choice(mix.sizes) + 1):
        account = chance.choice(governed)
        symbol = chance.choice([s for s in sorted(book.securities) if s in book.prices] or ["S0"])
        found.append(_trade(chance, book, number, account, Symbol(symbol)))
    return tuple(trade for trade in found if trade.symbol in book.prices)


def _is_governed(policy: CheckedPolicy, book: Book, account: AccountId) -> bool:
    applies = policy.applies_to
    assert applies is not None
    row = book.accounts[account]
    return applies.id in (row.household if applies.noun == "household" else row.account,)


def _trade(chance: Random, book: Book, number: int, account: AccountId, symbol: Symbol) -> Trade:
    price = book.prices[symbol].price
    held = sum(
        (lot.quantity for lot in book.lots if (lot.account, lot.symbol) == (account, symbol)), Decimal(0)
    )
    side = chance.choice(
        (Side.BUY, Side.BUY, Side.SELL, Side.SELL, Side.SHORT_SELL if chance.random() < 0.2 else Side.BUY)
    )
    if side is Side.SELL and not held:
        side = Side.BUY
    quantity = _quantity(chance, book, account, symbol, side, held)
    if side is Side.SELL and chance.random() < 0.95:
        quantity = min(quantity, held)
    lots = [lot.lot for lot in book.lots if (lot.account, lot.symbol) == (account, symbol)]
    return Trade(
        number=number,
        account=account,
        side=side,
        symbol=symbol,
        quantity=quantity,
        price=chance.choice((None, None, None, price, price + 1, price / 2)),
        lot=chance.choice(lots) if lots and side is Side.SELL and chance.random() < 0.15 else None,
    )


def _quantity(
    chance: Random, book: Book, account: AccountId, symbol: Symbol, side: Side, held: Decimal
) -> Decimal:
    """Draw a quantity: all that is held, a round number, or what takes the issuer to an edge, or near."""
    if side is Side.SELL and held and chance.random() < 0.3:
        return held + (chance.random() < 0.1)
    if chance.random() < 0.4 or side is Side.SHORT_SELL:
        return Decimal(chance.choice((1, 5, 10, 50, 100, 250, 400)))
    issuer = book.securities[symbol].issuer
    value = sum(
        (
            Fraction(lot.quantity * book.prices[lot.symbol].price)
            for lot in book.lots
            if lot.account == account
            and lot.symbol in book.prices
            and book.securities[lot.symbol].issuer == issuer
        ),
        Fraction(0),
    )
    wanted = abs(chance.choice(EDGES) * ROUND - value) / Fraction(book.prices[symbol].price)
    return Decimal(max(1, int(wanted) + chance.choice((-1, 0, 0, 1))))
