"""Problems: every answer that is not what was asked for, as RFC 9457 says it, with place and cure.

    {"type": "/problems/input", "title": "input that cannot be read", "status": 422,
     "detail": "trades row 1, column symbol: …", "problems": [{"place": …, "reason": …, "cure": …}]}

What a client sent is never repeated beyond the words of a message. Source: RFC 9457.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dsl import render
from engine.facts.failure import GuardbandError, InputError, InputErrors
from engine.shell.policies import MandateErrors
from engine.shell.publishing.people import NotAllowed, SecondPerson
from engine.shell.store.failure import StoreError

MEDIA_TYPE = "application/problem+json"
MOST_TOLD = 100
"""How many problems one answer tells at most."""


class Told(BaseModel):
    """One thing that is wrong: where, what, and the cure."""

    place: str
    reason: str
    cure: str


class ProblemAnswer(BaseModel):
    """What every failed request gets."""

    type: str = Field(examples=["/problems/input"])
    title: str
    status: int
    detail: str
    problems: list[Told] = []
    findings: list[dict[str, Any]] | None = None


class Problem(Exception):
    """A request that cannot be answered."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        *,
        detail: str = "",
        told: Sequence[Told] = (),
        findings: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail or title
        self.told, self.findings, self.headers = tuple(told[:MOST_TOLD]), findings, dict(headers or {})

    def response(self) -> Response:
        """Return the answer that is sent."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "problems": [one.model_dump() for one in self.told],
        }
        if self.findings is not None:
            body["findings"] = self.findings
        text = json.dumps(body, ensure_ascii=True, indent=2) + "\n"
        return Response(text, status_code=self.status, media_type=MEDIA_TYPE, headers=self.headers)


def not_found(what: str, name: object) -> Problem:
    """Return that something is not there."""
    return Problem(404, "not-found", f"there is no {what}", detail=f"there is no {what} `{name}`")


def refused(reason: str, *, place: str, cure: str) -> Problem:
    """Return that one thing of a request cannot be meant."""
    return problem_of(InputError(reason, place=place, cure=cure))


def problem_of(error: GuardbandError) -> Problem:
    """Return what the world's failures are to a client."""
    match error:
        case MandateErrors():
            found = [finding for file in error.checked for finding in file.diagnostics]
            return Problem(
                422,
                "mandate",
                "the mandate has errors",
                detail=str(error),
                findings=render.records(found)[:MOST_TOLD],
            )
        case StoreError():
            told = _told(error)
            headers = {"Retry-After": "2"}
            return Problem(503, "database", error.reason, detail=error.reason, told=[told], headers=headers)
        case SecondPerson():
            told = _told(error)
            return Problem(403, "second-person", error.reason, detail=error.reason, told=[told])
        case NotAllowed():
            told = _told(error)
            return Problem(403, "role", error.reason, detail=error.reason, told=[told])
        case InputErrors():
            every = [_told(one) for one in error.problems]
            detail = f"{every[0].place}: {every[0].reason}" if every else str(error)
            return Problem(422, "input", "input that cannot be read", detail=detail, told=every)
        case InputError():
            return Problem(
                422, "input", "input that cannot be read", detail=error.reason, told=[_told(error)]
            )
        case _:
            return Problem(422, "input", "input that cannot be read", detail=str(error))


def _told(error: InputError) -> Told:
    return Told(place=error.place, reason=error.reason, cure=error.cure)


async def answer_problem(_request: Request, problem: Exception) -> Response:
    """Answer one of our own problems."""
    assert isinstance(problem, Problem)
    return problem.response()


async def answer_error(_request: Request, error: Exception) -> Response:
    """Answer a failure of the world outside."""
    assert isinstance(error, GuardbandError)
    return problem_of(error).response()


async def answer_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: an unknown path, a wrong method, a body that is not JSON."""
    assert isinstance(error, HTTPException)
    kinds = {404: "not-found", 405: "method", 413: "too-large", 415: "media-type"}
    title = _TITLES.get(error.status_code, str(error.detail))
    kind = kinds.get(error.status_code, "request")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(request.app.state.methods(request.url.path))
    return Problem(error.status_code, kind, title, headers=headers).response()


_TITLES = {
    400: "the body cannot be read",
    404: "there is nothing at this path",
    405: "the path does not know this method",
}


async def answer_validation(_request: Request, error: Exception) -> Response:
    """Answer a request that is not of the form that the description tells."""
    assert isinstance(error, RequestValidationError)
    told = [
        Told(
            place=".".join(str(part) for part in one["loc"]).encode("ascii", "replace").decode()[:200],
            reason=str(one["msg"]).encode("ascii", "replace").decode()[:300],
            cure="write it as /v1/openapi.json describes it",
        )
        for one in error.errors()[:MOST_TOLD]
    ]
    detail = f"{told[0].place}: {told[0].reason}" if told else ""
    return Problem(422, "request", "the request is not of its form", detail=detail, told=told).response()


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of the problems that a route may answer."""
    return {
        status: {
            "model": ProblemAnswer,
            "description": WORDS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
        }
        for status in statuses
    }


WORDS = {
    400: "the body is not JSON, or a header is missing",
    401: "nobody is signed in",
    403: "the role does not allow it",
    404: "it is not there",
    408: "the request did not arrive in time",
    409: "it contradicts what was done before",
    413: "the request is too large",
    422: "the input cannot be read; each place with its cure",
    429: "too many requests",
    503: "busy, or the database does not answer; try again",
}
"""The problems that any route may answer, and what each means."""
