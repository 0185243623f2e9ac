"""One day of a book judged without any trade: every rule, band, lot and price, part by part.

A part holds whole households, so that nothing a rule or a wash sale reads is outside it; memory then
depends on the part and not on the firm. What cannot be judged is judged household by household, and what is
left is a finding of its own: silence never means that all is well.

    10,000 accounts  ->  5,000 parts of about 2  ->  findings, merged by key
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from engine.facts.book import Records
from engine.facts.failure import GuardbandError
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.lots import Lot
from engine.facts.transactions import Transaction
from engine.gate.drift import drift
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from engine.shell.monitoring.finders import FINDERS
from engine.shell.monitoring.finding import Finding, Severity, View, merged, rolled_up
from engine.shell.monitoring.market import Market, book_of_part, market_of
from engine.shell.monitoring.since import active_breaches
from rulebooks.ground import Rulebook
from rulebooks.grounding import ground

UNASKED = ""
"""No fingerprint of a part's facts is taken, which costs a tenth of the judging: no alert tells it."""

PART_ACCOUNTS = 2
"""About how many accounts are judged together: a rule `for each issuer` is laid out for every account and
every issuer of the part, so small parts are cheaper than large ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A day's findings.

    Nothing is known today of the accounts in `unjudged`, and no weight of those in `blind`: what was found
    there before is not gone because it is not found today.
    """

    day: date
    findings: tuple[Finding, ...]
    accounts: int  # in the book
    unjudged: frozenset[str] = frozenset()  # accounts and their households
    blind: frozenset[str] = frozenset()  # accounts and their households


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every part of a book."""

    rulebook: Rulebook
    day: date
    inference: InferenceEngine
    since: date | None = None  # the day judged before: trades after it are new; None: those of the day
    ahead_days: int = 14
    second: bool = True  # the reference evaluator judges too


Spread = Callable[[Iterable[Records], Market, Question], Iterator[Judged]]
"""How the parts of a day are judged: `judge_parts`, or the same in other processes."""


def judge_day(
    records: Records,
    question: Question,
    *,
    part_accounts: int = PART_ACCOUNTS,
    spread: Spread | None = None,
) -> Judged:
    """Return the findings of a day in the order of their keys.

    spread: judges the parts in other processes; unsaid, they are judged in this one.
    """
    market = market_of(records, question.day)
    parts = parts_of(records, part_accounts)
    found: list[Finding] = []
    unjudged: set[str] = set()
    blind: set[str] = set()
    for judged in judge_parts(parts, market, question) if spread is None else spread(parts, market, question):
        found += judged.findings
        unjudged |= judged.unjudged
        blind |= judged.blind
    return Judged(
        day=question.day,
        findings=rolled_up(merged(found)),
        accounts=len(records.accounts),
        unjudged=frozenset(unjudged),
        blind=frozenset(blind),
    )


def judge_parts(parts: Iterable[Records], market: Market, question: Question) -> Iterator[Judged]:
    """Yield the findings of parts; of one that fails, those of its households one by one."""
    for part in parts:
        yield from _judged(part, market, question)


def parts_of(records: Records, size: int) -> Iterator[Records]:
    """Yield the book in parts of whole households, about `size` accounts each."""
    chosen: list[set[AccountId]] = [set()]
    households: dict[HouseholdId, list[AccountId]] = {}
    for account in sorted(records.accounts.values(), key=lambda row: (row.household, row.account)):
        households.setdefault(account.household, []).append(account.account)
    for accounts in households.values():
        if chosen[-1] and len(chosen[-1]) + len(accounts) > size:
            chosen.append(set())
        chosen[-1].update(accounts)
    yield from _split(records, chosen)


def _split(records: Records, chosen: list[set[AccountId]]) -> Iterator[Records]:
    """Yield parts; a row that names no account of the book, such as a split, stands in every part."""
    index = {account: number for number, accounts in enumerate(chosen) for account in accounts}
    everywhere = range(len(chosen))
    lots: list[list[Lot]] = [[] for _ in chosen]
    for lot in records.lots or ():
        lots[index[lot.account]].append(lot)
    rows: list[list[Transaction]] = [[] for _ in chosen]
    for row in records.transactions or ():
        for place in [index[row.account]] if row.account in index else everywhere:
            rows[place].append(row)
    for number, accounts in enumerate(chosen):
        yield replace(
            records,
            accounts={account: records.accounts[account] for account in sorted(accounts)},
            lots=None if records.lots is None else tuple(lots[number]),
            transactions=None if records.transactions is None else tuple(rows[number]),
            open_orders=tuple(row for row in records.open_orders if row.account in accounts),
            events=tuple(row for row in records.events if row.account is None or row.account in accounts),
            broker_forms=None,
        )


def _judged(part: Records, market: Market, question: Question) -> Iterator[Judged]:
    """Yield a part's findings; where it fails, those of its households one by one."""
    try:
        yield _of_part(part, market, question)
        return
    except GuardbandError as problem:
        failure = problem
    households = {row.household for row in part.accounts.values()}
    if len(households) == 1:
        yield _unjudged(part, question, failure)
        return
    for household in parts_of(part, 1):
        yield from _judged(household, market, question)


class _Fault(GuardbandError):
    """The gate reached no answer."""


def _of_part(part: Records, market: Market, question: Question) -> Judged:
    book = book_of_part(part, market, reading=question.rulebook.tax)
    opened = OpenBook(ground(question.rulebook, book))
    opened.fingerprint = UNASKED
    answer = judge(opened, (), engine=question.inference, explained=False, second=question.second)
    if answer.fault is not None:
        raise _Fault(answer.fault.reason)
    view = View(
        opened=opened,
        answer=answer,
        drifts=drift(opened),
        active=active_breaches(opened, answer, engine=question.inference, since=question.since),
        ahead_days=question.ahead_days,
    )
    findings = tuple(finding for find in FINDERS.values() for finding in find(view))
    return Judged(
        day=question.day,
        findings=findings,
        accounts=len(part.accounts),
        blind=view.blind | {part.accounts[account].household for account in view.blind},
    )


def _unjudged(part: Records, question: Question, failure: GuardbandError) -> Judged:
    (household,) = {row.household for row in part.accounts.values()}
    finding = Finding(
        kind="unjudged",
        key=("unjudged", household),
        severity=Severity.URGENT,
        message=f"{household} cannot be judged: {' '.join(str(failure).split())}",
        household=household,
    )
    return Judged(
        day=question.day,
        findings=(finding,),
        accounts=len(part.accounts),
        unjudged=frozenset({*part.accounts, household}),
    )
