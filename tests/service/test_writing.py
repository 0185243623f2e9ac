"""What writes is done once: idempotency keys, on both databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.shell.store.connect import open_store
from engine.shell.store.recording import insert_rows, table_of
from engine.shell.store.schema.alerts import AlertRow
from tests.service.served import TRADES, Served
from tests.store.books import at

HALT = {"scope": "security", "name": "KO", "reason": "a bid"}


def test_a_decision_is_recorded_once_and_answered_again(either: Served) -> None:
    first = either.post("/v1/decisions", {"trades": TRADES}, key="decide-1")
    assert first.status_code == 201, first.text
    again = either.post("/v1/decisions", {"trades": TRADES}, key="decide-1")
    assert (again.status_code, again.content) == (201, first.content)
    listed = either.get("/v1/decisions", kind="gate").json()["decisions"]
    assert [row["seq"] for row in listed] == [first.json()["seq"]]
    assert listed[0]["person"] == "Max"
    one = either.get(f"/v1/decisions/{first.json()['seq']}").json()
    assert one["body"]["trades"][0]["symbol"] == "PEP"
    assert one["hash"] == first.json()["hash"]
    gate = either.post("/v1/gate", {"trades": TRADES}).json()
    assert gate == first.json()["gate"]


def test_another_request_under_the_same_key_is_refused(own: Served) -> None:
    assert own.post("/v1/halts", HALT, key="once-0001").status_code == 201
    other = own.post("/v1/halts", {**HALT, "name": "PEP"}, key="once-0001")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/idempotency")
    elsewhere = own.post("/v1/halts", {**HALT, "name": "PEP"}, key="once-0001", role="officer")
    assert elsewhere.status_code == 201  # a key belongs to one person
    assert len(own.get("/v1/halts").json()["halts"]) == 2


def test_the_same_request_eight_times_at_once_is_done_once(either: Served) -> None:
    either.get("/v1/session")

    def send(_number: int) -> tuple[int, bytes]:
        got = either.post("/v1/halts", HALT, key="at-once-1")
        return got.status_code, got.content

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert len(either.get("/v1/halts").json()["halts"]) == 1


def test_a_request_that_failed_is_not_remembered(own: Served) -> None:
    unknown = own.post("/v1/halts/99/lift", {"reason": "r"}, role="officer", key="lift-0001")
    assert unknown.status_code == 404
    for number in range(8):  # until record 99 may be there
        own.post("/v1/halts", {**HALT, "name": f"S{number}"})
    last = own.get("/v1/halts").json()["halts"][-1]["halt"]
    path = f"/v1/halts/{last}/lift"
    refused = own.post(path, {"reason": ""}, role="officer", key="lift-0002")
    assert refused.status_code == 422
    assert own.post(path, {"reason": "r"}, role="officer", key="lift-0002").status_code == 201


def test_what_writes_asks_for_a_key(own: Served) -> None:
    got = own.as_("manager").post("/v1/halts", json=HALT)
    assert got.status_code == 422
    assert "idempotency-key" in got.text.lower()
    assert own.get("/v1/halts").json()["halts"] == []


def test_a_users_key_is_told_once_and_lies_nowhere(own: Served, tmp_path: Path) -> None:
    if not own.address.startswith("sqlite"):
        pytest.skip("the dump is one of SQLite")
    body = {"name": "Nia", "role": "auditor"}
    first = own.post("/v1/users", body, role="administrator", key="user-0001")
    assert first.status_code == 201
    key = first.json()["key"]
    again = own.post("/v1/users", body, role="administrator", key="user-0001")
    assert again.json() == {**first.json(), "key": None}
    taken = own.post("/v1/users", body, role="administrator", key="user-0002")
    assert taken.status_code == 409
    with sqlite3.connect(tmp_path / "served.db") as database:
        told = "\n".join(database.iterdump())
    assert "Nia" in told
    assert key not in told
    assert key.rpartition("_")[2] not in told


def test_pages_of_a_list_miss_nothing_while_rows_are_added(own: Served) -> None:
    for number in range(5):
        assert own.post("/v1/halts", {**HALT, "name": f"S{number}"}).status_code == 201
    seen, cursor = [], None
    for turn in range(9):
        params = {"limit": "2", "kind": "halt"} | ({"cursor": cursor} if cursor else {})
        told = own.get("/v1/decisions", **params).json()
        seen += [row["seq"] for row in told["decisions"]]
        if turn == 0:
            own.post("/v1/halts", {**HALT, "name": "later"})
        cursor = told["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    for wrong in ("!", "AAAA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert own.get("/v1/decisions", cursor=wrong).status_code == 422


def test_an_alert_is_acknowledged_by_who_looked_at_it(own: Served) -> None:
    row = {
        "raised_at": at(3),
        "as_of": at(3).date(),
        "kind": "drift",
        "account": "TAX-1",
        "message": "KO is outside its band",
        "alert_key": "k",
    }
    with open_store(own.address) as store, store.writing() as session:
        insert_rows(session, table_of(AlertRow), [row])
    (alert,) = own.get("/v1/alerts").json()["alerts"]
    assert alert["acknowledged_by"] is None
    path = f"/v1/alerts/{alert['alert']}/acknowledge"
    assert own.post(path, {"note": "seen"}).json()["acknowledged_by"] == "Max"
    assert own.get("/v1/alerts", account="TAX-1").json()["alerts"][0]["note"] == "seen"
    assert own.get("/v1/alerts", state="closed").json()["alerts"] == []
    assert own.post("/v1/alerts/777/acknowledge", {}).status_code == 404


def test_names_in_every_alphabet_get_keys(own: Served) -> None:
    for name in ("\u010aETTA \u011c", "\u0416\u0430\u043d\u043d\u0430", "Stra\u00dfe"):
        added = own.post("/v1/users", {"name": name, "role": "auditor"}, role="administrator")
        assert added.status_code == 201, added.text
        again = own.post(f"/v1/users/{name}/key", role="administrator")
        assert again.json()["name"] == name
        assert again.json()["key"] != added.json()["key"]
