"""Sessions: a key begins one, a cookie carries it, signing out ends it for good."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.shell.service.answering import answer
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, key_holder
from engine.shell.service.models.records import SessionAnswer
from engine.shell.service.models.requests import SignIn
from engine.shell.service.people import COOKIE, SignedIn
from engine.shell.service.problems import Problem, described

router = APIRouter(route_class=GuardedRoute, tags=["people"])


@router.post("/v1/session", response_model=SessionAnswer, responses=described(400, 401, 422))
async def sign_in(request: Request, body: SignIn, service: At) -> Response:
    """Begin a session with a key. The answer sets the cookie."""
    cookie, person = await begin(request, service, body.key)
    told = answer(_session(person))
    set_cookie(told, service, cookie)
    return told


@router.get("/v1/session", response_model=SessionAnswer)
async def who(person: Signed) -> Response:
    """Tell who is signed in."""
    return answer(_session(person))


@router.delete("/v1/session", status_code=204)
async def sign_out(request: Request, service: At) -> Response:
    """End the session."""
    await end(request, service)
    told = Response(status_code=204)
    told.delete_cookie(COOKIE, path="/")
    return told


async def begin(request: Request, service: Service, key: str) -> tuple[str, SignedIn]:
    """Begin a session; return its cookie and who signed in. Raises Problem where the key is nobody's."""
    address = request.client.host if request.client else "unknown"
    person = await key_holder(service, key.strip(), address)
    if person is None:
        raise Problem(401, "sign-in", "the key is not valid", headers={"WWW-Authenticate": "Bearer"})

    def kept() -> tuple[str, SignedIn]:
        with service.store.writing() as session:
            return service.people.begin(session, person, now=service.now())

    return await service.lanes.run("store", service.settings.gate_seconds, kept)


async def end(request: Request, service: Service) -> None:
    """End the session that a request's cookie carries, if any."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return

    def ended() -> None:
        with service.store.writing() as session:
            service.people.end(session, cookie, now=service.now())

    await service.lanes.run("store", service.settings.gate_seconds, ended)


def set_cookie(response: Response, service: Service, cookie: str) -> None:
    """Send the cookie along: signed, out of reach of scripts, and to our own pages only."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(service.settings.session_hours * 3600),
        path="/",
        httponly=True,
        samesite="strict",
        secure=service.settings.secure_cookies,
    )


def _session(person: SignedIn) -> dict[str, str]:
    return {
        "schema": "guardband/session/1",
        "name": person.name,
        "role": person.role.value,
        "csrf": person.csrf,
    }
