"""Case files of the ledger: a story, what happened, and what must come of it.

    Selling at a loss and buying back within 30 days.       the first lines say what the case shows
    source: Pub. 550, wash sales, example 1

    accounts                     optional; A, self, taxable unless said
      A self taxable
      I self ira
    securities                   optional; symbol and `column value` pairs
      XC call underlying X strike 10 expiry 2024-12-20 multiplier 100
    forms                        optional: Forms 1099-B; account, `sale of lot`, boxes
      A 2 of L1: proceeds 750, basis 1000, box_1g 0, term short, basis_reported yes
    happened
      2014-05-01 A buy 100 X for 1000 as L1       date account type quantity symbol, then pairs: for,
      2014-07-01 A sell 100 X for 750             at, fees, as, lots, order, time, from, basis, since,
                                                  share, ex, note (words joined by _);
                                                  an account of - is blank
    until 2014-12-31             optional; else all is known
    expect                       or: expect with same_order_replacement yes, relief lifo
      sale 2 of L1: quantity 100, gain -250, disallowed 250, since 2014-05-01, term short, by L3 100
      open L3: quantity 100, basis 1050, since 2014-05-05
      year 2014: short 0, long 0
      totals: disallowed 250, permanently_disallowed 0, deferred 250, recognized 0
      tax 2014: net_short 0, carryover_short 0, qualified_dividends 0
      form 2014 2 of L1: part I, box A, code W, adjustment 250, gain 0, needs_form_8949 yes
      box 2014 2 of L1: box_1g 0, disallowed 250, needs_statement no
      line 2014 1b: proceeds 750, basis 1000, adjustment 250, gain 0
      investment 2014: net_investment_income 0, tax 0
      niit: magi 230000, income 45000, filed single, tax 1140
      refused: words of the message

Transactions without `as` are named by their number. Where any `sale` is expected, all are; likewise `open`.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.facts.accounts import Account
from engine.facts.book import Records
from engine.facts.failure import GuardbandError
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, Symbol
from engine.facts.money import plain
from engine.facts.readings import TaxReading
from engine.facts.securities import Security
from engine.facts.transactions import Transaction
from engine.ledger.answer import coverage_of, lots_answer
from engine.ledger.broker import with_broker_view
from engine.ledger.explain import with_explanations
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay, replay_as_brokers
from engine.ledger.tax.answer import tax_answer
from engine.ledger.tax.netting import net_investment_income_tax
from engine.ledger.tax.year import tax_year
from tests.ledger.case_lines import account_of, form_of, pairs_of, reading_of, security_of, transaction_of

ABOUT_TAXES = ("tax", "form", "box", "niit", "line", "investment")
FOREVER = date(2099, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One `expect` of a case: under which readings, and the lines that must hold."""

    title: str
    reading: TaxReading
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case file."""

    name: str
    accounts: dict[AccountId, Account]
    securities: dict[Symbol, Security]
    transactions: tuple[Transaction, ...]
    until: date
    expectations: tuple[Expectation, ...]
    forms: tuple[BrokerForm, ...] | None = None


def load(path: Path) -> Case:
    """Read a case file."""
    sections = _sections(path.read_text(encoding="utf-8"))
    accounts = [account_of(line) for line in sections.get("accounts", ["A self taxable"])]
    return Case(
        name=path.stem,
        accounts={account.account: account for account in accounts},
        securities=dict(security_of(line) for line in sections.get("securities", [])),
        transactions=tuple(transaction_of(n, line) for n, line in enumerate(sections["happened"], start=1)),
        until=date.fromisoformat(sections["until"][0]) if "until" in sections else FOREVER,
        expectations=tuple(
            Expectation(title=head, reading=reading_of(head, sections.get("groups", [])), lines=tuple(lines))
            for head, lines in sections.items()
            if head.startswith("expect")
        ),
        forms=tuple(map(form_of, sections["forms"])) if "forms" in sections else None,
    )


def replayed(case: Case, reading: TaxReading) -> Ledger:
    """Replay a case with the brokers' figures."""
    told = replay(
        case.transactions,
        accounts=case.accounts,
        securities=case.securities,
        reading=reading,
        until=case.until,
    )
    seen = replay_as_brokers(
        case.transactions, accounts=case.accounts, securities=case.securities, ledger=told
    )
    rows = with_broker_view(told.disposals, seen)
    return replace(told, disposals=with_explanations(rows, told.acquisitions, told.state.setting))


def answer(case: Case, reading: TaxReading) -> dict[str, Any]:
    """Return the answer of `guardband lots` for a case."""
    told = replayed(case, reading)
    coverage = coverage_of(case.transactions, case.accounts, until=case.until)
    return lots_answer(
        told.disposals, told.open_lots, accounts=case.accounts, coverage=coverage, shorts=told.open_shorts
    )


def tax_told(case: Case, reading: TaxReading, year: int) -> dict[str, Any]:
    """Return the answer of `guardband tax` for a case, as known on its last day."""
    records = Records(
        accounts=case.accounts,
        securities=case.securities,
        prices=(),
        lots=None,
        transactions=case.transactions,
        broker_forms=case.forms,
    )
    return tax_answer(tax_year(records, year=year, as_of=case.until, reading=reading))


def failures(case: Case, expectation: Expectation) -> list[str]:
    """Return what an expectation says and the ledger does not."""
    refused = [line for line in expectation.lines if line.startswith("refused:")]
    lots = tuple(
        line
        for line in expectation.lines
        if line not in refused and line.partition(":")[0].split()[0] not in ABOUT_TAXES
    )
    taxes = [line for line in expectation.lines if line not in (*lots, *refused)]
    try:
        problems = [
            *_compare(lots, answer(case, expectation.reading)),
            *(problem for line in taxes for problem in _compare_tax(case, expectation.reading, line)),
        ]
    except GuardbandError as error:
        words = [line.partition(":")[2].strip() for line in refused]
        return [] if words and all(word in str(error) for word in words) else [f"refused: {error}"]
    return [f"expected `{refused[0]}`, but it was computed"] if refused else problems


def _compare_tax(case: Case, reading: TaxReading, line: str) -> list[str]:
    head, _, rest = line.partition(":")
    if head == "niit":
        return _compare_niit(line, pairs_of(rest))
    kind, year, *name = head.split()
    told = tax_told(case, reading, int(year))
    if kind == "tax":
        return _differences(line, pairs_of(rest), told)
    if kind == "investment":
        return _differences(line, pairs_of(rest), told["net_investment_income_tax"] or {})
    if kind == "line":
        found = [one for one in told["schedule_d"] if one["line"] == name[0]]
        return _differences(line, pairs_of(rest), found[0]) if found else [f"missing: {line}"]
    sale, _, lot = name
    listed = told["rows" if kind == "form" else "broker_differences"]
    rows = [row for row in listed if (row["sale"], row["lot"]) == (sale, lot)]
    results = [_differences(line, pairs_of(rest), row) for row in rows]
    return min(results, key=len) if results else [f"missing: {line}"]


def _compare_niit(line: str, wanted: dict[str, str]) -> list[str]:
    tax = net_investment_income_tax(
        magi=Decimal(wanted["magi"]),
        net_investment_income=Decimal(wanted["income"]),
        filing_status=wanted["filed"],
    )
    return _differences(line, {"tax": wanted["tax"]}, {"tax": plain(tax)})


def _compare(lines: tuple[str, ...], got: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    left = {"sale": list(got["disposals"]), "open": list(got["open_lots"])}
    for line in lines:
        head, _, rest = line.partition(":")
        kind, _, name = head.partition(" ")
        wanted = pairs_of(rest)
        match kind:
            case "sale" | "open":
                problems += _take_row(line, kind, name, wanted, left)
            case "year":
                problems += _differences(line, wanted, got["by_year"].get(name, {}))
            case "totals":
                problems += _differences(line, wanted, got["totals"])
            case _:
                problems.append(f"`{line}` is not understood")
    said = {line.split()[0] for line in lines}
    for kind, rows in left.items():
        if kind in said:
            problems += [f"not expected: {row}" for row in rows]
    return problems


def _take_row(
    line: str, kind: str, name: str, wanted: dict[str, str], left: dict[str, list[dict[str, Any]]]
) -> list[str]:
    sale, _, lot = name.partition(" of ")
    candidates = [row for row in left[kind] if _is_named(row, kind, sale, lot)]
    if not candidates:
        return [f"missing: {line}; there are {[_short(row) for row in left[kind]]}"]
    results = [(row, _differences(line, wanted, _flat(row))) for row in candidates]
    row, problems = min(results, key=lambda pair: len(pair[1]))
    left[kind].remove(row)
    return problems


def _is_named(row: dict[str, Any], kind: str, sale: str, lot: str) -> bool:
    return row["lot"] == sale if kind == "open" else (row["sale"], row["lot"]) == (sale, lot)


def _short(row: dict[str, Any]) -> str:
    return f"{row.get('sale', '')} {row['lot']} {row['quantity']}"


def _flat(row: dict[str, Any]) -> dict[str, str]:
    flat = {key: str(value) for key, value in row.items() if not isinstance(value, list)}
    flat["term"] = flat.get("term", "").replace("None", "none")
    flat["since"] = flat["adjusted_acquired"]
    flat["permanent"] = flat.get("permanently_disallowed", "")
    flat["broker"] = flat.get("broker_disallowed", "")
    flat["by"] = " + ".join(f"{r['lot']} {r['quantity']}" for r in row.get("replacements", []))
    flat["absorbed"] = " + ".join(r["absorbed"] for r in row.get("replacements", []))
    flat["because"] = " / ".join(row.get("because", []))
    return flat


def _differences(line: str, wanted: dict[str, str], got: dict[str, Any]) -> list[str]:
    got = {key: {True: "yes", False: "no"}[v] if isinstance(v, bool) else v for key, v in got.items()}
    return [
        f"{line.partition(':')[0]}: {key} is {got.get(key)}, expected {value}"
        for key, value in wanted.items()
        if (value not in got.get(key, "") if key == "because" else got.get(key) != value)
    ]


def _sections(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in text.splitlines():
        line = raw.partition("#")[0].rstrip()
        if not line:
            continue
        if line.startswith(" "):
            assert current is not None, f"`{line}` stands before any heading"
            current.append(line.strip())
        elif line.startswith("until "):
            sections["until"] = [line.split()[1]]
        elif line.split()[0] in ("accounts", "securities", "groups", "forms", "happened", "expect"):
            assert line not in sections, f"`{line}` stands twice"
            current = sections[line] = []
    return sections
