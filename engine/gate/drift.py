"""Drift: how far each class stands from its target, and whether a rebalance is due.

    us_equity 42% band 5 points, weight 48.2%: drift 6.2%, outside the band 37% to 47%

Targets are the policy's; an account whose policy has none is held against its model, else against its
benchmark, security by security and without bands. A trigger is read before any trade: a class outside
its band, a business day of the calendar, or a condition; `at most once every` is read from history.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from dsl.policy import CheckedPolicy, Rebalance, Targets, Trigger
from engine.facts.book import Book
from engine.facts.calendar import add_business_days, add_months, period_end, period_start
from engine.facts.ids import AccountId
from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.gate.limits import OpenLimit
from engine.gate.measure import OpenBook
from engine.gate.states import NOTHING
from rulebooks.forms import Term, TermKind
from rulebooks.predicates import Setting, holds
from rulebooks.rows import AccountRow, Facts
from rulebooks.state import BookState

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDrift:
    """One class: fractions of one; target None for a range alone, low and high None without a band."""

    name: str
    weight: Fraction
    target: Fraction | None
    low: Fraction | None
    high: Fraction | None

    @property
    def drift(self) -> Fraction | None:
        """Weight less target."""
        return None if self.target is None else self.weight - self.target

    @property
    def outside(self) -> bool:
        """Whether the weight has left its band."""
        below = self.low is not None and self.weight < self.low
        return below or (self.high is not None and self.weight > self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDrift:
    """One account against its targets; why: what makes a rebalance due, or keeps it from being so."""

    account: AccountId
    target: str | None  # name of the targets, the model or the benchmark
    classes: tuple[ClassDrift, ...]
    rebalance: bool
    why: tuple[str, ...] = ()
    policy: str | None = None
    triggered: tuple[str, ...] = ()  # names of the rebalance statements of which a trigger holds


def drift(opened: OpenBook) -> tuple[AccountDrift, ...]:
    """Return every governed account against its targets, in id order."""
    return tuple(row for account in opened.ground.accounts for row in _of_account(opened, account))


def _of_account(opened: OpenBook, account: AccountId) -> Iterator[AccountDrift]:
    found = False
    for policy in opened.ground.rulebook.policies:
        for targets in policy.targets:
            bands = _bands(opened, policy, targets, account)
            if bands:
                found = True
                yield _of_targets(opened, policy, targets, account, bands)
    if not found:
        yield _of_reference(opened, account)


def _bands(opened: OpenBook, policy: CheckedPolicy, targets: Targets, account: AccountId) -> list[OpenLimit]:
    return [
        limit
        for limit in opened.limits.all
        if limit.ground.target is not None
        and limit.ground.rule.rule.id == targets.name
        and limit.ground.rule.governed_by == policy.id
        and account in limit.ground.scope.holds
    ]


def _of_targets(
    opened: OpenBook,
    policy: CheckedPolicy,
    targets: Targets,
    account: AccountId,
    bands: list[OpenLimit],
) -> AccountDrift:
    wanted = {one.name: one.target for one in targets.classes}
    classes = tuple(_class(opened, limit, wanted.get(limit.ground.target or "")) for limit in bands)
    due, why, triggered = _due(opened, policy, targets, account, classes)
    return AccountDrift(
        account=account,
        target=targets.name,
        classes=classes,
        rebalance=due,
        why=why,
        policy=policy.id,
        triggered=triggered,
    )


def _class(opened: OpenBook, limit: OpenLimit, target: Decimal | None) -> ClassDrift:
    graph = opened.graph
    base = Fraction(1) if limit.base is None else graph.before(limit.base)

    def share(node: int | None) -> Fraction | None:
        return None if node is None or base <= 0 else graph.value(node, NOTHING) / base

    return ClassDrift(
        name=limit.ground.target or "",
        weight=share(limit.measure) or _ZERO,
        target=None if target is None else Fraction(target),
        low=share(limit.bound.low),
        high=share(limit.bound.high),
    )


def _of_reference(opened: OpenBook, account: AccountId) -> AccountDrift:
    """Return an account without targets against its model, else its benchmark, by security."""
    book = opened.book
    row = book.accounts[account]
    wanted: dict[str, Decimal] = {}
    name = row.model if row.model in book.models else row.benchmark
    if name is None and row.model is None and len(book.benchmarks) == 1:
        name = next(iter(book.benchmarks))
    if row.model is not None and row.model in book.models:
        wanted.update(book.models[row.model])
    elif name is not None:
        wanted.update({str(key): weight for key, weight in book.benchmarks.get(name, {}).items()})
    weights = _weights(opened.state, book, account, wanted)
    classes = tuple(
        ClassDrift(
            name=key,
            weight=weights.get(key, _ZERO),
            target=Fraction(wanted[key]) if key in wanted else _ZERO,
            low=None,
            high=None,
        )
        for key in sorted({*wanted, *weights})
    )
    return AccountDrift(
        account=account, target=name if wanted else None, classes=classes if wanted else (), rebalance=False
    )


def _weights(
    state: BookState, book: Book, account: AccountId, wanted: Mapping[str, Decimal]
) -> dict[str, Fraction]:
    """Return weights by what the target names: symbols, or asset classes where it has no such symbol."""
    net = state(Term(TermKind.NET_ASSETS, account))
    if net <= 0:
        return {}
    weights: dict[str, Fraction] = {}
    for symbol in state.held(account):
        security = book.securities[symbol]
        key = symbol if symbol in wanted or security.asset_class not in wanted else security.asset_class
        value = state(Term(TermKind.VALUE, account, symbol))
        weights[key] = weights.get(key, _ZERO) + value / net
    cash = state(Term(TermKind.CASH, account))
    if cash:
        key = book.accounts[account].currency
        key = key if key in wanted or "cash" not in wanted else "cash"
        weights[key] = weights.get(key, _ZERO) + cash / net
    return weights


# ------------------------------------------------------------------ is a rebalance due?


def _due(
    opened: OpenBook,
    policy: CheckedPolicy,
    targets: Targets,
    account: AccountId,
    classes: tuple[ClassDrift, ...],
) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
    due, why, triggered = False, [], []
    for statement in policy.rebalances:
        if statement.targets != targets.name:
            continue
        reasons = [
            reason
            for trigger in statement.triggers
            if (reason := _trigger(opened, policy, trigger, account, classes)) is not None
        ]
        why += reasons
        if reasons:
            triggered.append(statement.targets)
            too_soon = held_back(opened.book, policy, statement, account)
            why += [too_soon] if too_soon else []
            due = due or too_soon is None
    return due, tuple(why), tuple(triggered)


def _trigger(
    opened: OpenBook,
    policy: CheckedPolicy,
    trigger: Trigger,
    account: AccountId,
    classes: tuple[ClassDrift, ...],
) -> str | None:
    """Return why a trigger holds today, or None."""
    today = opened.book.as_of
    if trigger.band:
        outside = [one.name for one in classes if one.outside]
        return f"outside its band: {', '.join(outside)}" if outside else None
    if trigger.each is not None:
        which = trigger.day or "last"  # `each quarter` alone is read as at its end
        day = (period_start if which == "first" else period_end)(today, trigger.each, policy.calendar)
        return f"{which} business day of the {trigger.each}" if day == today else None
    if trigger.when is not None:
        facts = Facts(opened.state)
        setting = Setting(today=today, calendar=policy.calendar)
        return "its condition holds" if holds(trigger.when, AccountRow(facts, (account,)), setting) else None
    return None


def held_back(book: Book, policy: CheckedPolicy, statement: Rebalance, account: AccountId) -> str | None:
    """Return why it is too soon after the last trades of the account, or None."""
    every = statement.at_most_every
    if every is None:
        return None
    today = book.as_of
    match every.unit:
        case "days":
            earliest = today - timedelta(days=every.count)
        case "business_days":
            earliest = add_business_days(today, -every.count, policy.calendar)
        case "months":
            earliest = add_months(today, -every.count)
        case "years":
            earliest = add_months(today, -12 * every.count)
        case _:
            assert_never(every.unit)
    last = last_traded(book, account)
    if last is None or last <= earliest:
        return None
    return f"last traded on {last.isoformat()}: at most once every {every.count} {every.unit}"


def last_traded(book: Book, account: AccountId) -> date | None:
    """Return the last day on which the account bought and sold, as far as the history tells."""
    sold = {row.sold for row in book.disposals or () if row.account == account}
    bought = {row.date for row in book.acquisitions if row.account == account and row.kind == "buy"}
    return max(sold & bought, default=None)


# ------------------------------------------------------------------ telling


def drift_answer(book: Book, accounts: tuple[AccountDrift, ...]) -> dict[str, Any]:
    """Return the drift as plain data: `guardband/drift/1`."""
    return {
        "schema": "guardband/drift/1",
        "as_of": book.as_of.isoformat(),
        "accounts": [_account_data(account) for account in accounts],
    }


def _account_data(account: AccountDrift) -> dict[str, Any]:
    return {
        "account": account.account,
        "target": account.target,
        "classes": [_class_data(one) for one in account.classes],
        "rebalance": account.rebalance,
        "why": list(account.why),
    }


def _class_data(one: ClassDrift) -> dict[str, Any]:
    return {
        "class": one.name,
        "weight": _percent(one.weight),
        "target": _percent(one.target),
        "low": _percent(one.low),
        "high": _percent(one.high),
        "drift": _percent(one.drift),
        "outside": one.outside,
    }


def _percent(share: Fraction | None) -> str | None:
    return None if share is None else figure_text(share * 100)


def drift_text(accounts: tuple[AccountDrift, ...], *, most: int = 12) -> str:
    """Return the drift for people: classes outside their band first, `most` rows for each account."""
    return "\n\n".join(_account_text(account, most) for account in accounts)


def _account_text(account: AccountDrift, most: int) -> str:
    if account.target is None:
        return f"{account.account}  no targets: neither its policy, a model nor a benchmark"
    head = f"{account.account}  against {account.target}"
    ranked = sorted(account.classes, key=lambda one: (not one.outside, -abs(one.drift or _ZERO), one.name))
    width = max([len(one.name) for one in ranked[:most]] + [5])
    rows = [f"  {'class':<{width}}  {'weight':>8}  {'target':>8}  {'band':>17}  {'drift':>8}"]
    rows += [_class_text(one, width) for one in ranked[:most]]
    if len(ranked) > most:
        rows.append(f"  and {len(ranked) - most} more")
    due = "due" if account.rebalance else "not due"
    why = f": {'; '.join(account.why)}" if account.why else ""
    return "\n".join([head, *rows, f"  rebalance {due}{why}"])


def _class_text(one: ClassDrift, width: int) -> str:
    def cell(share: Fraction | None) -> str:
        return "" if share is None else people(share * 100, "percent")

    band = f"{cell(one.low)} to {cell(one.high)}" if one.low is not None and one.high is not None else ""
    drift_cell = cell(one.drift) if one.drift is not None else ""
    mark = "  outside" if one.outside else ""
    cells = f"{cell(one.weight):>8}  {cell(one.target):>8}  {band:>17}  {drift_cell:>8}{mark}"
    return f"  {one.name:<{width}}  {cells}"
