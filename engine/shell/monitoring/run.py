"""One run of the monitor: which days, each judged as of its day, each kept before the next is begun.

monitor("sqlite:///firm.db", Asked(as_of=date(2026, 3, 10), now=moment))    -> what became of each day
look("household", asked)                                                    -> the findings of a folder

Judging takes no lock: the writer's turn is only taken to keep a day, so two runs at once do the work twice
and tell everything once.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path

from engine.facts.failure import InputError
from engine.gate.engine.port import InferenceEngine
from engine.ledger.book import default_as_of
from engine.shell import policies as texts
from engine.shell import work
from engine.shell.books import BookRead, read_book
from engine.shell.monitoring.alerts import Alert, Chosen, alerts
from engine.shell.monitoring.days import days_to_judge
from engine.shell.monitoring.judging import PART_ACCOUNTS, Judged, Question, judge_day
from engine.shell.monitoring.keeping import Keeping, Kept, keep, last_judged
from engine.shell.monitoring.settings import Settings
from engine.shell.monitoring.workers import judge_spread
from engine.shell.store.connect import Store, open_store
from engine.shell.store.facts import last_day
from rulebooks.ground import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is asked for.

    as_of: None is the book's last day. policies: None is those in force; policies that are named make a
    watch of their own, whose alerts are kept apart.
    """

    now: datetime
    as_of: date | None = None
    policies: tuple[str, ...] | None = None
    settings: Settings = field(default_factory=Settings)
    second: bool = True  # the reference evaluator judges too
    part_accounts: int = PART_ACCOUNTS
    workers: int = 1  # processes that judge

    @property
    def watch(self) -> str:
        """What names the watch in the store."""
        return "+".join(sorted(self.policies)) if self.policies else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """What a run came to: the days it judged, and every alert that is open after it."""

    as_of: date
    days: tuple[Kept, ...]
    alerts: tuple[Alert, ...]


def monitor(address: str, asked: Asked) -> Monitored:
    """Judge every trading day since the last run up to the day asked for, and keep what is found.

    Raises InputErrors, MandateErrors and StoreErrors; days kept before stay kept.
    """
    with open_store(address) as store, work.engine() as inference:
        with store.reading() as session:
            last = last_judged(session, asked.watch)
            day = asked.as_of or last_day(session)
        if day is None:
            cure = f"import a book: guardband import book FOLDER --book {store.address}"
            raise InputError("the database holds no book", place=store.address, cure=cure)
        read = read_book(address, as_of=day)
        calendars = tuple(policy.calendar for policy in _rulebook(read, asked).policies)
        days = days_to_judge(last, day, calendars)
        kept = []
        for one in days:
            of_day = read if one == day else read_book(address, as_of=one)
            kept.append(_day(store, of_day, asked, one, last, inference))
            last = one
        with store.reading() as session:
            found = alerts(session, Chosen(watch=asked.watch))
    return Monitored(as_of=days[-1] if days else day, days=tuple(kept), alerts=found)


def look(folder: Path, asked: Asked) -> Judged:
    """Return what is found in a folder book on a day; nothing is stored."""
    read = read_book(folder)
    day = asked.as_of or default_as_of(read.records)
    with work.engine() as inference:
        question = _question(_rulebook(read, asked), asked, day, None, inference)
        return _judged(read, asked, question)


def _day(
    store: Store, read: BookRead, asked: Asked, day: date, last: date | None, inference: InferenceEngine
) -> Kept:
    rulebook = _rulebook(read, asked)
    since = last if last is not None and last < day else None
    question = _question(rulebook, asked, day, since, inference)
    judged = _judged(read, asked, question)
    how = Keeping(
        watch=asked.watch,
        now=asked.now,
        settings=asked.settings,
        calendar=next((policy.calendar for policy in rulebook.policies if policy.calendar), None),
    )
    with store.writing() as session:
        return keep(session, judged, how)


def _judged(read: BookRead, asked: Asked, question: Question) -> Judged:
    spread = None if asked.workers == 1 else partial(judge_spread, workers=asked.workers)
    return judge_day(read.records, question, part_accounts=asked.part_accounts, spread=spread)


def _rulebook(read: BookRead, asked: Asked) -> Rulebook:
    names = asked.policies or work.named_by(read.records, read.beside)
    return work.rulebook_of(texts.load(names, beside=read.beside))


def _question(
    rulebook: Rulebook, asked: Asked, day: date, since: date | None, inference: InferenceEngine
) -> Question:
    return Question(
        rulebook=rulebook,
        day=day,
        inference=inference,
        since=since,
        ahead_days=asked.settings.ahead_days,
        second=asked.second,
    )
