"""`/health`: the worker lives. `/ready`: database and rules engine answer. `/metrics`: for Prometheus."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import PlainTextResponse, Response

from engine.gate.engine.contained import Contained
from engine.shell.service.answering import answer
from engine.shell.service.guard import At, GuardedRoute, Service
from engine.shell.service.problems import Problem, described
from engine.shell.store.connect import newest_version, schema_version
from engine.shell.version import VERSION

router = APIRouter(route_class=GuardedRoute, tags=["running"])

READY_SECONDS = 5.0


class Health(BaseModel):
    """That the worker lives."""

    status: str
    version: str


class Ready(BaseModel):
    """That requests can be answered; evaluators: how many of the gate's two are there."""

    status: str
    schema_version: str
    evaluators: int


@router.get("/health", response_model=Health)
async def health() -> Response:
    """Tell that the worker lives."""
    return answer({"status": "ok", "version": VERSION})


@router.get("/ready", response_model=Ready, responses=described(503))
async def ready(service: At) -> Response:
    """Tell that the database answers and the rules engine is there."""
    found = await service.lanes.run("store", READY_SECONDS, lambda: schema_version(service.store.engine))
    if found != newest_version():
        raise Problem(503, "schema", "the database has another schema than this program")
    evaluators = 2 if _engine_lives(service) else 1
    return answer({"status": "ready", "schema_version": found, "evaluators": evaluators})


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(service: At) -> Response:
    """Tell the figures of this service, as Prometheus reads them."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _engine_lives(service: Service) -> bool:
    return isinstance(service.inference, Contained) and service.inference.process_id is not None
