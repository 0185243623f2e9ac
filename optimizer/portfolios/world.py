"""An invented world to try rules in: accounts of one household, securities at a price of 1, a day.

    worth 1,000,000, no lots, all of it cash; every security that the rules can tell apart is listed

A portfolio is a map from positions to money. What rules read before trading (the kind of account, the
day, its value) is fixed by the *situation*; situations differ where a rule's conditions can tell them
apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product

from dsl.policy import CheckedPolicy, CheckedRule, Comparison, Limit, Waiver
from engine.facts.accounts import Account
from engine.facts.book import Book, Coverage, RiskModel
from engine.facts.calendar import period_end
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.money import plain
from engine.facts.securities import Price, Security
from optimizer.portfolios.choices import account_tests, choices
from optimizer.portfolios.demands import is_of_trades
from optimizer.portfolios.kinds import Made
from optimizer.portfolios.worths import MOST_WORTHS, WORTH, usual_worths, worths
from rulebooks.predicates import Setting

MOST_SITUATIONS = 32
LONG_AGO = timedelta(days=3660)
"""How long ago what is held was bought: beyond any window and holding period."""

_PLENTY = Decimal(1_000_000)
_SHORT_TERM_RATE, _LONG_TERM_RATE = Decimal("0.4"), Decimal("0.2")
"""Tax rates of a made-up account: without any, a rule on the cost of tax would stop every list."""

_SHARES = ("shares_outstanding", "voting_shares_outstanding", "non_voting_shares_outstanding")

Position = tuple[AccountId, Symbol]
Holdings = Mapping[Position, Decimal]
"""Money in each position; what is missing of an account's worth is cash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is settled before trading: the day, the worth of each account, facts of the account."""

    day: date
    worth: Decimal
    facts: tuple[tuple[str, str], ...] = ()
    accounts: tuple[AccountId, ...]
    household: HouseholdId
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A situation with the securities that can be held in it.

    tight: trading is thin, companies are small and prices move, so that limits on liquidity, ownership
    and risk have something to say; else they never do. whole: the gate is shown every security, because
    rules compare with an index of them. index: the share of each security in the index; None: all alike.
    """

    situation: Situation
    made: Made
    tight: bool = False
    whole: bool = False
    index: Mapping[Symbol, Decimal] | None = None

    def book(
        self,
        holdings: Holdings | None = None,
        *,
        only: Iterable[Symbol] | None = None,
        bought: date | None = None,
        paid: Decimal = Decimal(1),
    ) -> Book:
        """Return the book of a portfolio.

        only: the securities to list, unless the world is shown whole; bought, paid: when the lots were
        bought (long ago), and for how much a share.
        """
        held = {} if holdings is None else {p: money for p, money in holdings.items() if money}
        wanted = None if only is None or self.whole else set(only)
        depth = self.situation.worth * (Decimal("0.05") if self.tight else _PLENTY)
        shares = {name: plain(self.situation.worth * (1 if self.tight else _PLENTY)) for name in _SHARES}
        listed = {
            Symbol(symbol): {**shares, **cells}
            for symbol, cells in self.made.securities.items()
            if wanted is None or symbol in wanted
        }
        now = self.situation
        return Book(
            as_of=now.day,
            accounts={name: _account(now, name, _cash(now, name, held)) for name in now.accounts},
            securities={symbol: _security(symbol, cells) for symbol, cells in listed.items()},
            prices={symbol: Price(symbol=symbol, date=now.day, price=Decimal(1)) for symbol in listed},
            lots=tuple(
                _lot(position, money, bought or now.day - LONG_AGO, paid)
                for position, money in sorted(held.items())
            ),
            transactions=(),
            disposals=(),
            acquisitions=(),
            coverage=Coverage(accounts=now.accounts, since=None, until=now.day),
            benchmarks=_benchmark(self.made) if self.index is None else {"index": dict(self.index)},
            volumes=dict.fromkeys(listed, depth),
            risk=_risk(self.made, moving=self.tight) if self.whole else None,
        )


def _risk(made: Made, *, moving: bool) -> RiskModel:
    """Return a model of one factor, in which nothing moves unless `moving`."""
    size, own = (Decimal("0.03"), Decimal("0.3")) if moving else (Decimal(0), Decimal(0))
    symbols = [Symbol(symbol) for symbol in made.securities]
    return RiskModel(
        factors=("market",),
        exposures={symbol: {"market": Decimal(1)} for symbol in symbols},
        covariance={("market", "market"): size},
        specific=dict.fromkeys(symbols, own),
    )


def _benchmark(made: Made) -> dict[str, dict[Symbol, Decimal]]:
    """Return an index that holds every security alike."""
    if not made.securities:
        return {}
    share = (Decimal(1) / len(made.securities)).quantize(Decimal("0.000001"))
    return {"index": {Symbol(symbol): share for symbol in made.securities}}


def _cash(now: Situation, account: AccountId, held: Holdings) -> Decimal:
    return now.worth - sum((money for (owner, _), money in held.items() if owner == account), Decimal(0))


def _account(now: Situation, name: AccountId, cash: Decimal) -> Account:
    rows = {path.removeprefix("account."): text for path, text in now.facts}
    kind = rows.get("kind", "taxable")
    row = Account(
        account=name,
        household=now.household,
        owner=rows.get("owner", "self"),
        kind=kind,
        currency=now.currency,
        cash=cash,
        short_term_rate=_SHORT_TERM_RATE,
        long_term_rate=_LONG_TERM_RATE,
        fractional=True,
        benchmark="index",
        attributes={**rows, "account": name, "kind": kind, "household": now.household},
    )
    return replace(row, tax_status=rows.get("tax_status", row.tax_status))


def _security(symbol: Symbol, cells: Mapping[str, str]) -> Security:
    return Security(
        symbol=symbol,
        asset_class=cells.get("asset_class", ""),
        instrument=cells.get("instrument", ""),
        issuer=cells.get("issuer"),
        attributes=cells,
    )


def _lot(position: Position, money: Decimal, bought: date, paid: Decimal) -> Lot:
    account, symbol = position
    return Lot(
        lot=LotId(f"{account} {symbol}"),
        account=account,
        symbol=symbol,
        quantity=money,
        basis=money * paid,
        acquired=bought,
        adjusted_acquired=bought,
        original_basis=money * paid,
    )


# ------------------------------------------------------------------ situations


def situations(
    policies: tuple[CheckedPolicy, ...],
    rules: tuple[CheckedRule, ...],
    *,
    today: date,
    every: tuple[CheckedRule, ...] | None = None,
    most_worths: int = MOST_WORTHS,
    most: int = MOST_SITUATIONS,
) -> tuple[Situation, ...]:
    """Return the situations that the rules can tell apart: days, facts of the account, worths, waivers.

    every: all rules in force, where `rules` are only those whose amounts, days and waivers are of
    interest. most: of so many situations the others are left out.
    """
    whole = rules if every is None else every
    base = _first(policies, rules)
    sizes = (worths(rules, whole) or usual_worths(whole))[:most_worths]
    found = (
        replace(place, day=day, worth=worth, facts=facts)
        for place in (base, *_waived(policies, rules, base))
        for worth in sizes
        for day in _days(policies, rules, today)
        for facts in _facts(whole, day, policies)
    )
    return tuple(islice(found, most))


def _waived(
    policies: tuple[CheckedPolicy, ...], rules: tuple[CheckedRule, ...], base: Situation
) -> tuple[Situation, ...]:
    """Return a situation for each account and household that the rules are waived for."""
    found = (
        replace(base, household=HouseholdId(waiver.id))
        if waiver.noun == "household"
        else replace(base, accounts=(AccountId(waiver.id), *base.accounts[1:]))
        for waiver in _waivers(policies, rules)
    )
    return tuple(place for place in dict.fromkeys(found) if place != base)


def _waivers(policies: tuple[CheckedPolicy, ...], rules: tuple[CheckedRule, ...]) -> tuple[Waiver, ...]:
    named = {rule.id for rule in rules}
    return tuple(waiver for policy in policies for waiver in policy.waivers if waiver.rule in named)


def _first(policies: tuple[CheckedPolicy, ...], rules: tuple[CheckedRule, ...]) -> Situation:
    """Return one account, by the name that the policies use; two where a rule is across a household.

    A name of our own is one that nothing is waived for. A limit on trades alone, such as a budget of
    gains, says nothing more of two accounts than of one, and no ban or window does.
    """
    applies = next((p.applies_to for p in policies if p.applies_to is not None), None)
    named = applies.id if applies is not None else None
    house = applies is not None and applies.noun == "household"
    waived = {waiver.id for policy in policies for waiver in policy.waivers}
    first = AccountId(_free("A", waived) if named is None or house else named)
    across = any(
        rule.scope == "household" and isinstance(rule.obligation, Limit) and not is_of_trades(rule)
        for rule in rules
    )
    return Situation(
        day=date(2026, 1, 2),
        worth=WORTH,
        accounts=(first, AccountId(f"{first}-2")) if across else (first,),
        household=HouseholdId(named if named is not None and house else _free("H", waived)),
        currency=policies[0].currency if policies else "USD",
    )


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken: A, A+, A++."""
    return name if name not in taken else _free(f"{name}+", taken)


def _days(
    policies: tuple[CheckedPolicy, ...], rules: tuple[CheckedRule, ...], today: date
) -> tuple[date, ...]:
    """Return days between which no rule comes into force or goes out of it, test days among them."""
    starts = [p.effective_from for p in policies] + [r.effective_from for r in rules]
    ends = [p.effective_until for p in policies] + [r.effective_until for r in rules]
    ends += [waiver.until for waiver in _waivers(policies, rules)]
    first = max((p.effective_from for p in policies if p.effective_from is not None), default=today)
    lasts = [p.effective_until for p in policies if p.effective_until is not None]
    usual = max(today, first)
    marks = {day for day in starts if day is not None}
    marks |= {day + timedelta(days=1) for day in ends if day is not None}
    if usual not in marks:
        marks -= _same_rules(usual, marks)
    marks.add(usual)
    inside = sorted(
        (day for day in marks if day >= first and all(day <= last for last in lasts)),
        key=lambda day: (day != usual, day),
    ) or [first]
    periods = {rule.period or "quarter" for rule in rules if rule.tested == "at_period_end"}
    tested = [period_end(day, name, policies[0].calendar) for day in inside for name in sorted(periods)]
    return tuple(dict.fromkeys((*tested, *inside) if periods else inside))


def _same_rules(usual: date, marks: set[date]) -> set[date]:
    """Return the day since which the same rules are in force as on the usual day, if that is another."""
    return {max((day for day in marks if day < usual), default=usual)} - {usual}


def _facts(
    rules: tuple[CheckedRule, ...], day: date, policies: tuple[CheckedPolicy, ...]
) -> Iterator[tuple[tuple[str, str], ...]]:
    setting = Setting(today=day, calendar=policies[0].calendar if policies else None)
    tests: dict[str, list[Comparison]] = {}
    for rule in rules:
        for test in account_tests(rule):
            if test.path.startswith("account.") or not _computed(test.path):
                tests.setdefault(test.path, []).append(test)
    axes = {path: choices(path, found, setting) for path, found in sorted(tests.items())}
    for values in product(*axes.values()):
        pairs = zip(axes, values, strict=True)
        yield tuple((path, value) for path, value in pairs if value is not None)


def _computed(path: str) -> bool:
    return path in (
        "account", "household", "portfolio_value", "net_assets", "total_assets", "cash", "today", "price_age",
    )  # fmt: skip


def worth_of(now: Situation) -> Fraction:
    """Return the worth of one account."""
    return Fraction(now.worth)
