"""Who may ask for what: every route called as every role, against a table written out by hand.

o officer, m manager, a auditor, d administrator; `-` also somebody who is not signed in.
"""

import httpx
import pytest

from engine.shell.orders.desk import send
from engine.shell.service.app import FAMILIES, make_app
from engine.shell.service.guard import GuardedRoute
from engine.shell.service.roles import TABLE
from engine.shell.service.settings import Settings
from tests.service.served import TRADES, USERS, Served

MAY = {
    "GET /health": "-omad",
    "GET /ready": "-omad",
    "GET /v1/openapi.json": "-omad",
    "POST /v1/session": "-omad",
    "GET /v1/session/oidc": "-omad",
    "GET /v1/session/oidc/callback": "-omad",
    "GET /v1/session": "omad",
    "DELETE /v1/session": "omad",
    "POST /v1/check": "omad",
    "GET /v1/policies": "omad",
    "GET /v1/policies/{policy}": "omad",
    "GET /v1/rules": "omad",
    "GET /v1/drift": "oma",
    "GET /v1/headroom": "oma",
    "GET /v1/lots": "oma",
    "GET /v1/tax": "oma",
    "GET /v1/waivers": "oma",
    "GET /v1/alerts": "oma",
    "GET /v1/orders": "oma",
    "GET /v1/halts": "oma",
    "GET /v1/decisions": "oma",
    "GET /v1/decisions/{seq}": "oma",
    "POST /v1/gate": "om",
    "POST /v1/decisions": "om",
    "POST /v1/repair": "m",
    "POST /v1/rebalance": "m",
    "POST /v1/harvest": "m",
    "POST /v1/why": "m",
    "POST /v1/why-not": "m",
    "POST /v1/alerts/{alert}/acknowledge": "om",
    "POST /v1/halts": "om",
    "POST /v1/halts/{number}/lift": "o",
    "GET /v1/pending": "omad",
    "GET /v1/pending/{number}": "omad",
    "POST /v1/pending": "o",
    "POST /v1/pending/{number}/approve": "o",
    "POST /v1/pending/{number}/refuse": "o",
    "POST /v1/waivers": "o",
    "POST /v1/decisions/{seq}/approve": "om",
    "POST /v1/decisions/{seq}/orders": "m",
    "POST /v1/orders/cancel": "m",
    "POST /v1/imports": "md",
    "POST /v1/executions": "md",
    "POST /v1/monitor": "md",
    "POST /v1/deliveries/retry": "md",
    "POST /v1/reconcile": "oma",
    "GET /v1/readiness": "oma",
    "GET /v1/deliveries/dead": "oma",
    "GET /v1/decisions/{seq}/orders": "oma",
    "GET /v1/decisions/{seq}/remaining": "oma",
    "GET /metrics": "d",
    "GET /v1/users": "d",
    "POST /v1/users": "d",
    "POST /v1/users/{name}/key": "d",
    "DELETE /v1/users/{name}": "d",
}
LETTERS = {None: "-", "officer": "o", "manager": "m", "auditor": "a", "administrator": "d"}


def test_the_table_names_every_route_and_every_route_stands_in_it() -> None:
    routes = {
        f"{method} {route.path}"
        for router in FAMILIES
        for route in router.routes
        if isinstance(route, GuardedRoute)
        for method in route.methods or ()
    }
    listed = {f"{entry.method} {entry.path}" for entry in TABLE}
    assert routes | {"GET /v1/openapi.json"} == listed == set(MAY)


@pytest.mark.parametrize("role", LETTERS)
def test_every_route_lets_in_exactly_the_roles_of_the_table(role: str | None, shared: Served) -> None:
    found = {}
    for route, may in MAY.items():
        method, path = route.split(" ")
        got = _sent(shared.as_(role), method, path)
        refusal = "401" if role is None else "403"
        expected = "in" if may[0] == "-" or LETTERS[role] in may else refusal
        kind = got.json()["type"] if got.is_client_error else ""
        turned = kind in ("/problems/sign-in", "/problems/role") and not (
            route == "POST /v1/session" or "oidc" in route
        )
        found[route] = (str(got.status_code) if turned else "in", expected)
    assert {route: pair for route, pair in found.items() if pair[0] != pair[1]} == {}


def test_a_route_without_a_role_cannot_be_served() -> None:
    with pytest.raises(AssertionError, match="/v1/tax"):
        make_app(Settings(database="sqlite:///none.db"), table=tuple(e for e in TABLE if e.path != "/v1/tax"))


def test_who_halted_does_not_lift_it(own: Served) -> None:
    made = own.post("/v1/halts", {"scope": "security", "name": "KO", "reason": "a bid"}, role="officer")
    assert made.status_code == 201, made.text
    lift = f"/v1/halts/{made.json()['seq']}/lift"
    same = own.post(lift, {"reason": "withdrawn"}, role="officer")
    assert (same.status_code, same.json()["type"]) == (403, "/problems/second-person")
    assert [row["name"] for row in own.get("/v1/halts").json()["halts"]] == ["KO"]
    assert own.post(lift, {"reason": "withdrawn"}, role="second officer").status_code == 201
    assert own.get("/v1/halts").json()["halts"] == []


def test_what_is_halted_is_blocked_at_once(own: Served) -> None:
    trades = [{"account": "TAX-1", "side": "buy", "symbol": "PEP", "quantity": "1"}]
    before = own.post("/v1/gate", {"trades": trades}).json()
    assert before["decision"] != "block"
    own.post("/v1/halts", {"scope": "all", "reason": "systems"}, role="manager")
    after = own.post("/v1/gate", {"trades": trades}).json()
    assert after["decision"] == "block"
    assert after["verdicts"][0]["title"] == "Trading is halted"
    assert own.post("/v1/rebalance", {}).json()["status"] == "infeasible"


def test_a_halt_ends_the_open_orders_that_it_touches(own: Served) -> None:
    made = own.post("/v1/decisions", {"trades": TRADES})
    send(own.address, str(made.json()["seq"]), by=USERS["manager"], route="file generic")
    own.post("/v1/halts", {"scope": "security", "name": "PEP", "reason": "a bid"}, role="officer")
    assert [row["state"] for row in own.get("/v1/orders").json()["orders"]] == ["cancelled"]


def test_an_administrator_cannot_remove_the_own_user(own: Served) -> None:
    path, headers = "/v1/users/Ada", {"Idempotency-Key": "remove-ada"}
    got = own.as_("administrator").delete(path, headers=headers)
    assert (got.status_code, got.json()["type"]) == (403, "/problems/second-person")


def test_a_renewed_key_makes_the_old_one_void_at_once(own: Served) -> None:
    assert own.get("/v1/drift", role="auditor").status_code == 200
    new = own.post("/v1/users/Ann/key", role="administrator").json()["key"]
    assert own.get("/v1/drift", role="auditor").status_code == 401
    headers = {"Authorization": f"Bearer {new}"}
    assert httpx.get(f"{own.url}/v1/session", headers=headers).json()["name"] == "Ann"


def _sent(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """Call a route with nothing in it: who may is turned away by what is missing, not by the guard."""
    for name in ("{policy}", "{seq}", "{number}", "{alert}", "{name}"):
        path = path.replace(name, "999999")
    return client.request(method, path, content=b"" if method == "GET" else b"{}")
