"""What a run keeps: once, followed, acknowledged, escalated, resolved, caught up; on both databases."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.facts.failure import InputError
from engine.shell.log.chain import Author, entries
from engine.shell.monitoring.alerts import Alert, Chosen, acknowledge, alerts
from engine.shell.monitoring.days import days_to_judge
from engine.shell.monitoring.finding import Finding, Severity
from engine.shell.monitoring.judging import Judged
from engine.shell.monitoring.keeping import Keeping, keep
from engine.shell.monitoring.settings import Settings
from engine.shell.store.connect import open_store
from tests.monitoring.books import NOW, book, imported, run

DAY = date(2026, 4, 1)  # a Wednesday


def fact(name: str = "A", **changes: object) -> Finding:
    finding = Finding(
        kind="breach",
        key=("breach", name),
        severity=Severity.WARNING,
        message=f"{name} is too much",
        account=name,  # type: ignore[arg-type]
        breach="passive",
    )
    return replace(finding, **changes)  # type: ignore[arg-type]


def kept(address: str, day: date, *findings: Finding, **known: frozenset[str]) -> tuple[int, int, int]:
    judged = Judged(day=day, findings=findings, accounts=1, **known)
    how = Keeping(watch="", now=NOW, settings=Settings(), calendar="NYSE")
    with open_store(address) as store, store.writing() as session:
        done = keep(session, judged, how)
    return done.raised, done.resolved, done.escalated


def open_alerts(address: str, *, resolved: bool = False) -> tuple[Alert, ...]:
    with open_store(address) as store, store.reading() as session:
        return alerts(session, Chosen(resolved=resolved))


def seen(address: str, number: int, person: str) -> Alert:
    with open_store(address) as store, store.writing() as session:
        return acknowledge(session, Author(person=person, now=NOW), number=number, note="selling")


def test_a_fact_is_raised_once_followed_and_resolved_when_it_is_gone(address: str) -> None:
    assert kept(address, DAY, fact()) == (1, 0, 0)
    assert kept(address, DAY, fact()) == (0, 0, 0)
    assert kept(address, DAY + timedelta(1), fact(message="A is 6%")) == (0, 0, 0)
    (one,) = open_alerts(address)
    assert (one.message, one.since, one.last_seen) == ("A is 6%", DAY, DAY + timedelta(1))
    assert kept(address, DAY + timedelta(5)) == (0, 1, 0)
    assert open_alerts(address) == ()
    assert kept(address, DAY + timedelta(6), fact()) == (1, 0, 0)  # come back: a new one, its own first day
    gone, again = open_alerts(address, resolved=True)
    assert (gone.state, gone.closed_on, again.since) == ("resolved", DAY + timedelta(5), DAY + timedelta(6))


def test_the_clock_to_cure_starts_on_the_day_first_seen(address: str) -> None:
    kept(address, DAY, fact(due=date(2026, 4, 9)))
    kept(address, DAY + timedelta(1), fact(due=date(2026, 4, 10)))
    assert open_alerts(address)[0].due == date(2026, 4, 9)


def test_what_is_past_its_due_day_is_escalated_though_acknowledged(address: str) -> None:
    kept(address, DAY, fact(due=date(2026, 4, 2)))
    seen(address, 1, "R. Okafor")
    assert kept(address, date(2026, 4, 2), fact()) == (0, 0, 0)
    assert kept(address, date(2026, 4, 6), fact()) == (0, 0, 1)
    assert open_alerts(address)[0].level == 3


def test_age_escalates_in_business_days_what_nobody_has_seen(address: str) -> None:
    both = (fact("A"), fact("B"), fact("C", severity=Severity.INFO))
    kept(address, DAY, *both)
    seen(address, 2, "R. Okafor")
    assert kept(address, date(2026, 4, 2), *both) == (0, 0, 0)
    assert kept(address, date(2026, 4, 6), *both) == (0, 0, 1)  # 3 April is Good Friday: two days
    assert kept(address, date(2026, 4, 8), *both) == (0, 0, 0)
    assert kept(address, date(2026, 4, 9), *both) == (0, 0, 1)  # five
    assert [one.level for one in open_alerts(address)] == [2, 0, 0]


def test_an_active_breach_stays_active_and_a_passive_one_made_worse_becomes_it(address: str) -> None:
    active = fact(breach="active", severity=Severity.URGENT)
    kept(address, DAY, fact("A"), replace(active, key=("breach", "B")))
    kept(address, DAY + timedelta(1), active, fact("B"))
    assert [(one.breach, one.severity) for one in open_alerts(address)] == [("active", "urgent")] * 2


def test_what_cannot_be_judged_today_is_not_gone(address: str) -> None:
    kept(address, DAY, fact("A"), fact("B"), fact("C"))
    assert kept(address, DAY + timedelta(1), blind=frozenset({"A"}), unjudged=frozenset({"B"})) == (0, 1, 0)
    assert [one.account for one in open_alerts(address)] == ["A", "B"]


def test_a_run_that_a_later_day_overtook_keeps_nothing(address: str) -> None:
    kept(address, DAY + timedelta(1), fact("A"))
    assert kept(address, DAY, fact("B")) == (0, 0, 0)
    assert [one.account for one in open_alerts(address)] == ["A"]


def test_the_database_itself_refuses_a_second_open_alert_of_one_fact(address: str) -> None:
    from sqlalchemy import insert, select
    from sqlalchemy.exc import IntegrityError

    from engine.shell.store.recording import table_of
    from engine.shell.store.schema.alerts import AlertRow

    kept(address, DAY, fact())
    table = table_of(AlertRow)
    with open_store(address) as store, store.engine.begin() as connection:
        row = dict(connection.execute(select(table)).mappings().one())
        with pytest.raises(IntegrityError):
            connection.execute(insert(table).values(**{**row, "id": 99}))


def test_an_acknowledgement_is_one_persons_and_stands_in_the_log(address: str) -> None:
    kept(address, DAY, fact())
    first = seen(address, 1, "R. Okafor")
    assert (first.state, first.note) == ("acknowledged", "selling")
    assert seen(address, 1, "r.  okafor") == first
    with pytest.raises(InputError, match=r"R\. Okafor acknowledged alert 1 already"):
        seen(address, 1, "N. Vance")
    with pytest.raises(InputError, match="there is no alert 7"):
        seen(address, 7, "N. Vance")
    with open_store(address) as store, store.reading() as session:
        (entry,) = entries(session, "acknowledge")
    assert (entry.person, entry.body["alert"]) == ("R. Okafor", 1)


def test_two_runs_at_once_tell_everything_once(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # each run has its own rules engine
    imported(address, book(tmp_path / "book", PEP="2026-04-01:900"))
    threads = [threading.Thread(target=run, args=(address, "2026-04-01")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [(one.kind, one.account, one.message) for one in open_alerts(address)]
    assert len(keys) == len(set(keys)) >= 6
    assert run(address, "2026-04-01").days[0].raised == 0


def test_a_missed_run_catches_up_each_trading_day_as_of_its_day(address: str, tmp_path: Path) -> None:
    imported(address, book(tmp_path / "book", PEP="2026-04-02:900"))
    assert [str(day.day) for day in run(address, "2026-03-30").days] == ["2026-03-30"]
    done = run(address, "2026-04-07")
    told = ["2026-03-31", "2026-04-01", "2026-04-02", "2026-04-06", "2026-04-07"]
    assert [str(day.day) for day in done.days] == told
    breach = next(one for one in done.alerts if one.kind == "breach")
    assert (breach.since, breach.due) == (date(2026, 4, 2), date(2026, 4, 10))
    assert run(address, "2026-04-01").days == ()  # an earlier day is left as it was


@pytest.mark.parametrize(
    ("last", "asked", "judged"),
    [
        (None, "2026-04-05", ["2026-04-02"]),  # Easter Sunday: the Thursday before
        ("2026-04-02", "2026-04-05", ["2026-04-02"]),
        ("2026-04-02", "2026-04-07", ["2026-04-06", "2026-04-07"]),
        ("2026-04-07", "2026-04-06", []),
    ],
)
def test_the_days_of_a_run_are_trading_days(last: str | None, asked: str, judged: list[str]) -> None:
    before = None if last is None else date.fromisoformat(last)
    days = days_to_judge(before, date.fromisoformat(asked), ("NYSE",))
    assert [str(day) for day in days] == judged
