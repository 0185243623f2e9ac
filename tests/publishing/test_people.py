"""Halts stop everything at once, approvals are by a second person, keys are hashed, roles are a table."""

from pathlib import Path

import pytest
from sqlalchemy import text

from engine.facts.failure import InputError
from engine.shell.files.approvals import read_approvals
from engine.shell.log.chain import entries
from engine.shell.log.replay import replay
from engine.shell.publishing.approvals import approvals_csv, approve_decision
from engine.shell.publishing.halts import Scope, halt, halts, lift
from engine.shell.publishing.people import NotAllowed, add_user, people, person_of, remove_user, renew_key
from engine.shell.publishing.roles import ACTIONS, Role, allowed, may
from engine.shell.store.connect import open_store
from tests.log.desks import APPROVER, PROPOSER, REBALANCE, author, buy, decide, desk, gate, logbook, words

ROOT = "A. Root"
KO = Scope(kind="security", name="KO")


@pytest.mark.parametrize(
    ("scope", "decisions"),
    [
        (KO, ["pass", "block"]),
        (Scope(kind="account", name="TAX-1"), ["block", "block"]),
        (Scope(kind="account", name="IRA-1"), ["pass", "pass"]),
        (Scope(kind="all"), ["block", "block"]),
    ],
)
def test_a_halt_blocks_what_it_names_and_nothing_else(
    address: str, scope: Scope, decisions: list[str]
) -> None:
    asked = gate(buy(1), buy(1, "VTI", 2) if scope is not KO else buy(1, "KO", 2))
    with logbook(address) as book, open_store(address) as store:
        free = [row["decision"] for row in decide(book, asked).reached.data["trades"]]
        with store.writing() as session:
            number = halt(session, author(APPROVER), scope=scope, reason="takeover bid").seq
        answer = decide(book, asked).reached.data
    told = [row["decision"] for row in answer["trades"]]
    assert [one == "block" for one in told] == [one == "block" for one in decisions]
    assert [a for a, b in zip(told, decisions, strict=True) if b != "block"] == [
        a for a, b in zip(free, decisions, strict=True) if b != "block"
    ]
    if "block" in decisions:
        assert answer["decision"] == "block"
        first = answer["verdicts"][0]
        assert first["rule"] == f"HALT-{number}"
        assert "takeover bid" in first["reason"]


@pytest.mark.parametrize("scope", [Scope(kind="all"), Scope(kind="account", name="TAX-1"), KO])
def test_a_halt_stops_proposals(address: str, scope: Scope) -> None:
    with logbook(address) as book, open_store(address) as store:
        free = decide(book, REBALANCE).reached.data
        with store.writing() as session:
            halt(session, author(APPROVER), scope=scope, reason="takeover bid")
        decided = decide(book, REBALANCE)
        answer = decided.reached.data
        touched = scope.kind != "security" or any(row["symbol"] == "KO" for row in free["trades"])
        assert decided.entry is not None
        with store.reading() as session:
            again, _ = replay(session, decided.entry, inference=desk().inference)
    if touched:
        assert (answer["status"], answer["trades"]) == ("infeasible", [])
        assert answer["gate"]["decision"] == "block"
        assert "takeover bid" in answer["gate"]["verdicts"][0]["reason"]
    assert again.is_same, again.differences


def test_lifting_needs_a_second_person(address: str) -> None:
    with open_store(address) as store:
        with store.writing() as session:
            number = halt(session, author(APPROVER), scope=KO, reason="takeover bid").seq
        for name, held, said in (
            (APPROVER, number, "needs a second person"),
            (PROPOSER, number + 1, "no halt 2 holds"),
        ):
            with pytest.raises(InputError, match=said), store.writing() as session:
                lift(session, author(name), number=held, reason="bid withdrawn")
        with store.reading() as session:
            assert [row.rule for row in halts(session)] == ["HALT-1"]
        with store.writing() as session:
            lift(session, author(PROPOSER), number=number, reason="bid withdrawn")
        with store.reading() as session:
            assert halts(session) == ()
    assert words(address) == ""


def test_an_approval_by_a_second_person_lets_exactly_that_list_pass(address: str, tmp_path: Path) -> None:
    with logbook(address) as book, open_store(address) as store:
        before = decide(book, gate(buy(60)))
        assert before.reached.data["decision"] == "approval"
        for name, role, said in (
            (PROPOSER, "Compliance", "nobody approves their own list"),
            (APPROVER, "Client", "no rule asks for the approval of Client"),
        ):
            with pytest.raises(InputError, match=said), store.writing() as session:
                approve_decision(session, author(name), "1", role=role)
        with store.writing() as session:
            _, given = approve_decision(session, author(APPROVER), "1", role="Compliance")
        (tmp_path / "approvals.csv").write_text(approvals_csv(given), encoding="utf-8")
        assert read_approvals(tmp_path / "approvals.csv") == given
        after = decide(book, gate(buy(60)))
        other = decide(book, gate(buy(61)))
        assert after.reached.gate is not None
        assert after.reached.gate.decision.value in ("pass", "warn")
        assert other.reached.data["decision"] == "approval"
        assert after.entry is not None
        assert APPROVER in str(after.entry.body["approved_by"])
        with store.reading() as session:
            again, _ = replay(session, after.entry, inference=desk().inference)
    assert again.is_same, again.differences
    assert words(address) == ""


def test_keys_are_told_once_and_stored_hashed(address: str) -> None:
    pytest.importorskip("argon2", reason='pip install "guardband[serve]"')
    with open_store(address) as store:
        with store.writing() as session:
            root = add_user(session, author(ROOT), name=ROOT, role="administrator")
            added = add_user(session, author(ROOT), name="R. Okafor", role="officer")
        with store.reading() as session:
            stored = session.execute(text("SELECT prefix, hash FROM api_keys")).all()
            logged = "".join(str(row.body) for row in entries(session))
            assert person_of(session, added.key) == added.person
            assert person_of(session, root.key) == root.person
            for wrong in (
                added.key[:-1] + "~",
                added.key[:12] + root.key[12:],
                "gb_00000000_" + "x" * 43,
                "",
            ):
                assert person_of(session, wrong) is None
        secret = added.key[12:]
        assert all(row[1].startswith("$argon2id$") and secret not in row[1] for row in stored)
        assert secret not in logged
        with store.writing() as session:
            renewed = renew_key(session, author(ROOT), name="R. Okafor")
        with store.reading() as session:
            assert person_of(session, added.key) is None
            assert person_of(session, renewed.key) == added.person
        with store.writing() as session:
            remove_user(session, author(ROOT), name="R. Okafor")
        with store.reading() as session:
            assert person_of(session, renewed.key) is None
            assert [(row.name, row.active) for row in people(session)] == [(ROOT, True), ("R. Okafor", False)]
        with pytest.raises(InputError, match="nobody else may keep users"), store.writing() as session:
            remove_user(session, author(ROOT), name=ROOT)
    assert words(address) == ""


def test_users_are_kept_by_administrators_from_the_first_one_on(address: str) -> None:
    pytest.importorskip("argon2", reason='pip install "guardband[serve]"')
    with open_store(address) as store:
        with (
            pytest.raises(InputError, match="the first user is an administrator"),
            store.writing() as session,
        ):
            add_user(session, author(ROOT), name="R. Okafor", role="officer")
        with store.writing() as session:
            add_user(session, author(ROOT), name=ROOT, role="administrator")
            add_user(session, author(ROOT), name=APPROVER, role="officer")
        for who, name, role, said in (
            (APPROVER, "M. Gray", "manager", "is officer and may not keep users"),
            (PROPOSER, "M. Gray", "manager", "is no user"),
            (ROOT, "r. okafor", "manager", "there is a user r. okafor already"),
            (ROOT, "M. Gray", "boss", "is no role"),
        ):
            with pytest.raises(InputError, match=said), store.writing() as session:
                add_user(session, author(who), name=name, role=role)
    with logbook(address) as book, pytest.raises(NotAllowed, match="is no user"):
        decide(book, gate(buy(1)))


def test_the_table_of_roles() -> None:
    told = {action: " ".join(allowed(action)) for action in ACTIONS}
    assert told == {
        "read_policies": "officer manager auditor administrator",
        "check": "officer manager auditor administrator",
        "read_book": "officer manager auditor",
        "read_decisions": "officer manager auditor",
        "verify_log": "officer auditor administrator",
        "replay": "officer auditor",
        "export_log": "officer auditor",
        "gate": "officer manager",
        "propose": "manager",
        "send_orders": "manager",
        "approve_decision": "officer manager",
        "publish": "officer",
        "approve_policy": "officer",
        "waive": "officer",
        "halt": "officer manager",
        "lift": "officer",
        "close_alert": "officer manager",
        "import": "manager administrator",
        "upgrade_database": "administrator",
        "keep_users": "administrator",
    }
    with pytest.raises(KeyError):
        may(Role.OFFICER, "no such act")
