"""Signing in and out, the files of the pages, and where each role begins."""

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from engine.shell.desk.asking import writing
from engine.shell.desk.menu import FIRST
from engine.shell.desk.pages import HEADERS, SEE_OTHER, PageRoute, page, person_at
from engine.shell.desk.warming import warm
from engine.shell.publishing.people import is_same_person
from engine.shell.publishing.roles import Role
from engine.shell.service.guard import At, Signed, form_of, service_of
from engine.shell.service.people import COOKIE, SignedIn
from engine.shell.service.problems import not_found
from engine.shell.service.signing.oidc import is_ours

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TYPES = {"desk.css": "text/css", "desk.js": "text/javascript"}


@router.get("/desk/static/{name}")
async def static(name: str) -> Response:
    """Return the style or the script of the pages."""
    if name not in TYPES:
        raise not_found("file", name)
    data = files("engine.shell.desk").joinpath("static").joinpath(name).read_bytes()
    headers = {"Cache-Control": "no-cache"}
    return Response(data, media_type=f"{TYPES[name]}; charset=utf-8", headers=headers)


@router.get("/desk/sign-in")
async def sign_in_page(request: Request) -> Response:
    """Return the page on which people sign in."""
    if person_at(request) is not None:
        return RedirectResponse("/desk", status_code=SEE_OTHER)
    return _asking(request)


def _asking(request: Request, problem: str = "", name: str = "", status: int = 200) -> Response:
    first = "Sign in with your name and your key."
    wanted = request.query_params.get("next", "")
    return page(
        request,
        "sign_in.html.j2",
        title="Sign in",
        first=first,
        status=status,
        problem=problem,
        name=name,
        wanted=wanted,
        provider=_provider_words(request),
    )


def _provider_words(request: Request) -> str:
    """Return what the link to the firm's identity provider says; empty where there is none."""
    provider = service_of(request).provider
    return "" if provider is None else f"Sign in with {provider.oidc.called or 'your firm'}"


@router.post("/desk/sign-in")
async def sign_in(request: Request, service: At) -> Response:
    """Begin a session for whoever names a user and brings the user's key."""
    form = await form_of(request)
    name, key = form.get("name", "").strip(), form.get("key", "").strip()
    address = request.client.host if request.client else "unknown"
    if service.failures.wait_seconds(address, cost=0):
        return _asking(request, "Too many attempts: wait a minute.", name, 429)

    def find() -> SignedIn | None:
        with service.store.reading() as session:
            return service.people.of_key(session, key)

    person = await service.lanes.run("keys", service.settings.gate_seconds, find)
    if person is None or not is_same_person(person.name, name):
        service.failures.wait_seconds(address)
        return _asking(request, "Name and key do not fit together.", name, 401)
    known: SignedIn = person
    cookie, _ = await writing(
        service, lambda session: service.people.begin(session, known, now=service.now())
    )
    wanted = form.get("next", "")
    led = RedirectResponse(wanted if is_ours(wanted) else "/desk", status_code=SEE_OTHER, headers=HEADERS)
    led.set_cookie(
        COOKIE, cookie, httponly=True, samesite="strict", secure=service.settings.secure_cookies, path="/"
    )
    if known.role is not Role.ADMINISTRATOR:
        warm(service)
    return led


@router.post("/desk/sign-out")
async def sign_out(request: Request, service: At, _person: Signed) -> Response:
    """End the session."""
    cookie = request.cookies.get(COOKIE, "")
    await writing(service, lambda session: service.people.end(session, cookie, now=service.now()))
    led = RedirectResponse("/desk/sign-in", status_code=SEE_OTHER)
    led.delete_cookie(COOKIE, path="/")
    return led


@router.get("/desk")
async def home(person: Signed) -> Response:
    """Lead to the page that a role begins with."""
    return RedirectResponse(FIRST[person.role], status_code=SEE_OTHER)


@router.get("/desk/keys")
async def keys(request: Request, _person: Signed) -> Response:
    """Return the page of the keys that the desk understands."""
    first = "The whole desk can be worked from the keyboard."
    return page(request, "keys.html.j2", title="Keys", first=first)
