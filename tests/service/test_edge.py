"""The edge: sizes, times, rates, problems, logs, metrics."""

import json
import socket
import time
from threading import Thread

import httpx
import pytest

from engine.shell.service.books import Asked, Books
from engine.shell.service.limits import Rate
from engine.shell.work import Desk
from tests.service.served import KEYS, TRADES, Served, served


def test_a_problem_has_the_form_of_rfc_9457(shared: Served) -> None:
    got = shared.post("/v1/gate", {"trades": [{**TRADES[0], "symbol": "NOPE"}]})
    assert got.status_code == 422
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["status"] == 422
    assert got.json()["problems"] == [
        {
            "place": "trades row 1, column symbol",
            "reason": got.json()["problems"][0]["reason"],
            "cure": got.json()["problems"][0]["cure"],
        }
    ]
    for path, method, status in (("/nothing", "GET", 404), ("/v1/gate", "PUT", 405)):
        other = shared.as_("manager").request(method, path)
        assert (other.status_code, other.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"trades": NaN}',
        b"[" * 100_000,
        b'"\\ud800"',
        b"\xff\xfe",
        b'{"trades": 1' + b"0" * 9000 + b"}",
    ],
    ids=["broken", "nan", "deep", "surrogate", "no-utf8", "long-number"],
)
def test_a_body_that_is_not_json_is_refused_and_not_repeated(body: bytes, shared: Served) -> None:
    headers = {"Content-Type": "application/json"}
    got = shared.as_("manager").post("/v1/gate", content=body, headers=headers)
    assert got.status_code in (400, 422)
    assert len(got.content) < 2000


def test_decimals_are_text_and_a_number_is_refused(shared: Served) -> None:
    got = shared.post("/v1/gate", {"trades": [{**TRADES[0], "quantity": 10}]})
    assert got.status_code == 422
    assert got.json()["problems"][0]["place"] == "body.trades.0.quantity"


def test_an_unknown_wish_is_refused_rather_than_dropped(shared: Served) -> None:
    got = shared.post("/v1/gate", {"trades": TRADES, "approve": True})
    assert (got.status_code, got.json()["problems"][0]["place"]) == (422, "body.approve")


def test_a_body_over_the_limit_is_refused_whether_told_or_not(database: str) -> None:
    with served(database, body_bytes=1000) as service:
        client = service.as_("manager")
        assert client.post("/v1/gate", content=b" " * 1001).status_code == 413
        parts = (b" " * 600 for _ in range(2))
        assert client.post("/v1/gate", content=parts).status_code == 413
        within = client.post("/v1/gate", content=b" " * 1000)
        assert within.status_code in (400, 422)


def test_what_is_too_large_or_too_slow_is_described_wherever_a_body_may_come(shared: Served) -> None:
    told = shared.as_("manager").get("/v1/openapi.json").json()["paths"]
    writing = [
        (path, answers["responses"])
        for path, row in told.items()
        for how, answers in row.items()
        if how != "get"
    ]
    assert len(writing) > 20
    assert [path for path, answers in writing if not {"408", "413"} <= answers.keys()] == []


def test_a_body_that_does_not_arrive_is_given_up(database: str) -> None:
    with served(database, body_seconds=0.3) as service:
        host, port = service.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            assert line.recv(100).startswith(b"HTTP/1.1 408")


def test_an_answer_that_takes_too_long_is_given_up_and_said(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(database, gate_seconds=0.001) as service:
        got = service.post("/v1/gate", {"trades": TRADES}, role=None)
        assert got.status_code == 401
    desk = Books.desk

    def slow(books: Books, asked: Asked, lane: str) -> Desk:
        time.sleep(0.2)
        return desk(books, asked, lane)

    monkeypatch.setattr(Books, "desk", slow)
    with served(database, gate_seconds=0.05) as service:
        for _ in range(30):  # until the key is verified in time
            if service.get("/v1/session").status_code == 200:
                break
        got = service.post("/v1/gate", {"trades": TRADES})
        assert (got.status_code, got.json()["type"]) == (503, "/problems/time")
        assert got.headers["retry-after"]


def test_somebody_who_asks_too_often_is_told_when_to_come_again(database: str) -> None:
    with served(database, requests_per_minute=5) as service:
        statuses = [service.get("/v1/session").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        got = service.get("/v1/session")
        assert 0 < int(got.headers["retry-after"]) <= 13
        assert service.get("/v1/session", role="auditor").status_code == 200


def test_an_address_that_tries_keys_is_told_to_wait(database: str) -> None:
    with served(database, failures_per_minute=3) as service:
        wrong = {"Authorization": "Bearer gb_00000000_" + "A" * 43}
        statuses = [httpx.get(f"{service.url}/v1/session", headers=wrong).status_code for _ in range(5)]
        assert statuses == [401] * 3 + [429] * 2


def test_a_bucket_fills_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rate = Rate(60)
    assert [rate.wait_seconds("a") for _ in range(61)][-1] == 1
    now[0] += 0.999
    assert rate.wait_seconds("a") > 0
    now[0] += 0.001
    assert rate.wait_seconds("a") == 0
    assert rate.wait_seconds("b") == 0


def test_the_log_tells_of_each_request_and_nothing_of_clients(own: Served) -> None:
    own.post("/v1/gate", {"trades": TRADES})
    own.get("/v1/policies/adams.ips")
    own.get("/v1/alerts", account="TAX-1")
    own.post("/v1/gate", {"trades": [{**TRADES[0], "account": "SECRET-7"}]})
    lines = [line for line in own.log if line["event"] == "request"]
    assert [line["path"] for line in lines] == ["/v1/gate", "/v1/policies/{policy}", "/v1/alerts", "/v1/gate"]
    assert [line["status"] for line in lines] == [200, 200, 200, 422]
    assert {line["user"] for line in lines} == {lines[0]["user"]}
    told = own.lines.getvalue()
    for word in ("TAX-1", "PEP", "adams", "SECRET-7", "Max", KEYS["manager"], KEYS["manager"].split("_")[1]):
        assert word not in told


def test_a_failure_of_ours_tells_a_number_and_nothing_else(
    own: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_what: object) -> None:
        raise ZeroDivisionError("the balance of TAX-1")

    monkeypatch.setattr(own.service.books, "desk", broken)
    got = own.post("/v1/gate", {"trades": TRADES})
    assert (got.status_code, got.json()["title"]) == (500, "an internal error")
    (failure,) = [line for line in own.log if line["event"] == "failure"]
    assert "TAX-1" not in got.text + own.lines.getvalue()
    assert failure["kind"] == "ZeroDivisionError"
    assert failure["where"].startswith("test_edge.py:")
    assert failure["id"] in got.json()["detail"]
    assert got.headers["x-request-id"] == failure["id"]


def test_metrics_count_requests_and_decisions(own: Served) -> None:
    for _ in range(3):
        own.post("/v1/gate", {"trades": TRADES})
    told = own.get("/metrics", role="administrator").text
    assert 'guardband_requests_total{method="POST",path="/v1/gate",status="200"} 3.0' in told
    decision = own.post("/v1/gate", {"trades": TRADES}).json()["decision"]
    assert f'guardband_gate_answers_total{{decision="{decision}"}} 3.0' in told
    assert "guardband_books_opened_total 1.0" in told


def test_answers_are_not_kept_by_browsers(shared: Served) -> None:
    headers = shared.get("/v1/drift").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_the_loop_answers_while_the_gate_works(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    own.get("/v1/session")
    inside = own.service.books.desk

    def slow(*what: object) -> object:
        time.sleep(0.5)
        return inside(*what)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(own.service.books, "desk", slow)
    done: list[int] = []
    with httpx.Client(base_url=own.url, headers=own.as_("manager").headers, timeout=30) as client:
        thread = Thread(
            target=lambda: done.append(client.post("/v1/gate", json={"trades": TRADES}).status_code)
        )
        thread.start()
        time.sleep(0.1)
        assert own.get("/health", role=None).json()["status"] == "ok"
        assert done == []
        thread.join()
    assert done == [200]


def test_ready_tells_when_the_schema_is_another(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    told = own.get("/ready", role=None).json()
    assert (told["status"], told["evaluators"]) == ("ready", 2)
    monkeypatch.setattr("engine.shell.service.running.health.newest_version", lambda: "9999")
    assert own.get("/ready", role=None).status_code == 503


def test_the_description_names_the_roles_of_each_route(shared: Served) -> None:
    told = json.loads(shared.get("/v1/openapi.json", role=None).text)
    assert told["paths"]["/v1/gate"]["post"]["x-roles"] == ["manager", "officer"]
    assert told["paths"]["/health"]["get"]["x-roles"] is None
    schema = told["components"]["schemas"]["GateAnswer"]
    assert {"decision", "verdicts", "trades", "facts_hash"} <= set(schema["required"])
