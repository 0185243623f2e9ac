"""Who may ask for what: every route of the service, the act that it is, and so the roles that may.

    Entry(method="POST", path="/v1/gate", action="gate")     officers and managers, as ACTIONS says

One table, read by the guard before anything of a request is understood. A route that is not in it cannot
be served: the application refuses to start. Which role may do what stands in `publishing.roles`, for the
command line and the service alike.
"""

from dataclasses import dataclass

from engine.shell.publishing.roles import ACTIONS, Role

ANYONE = "anyone"
"""The act of routes that are also for somebody who is not signed in."""

SIGNED_IN = "signed_in"
"""The act of routes for everybody who is signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One route; writes: a request is answered once for each idempotency key."""

    method: str
    path: str
    action: str
    writes: bool = False

    @property
    def roles(self) -> frozenset[Role] | None:
        """The roles that may; None: anyone."""
        if self.action == ANYONE:
            return None
        return frozenset(Role) if self.action == SIGNED_IN else ACTIONS[self.action]


def entries(action: str, *routes: str, writes: bool = False) -> tuple[Entry, ...]:
    """Return the entries of routes, written `GET /v1/drift`, that are one act."""
    assert action in (ANYONE, SIGNED_IN) or action in ACTIONS, f"no such act: {action}"
    split = (route.split(" ", 1) for route in routes)
    return tuple(Entry(method=method, path=path, action=action, writes=writes) for method, path in split)


TABLE: tuple[Entry, ...] = (
    *entries(ANYONE, "GET /health", "GET /ready", "GET /v1/openapi.json", "POST /v1/session"),
    *entries(ANYONE, "GET /v1/session/oidc", "GET /v1/session/oidc/callback"),
    *entries(SIGNED_IN, "GET /v1/session", "DELETE /v1/session"),
    *entries("check", "POST /v1/check"),
    *entries("read_policies", "GET /v1/pending", "GET /v1/pending/{number}"),
    *entries("read_policies", "GET /v1/policies", "GET /v1/policies/{policy}", "GET /v1/rules"),
    *entries("read_book", "GET /v1/drift", "GET /v1/headroom", "GET /v1/lots", "GET /v1/tax"),
    *entries("read_book", "GET /v1/waivers", "GET /v1/alerts", "GET /v1/orders", "GET /v1/halts"),
    *entries("gate", "POST /v1/gate"),
    *entries("gate", "POST /v1/decisions", writes=True),
    *entries("read_decisions", "GET /v1/decisions", "GET /v1/decisions/{seq}"),
    *entries("propose", "POST /v1/repair", "POST /v1/rebalance", "POST /v1/harvest"),
    *entries("propose", "POST /v1/why", "POST /v1/why-not"),
    *entries("publish", "POST /v1/pending", writes=True),
    *entries("approve_policy", "POST /v1/pending/{number}/approve", writes=True),
    *entries("approve_policy", "POST /v1/pending/{number}/refuse", writes=True),
    *entries("waive", "POST /v1/waivers", writes=True),
    *entries("approve_decision", "POST /v1/decisions/{seq}/approve", writes=True),
    *entries("send_orders", "POST /v1/decisions/{seq}/orders", "POST /v1/orders/cancel", writes=True),
    *entries("close_alert", "POST /v1/alerts/{alert}/acknowledge", writes=True),
    *entries("import", "POST /v1/imports", "POST /v1/executions", "POST /v1/monitor"),
    *entries("import", "POST /v1/deliveries/retry", writes=True),
    *entries("read_book", "POST /v1/reconcile", "GET /v1/readiness", "GET /v1/deliveries/dead"),
    *entries("read_book", "GET /v1/decisions/{seq}/orders", "GET /v1/decisions/{seq}/remaining"),
    *entries("halt", "POST /v1/halts", writes=True),
    *entries("lift", "POST /v1/halts/{number}/lift", writes=True),
    *entries("keep_users", "GET /metrics", "GET /v1/users"),
    *entries("keep_users", "POST /v1/users", "POST /v1/users/{name}/key", writes=True),
    *entries("keep_users", "DELETE /v1/users/{name}", writes=True),
)
"""Every route but those of the desk."""


def by_route(table: tuple[Entry, ...]) -> dict[tuple[str, str], Entry]:
    """Return a table by method and path; a route stands in it once."""
    found = {(entry.method, entry.path): entry for entry in table}
    assert len(found) == len(table), "a route has one entry"
    return found


def methods_at(table: tuple[Entry, ...], path: str) -> tuple[str, ...]:
    """Return the methods that are known at a path, in order."""
    parts = path.split("/")
    return tuple(sorted({entry.method for entry in table if _fits(entry.path.split("/"), parts)}))


def _fits(pattern: list[str], parts: list[str]) -> bool:
    same = len(pattern) == len(parts)
    return same and all(p == part or p.startswith("{") for p, part in zip(pattern, parts, strict=True))
