"""The application: one factory, one router for each family of routes.

    app = make_app(Settings(database="sqlite:///firm.db"))

A family is a sub-package with a `router = APIRouter(route_class=GuardedRoute)` whose paths are written in
full. It is added here, and its routes to the table in `roles`: a route that is not in the table, or a row
without a route, and the application does not start. What is open between requests (database, books, rules
engine, threads) is opened when the worker starts and closed when it ends.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.facts.failure import GuardbandError
from engine.shell import work
from engine.shell.monitoring.schedule import keep_watch
from engine.shell.service import problems
from engine.shell.service.answering import answer
from engine.shell.service.books import Asked, Books
from engine.shell.service.edge import Edge
from engine.shell.service.guard import GuardedRoute, Service, service_of
from engine.shell.service.lanes import Lanes
from engine.shell.service.limits import Rate
from engine.shell.service.logs import log_lines
from engine.shell.service.metrics import Metrics
from engine.shell.service.people import People
from engine.shell.service.provider import Provider
from engine.shell.service.roles import TABLE, Entry, by_route, methods_at
from engine.shell.service.running import health
from engine.shell.service.settings import ENVIRONMENT, Settings, settings_from
from engine.shell.service.signing import oidc, sessions, users
from engine.shell.service.v1 import (
    halting,
    judging,
    mandates,
    outside,
    proposing,
    publishing,
    records,
    sending,
    standing,
)
from engine.shell.service.watching import watch_of
from engine.shell.store.connect import open_store
from engine.shell.version import VERSION

FAMILIES: tuple[APIRouter, ...] = (
    health.router,
    sessions.router,
    oidc.router,
    users.router,
    judging.router,
    proposing.router,
    standing.router,
    mandates.router,
    records.router,
    halting.router,
    publishing.router,
    sending.router,
    outside.router,
)
"""Every family of routes."""

Ready = Callable[[Service], Awaitable[None]]
"""What is made ready before the first request."""

DESCRIBED_SECONDS = 60.0
"""How long it may take to word the description, the first time that it is asked for."""

DESCRIPTION = """The answers of the `guardband` commands, over HTTP: the same objects, byte for byte.

Amounts are decimals as text. Send a key as `Authorization: Bearer …`. What writes takes an
`Idempotency-Key`; the same request with the same key is done once. Problems are `application/problem+json`
with the place of each mistake and its cure."""


def make_app(
    settings: Settings,
    *,
    families: Sequence[APIRouter] = FAMILIES,
    table: tuple[Entry, ...] = TABLE,
    log: Any = None,
    ready: Ready | None = None,
) -> FastAPI:
    """Return the application over a database.

    log: a structlog logger; unsaid: lines on standard error. ready: what is done at the start, where the
    settings say that the book is opened first.
    """
    metrics = Metrics()
    lines = log or log_lines()
    app = FastAPI(
        title="Guardband",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_opened(settings, metrics, table, lines, ready or _open_first),
        exception_handlers={
            problems.Problem: problems.answer_problem,
            GuardbandError: problems.answer_error,
            HTTPException: problems.answer_http,
            RequestValidationError: problems.answer_validation,
        },
    )
    described = _description()
    every = (*families, described)
    _check(every, table)
    bearer = Security(HTTPBearer(auto_error=False, description="A key of a user."))
    for router in every:
        app.include_router(router, dependencies=[bearer], responses=problems.described(401, 403, 429, 503))
    app.add_middleware(Edge, settings=settings, metrics=metrics, log=lines)
    app.state.methods = partial(methods_at, table)
    app.openapi = lambda: _openapi(app, table)  # type: ignore[method-assign]  # FastAPI's own way to do it
    return app


def from_environment() -> FastAPI:
    """Return the application of a worker; its settings are in the environment."""
    from engine.shell.desk.app import DESK, PAGES
    from engine.shell.desk.warming import ready

    settings = settings_from(os.environ[ENVIRONMENT])
    return make_app(settings, families=(*FAMILIES, *DESK), table=(*TABLE, *PAGES), ready=ready)


def _opened(settings: Settings, metrics: Metrics, table: tuple[Entry, ...], log: Any, ready: Ready) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            store = stack.enter_context(open_store(settings.database))
            inference = stack.enter_context(work.engine())
            lanes = Lanes(settings.waiting)
            stack.callback(lanes.close)
            app.state.service = Service(
                settings=settings,
                store=store,
                books=Books(store, inference, most=settings.books_open, opened=metrics.openings.inc),
                lanes=lanes,
                people=People(settings),
                metrics=metrics,
                rate=Rate(settings.requests_per_minute),
                failures=Rate(settings.failures_per_minute),
                table=by_route(table),
                inference=inference,
                provider=None if settings.oidc is None else Provider(settings.oidc),
            )
            if settings.opens_first:
                app.state.opening = asyncio.create_task(_begun(ready, app.state.service))
            watch = watch_of(settings, log)
            if watch is not None:
                app.state.watching = asyncio.create_task(keep_watch(settings.database, watch))
                stack.callback(app.state.watching.cancel)
            yield

    return lifespan


async def _begun(ready: Ready, service: Service) -> None:
    await ready(service)


async def _open_first(service: Service) -> None:
    """Open the book in force, so that the first who asks need not wait; what is wrong is told to them."""
    with suppress(GuardbandError, problems.Problem):
        await service.lanes.run(
            "gate",
            service.settings.solve_seconds,
            lambda: service.books.desk(Asked(), "gate").opened.reference,
        )


def _check(families: Sequence[APIRouter], table: tuple[Entry, ...]) -> None:
    """Refuse to start with a route without a role, or a role without a route."""
    routes = [route for router in families for route in router.routes]
    assert all(isinstance(route, GuardedRoute) for route in routes), "every route is behind the guard"
    served = {
        (method, route.path)
        for route in routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    listed = set(by_route(table))
    assert served == listed, f"routes and table differ: {sorted(served ^ listed)}"


def _description() -> APIRouter:
    """Return the route that tells the description."""
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/v1/openapi.json", include_in_schema=False)
    async def description(request: Request) -> Response:
        """Tell the OpenAPI description of this service."""
        service = service_of(request)
        return answer(await service.lanes.run("own", DESCRIBED_SECONDS, request.app.openapi))

    return router


def _openapi(app: FastAPI, table: tuple[Entry, ...]) -> dict[str, Any]:
    """Return the description, with the roles of each route."""
    if app.openapi_schema:
        return app.openapi_schema
    told = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    for entry in table:
        found = told["paths"].get(entry.path, {}).get(entry.method.lower())
        if found is not None:
            found["x-roles"] = None if entry.roles is None else sorted(entry.roles)
            if entry.roles is None:
                found.pop("security", None)
    app.openapi_schema = told
    return told
