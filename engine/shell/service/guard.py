"""The guard: before a request is read, who asks, whether the role may, and how often.

A family of routes is a router with `route_class=GuardedRoute`; a handler asks for `Signed` (who is signed
in) and `At` (the service). The role comes from the one table in `roles`.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from engine.gate.engine.port import InferenceEngine
from engine.shell.log.chain import Author, author_named
from engine.shell.service.books import Books
from engine.shell.service.edge import NOTED
from engine.shell.service.lanes import Lanes
from engine.shell.service.limits import Rate
from engine.shell.service.metrics import Metrics
from engine.shell.service.people import COOKIE, People, SignedIn
from engine.shell.service.problems import Problem, described
from engine.shell.service.provider import Provider
from engine.shell.service.roles import Entry
from engine.shell.service.settings import Settings
from engine.shell.store.connect import Store

FORM = "application/x-www-form-urlencoded"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True, kw_only=True)
class Service:
    """Everything that a worker has open; `app.state.service`."""

    settings: Settings
    store: Store
    books: Books
    lanes: Lanes
    people: People
    metrics: Metrics
    rate: Rate
    failures: Rate
    table: dict[tuple[str, str], Entry]
    inference: InferenceEngine
    provider: Provider | None = None

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC)


def service_of(request: Request) -> Service:
    """Return the worker's service."""
    found: Service = request.app.state.service
    return found


def signed_in(request: Request) -> SignedIn:
    """Return who is signed in; only for routes that are not for anyone."""
    person: SignedIn | None = request.state.person
    assert person is not None, "the guard lets nobody in who is not signed in"
    return person


def author_of(service: Service, person: SignedIn) -> Author:
    """Return who acts, now, with the key that signs the log where there is one."""
    return author_named(person.name, service.now())


At = Annotated[Service, Depends(service_of)]
Signed = Annotated[SignedIn, Depends(signed_in)]


class GuardedRoute(APIRoute):
    """A route of the table. A page overrides `turned_away`, to send people to the sign-in page."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        """Describe the answers to a body that cannot be read, is slow or too large, wherever one may come."""
        if not SAFE.issuperset(told.get("methods") or SAFE):
            told["responses"] = described(400, 408, 413) | (told.get("responses") or {})
        super().__init__(path, endpoint, **told)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the guard."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                await admit(request, self.path)
            except Problem as problem:
                return self.turned_away(request, problem)
            return await handler(request)

        return guarded

    def turned_away(self, _request: Request, problem: Problem) -> Response:
        """Return the answer to somebody who is not let in."""
        raise problem


async def admit(request: Request, path: str) -> None:
    """Let a request in, with `request.state.person` set; raises Problem where it may not."""
    service = service_of(request)
    request.scope[NOTED]["path"] = path
    entry = service.table[request.method if request.method != "HEAD" else "GET", path]
    address = request.client.host if request.client else "unknown"
    person = request.state.person = await _who(service, request, address)
    if person is not None:
        request.scope[NOTED]["user"] = person.user_id
    _slow_down(service.rate, f"user {person.user_id}" if person else address)
    if entry.roles is None:
        return
    if person is None:
        cure = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "sign-in", "nobody is signed in, or the key is not valid", headers=cure)
    if person.role not in entry.roles:
        allowed = ", ".join(sorted(entry.roles))
        told = f"the role {person.role} does not allow it; it is for: {allowed}"
        raise Problem(403, "role", "the role does not allow it", detail=told)
    if person.by == "session" and request.method not in SAFE:
        await _check_token(request, person)


async def _who(service: Service, request: Request, address: str) -> SignedIn | None:
    """Return who asks; a key counts before a session."""
    scheme, _, key = request.headers.get("authorization", "").strip().partition(" ")
    key = key.strip()
    if scheme.lower() == "bearer" and key:
        person = service.people.remembered(key)
        return person or await key_holder(service, key, address)
    cookie = request.cookies.get(COOKIE)
    if scheme or not cookie:
        return None

    def find() -> SignedIn | None:
        with service.store.reading() as session:
            return service.people.of_cookie(session, cookie, now=service.now())

    return await service.lanes.run("store", service.settings.gate_seconds, find)


async def key_holder(service: Service, key: str, address: str) -> SignedIn | None:
    """Return whose key it is; an address that tries many wrong ones is told to wait."""
    _slow_down(service.failures, address, cost=0)

    def find() -> SignedIn | None:
        with service.store.reading() as session:
            return service.people.of_key(session, key)

    person = await service.lanes.run("keys", service.settings.gate_seconds, find)
    if person is None:
        service.failures.wait_seconds(address)
    return person


async def _check_token(request: Request, person: SignedIn) -> None:
    """Raise where a page of another site may have sent the request."""
    import hmac

    told = request.headers.get("x-csrf-token", "")
    if not told and request.headers.get("content-type", "").startswith(FORM):
        told = (await form_of(request)).get("csrf", "")
    if not hmac.compare_digest(told.encode("utf-8", "replace"), person.csrf.encode()):
        raise Problem(403, "token", "the page's token is missing or old", detail="load the page again")


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form that a page sent, the last of each name."""
    text = (await request.body()).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _slow_down(rate: Rate, name: str, *, cost: float = 1) -> None:
    wait = rate.wait_seconds(name, cost=cost)
    if wait:
        headers = {"Retry-After": str(int(wait) + 1)}
        raise Problem(429, "rate", "too many requests", headers=headers)
