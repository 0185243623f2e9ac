"""Findings: facts about a book on one day that a person should look at.

    Finding(kind="breach", key=("breach", "adams.ips", "CAP-1", "TAX-1", "issuer=Coca-Cola"), …)

`key` names the fact and holds no figure, so that the same breach tomorrow, at another weight, is the same
fact. A finder is a function from a `View`, one part of the book judged on one day, to findings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId, Symbol
from engine.facts.lots import Lot
from engine.gate.drift import AccountDrift
from engine.gate.measure import OpenBook
from engine.gate.verdict import GateAnswer, Verdict


class Severity(StrEnum):
    """How much a finding matters: worst last."""

    INFO = "info"  # an occasion, such as a loss that can be harvested
    WARNING = "warning"  # something to be done
    URGENT = "urgent"  # something that should not have happened, or that stops trading

    @property
    def rank(self) -> int:
        """0 for info to 2 for urgent."""
        return list(Severity).index(self)


ACCOUNTS = "accounts"
"""The detail that counts the accounts which a finding about a security concerns."""


PRICE = "price"
"""The detail that says a security has no fresh price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact; `message` holds the figures of its day.

    due: the day by which it is to be cured, or on which it happens. breach: of breaches.
    """

    kind: str
    key: tuple[str, ...]
    severity: Severity
    message: str
    account: AccountId | None = None
    household: HouseholdId | None = None
    policy: str | None = None
    rule: str | None = None
    symbol: Symbol | None = None
    lot: str | None = None
    due: date | None = None
    breach: str | None = None  # active or passive
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def text_key(self) -> str:
        """The key as one line; parts are told apart by a bar, which is escaped in them."""
        return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in self.key)


@dataclass(frozen=True, kw_only=True)
class View:
    """One part of a book, whole households, judged on a day without any trade.

    ahead_days: how far ahead lots, waivers and windows are told. active: breaches (by `verdict_key`) that
    trades since the day judged before brought about or made worse.
    """

    opened: OpenBook
    answer: GateAnswer
    drifts: tuple[AccountDrift, ...]
    active: frozenset[tuple[str, ...]] = frozenset()
    ahead_days: int = 14

    @property
    def book(self) -> Book:
        """The book."""
        return self.opened.book

    @property
    def today(self) -> date:
        """The day that is judged."""
        return self.book.as_of

    @property
    def horizon(self) -> date:
        """The last day that is looked ahead to."""
        return self.today + timedelta(days=self.ahead_days)

    @property
    def policies(self) -> tuple[CheckedPolicy, ...]:
        """The policies in force."""
        return self.opened.ground.rulebook.policies

    @cached_property
    def governed(self) -> frozenset[AccountId]:
        """The accounts that some policy governs."""
        return frozenset(self.opened.ground.accounts)

    @cached_property
    def blind(self) -> frozenset[AccountId]:
        """The governed accounts that hold something without a fresh price: their weights are unknown."""
        opened = self.opened
        return frozenset(
            account
            for account in opened.ground.accounts
            if any(
                opened.state.missing(account, symbol, age_days=opened.price_age_of("", account)) is not None
                for symbol in opened.state.held(account)
            )
        )

    @cached_property
    def taxable_lots(self) -> tuple[Lot, ...]:
        """The open lots of governed accounts in which gains and losses count."""
        accounts = self.book.accounts
        return tuple(
            lot
            for lot in self.book.lots
            if lot.account in self.governed and not accounts[lot.account].is_retirement
        )


def verdict_key(verdict: Verdict) -> tuple[str, ...]:
    """Return what names a verdict from day to day: policy, rule, whom it judges, group."""
    group = ",".join(f"{name}={value if value is not None else '?'}" for name, value in verdict.group)
    whom = verdict.account or verdict.household or ""
    return (verdict.policy or "", verdict.rule, whom, group)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of their keys, those of one key as one, their accounts counted."""
    by_key: dict[str, Finding] = {}
    for one in findings:
        known = by_key.get(one.text_key)
        by_key[one.text_key] = one if known is None else _together(known, one)
    return tuple(by_key[key] for key in sorted(by_key))


MANY = 20
"""Securities without a fresh price that are told one by one; more than these are told as one fact."""


def rolled_up(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings with many stale prices told as one: a feed that failed is one thing to look at."""
    stale = [one for one in findings if one.detail.get(PRICE) == "stale"]
    if len(stale) <= MANY:
        return findings
    names = ", ".join(str(one.symbol) for one in stale[:3])
    one = Finding(
        kind="data",
        key=("data", "prices"),
        severity=Severity.URGENT,
        message=f"{len(stale):,} securities have no fresh price: {names} and {len(stale) - 3:,} more",
        detail={"securities": str(len(stale))},
    )
    rest = tuple(other for other in findings if other.detail.get(PRICE) != "stale")
    return tuple(sorted((*rest, one), key=lambda other: other.text_key))


def _together(one: Finding, other: Finding) -> Finding:
    if ACCOUNTS not in one.detail:
        return one
    count = int(one.detail[ACCOUNTS]) + int(other.detail.get(ACCOUNTS, "0"))
    worse = max(one.severity, other.severity, key=lambda severity: severity.rank)
    return replace(one, severity=worse, detail={**one.detail, ACCOUNTS: str(count)})
