"""Small books by hand, for cases that can be read: prices of 100, a few lots, one mandate."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from engine.facts.accounts import Account
from engine.facts.book import Book, Coverage
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import GateAnswer
from optimizer.proposal import Proposal
from optimizer.propose import propose
from optimizer.settings import Intent, Settings
from rulebooks.ground import GroundBook
from tests.optimizer.worlds import HEAD, TODAY, acquired, grounded

MAIN = AccountId("MAIN")


def lot(
    symbol: str,
    shares: int,
    *,
    cost: str,
    days: int = 800,
    account: str = "MAIN",
    name: str | None = None,
) -> Lot:
    """Return a lot bought `days` ago at `cost` for a share."""
    day = TODAY - timedelta(days=days)
    basis = Decimal(cost) * shares
    return Lot(
        lot=LotId(name or f"{account}-{symbol}-{days}"),
        account=AccountId(account),
        symbol=Symbol(symbol),
        quantity=Decimal(shares),
        basis=basis,
        acquired=day,
        adjusted_acquired=day,
        original_basis=basis,
    )


def account(name: str, cash: str, *, kind: str = "taxable", benchmark: str | None = None) -> Account:
    return Account(
        account=AccountId(name),
        household=HouseholdId("HOME"),
        owner="self",
        kind=kind,
        currency="USD",
        cash=Decimal(cash),
        short_term_rate=Decimal("0.40"),
        long_term_rate=Decimal("0.20"),
        benchmark=benchmark,
    )


def book(
    lots: list[Lot],
    *,
    accounts: list[Account],
    prices: dict[str, str] | None = None,
    weights: dict[str, str] | None = None,
    sectors: dict[str, str] | None = None,
    issuers: dict[str, str] | None = None,
) -> Book:
    """Return a book; every security costs 100 and has an issuer of its own unless said otherwise."""
    symbols = sorted({str(row.symbol) for row in lots} | set(prices or {}) | set(weights or {}))
    securities = {
        Symbol(s): Security(
            symbol=Symbol(s),
            asset_class="equity",
            instrument="common_stock",
            issuer=(issuers or {}).get(s, f"{s} Corp"),
            attributes={
                "symbol": s,
                "asset_class": "equity",
                "instrument": "common_stock",
                "issuer": (issuers or {}).get(s, f"{s} Corp"),
                "sector": (sectors or {}).get(s, "Technology"),
            },
            currency="USD",
        )
        for s in symbols
    }
    shown = {s: Decimal((prices or {}).get(s, "100")) for s in symbols}
    return Book(
        as_of=TODAY,
        accounts={row.account: row for row in accounts},
        securities=securities,
        prices={Symbol(s): Price(symbol=Symbol(s), date=TODAY, price=p) for s, p in shown.items()},
        lots=tuple(lots),
        transactions=(),
        disposals=(),
        acquisitions=tuple(acquired(row) for row in lots),
        benchmarks={"index": {Symbol(s): Decimal(w) for s, w in weights.items()}} if weights else {},
        coverage=Coverage(
            accounts=tuple(row.account for row in accounts), since=date(2020, 1, 1), until=TODAY
        ),
    )


def laid_out(rules: str, on: Book) -> GroundBook:
    return grounded(HEAD + rules, on)


def real_judge(ground: GroundBook) -> Callable[[tuple[Trade, ...]], GateAnswer]:
    opened = open_book(ground)
    engine = Inline()
    return lambda trades: judge(opened, trades, engine=engine, explained=False)


def proposed(
    rules: str, on: Book, intent: Intent | None = None, settings: Settings | None = None
) -> Proposal:
    """Return what is proposed for every account of a book, gated by the real gate."""
    ground = laid_out(rules, on)
    return propose(
        ground,
        accounts=ground.accounts,
        intent=intent or Intent(),
        settings=settings or Settings(),
        judge=real_judge(ground),
    )
