"""Tiny books and policies for tests: a line for each fact, round numbers, one account `A` unless said.

book = tiny(holdings={"ACME": (450, 100)}, cash=5000, about={"ACME": {"issuer": "Acme Corp"}})
450 shares of ACME at 100 and 5,000 in cash: net assets 50,000
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from engine.facts.accounts import Account
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.evaluate import headroom, told
from rulebooks.forms import Term
from rulebooks.ground import GroundBook, GroundLimit
from rulebooks.grounding import ground, ground_state
from rulebooks.state import BookState

TODAY = date(2026, 3, 10)

HEADER = """policy "Test policy"
  id test.policy
  version 1.0.0
  source ips = "Statement" dated 2025-12-18 sha256 "9f2c"
  currency USD
  calendar "NYSE"
  weights of net_assets
  missing data block

define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income
"""

Number = int | str


def policy_of(rules: str, *, header: str = HEADER) -> CheckedPolicy:
    """Return a checked policy; every `rule` without a citation gets one."""
    text = header + "\n" + rules
    checked = check(
        parse(text, file="test.mandate"),
        catalogue=catalogue(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=TODAY,
    )
    errors = [d for d in checked.diagnostics if d.severity == "error"]
    assert checked.policy is not None, errors
    return checked.policy


def rule(body: str, *, name: str = "R-1") -> str:
    """Return a rule with a title and a citation around its body."""
    return f'rule {name} "Title"\n  {body}\n  because ips "§1"\n'


def account_of(name: str, *, cash: Number = 0, household: str = "H", **columns: object) -> Account:
    """Return an account; `kind` taxable, in USD, unless said."""
    attributes = {
        key: str(value) for key, value in columns.items() if key in ("region", "signed", "liability_duration")
    }
    fields = {key: value for key, value in columns.items() if key not in attributes}
    kind = str(fields.pop("kind", "taxable"))
    currency = str(fields.pop("currency", "USD"))
    return Account(
        account=AccountId(name),
        household=HouseholdId(household),
        owner="self",
        kind=kind,
        currency=currency,
        cash=Decimal(cash),
        attributes={"account": name, "household": household, "kind": kind, "currency": currency} | attributes,
        **fields,  # type: ignore[arg-type]
    )


def security_of(symbol: str, about: Mapping[str, str]) -> Security:
    """Return an equity that is its own issuer, unless `about` says otherwise; a blank is unknown."""
    cells = {
        "symbol": symbol,
        "asset_class": "equity",
        "instrument": "common_stock",
        "issuer": symbol,
    } | about
    known = {key: text for key, text in cells.items() if text}
    return Security(
        symbol=Symbol(symbol),
        asset_class=known.get("asset_class", ""),
        instrument=known.get("instrument", ""),
        issuer=known.get("issuer"),
        attributes=known,
        currency=known.get("currency"),
        multiplier=Decimal(known.get("multiplier", "1")),
        underlying=Symbol(known["underlying"]) if "underlying" in known else None,
    )


def lot_of(
    symbol: str,
    quantity: Number,
    basis: Number,
    *,
    account: str = "A",
    name: str = "",
    bought: date = date(2020, 1, 2),
    held_since: date | None = None,
) -> Lot:
    """Return a lot named after its symbol and account, unless it has a name."""
    return Lot(
        lot=LotId(name or f"{symbol}-{account}"),
        account=AccountId(account),
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        basis=Decimal(basis),
        acquired=bought,
        adjusted_acquired=held_since or bought,
        original_basis=Decimal(basis),
    )


def price_of(symbol: str, price: Number, *, on: date = TODAY) -> Price:
    """Return a price."""
    return Price(symbol=Symbol(symbol), date=on, price=Decimal(price))


def tiny(
    holdings: Mapping[str, tuple[Number, Number]] | None = None,
    *,
    cash: Number = 0,
    about: Mapping[str, Mapping[str, str]] | None = None,
    accounts: Iterable[Account] | None = None,
    lots: Iterable[Lot] | None = None,
    more: Mapping[str, Number] | None = None,
    **fields: object,
) -> Book:
    """Return a book of holdings {symbol: (quantity, price)} in account A, bought at that price in 2020.

    more: prices of further securities, not held; fields: any other field of the book.
    """
    held = dict(holdings or {})
    prices = {symbol: price for symbol, (_, price) in held.items()} | dict(more or {})
    cells = {symbol: dict((about or {}).get(symbol, {})) for symbol in [*prices, *(about or {})]}
    rows = list(accounts) if accounts is not None else [account_of("A", cash=cash)]
    own_lots = [
        lot_of(s, q, str(Decimal(q) * Decimal(p)))
        for s, (q, p) in held.items()
        if Decimal(q) and lots is None
    ]
    defaults: dict[str, object] = {
        "as_of": TODAY,
        "accounts": {row.account: row for row in rows},
        "securities": {Symbol(s): security_of(s, c) for s, c in cells.items()},
        "prices": {Symbol(s): price_of(s, p) for s, p in prices.items()},
        "lots": tuple(own_lots if lots is None else lots),
        "transactions": (),
        "disposals": (),
        "acquisitions": (),
    }
    return Book(**(defaults | fields))  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A grounded book and its state, with the questions that tests ask."""

    ground: GroundBook
    state: BookState

    def limit(
        self,
        group: str | None = "",
        *,
        name: str = "R-1",
        account: str | None = "A",
        target: str | None = None,
    ) -> GroundLimit:
        """Return the limit of a rule: of its group by value, or the only one."""
        found = [
            limit
            for limit in self.ground.limits
            if limit.rule.rule.id == name
            and limit.scope.account == account
            and limit.target == target
            and (group == "" or (limit.group is not None and limit.group[1] == group))
        ]
        assert len(found) == 1, [limit.group for limit in self.ground.limits]
        return found[0]

    def told(self, group: str | None = "", **kw: str | None) -> Fraction | None:
        """Return the figure before trading; shares as fractions of one."""
        return told(self.limit(group, **kw), self.state)  # type: ignore[arg-type]

    def headroom(self, group: str | None = "", **kw: str | None) -> Fraction | None:
        """Return the headroom before trading, in form units."""
        return headroom(self.limit(group, **kw), self.state)  # type: ignore[arg-type]

    def after(
        self, changes: Mapping[Term, Number], group: str | None = "", **kw: str | None
    ) -> Fraction | None:
        """Return the figure with some terms changed by so much."""
        shifts = {term: Fraction(amount) for term, amount in changes.items()}
        limit = self.limit(group, **kw)  # type: ignore[arg-type]
        return told(limit, lambda term: self.state(term) + shifts.get(term, Fraction(0)))


def lay(rules: str, book: Book, *, header: str = HEADER, accounts: tuple[str, ...] | None = None) -> Laid:
    """Return the rules of a policy laid out over a book."""
    rulebook = compile_rulebook((policy_of(rules, header=header),))
    only = None if accounts is None else tuple(AccountId(a) for a in accounts)
    grounded = ground(rulebook, book, accounts=only)
    return Laid(ground=grounded, state=ground_state(grounded))


def share(text: str) -> Fraction:
    """Return `4.9%` as a fraction of one."""
    return Fraction(text.removesuffix("%")) / 100
