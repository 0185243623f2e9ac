"""Books of random worlds: each account is worth a round sum."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dsl.policy import CheckedPolicy
from engine.facts.accounts import Account
from engine.facts.book import Book, Event, Records, RiskModel
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import open_book
from tests.properties.worlds.further import LISTED_EVENTS
from tests.properties.worlds.mix import Mix

HALVED = Decimal(20)
"""The price that stands at half of the day before."""

STALE_WORLDS = 0.0
"""Share of books in which some prices are old."""

ROUND = 100_000
"""What each account is worth before the list."""

DAYS = (date(2026, 3, 10), date(2026, 3, 31), date(2025, 12, 31), date(2026, 7, 8))

ISSUERS = ("Acme Corp", "Beta Inc", "Cato Ltd")
SECTORS = ("technology", "health", "energy")

_KINDS = ("taxable", "taxable", "ira", "roth_ira", "trust")


def _volumes(chance: Random, book: Book, mix: Mix) -> dict[Symbol, Decimal]:
    if mix.with_volume == 1:
        return dict(book.volumes)
    return {name: size for name, size in book.volumes.items() if chance.random() < mix.with_volume}


def drawn_book(chance: Random, policy: CheckedPolicy, mix: Mix) -> Book:
    today = chance.choice(DAYS)
    securities = {row.symbol: row for row in _securities(chance, mix)}
    prices = _prices(
        chance, tuple(securities), today, is_stale=chance.random() < max(STALE_WORLDS, mix.stale)
    )
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
            *(_further_events(chance, today) if mix.most else ()),
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
    return _rounded(chance, book, mix)


def _further_events(chance: Random, today: date) -> list[Event]:
    """Draw events of every kind, near and far, of a security or of all, for an account or for all."""
    found = []
    for kind in LISTED_EVENTS:
        for _ in range(chance.choice((0, 1, 2))):
            day = today + timedelta(days=chance.choice((-31, -30, -11, -7, -5, 0, 5, 10, 11, 30, 31)))
            symbol = chance.choice((*map(Symbol, ("S0", "S1", "S2", "S3", "B0")), None))
            account = chance.choice((None, None, AccountId("A1")))
            found.append(Event(date=day, event=kind, symbol=symbol, account=account))
    return found


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
    if is_bond and mix.more and chance.random() < 0.1:
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


def _rounded(chance: Random, book: Book, mix: Mix) -> Book:
    """Return the book with the cash that makes each account worth a round sum, or nothing, or less."""
    accounts, lots = {}, book.lots
    for name, row in book.accounts.items():
        is_poor = mix.poor > 0 and chance.random() < mix.poor
        worth = chance.choice((0, 0, -ROUND)) if is_poor else ROUND
        if is_poor and chance.random() < 0.4:  # opened and not funded yet
            worth, lots = 0, tuple(lot for lot in lots if lot.account != name)
        held = sum(
            (
                lot.quantity * book.prices[lot.symbol].price
                for lot in lots
                if lot.account == name and lot.symbol in book.prices
            ),
            Decimal(0),
        )
        accounts[name] = replace(row, cash=Decimal(worth) - held)
    return replace(book, accounts=accounts, lots=lots)
