"""Policies and their rules, as the store keeps them."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import RowMapping, select
from starlette.responses import Response

from dsl import render
from engine.shell import work
from engine.shell.service.answering import answer
from engine.shell.service.books import Asked, load_ids
from engine.shell.service.guard import At, GuardedRoute, Service
from engine.shell.service.models.records import PoliciesAnswer, PolicyAnswer, RulesAnswer
from engine.shell.service.paging import Cursor, Limit, number_after, page
from engine.shell.service.problems import Problem, described, not_found
from engine.shell.service.v1.asking import BookQuery, Name
from engine.shell.store.recording import table_of
from engine.shell.store.schema.policies import MandateRow, PolicyRow
from engine.shell.store.schema.two_times import ALWAYS_FROM, ALWAYS_UNTIL

router = APIRouter(route_class=GuardedRoute, tags=["policies"], responses=described(422))


@router.get("/v1/policies", response_model=PoliciesAnswer)
async def policies(service: At, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """List the versions of every policy that is known now, with the days on which each is in force."""
    work = partial(_policies, service, limit, number_after(cursor, first=0))
    return answer(await service.lanes.run("store", service.settings.gate_seconds, work))


def _policies(service: Service, limit: int, after: int) -> dict[str, Any]:
    force = table_of(PolicyRow)
    statement = _joined().where(force.c.id > after).order_by(force.c.id).limit(limit + 1)
    with service.store.reading() as session:
        rows = session.execute(statement).mappings().all()
    listed, following = page(rows, limit, lambda row: str(row["id"]))
    return {
        "schema": "guardband/policies/1",
        "policies": [_policy(row) for row in listed],
        "next": following,
    }


@router.get("/v1/policies/{policy}", response_model=PolicyAnswer, responses=described(404))
async def policy(
    policy: Annotated[Name, Path()],
    service: At,
    version: Annotated[str | None, Query(max_length=50, description="Unsaid: the latest.")] = None,
) -> Response:
    """Tell a version of a policy with its text."""
    work = partial(_one, service, policy, version)
    return answer(await service.lanes.run("store", service.settings.gate_seconds, work))


def _one(service: Service, policy: str, version: str | None) -> dict[str, Any]:
    force = table_of(PolicyRow)
    statement = _joined().where(force.c.policy == policy).order_by(force.c.valid_from.desc())
    if version is not None:
        statement = statement.where(force.c.version == version)
    with service.store.reading() as session:
        row = session.execute(statement.limit(1)).mappings().first()
    if row is None:
        raise not_found("policy", policy)
    return {"schema": "guardband/policy/1", **_policy(row), "file": row["file"], "text": row["text"]}


@router.get("/v1/rules", response_model=RulesAnswer)
async def rules(
    asked: BookQuery,
    service: At,
    where: Annotated[
        str,
        Query(
            max_length=2000,
            description="`rules`, or `rules where measure is weight and limit is less than 5%`",
        ),
    ] = "rules",
) -> Response:
    """List the compiled rules in force for which a condition holds."""
    work = partial(_rules, service, asked, where)
    return answer(await service.lanes.run("own", service.settings.gate_seconds, work))


def _rules(service: Service, asked: Asked, where: str) -> dict[str, Any]:
    from rulebooks.query import query, query_answer

    read = service.books.read(asked)
    chosen = asked.policies or work.named_by(read.records, read.beside)
    rulebooks = tuple(work.rulebook_of((policy,)) for policy in load_ids(chosen, read.beside))
    found = query(where, rulebooks)
    if found.problems:
        told = render.all_text(found.problems, {"query": where})
        findings = render.records(found.problems)
        raise Problem(422, "query", "the condition cannot be read", detail=told, findings=findings)
    return query_answer(where, rulebooks, found.rows)


def _joined() -> Any:
    force, kept = table_of(PolicyRow), table_of(MandateRow)
    columns = (kept.c.title, kept.c.file, kept.c.text, kept.c.rulebook_hash)
    return (
        select(force, *columns)
        .join(kept, kept.c.id == force.c.mandate_id)
        .where(force.c.superseded_at.is_(None))
    )


def _policy(row: RowMapping) -> dict[str, Any]:
    return {
        "policy": row["policy"],
        "version": row["version"],
        "title": row["title"],
        "in_force_from": _bound(row["valid_from"], ALWAYS_FROM),
        "in_force_until": _bound(row["valid_to"], ALWAYS_UNTIL),
        "published_by": row["published_by"],
        "approved_by": row["approved_by"],
        "rulebook_hash": row["rulebook_hash"],
    }


def _bound(day: date, open_end: date) -> str | None:
    return None if day == open_end else day.isoformat()
