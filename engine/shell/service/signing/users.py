"""Users and their keys, kept by administrators. A key is told once and nowhere kept."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from engine.shell.publishing import people
from engine.shell.service.answering import Done, OnceKey, answer, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, author_of
from engine.shell.service.models.records import UserAnswer, UsersAnswer
from engine.shell.service.models.requests import UserIn
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import Problem, described, not_found
from engine.shell.service.v1.asking import Name

router = APIRouter(route_class=GuardedRoute, tags=["people"], responses=described(400, 404, 409, 422))

Named = Annotated[Name, Path()]


@router.get("/v1/users", response_model=UsersAnswer)
async def users(service: At) -> Response:
    """List every user, by name."""

    def read() -> list[dict[str, Any]]:
        with service.store.reading() as session:
            return [_user(row) for row in people.people(session)]

    rows = await service.lanes.run("store", service.settings.gate_seconds, read)
    return answer({"schema": "guardband/users/1", "users": rows, "next": None})


@router.post("/v1/users", response_model=UserAnswer, status_code=201)
async def add(request: Request, body: UserIn, service: At, person: Signed, key: OnceKey) -> Response:
    """Add a user; the answer tells the key, this one time."""
    return await written(request, service, person, key, partial(_added, service, person, body))


def _added(service: Service, person: SignedIn, body: UserIn, session: Session) -> Done:
    if people.person(session, body.name) is not None:
        raise Problem(409, "taken", "there is a user of this name")
    author = author_of(service, person)
    return _with_key(people.add_user(session, author, name=body.name, role=body.role))


@router.post("/v1/users/{name}/key", response_model=UserAnswer, status_code=201)
async def renew(name: Named, request: Request, service: At, person: Signed, key: OnceKey) -> Response:
    """Give a user a new key; those given before stop working."""

    def act(session: Session) -> Done:
        _found(session, name)
        return _with_key(people.renew_key(session, author_of(service, person), name=name))

    return await _changed(request, service, person, key, act)


@router.delete("/v1/users/{name}", response_model=UserAnswer)
async def remove(name: Named, request: Request, service: At, person: Signed, key: OnceKey) -> Response:
    """Make a user inactive and the user's keys void; nobody removes themselves."""

    def act(session: Session) -> Done:
        found = _found(session, name)
        if people.is_same_person(found.name, person.name):
            raise Problem(403, "second-person", "nobody removes themselves: ask another administrator")
        people.remove_user(session, author_of(service, person), name=name)
        return Done(data=_answer({**_user(found), "active": False}))

    return await _changed(request, service, person, key, act)


async def _changed(
    request: Request, service: Service, person: SignedIn, key: str, act: Callable[[Session], Done]
) -> Response:
    told = await written(request, service, person, key, act)
    service.people.forget()
    return told


def _found(session: Session, name: str) -> people.Person:
    found = people.person(session, name)
    if found is None:
        raise not_found("user", name)
    return found


def _with_key(added: people.Added) -> Done:
    return Done(data=_answer(_user(added.person)), status=201, secret={"key": added.key})


def _user(row: people.Person) -> dict[str, Any]:
    return {"name": row.name, "role": row.role.value, "active": row.active}


def _answer(user: dict[str, Any]) -> dict[str, Any]:
    return {"schema": "guardband/user/1", **user, "key": None}
