"""What supervision is told of a firm's database: decisions, rules that fired, approvals and why, proofs."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest

from engine.facts.failure import InputError
from engine.gate.engine.plain import Plain
from engine.shell.publishing.approvals import approve_decision
from engine.shell.publishing.halts import Scope, halt
from engine.shell.reporting.choices import Print, ReportKind
from engine.shell.reporting.make import Made, Wanted, make
from engine.shell.store.connect import Store, open_store
from engine.shell.store.load import load
from reports.prints.report import Table
from tests.log.desks import APPROVER, author, buy, decide, gate, logbook_in
from tests.publishing.firm import NOW, delivery


@contextmanager
def kept(address: str) -> Iterator[Store]:
    with open_store(address, create=True) as store:
        load(store, delivery(), now=NOW)
        yield store


@pytest.fixture(scope="module")
def address() -> str:
    """A database with three decisions of March, one approved with a reason, and a halt of April."""
    told = f"sqlite:///{Path(mkdtemp(prefix='gb-oversight-')) / 'firm.db'}"
    with kept(told) as store:
        book = logbook_in(store)
        decisions = [decide(book, gate(buy(quantity))).entry for quantity in (1, 200, 2000)]
        asking = next(row for row in decisions if row is not None and row.body["needs"])
        with store.writing() as session:
            approve_decision(
                session, author(APPROVER), str(asking.seq), role="Compliance", note="agreed on the phone"
            )
            halt(session, author(APPROVER, day=30), scope=Scope(kind="security", name="KO"), reason="a bid")
    return told


@pytest.fixture(autouse=True)
def plain_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decisions were reached by plain inference; so are the replays."""
    monkeypatch.setattr("engine.shell.work.engine", lambda: nullcontext(Plain()))


def pack(address: str, kind: ReportKind, **how: object) -> Made:
    return make(Wanted(kind=kind, book=address, **how))  # type: ignore[arg-type]  # month or decision


def table(made: Made, title: str) -> Table:
    return next(row for row in made.report.tables if row.title == title)


def test_the_pack_counts_decisions_and_names_who_approved_why(address: str) -> None:
    made = pack(address, ReportKind.COMPLIANCE, month="2026-03")
    decisions = table(made, "Every decision").rows
    assert len(decisions) == 3
    assert {row[4] for row in decisions} > {"block"}
    assert table(made, "Approvals by person and reason").rows == (
        (APPROVER, "Compliance", "agreed on the phone", 1),
    )
    assert made.report.first.startswith("3 decisions, ")
    assert "The log holds: " in made.report.footer[1]


def test_a_rule_fires_as_often_as_its_verdicts_say(address: str) -> None:
    made = pack(address, ReportKind.COMPLIANCE, month="2026-03")
    fired = {row[0]: row for row in table(made, "Rules that fired").rows}
    counted = sum("TOP-1" in str(row[7]) for row in table(made, "Every decision").rows)
    assert counted > 0
    assert fired["TOP-1"][4] >= counted  # type: ignore[operator]  # a count
    idle = {row[1] for row in table(made, "Rules never exercised").rows}
    assert not idle & set(fired)


def test_what_nobody_watched_has_no_age(address: str) -> None:
    aged = table(pack(address, ReportKind.COMPLIANCE, month="2026-03"), "Aged breaches")
    assert all(row[6] is None and row[7] is None for row in aged.rows)


def test_acts_of_another_month_stand_in_the_year_alone(address: str) -> None:
    made = pack(address, ReportKind.ANNUAL, year=2026)
    acts = table(made, "Halts and other acts").rows
    assert [(row[4], row[5], row[6]) for row in acts] == [("halt", "security KO", "a bid")]
    assert table(made, "By month").rows[0][:2] == ("2026-03", 3)
    assert all(row[3] == "" for row in table(made, "For the officer").rows), "the judgement is the officer's"


def test_a_recorded_decision_is_explained_with_its_record(address: str) -> None:
    made = pack(address, ReportKind.AUDIT, decision="2")
    rests = {str(row[0]): str(row[2]) for row in table(made, "What it rests on").rows}
    assert rests["replay"].startswith("reached again, to the same bytes")
    assert rests["chain"].startswith("The log holds")
    assert made.printed(Print.HTML) == pack(address, ReportKind.AUDIT, decision="2").printed(Print.HTML)


def test_a_record_that_is_no_decision_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is no decision"):
        pack(address, ReportKind.AUDIT, decision="4")


def test_a_month_before_the_log_is_empty(address: str) -> None:
    made = pack(address, ReportKind.COMPLIANCE, month="2026-02")
    assert table(made, "Every decision").rows == ()
    assert made.report.dated == date(2026, 2, 27), "the book's last day"
