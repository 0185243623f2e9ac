"""Invented households and mandates, by seed: lots under water, and mandates with every kind of rule."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from engine.facts.accounts import Account
from engine.facts.book import Book, Coverage, RiskModel
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.lots import Acquisition, Disposal, Lot
from engine.facts.securities import Price, Security
from engine.ledger.terms import term
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground

TODAY = date(2026, 3, 10)
SECTORS = ("Technology", "Health Care", "Financials", "Energy", "Staples")
HOME = HouseholdId("HOME")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One household under one mandate."""

    seed: int
    book: Book
    mandate: str
    ground: GroundBook

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        return self.ground.accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large a world is; ranges are inclusive."""

    names: tuple[int, int] = (12, 40)
    lots: int = 3  # for each name, at most
    net_assets: tuple[int, int] = (20_000, 20_000_000)
    accounts: int = 3


def make_world(seed: int, sizes: Sizes | None = None) -> World:
    """Return the world of a seed; equal seeds give equal worlds."""
    rng = random.Random(seed)
    book = make_book(rng, sizes or Sizes())
    text = make_mandate(rng, book)
    return World(seed=seed, book=book, mandate=text, ground=grounded(text, book))


def grounded(mandate: str, book: Book) -> GroundBook:
    """Return a mandate laid out over a book; a mandate with errors is an assertion."""
    policy = checked(mandate)
    return ground(compile_rulebook((policy,), catalogue=catalogue()), book)


def checked(mandate: str) -> CheckedPolicy:
    """Return the checked policy of a mandate without errors."""
    result = check(
        parse(mandate, file="world.mandate"),
        catalogue=catalogue(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=None,
    )
    assert result.policy is not None, [str(d) for d in result.diagnostics]
    return result.policy


# ------------------------------------------------------------------ books


def cents(value: float) -> Decimal:
    return Decimal(round(value * 100)) / 100


def make_book(rng: random.Random, sizes: Sizes) -> Book:
    """Return a household with taxable accounts, a retirement account, and a history of purchases."""
    count = rng.randint(*sizes.names)
    symbols = [Symbol(f"S{i:03d}") for i in range(count)]
    securities = {s: security(rng, s, i) for i, s in enumerate(symbols)}
    prices = {s: cents(rng.uniform(8, 400)) for s in symbols}
    accounts: dict[AccountId, Account] = {}
    lots: list[Lot] = []
    raw = [rng.lognormvariate(0, 1) for _ in symbols]
    weights = {s: w / sum(raw) for s, w in zip(symbols, raw, strict=True)}
    kinds = (("A-TAX", "self", "taxable"), ("B-TAX", "spouse", "taxable"), ("C-IRA", "self", "ira"))
    for name, owner, kind in kinds[: sizes.accounts]:
        account = AccountId(name)
        size = rng.uniform(*(float(x) ** 0.5 for x in sizes.net_assets)) ** 2
        share = rng.uniform(0.0, 0.12)
        own = make_lots(rng, account, symbols, prices, weights, size * (1 - share), sizes.lots)
        lots.extend(own)
        accounts[account] = Account(
            account=account,
            household=HOME,
            owner=owner,
            kind=kind,
            currency="USD",
            cash=cents(size * share),
            short_term_rate=Decimal("0.408"),
            long_term_rate=Decimal("0.238"),
            benchmark="index",
            fractional=rng.random() < 0.15,
        )
    return Book(
        as_of=TODAY,
        accounts=accounts,
        securities=securities,
        prices={s: Price(symbol=s, date=TODAY, price=p) for s, p in prices.items()},
        lots=tuple(lots),
        transactions=(),
        disposals=losses(rng, accounts, symbols, prices),
        acquisitions=tuple(acquired(lot) for lot in lots),
        benchmarks={"index": {s: Decimal(str(round(w, 6))) for s, w in weights.items()}},
        volumes={s: Decimal(rng.randint(10_000, 10_000_000)) for s in symbols},
        risk=risk_model(rng, securities) if rng.random() < 0.6 else None,
        coverage=Coverage(accounts=tuple(accounts), since=date(2020, 1, 1), until=TODAY),
    )


def security(rng: random.Random, symbol: Symbol, index: int) -> Security:
    issuer = f"Issuer {index if rng.random() < 0.85 else max(0, index - 1)}"
    attributes = {
        "symbol": symbol,
        "asset_class": "equity",
        "instrument": "common_stock",
        "issuer": issuer,
        "sector": rng.choice(SECTORS),
        "country": rng.choice(("US", "US", "GB")),
        "tobacco_revenue": rng.choice(("0%", "0%", "0%", "12%")),
        "esg_score": str(rng.randint(20, 90)),
        "voting_ownership": "0%",
    }
    return Security(
        symbol=symbol,
        asset_class="equity",
        instrument="common_stock",
        issuer=issuer,
        attributes=attributes,
        currency="USD",
        lot_size=Decimal(1),
    )


def make_lots(
    rng: random.Random,
    account: AccountId,
    symbols: list[Symbol],
    prices: dict[Symbol, Decimal],
    weights: dict[Symbol, float],
    value: float,
    most: int,
) -> list[Lot]:
    held = [s for s in symbols if rng.random() < 0.85] or symbols[:1]
    tilt = {s: weights[s] * rng.lognormvariate(0, 0.5) for s in held}
    total = sum(tilt.values())
    found: list[Lot] = []
    for symbol in held:
        shares = int(value * tilt[symbol] / total / float(prices[symbol]))
        for part in split(rng, shares, most):
            days = rng.choice((rng.randint(1, 29), rng.randint(31, 360), rng.randint(370, 2000)))
            bought = TODAY - timedelta(days=days if rng.random() < 0.9 else 400)
            basis = cents(float(prices[symbol]) * part * rng.lognormvariate(-0.05, 0.3))
            found.append(
                Lot(
                    lot=LotId(f"{account}-{symbol}-{len(found)}"),
                    account=account,
                    symbol=symbol,
                    quantity=Decimal(part),
                    basis=basis,
                    acquired=bought,
                    adjusted_acquired=bought,
                    original_basis=basis,
                )
            )
    return found


def split(rng: random.Random, shares: int, most: int) -> list[int]:
    parts = []
    for _ in range(rng.randint(1, most) - 1):
        if shares > 1:
            part = rng.randint(1, shares - 1)
            parts.append(part)
            shares -= part
    return [*parts, shares] if shares else parts


def acquired(lot: Lot) -> Acquisition:
    return Acquisition(
        lot=lot.lot,
        account=lot.account,
        symbol=lot.symbol,
        date=lot.acquired,
        quantity=lot.quantity,
        kind="buy",
    )


def losses(
    rng: random.Random,
    accounts: dict[AccountId, Account],
    symbols: list[Symbol],
    prices: dict[Symbol, Decimal],
) -> tuple[Disposal, ...]:
    """Return a few recent loss sales, whose securities may not be bought back."""
    found = []
    for index, symbol in enumerate(rng.sample(symbols, max(1, len(symbols) // 12))):
        account = rng.choice([a for a in accounts if not accounts[a].is_retirement])
        sold = TODAY - timedelta(days=rng.randint(1, 45))
        bought = sold - timedelta(days=rng.randint(40, 900))
        quantity = Decimal(rng.randint(1, 50))
        proceeds = prices[symbol] * quantity
        basis = cents(float(proceeds) * 1.2)
        found.append(
            Disposal(
                sale=TransactionId(f"sale-{index}"),
                lot=LotId(f"gone-{index}"),
                account=account,
                symbol=symbol,
                quantity=quantity,
                proceeds=proceeds,
                basis=basis,
                gain=proceeds - basis,
                disallowed=Decimal(0),
                permanently_disallowed=Decimal(0),
                recognized=proceeds - basis,
                broker_disallowed=Decimal(0),
                term=term(bought, sold),
                acquired=bought,
                adjusted_acquired=bought,
                sold=sold,
            )
        )
    return tuple(sorted(found, key=lambda row: (row.sold, row.sale)))


def risk_model(rng: random.Random, securities: dict[Symbol, Security]) -> RiskModel:
    factors = ("market", *SECTORS)
    exposures = {
        s: {"market": Decimal(str(round(rng.uniform(0.7, 1.3), 3))), row.attributes["sector"]: Decimal(1)}
        for s, row in securities.items()
    }
    covariance = {(f, f): Decimal("0.0256" if f == "market" else "0.0100") for f in factors}
    specific = {s: Decimal(str(round(rng.uniform(0.15, 0.45), 3))) for s in securities}
    return RiskModel(factors=factors, exposures=exposures, covariance=covariance, specific=specific)


# ------------------------------------------------------------------ mandates

HEAD = """policy "Invented household"
  id world.home
  version 1.0.0
  effective from 2026-01-01
  source ips = "Invented policy statement"
  applies to household "HOME"
  currency USD
  weights of net_assets
  missing data block

define equities as holdings where asset_class is equity
define cash as holdings where asset_class is cash
"""


def make_mandate(rng: random.Random, book: Book) -> str:
    """Return a mandate with at least one rule of each compile class, its limits varied."""
    parts = [HEAD]
    symbols = sorted(book.securities)
    if rng.random() < 0.5:
        parts.append(f'identical twins are "{symbols[0]}", "{symbols[1]}" because ips "§1"\n')
    for symbol in rng.sample(symbols, len(symbols) // 3):
        others = [s for s in symbols if s != symbol and not {s, symbol} <= set(symbols[:2])]
        parts.append(f'substitute "{symbol}" with "{rng.choice(others)}" because ips "§2"\n')
    if rng.random() < 0.8:
        parts.append(
            f"harvest losses\n  from lots where loss is at least {rng.randint(1, 8)}% of cost "
            f"and loss is at least {rng.choice((10, 100, 250))} USD\n  replacing with substitutes\n"
            '  because ips "§3"\n'
        )
    if rng.random() < 0.4:
        parts.append(targets(rng))
    parts.extend(rules(rng, book))
    return "\n".join(parts)


def targets(rng: random.Random) -> str:
    back = rng.choice(("target", "nearest edge", "halfway"))
    share = rng.randint(92, 98)
    ceiling = 100 - share + rng.randint(1, 5)
    return (
        f"targets mix\n  equities {share}% band {rng.randint(1, 3)} points\n"
        f'  cash {100 - share}% from 0% to {ceiling}%\n  because ips "§4"\n\n'
        f'rebalance mix\n  when any class leaves its band\n  back to {back}\n  because ips "§5"\n'
    )


def rules(rng: random.Random, book: Book) -> list[str]:
    """Return rules: bounds, linear, with helpers, convex, integer and gate only."""
    always = [
        rule("BAN", "forbid buying securities where tobacco_revenue is more than 5%"),
        rule("CAP", f"limit weight to at most {rng.randint(3, 12)}%", each="issuer in equities"),
        rule("TOP", f"limit weight of the 5 largest issuers in equities to at most {rng.randint(25, 70)}%"),
        rule(
            "TICKET",
            f"limit trade_value to at least {rng.choice((50, 200, 1000))} USD",
            each="trade except trades where closes_position is yes",
        ),
        rule("FRESH", "require price_age is at most 3 days"),
        rule(
            "HEAVY",
            "limit weight of issuers in equities whose weight is more than 5% "
            f"to at most {rng.randint(20, 60)}%",
        ),
        WASH,
    ]
    if book.risk is not None:
        always.append(rule("TE", f"limit tracking_error to at most {rng.randint(100, 900)} bps"))
    sometimes = [
        rule("SECTOR", f"limit weight to at most {rng.randint(18, 45)}%", each="sector in equities"),
        rule("ACTIVE", f"limit active_weight to between -{rng.randint(3, 9)} points and 6 points",
             each="sector in equities"),
        rule("CASH", f"limit weight of cash to between {rng.randint(0, 2)}% and {rng.randint(4, 10)}%",
             breach="on breach warn"),
        rule("FLOOR", f"limit value of cash to at least {rng.choice((0, 500, 2000))} USD"),
        rule("TURN", f"limit turnover over the last 12 months to at most {rng.randint(2, 40)}%"),
        rule("GAINS", f"limit net_realized_gains this tax_year to at most {rng.choice((0, 500, 20000))} USD"),
        rule("SHORT", f"limit realized_short_term_gains this tax_year to at most {rng.choice((0, 900))} USD"),
        rule("COUNT", f"limit count of equities to between {rng.randint(3, 9)} and {rng.randint(12, 60)}"),
        rule("ESG", f"limit esg_score of equities to at least {rng.randint(45, 60)}",
             breach="on breach warn"),
        rule("HOLD", "forbid selling lots where holding_days is less than 30"),
        rule("LIQ", "limit trade_shares to at most 20% of average_daily_volume", each="trade"),
        rule("HOME", f"limit weight of holdings where country is \"GB\" to at most {rng.randint(15, 60)}%",
             breach="on active breach block\n  on passive breach report, do not worsen"),
    ]  # fmt: skip
    return always + [text for text in sometimes if rng.random() < 0.55]


def rule(name: str, body: str, *, each: str = "", breach: str = "") -> str:
    lines = [f'rule {name} "{name}"']
    if each:
        lines.append(f"  for each {each}")
    lines.append(f"  {body}")
    if breach:
        lines.append(f"  {breach}")
    lines.append('  because ips "§9"\n')
    return "\n".join(lines)


WASH = """rule WASH-1 "No buy-back after a loss sale"
  across household
  forbid buying securities within 30 days after a loss_sale of an identical security
  on breach block
  because ips "§7"

rule WASH-2 "No loss sale after a recent purchase"
  across household
  forbid selling lots where gain is less than 0 USD within 30 days after a purchase of an identical security
  on breach require approval of "Tax desk"
  because ips "§7"

rule WASH-3 "Retirement accounts count"
  across household
  forbid buying securities where account.kind is ira
    within 30 days before or after a loss_sale of an identical security
  on breach block
  because ips "§7"
"""
