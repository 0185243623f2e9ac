"""Case files that an officer can read: a policy, a book, a list, and what the gate is to say.

    One company at exactly five per cent passes.

    rule CAP "One company, five per cent"
      for each issuer in holdings
      limit weight to at most 5%
      because ips "§1"

    book on 2026-03-10
      account A  cash 100,000  household H
      security ACME  price 100  issuer "Acme Corp"  asset_class equity
      2020-01-02  buy 450 ACME in A at 60
    list
      1  buy 50 ACME in A
    expect
      decision  pass
      verdict CAP, issuer Acme Corp  outcome pass  before 4.5  after 5  limit 5  headroom 0
      trade 1  decision pass  max_quantity 50
      would pass CAP  quantity 1 to 10

The first paragraph is what the case shows. The policy's header is added where the text has none. What
happened before stands as dated lines; lots follow from it, named by the line: `L1`, `L2`, … Amounts are
in USD. In `expect`, words are the keys of the gate's JSON answer.
"""

import re
import shlex
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dsl.check import check
from dsl.diagnostics import Severity
from dsl.library import Library, library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from dsl.words import shipped
from engine.facts.accounts import Account
from engine.facts.book import Book, Event, OpenOrder, Records
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.readings import TaxReading
from engine.facts.securities import Price, Security
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import open_book

CASES = Path(__file__).resolve().parent.parent / "cases" / "gate"

HEADER = """policy "Case"
  id case
  version 1.0.0
  effective from 2000-01-01
  source ips = "Policy statement of the case"
  currency USD
  calendar "NYSE"
  weights of net_assets
  missing data block

"""

_SECTIONS = ("book on", "list", "expect")


@dataclass(frozen=True)
class Case:
    """One case file, read."""

    name: str
    shows: str
    policies: tuple[CheckedPolicy, ...]
    book: Book
    trades: tuple[Trade, ...]
    expects: tuple[list[str], ...]


def case_paths() -> list[Path]:
    return sorted(CASES.rglob("*.case"))


def case_name(path: Path) -> str:
    return str(path.relative_to(CASES).with_suffix(""))


def read_case(path: Path) -> Case:
    parts = _parts(path.read_text(encoding="utf-8"))
    policy = checked(parts["policy"], path.name)
    book = read_book(parts["book on"], reading=policy.tax)
    trades = tuple(trade_of(line) for line in parts["list"].splitlines() if line.strip())
    expects = tuple(shlex.split(line) for line in parts["expect"].splitlines() if line.strip())
    return Case(case_name(path), parts["shows"], (policy,), book, trades, expects)


def _parts(text: str) -> dict[str, str]:
    shows, _, rest = text.partition("\n\n")
    parts = {"shows": shows, "policy": "", "book on": "", "list": "", "expect": ""}
    current = "policy"
    for line in rest.splitlines():
        section = next((s for s in _SECTIONS if line == s), None)
        section = "book on" if line.startswith("book on ") else section
        if section is None:
            parts[current] += line + "\n"
            continue
        current = section
        parts[current] += line.removeprefix(section).strip() + "\n"
    return parts


def checked(text: str, file: str, library: Library | None = None) -> CheckedPolicy:
    """Return the policy of a text, its header added where it has none."""
    whole = text if text.lstrip().startswith("policy ") else HEADER + text
    empty = library if library is not None else library_of(())
    result = check(
        parse(whole, file=file), catalogue=shipped(), library=empty, files=no_files, schema=None, today=None
    )
    errors = [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert result.policy is not None, "\n".join(str(error.message) for error in errors)
    return result.policy


# ------------------------------------------------------------------ the book


def read_book(text: str, *, reading: TaxReading) -> Book:
    first, *lines = text.splitlines()
    as_of = date.fromisoformat(first.strip())
    accounts: dict[AccountId, Account] = {}
    securities: dict[Symbol, Security] = {}
    prices: list[Price] = []
    rows: list[Transaction] = []
    events: list[Event] = []
    orders: list[OpenOrder] = []
    benchmark: dict[Symbol, Decimal] = {}
    for line in filter(str.strip, lines):
        words = shlex.split(line)
        match words:
            case ["account", name, *pairs]:
                accounts[AccountId(name)] = _account(name, _pairs(pairs))
            case ["security", symbol, *pairs]:
                attributes = _pairs(pairs)
                securities[Symbol(symbol)] = _security(symbol, attributes)
                prices.extend(_price(symbol, attributes, as_of))
            case ["price", symbol, day, price, *pairs]:
                prices.append(_price_row(symbol, day, price, _pairs(pairs)))
            case ["benchmark", symbol, weight]:
                benchmark[Symbol(symbol)] = Decimal(weight.rstrip("%")) / 100
            case ["order", name, side, quantity, symbol, "in", account, *pairs]:
                orders.append(_order(name, side, quantity, symbol, account, _pairs(pairs)))
            case [day, "event", event, symbol]:
                events.append(Event(date=date.fromisoformat(day), event=event, symbol=Symbol(symbol)))
            case [day, kind, quantity, symbol, "in", account, *pairs]:
                rows.append(_row(len(rows) + 1, day, kind, quantity, symbol, account, _pairs(pairs)))
            case _:
                raise AssertionError(f"not understood: {line}")
    records = Records(
        accounts=accounts,
        securities=securities,
        prices=tuple(sorted(prices, key=lambda price: (price.symbol, price.date))),
        lots=None,
        transactions=tuple(rows),
        events=tuple(events),
        open_orders=tuple(orders),
    )
    book = open_book(records, as_of=as_of, reading=reading)
    return book if not benchmark else _with_benchmark(book, benchmark)


def _with_benchmark(book: Book, weights: dict[Symbol, Decimal]) -> Book:
    from dataclasses import replace

    return replace(book, benchmarks={"index": weights})


def _pairs(words: list[str]) -> dict[str, str]:
    assert len(words) % 2 == 0, f"words do not come in pairs: {words}"
    return dict(zip(words[::2], words[1::2], strict=True))


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _account(name: str, pairs: dict[str, str]) -> Account:
    return Account(
        account=AccountId(name),
        household=HouseholdId(pairs.get("household", "H")),
        owner=pairs.get("owner", "self"),
        kind=pairs.get("kind", "taxable"),
        currency="USD",
        cash=_amount(pairs.get("cash", "0")),
        fractional=pairs.get("fractional") == "yes",
        attributes={**pairs, "account": name, "kind": pairs.get("kind", "taxable")},
    )


def _security(symbol: str, pairs: dict[str, str]) -> Security:
    attributes = {"asset_class": "equity", "instrument": "common_stock", **pairs, "symbol": symbol}
    attributes = {name: text for name, text in attributes.items() if text != "unknown"}
    return Security(
        symbol=Symbol(symbol),
        asset_class=attributes.get("asset_class", ""),
        instrument=attributes.get("instrument", ""),
        issuer=attributes.get("issuer"),
        attributes=attributes,
        lot_size=_amount(pairs.get("lot_size", "1")),
    )


def _price(symbol: str, pairs: dict[str, str], as_of: date) -> list[Price]:
    if "price" not in pairs:
        return []
    day = as_of - timedelta(days=int(pairs.get("price_days_old", "0")))
    volume = _amount(pairs["volume"]) if "volume" in pairs else None
    return [Price(symbol=Symbol(symbol), date=day, price=_amount(pairs["price"]), volume=volume)]


def _price_row(symbol: str, day: str, price: str, pairs: dict[str, str]) -> Price:
    return Price(
        symbol=Symbol(symbol),
        date=date.fromisoformat(day),
        price=_amount(price),
        dividend=_amount(pairs["dividend"]) if "dividend" in pairs else None,
        split=_amount(pairs["split"]) if "split" in pairs else None,
    )


def _order(
    name: str, side: str, quantity: str, symbol: str, account: str, pairs: dict[str, str]
) -> OpenOrder:
    return OpenOrder(
        order=name,
        account=AccountId(account),
        side=side,
        symbol=Symbol(symbol),
        quantity=_amount(quantity),
        filled=_amount(pairs.get("filled", "0")),
    )


def _row(
    number: int, day: str, kind: str, quantity: str, symbol: str, account: str, pairs: dict[str, str]
) -> Transaction:
    return Transaction(
        id=TransactionId(f"L{number}"),
        date=date.fromisoformat(day),
        account=AccountId(account),
        type=TransactionType(kind),
        symbol=Symbol(symbol),
        quantity=_amount(quantity),
        price=_amount(pairs["at"]) if "at" in pairs else None,
        order=pairs.get("order"),
        from_symbol=Symbol(pairs["from"]) if "from" in pairs else None,
        basis_share=_amount(pairs["share"]) if "share" in pairs else None,
        row=number,
    )


def trade_of(line: str) -> Trade:
    number, side, quantity, symbol, word, account, *rest = shlex.split(line)
    assert word == "in"
    pairs = _pairs(rest)
    return Trade(
        number=int(number),
        account=AccountId(account),
        side=Side(side),
        symbol=Symbol(symbol),
        quantity=_amount(quantity),
        price=_amount(pairs["at"]) if "at" in pairs else None,
        lot=LotId(pairs["lot"]) if "lot" in pairs else None,
    )


# ------------------------------------------------------------------ what is expected


def unmet(answer: dict[str, Any], expects: tuple[list[str], ...]) -> list[str]:
    """Return what the answer does not fulfil, in words; empty where it says all that is expected."""
    return [problem for words in expects for problem in _unmet(answer, words)]


def _unmet(answer: dict[str, Any], words: list[str]) -> list[str]:
    match words:
        case ["decision", decision]:
            return _differs("decision", answer["decision"], decision)
        case ["trade", number, *pairs]:
            found = [row for row in answer["trades"] if str(row["trade"]) == number]
            return _compare(f"trade {number}", found, _pairs(pairs))
        case ["verdict", *rest]:
            name, pairs = _named(rest)
            return _compare(f"verdict {name}", _verdicts(answer, name), _pairs(pairs))
        case ["would", "pass", *rest]:
            return _change(answer, rest)
        case ["no", "verdict", *rest]:
            name, _ = _named(rest)
            return [f"there is a verdict {name}"] if _verdicts(answer, name) else []
        case _:
            raise AssertionError(f"not understood: {words}")


_KEYS: tuple[str, ...] = (
    "outcome",
    "breach",
    "responses",
    "before",
    "after",
    "limit",
    "headroom",
    "trades",
    "low",
    "high",
)
_KEYS += (
    "decision",
    "window",
    "event",
    "groups_passed",
    "measure",
    "unit",
    "account",
    "reason",
    "considered",
)


def _named(words: list[str]) -> tuple[str, list[str]]:
    """Split `CAP, issuer Acme Corp outcome breach …` into the name and the pairs."""
    first = next((index for index, word in enumerate(words) if word in _KEYS), len(words))
    return " ".join(words[:first]), words[first:]


def _verdicts(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rule, _, group = name.partition(", ")
    found = [verdict for verdict in answer["verdicts"] if verdict["rule"] == rule]
    if not group:
        return found
    attribute, _, value = group.partition(" ")
    wanted = {attribute: value if value != "unknown" else None}
    return [verdict for verdict in found if verdict["group"] == wanted]


def _compare(what: str, found: list[dict[str, Any]], pairs: dict[str, str]) -> list[str]:
    if not found:
        return [f"{what}: there is none"]
    problems = [_row_problems(what, row, pairs) for row in found]
    return min(problems, key=len)


def _row_problems(what: str, row: dict[str, Any], pairs: dict[str, str]) -> list[str]:
    return [
        problem for key, text in pairs.items() for problem in _differs(f"{what} {key}", row.get(key), text)
    ]


def _differs(what: str, got: Any, wanted: str) -> list[str]:
    told = _plain(got)
    if told == wanted or (wanted.startswith("~") and wanted[1:] in told):
        return []
    return [f"{what} is {told!r}, expected {wanted!r}"]


def _plain(value: Any) -> str:
    match value:
        case None:
            return "none"
        case list():
            return ", ".join(map(_plain, value)) or "none"
        case dict():
            return " ".join(map(_plain, value.values()))
        case _:
            return str(value)


def _change(answer: dict[str, Any], words: list[str]) -> list[str]:
    rule, change, *rest = words
    told = [c for verdict in _verdicts(answer, rule) for c in verdict["would_pass"]]
    if rest and re.fullmatch(r"\d+", rest[0]):
        told = [c for c in told if str(c["trade"]) == rest[0]]
        rest = rest[1:]
    wanted = " ".join(rest).removeprefix("to ")
    hits = [c for c in told if c["change"] == change and (not wanted or wanted in c["to"])]
    return [] if hits else [f"would pass {rule}: no {change} {wanted!r} among {told}"]
