"""Tiny books and mandates for hand arithmetic: one account, prices of a few dollars, one day.

policy_of('limit weight to at most 5% …')   the rules of a mandate text, checked
book_of(holdings=…)                         lots, prices and securities from a few words
verdicts(policy, book, "buy 50 ACME")       what the reference evaluator says
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from dsl.check import check
from dsl.library import Library, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from dsl.words import shipped
from engine.facts.accounts import Account
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Lot
from engine.facts.securities import Price, Security
from engine.facts.trades import Side, Trade
from engine.gate.reference import ReferenceVerdict, evaluate
from engine.ledger.settle import settle

TODAY = date(2026, 3, 10)

HEADER = """policy "A test"
  id test.policy
  version 1.0.0
  effective from 2026-01-01
  source ips = "A source" dated 2025-12-18 sha256 "9f2c41d07a"
  {applies}
  currency USD
  calendar "NYSE"
  weights of {base}
  missing data {missing}

"""


@lru_cache(maxsize=512)
def policy_of(
    text: str,
    *,
    applies: str = "",
    base: str = "net_assets",
    missing: str = "block",
    file: str = "test.mandate",
    id: str = "test.policy",
) -> CheckedPolicy:
    """Return the checked policy of some statements under a plain header."""
    header = HEADER.format(applies=applies, base=base, missing=missing).replace("test.policy", id)
    whole = header + text
    checked = check(
        parse(whole, file=file),
        catalogue=shipped(),
        library=Library(),
        files=no_files,
        schema=None,
        today=TODAY,
    )
    problems = [d for d in checked.diagnostics if d.severity == "error"]
    assert checked.policy is not None, f"{problems}\n{whole}"
    return checked.policy


def account(
    name: str = "A",
    *,
    cash: str = "0",
    household: str = "H",
    kind: str = "taxable",
    owner: str = "self",
    **more: object,
) -> Account:
    """Return an account; its columns are attributes too."""
    attributes = {"account": name, "household": household, "kind": kind, "owner": owner}
    row = Account(
        account=AccountId(name),
        household=HouseholdId(household),
        owner=owner,
        kind=kind,
        currency="USD",
        cash=Decimal(cash),
        attributes=attributes,
    )
    return replace(row, **more)  # type: ignore[arg-type]


def security(symbol: str, **columns: str) -> Security:
    """Return a common stock unless columns say otherwise; a column `issuer=""` is an empty cell."""
    given = {
        "symbol": symbol,
        "asset_class": "equity",
        "instrument": "common_stock",
        "issuer": symbol,
    } | {name.replace("__", "."): value for name, value in columns.items()}
    attributes = {name: value for name, value in given.items() if value != ""}
    return Security(
        symbol=Symbol(symbol),
        asset_class=given["asset_class"],
        instrument=given["instrument"],
        issuer=attributes.get("issuer"),
        attributes=attributes,
        currency=attributes.get("currency"),
    )


def lot(
    symbol: str,
    quantity: str,
    *,
    basis: str | None = None,
    account: str = "A",
    acquired: date = date(2024, 1, 2),
    name: str | None = None,
    order: str | None = None,
) -> Lot:
    """Return an open lot; its basis is 10 a share unless given."""
    cost = Decimal(basis) if basis is not None else 10 * Decimal(quantity)
    return Lot(
        lot=LotId(name or f"{account}-{symbol}"),
        account=AccountId(account),
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        basis=cost,
        acquired=acquired,
        adjusted_acquired=acquired,
        original_basis=cost,
        order=order,
    )


def sold(days: int, symbol: str = "SPY", *, account: str = "A", gain: str = "-100") -> Disposal:
    """Return a sale of ten shares so many days ago."""
    day = TODAY - timedelta(days=days)
    return Disposal(
        sale=TransactionId(f"S{days}"),
        lot=LotId("GONE"),
        account=AccountId(account),
        symbol=Symbol(symbol),
        quantity=Decimal(10),
        proceeds=Decimal(100),
        basis=Decimal(100) - Decimal(gain),
        gain=Decimal(gain),
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(gain),
        broker_disallowed=Decimal(0),
        term="long",
        acquired=date(2024, 1, 2),
        adjusted_acquired=date(2024, 1, 2),
        sold=day,
    )


def book_of(
    *,
    accounts: tuple[Account, ...] = (),
    securities: tuple[Security, ...] = (),
    lots: tuple[Lot, ...] = (),
    prices: Mapping[str, str] | None = None,
    price_age: int = 0,
    **more: object,
) -> Book:
    """Return a book of one day; every price is 10 unless given, `-` for none."""
    given = dict.fromkeys((str(row.symbol) for row in securities), "10") | dict(prices or {})
    book = Book(
        as_of=TODAY,
        accounts={row.account: row for row in accounts or (account(),)},
        securities={row.symbol: row for row in securities},
        prices={
            Symbol(symbol): Price(
                symbol=Symbol(symbol), date=TODAY - timedelta(days=price_age), price=Decimal(price)
            )
            for symbol, price in given.items()
            if price != "-"
        },
        lots=lots,
        transactions=(),
        disposals=(),
        acquisitions=(),
    )
    return replace(book, **more)  # type: ignore[arg-type]


def trades_of(*words: str) -> tuple[Trade, ...]:
    """Return trades from words: `buy 50 ACME`, `A: sell 20 ACME at 9.50`, `sell 5 ACME lot L1`."""
    found = []
    for number, text in enumerate(words, start=1):
        own, _, rest = text.rpartition(": ")
        side, quantity, symbol, *more = rest.split()
        said = dict(zip(more[::2], more[1::2], strict=True))
        found.append(
            Trade(
                number=number,
                account=AccountId(own or "A"),
                side=Side(side),
                symbol=Symbol(symbol),
                quantity=Decimal(quantity),
                price=Decimal(said["at"]) if "at" in said else None,
                lot=LotId(said["lot"]) if "lot" in said else None,
            )
        )
    return tuple(found)


def verdicts(
    policy: CheckedPolicy | tuple[CheckedPolicy, ...], book: Book, *trades: str
) -> list[ReferenceVerdict]:
    """Return the verdicts of the policies on some trades, the book's own rules left out where they pass."""
    policies = policy if isinstance(policy, tuple) else (policy,)
    listed = trades_of(*trades)
    settlement = settle(book, listed, reading=policies[0].tax)
    return [
        row
        for row in evaluate(policies, book, listed, settlement)
        if row.policy is not None or row.outcome != "pass"
    ]


def said(policy: CheckedPolicy | tuple[CheckedPolicy, ...], book: Book, *trades: str) -> list[str]:
    """Return the verdicts in words: `R [Acme Corp] breach active block 1: 0.049 -> 0.054`."""
    return [in_words(row) for row in verdicts(policy, book, *trades)]


def in_words(row: ReferenceVerdict) -> str:
    """Return one verdict in words; figures as decimals."""
    group = "" if row.group is None else f"[{row.group[1]}]"
    numbers = ",".join(map(str, sorted(row.trades)))
    figures = "" if row.after is None else f"{_plain(row.before)} -> {_plain(row.after)}"
    flags = (
        "warned" if row.warned else "",
        "worsened" if row.worsened else "",
        "" if row.witnessed else "alone",
    )
    parts = (
        row.rule,
        group,
        row.target or "",
        row.outcome.value,
        row.breach or "",
        row.decision,
        *flags,
        f"by {numbers}" if numbers else "",
        figures,
    )
    return " ".join(part for part in parts if part)


def _plain(figure: object) -> str:
    if figure is None:
        return "-"
    return f"{float(figure):.6f}".rstrip("0").rstrip(".")  # type: ignore[arg-type]
