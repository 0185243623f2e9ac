"""Versions, waivers, approvals and orders over HTTP, on both databases: each takes two persons if it must."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.service.served import TRADES, USERS, Served

TODAY = datetime.now(UTC).date()
ASK = """
rule ASK-1 "Purchases of PEP are asked for"
  forbid buying securities where symbol is "PEP"
  on breach require approval of "Compliance"
  because ips "§2"
"""


@pytest.fixture
def text(folder: Path) -> Callable[..., str]:
    """The next version of the policy in force."""
    original = (folder / "adams.mandate").read_text(encoding="utf-8")

    def next_(version: str = "1.1.0", *, cap: str = "45%", more: str = "", since: date = TODAY) -> str:
        told = original.replace("version 1.0.0", f"version {version}")
        told = told.replace("at most 60%", f"at most {cap}")
        return told.replace("effective from 2025-01-01\n", f"effective from {since}\n", 1) + more

    return next_


def published(service: Served, text: str, role: str = "officer") -> int:
    got = service.post("/v1/pending", {"text": text, "reason": "tighter", "days": 0}, role=role)
    assert got.status_code == 201, got.text
    return int(got.json()["seq"])


def test_a_version_waits_for_a_second_officer_and_is_then_in_force(
    either: Served, text: Callable[..., str]
) -> None:
    number = published(either, text())
    (row,) = either.get("/v1/pending").json()["pending"]
    assert (row["pending"], row["policy"], row["version"], row["published_by"]) == (
        number,
        "adams.ips",
        "1.1.0",
        USERS["officer"],
    )
    one = either.get(f"/v1/pending/{number}", role="auditor").json()
    assert one["text"] == text()
    assert [rule["rule"] for rule in one["evidence"]["difference"]["rules"]] == ["CAP-2"]
    own = either.post(f"/v1/pending/{number}/approve", role="officer")
    assert (own.status_code, own.json()["type"]) == (403, "/problems/second-person")
    assert "nobody approves their own change" in own.json()["detail"]
    assert either.get("/v1/policies/adams.ips").json()["version"] == "1.0.0"
    done = either.post(f"/v1/pending/{number}/approve", role="second officer", key="approve-1")
    assert (done.status_code, done.json()["kind"]) == (201, "approve policy")
    again = either.post(f"/v1/pending/{number}/approve", role="second officer", key="approve-1")
    assert again.content == done.content
    latest = either.get("/v1/policies/adams.ips").json()
    assert (latest["version"], latest["published_by"], latest["approved_by"]) == ("1.1.0", "Olga", "Otto")
    assert either.get("/v1/pending").json()["pending"] == []
    assert either.get(f"/v1/pending/{number}").status_code == 404


def test_publishing_again_under_the_same_key_publishes_once(own: Served, text: Callable[..., str]) -> None:
    body = {"text": text(), "reason": "tighter", "days": 0}
    first = own.post("/v1/pending", body, role="officer", key="publish-1")
    again = own.post("/v1/pending", body, role="officer", key="publish-1")
    assert again.content == first.content
    other = own.post("/v1/pending", {**body, "reason": "other"}, role="officer", key="publish-1")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/idempotency")
    assert len(own.get("/v1/pending").json()["pending"]) == 1


def test_a_version_is_refused_with_a_reason(own: Served, text: Callable[..., str]) -> None:
    number = published(own, text())
    assert own.post(f"/v1/pending/{number}/refuse", {"reason": " "}, role="second officer").status_code == 422
    done = own.post(f"/v1/pending/{number}/refuse", {"reason": "too tight"}, role="second officer")
    assert (done.status_code, done.json()["kind"]) == (201, "refuse policy")
    assert own.get("/v1/pending").json()["pending"] == []
    assert own.post(f"/v1/pending/{number}/approve", role="second officer").status_code == 404


def test_a_text_with_a_mistake_is_told_with_its_findings(own: Served, text: Callable[..., str]) -> None:
    body = {"text": text().replace("limit weight", "limit wieght"), "reason": "r"}
    got = own.post("/v1/pending", body, role="officer")
    assert (got.status_code, got.json()["type"]) == (422, "/problems/mandate")
    assert any("wieght" in finding["message"] for finding in got.json()["findings"])
    old = own.post("/v1/pending", {"text": text("0.9.0"), "reason": "r", "days": 0}, role="officer")
    assert (old.status_code, old.json()["detail"]) == (422, "adams.ips has a version 1.0.0 already")


WAIVER = {
    "policy": "adams.ips",
    "rule": "CAP-2",
    "subject": "TAX-1",
    "up_to": "70%",
    "until": (TODAY + timedelta(days=90)).isoformat(),
    "source": "ips",
    "clause": "§2",
    "approver": "Otto",
    "days": 0,
}


def test_a_waiver_is_asked_for_by_one_officer_and_given_by_the_one_it_names(own: Served) -> None:
    made = own.post("/v1/waivers", WAIVER, role="officer")
    assert made.status_code == 201, made.text
    number = made.json()["seq"]
    assert own.get(f"/v1/pending/{number}").json()["approver"] == "Otto"
    assert own.post(f"/v1/pending/{number}/approve", role="officer").status_code == 403
    assert own.post(f"/v1/pending/{number}/approve", role="second officer").status_code == 201
    rows = own.get("/v1/waivers", as_of=TODAY.isoformat()).json()["waivers"]
    found = [row for row in rows if row["rule"] == "CAP-2"]
    assert [(row["subject"], row["up_to"], row["approved_by"]) for row in found] == [("TAX-1", "70%", "Otto")]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"approver": "Olga"}, 403, "it takes two persons"),
        ({"policy": "nobody.ips"}, 422, "`nobody.ips` is not in force"),
        ({"up_to": '9% until 2099-01-01 approved by "Otto"'}, 422, "cannot be written into a mandate"),
        ({"rule": "CAP-2 for account"}, 422, "cannot be written into a mandate"),
        ({"until": "soon"}, 422, "until"),
    ],
)
def test_a_waiver_that_cannot_be_meant_is_refused(
    own: Served, change: dict[str, str], status: int, said: str
) -> None:
    got = own.post("/v1/waivers", {**WAIVER, **change}, role="officer")
    assert got.status_code == status, got.text
    assert said in got.json()["detail"]
    assert own.get("/v1/pending").json()["pending"] == []


def test_a_decision_is_approved_by_a_second_person_and_its_orders_go_out_once(
    own: Served, text: Callable[..., str]
) -> None:
    number = published(own, text(cap="60%", more=ASK, since=date(2025, 6, 1)))
    assert own.post(f"/v1/pending/{number}/approve", role="second officer").status_code == 201
    made = own.post("/v1/decisions", {"trades": TRADES}).json()
    assert made["gate"]["decision"] == "approval"
    orders = f"/v1/decisions/{made['seq']}/orders"
    early = own.post(orders, {})
    assert early.status_code == 422
    assert "ASK-1 asks for approval" in early.json()["detail"]
    approve = f"/v1/decisions/{made['seq']}/approve"
    same = own.post(approve, {"role": "Compliance"})
    assert (same.status_code, same.json()["type"]) == (403, "/problems/second-person")
    done = own.post(approve, {"role": "Compliance", "note": "small"}, role="officer")
    assert (done.status_code, done.json()["kind"]) == (201, "approval")
    sent = own.post(orders, {})
    assert sent.status_code == 201, sent.text
    assert len(sent.json()["orders"]) == 1


def test_a_decision_that_passes_becomes_orders_once(either: Served) -> None:
    seq = either.post("/v1/decisions", {"trades": TRADES}).json()["seq"]
    path = f"/v1/decisions/{seq}/orders"
    done = either.post(path, {"route": "file today.csv", "limits": {"PEP": "101.5"}}, key="orders-1")
    assert done.status_code == 201, done.text
    assert either.post(
        path, {"route": "file today.csv", "limits": {"PEP": "101.5"}}, key="orders-1"
    ).content == (done.content)
    twice = either.post(path, {})
    assert twice.status_code == 422
    assert "was sent as" in twice.json()["detail"]
    (order,) = either.get("/v1/orders").json()["orders"]
    assert (order["decision"], order["symbol"], order["state"]) == (seq, "PEP", "new")
    cancelled = either.post("/v1/orders/cancel", {"orders": done.json()["orders"]})
    assert cancelled.json()["orders"] == done.json()["orders"]
    assert [row["state"] for row in either.get("/v1/orders").json()["orders"]] == ["cancelled"]


def test_what_the_gate_blocks_is_not_sent(own: Served) -> None:
    own.post("/v1/halts", {"scope": "security", "name": "PEP", "reason": "a bid"}, role="officer")
    seq = own.post("/v1/decisions", {"trades": TRADES}).json()["seq"]
    got = own.post(f"/v1/decisions/{seq}/orders", {})
    assert (got.status_code, got.json()["detail"]) == (422, "the gate blocked this list")
    assert own.post("/v1/decisions/999/orders", {}).status_code == 404
    assert own.get("/v1/orders").json()["orders"] == []


def test_nobody_approves_their_own_list(own: Served) -> None:
    seq = own.post("/v1/decisions", {"trades": TRADES}).json()["seq"]
    same = own.post(f"/v1/decisions/{seq}/approve", {"role": "Compliance"})
    assert (same.status_code, same.json()["type"]) == (403, "/problems/second-person")
    other = own.post(f"/v1/decisions/{seq}/approve", {"role": "Compliance"}, role="officer")
    assert (other.status_code, other.json()["detail"]) == (
        422,
        "no rule asks for the approval of Compliance",
    )
    assert own.post("/v1/decisions/999/approve", {"role": "Compliance"}, role="officer").status_code == 404
