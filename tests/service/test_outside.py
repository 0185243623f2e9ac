"""What the outside pushes and pulls over /v1: files, executions, positions, the monitor, readiness."""

import base64
from typing import Any

import pytest

from tests.service.served import TRADES, Served

SCHWAB = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
BOUGHT = '"03/04/2026","Buy","KO","COCA COLA","100","$40.10","","-$4010.00"\n'
AGAIN = '"03/04/2026","Buy","KO","COCA COLA","100","$40.08","","-$4008.00"\n'
ODD = '"03/05/2026","Moon Dividend","KO","COCA COLA","","","","$5.00"\n'


def file(*rows: str, **more: Any) -> dict[str, Any]:
    return {
        "format": "schwab",
        "name": "activity.csv",
        "text": SCHWAB + "".join(rows),
        "account": "NEW-1",
        "new": "taxable",
        **more,
    }


def test_a_custodians_file_comes_in_once_and_a_correction_is_told_and_taken_over(own: Served) -> None:
    first = own.post("/v1/imports", file(BOUGHT, ODD)).json()
    assert (first["schema"], first["changed"], first["new_accounts"]) == (
        "guardband/import/1",
        True,
        ["NEW-1"],
    )
    assert [row["line"] for row in first["unread"]] == [3]
    assert own.post("/v1/imports", file(BOUGHT, ODD)).json()["changed"] is False
    told = own.post("/v1/imports", file(AGAIN)).json()
    assert (told["changed"], len(told["corrections"]), len(told["unread"])) == (False, 1, 1)
    taken = own.post("/v1/imports", file(AGAIN, corrections="apply")).json()
    assert (taken["changed"], taken["unread"]) == (True, [])
    lots = own.get("/v1/lots", as_of="2026-03-31").json()["open_lots"]
    assert [row["basis"] for row in lots if row["account"] == "NEW-1"] == ["4008"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "book"}, "a book's folder is no file"),
        ({"format": "nobody"}, "nobody"),
        ({"new": "savings"}, "`savings` is no kind of account"),
        ({"text": None}, "a file is its text or its base64"),
        ({"text": None, "base64": "abc"}, "these are no bytes in base64"),
        ({"name": "../firm.db"}, "name"),
    ],
)
def test_what_is_no_file_is_refused_and_nothing_is_written(
    own: Served, change: dict[str, Any], said: str
) -> None:
    got = own.post("/v1/imports", {**file(BOUGHT), **change})
    assert got.status_code == 422, got.text
    assert said in got.text


def test_a_file_may_be_bytes(own: Served) -> None:
    body = {**file(), "text": None, "base64": base64.b64encode((SCHWAB + BOUGHT).encode()).decode()}
    assert own.post("/v1/imports", {**body, "dry_run": True}).json()["out"] == 1
    assert own.post("/v1/imports", body).json()["out"] == 1


def test_executions_of_a_file_become_fills_lots_and_what_is_left(own: Served) -> None:
    seq = own.post("/v1/decisions", {"trades": TRADES}).json()["seq"]
    (order,) = own.post(f"/v1/decisions/{seq}/orders", {"route": "file today.csv"}).json()["orders"]
    fill = {"order": order, "reference": "X1", "kind": "fill", "date": "2026-03-10"}
    rows = {"executions": [{**fill, "quantity": "4", "price": "99.5"}]}
    assert own.post("/v1/executions", rows).json() == {
        "schema": "guardband/executions/1",
        "new": 1,
        "strays": 0,
    }
    assert own.post("/v1/executions", rows).json()["new"] == 0
    assert own.get(f"/v1/decisions/{seq}/remaining").status_code == 422, "the order is open"
    done = {**fill, "reference": "X2", "kind": "cancelled"}
    assert own.post("/v1/executions", {"executions": [done]}).json()["new"] == 1
    told = own.get(f"/v1/decisions/{seq}/orders").json()
    assert told["schema"] == "guardband/order-blocks/1"
    assert own.get("/v1/orders").json()["schema"] == "guardband/orders/1"
    (row,) = told["orders"]
    assert (row["state"], row["filled"]) == ("cancelled", "4")
    assert [(one["account"], one["amount"]) for one in row["allocated"]] == [("TAX-1", "398")]
    left = own.get(f"/v1/decisions/{seq}/remaining").json()["trades"]
    assert [(one["symbol"], one["quantity"]) for one in left] == [("PEP", "6")]
    lots = own.get("/v1/lots", as_of="2026-03-31").json()["open_lots"]
    assert [one["quantity"] for one in lots if one["lot"].startswith(order)] == ["4"]
    assert own.get("/v1/decisions/999/orders").status_code == 404
    assert own.get("/v1/decisions/999/remaining").status_code == 404


def test_an_execution_that_says_too_little_is_refused(own: Served) -> None:
    row = {"order": "GB1", "reference": "X1", "kind": "fill", "date": "2026-03-10"}
    got = own.post("/v1/executions", {"executions": [row]})
    assert got.status_code == 422
    assert "a fill needs quantity" in got.text


def test_positions_are_compared_and_breaks_have_causes(own: Served) -> None:
    rows = [{"account": "TAX-1", "symbol": "NOBODY", "quantity": "5"}]
    (found,) = [
        row
        for row in own.post("/v1/reconcile", {"positions": rows}, role="auditor").json()["breaks"]
        if row["symbol"] == "NOBODY"
    ]
    assert (found["ours"], found["theirs"]) == ("0", "5")
    assert found["cause"]


def test_the_monitor_runs_and_tells_each_fact_once(own: Served) -> None:
    first = own.post("/v1/monitor", {}).json()
    assert first["schema"] == "guardband/monitor/1"
    assert first["days"][0]["raised"] == len(first["alerts"]) > 0
    again = own.post("/v1/monitor", {}).json()
    assert sum(day["raised"] for day in again["days"]) == 0
    assert own.post("/v1/monitor", {"as_of": "2026-02-30"}).status_code == 422
    assert own.get("/v1/deliveries/dead").json()["deliveries"] == []
    assert own.post("/v1/deliveries/retry").json()["revived"] == 0


def test_an_alert_is_one_persons_and_the_log_keeps_whose(own: Served) -> None:
    own.post("/v1/monitor", {})
    number = own.get("/v1/alerts").json()["alerts"][0]["alert"]
    path = f"/v1/alerts/{number}/acknowledge"
    assert own.post(path, {"note": "mine"}).json()["acknowledged_by"] == "Max"
    other = own.post(path, {"note": "no, mine"}, role="officer")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/taken")
    records = own.get("/v1/decisions", kind="acknowledge").json()["decisions"]
    assert [row["person"] for row in records] == ["Max"]


def test_readiness_is_that_of_the_command(own: Served) -> None:
    told = own.get("/v1/readiness", role="auditor").json()
    assert told["schema"] == "guardband/readiness/1"
    assert {"formality", "capture"} <= {row["need"] for row in told["needs"]}
