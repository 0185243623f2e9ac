"""Signing in at the firm's identity provider: away with a signed note, and back with a session.

The note is a cookie that only the way back may read; whoever comes back without it, or with another state,
is turned away. The session's cookie goes to pages of ours alone, so the last step is a page that leads on.
"""

import base64
import hashlib
import hmac
import html
import json
import time

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.shell.publishing.identities import person_at
from engine.shell.service.guard import At, GuardedRoute, Service
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import Problem, not_found
from engine.shell.service.provider import Away, Provider
from engine.shell.service.signing.sessions import set_cookie

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
NOTE = "guardband_away"
PATH = "/v1/session/oidc"
SECONDS = 600
FIRST = "/desk"
SEE_OTHER = 303


@router.get(PATH)
async def away(service: At, next: str = "") -> Response:
    """Send a person to the provider."""
    where, note = await _provider(service).away(next if is_ours(next) else FIRST)
    led = RedirectResponse(where, status_code=SEE_OTHER)
    secure = service.settings.secure_cookies
    led.set_cookie(
        NOTE, _signed(service, note), max_age=SECONDS, path=PATH, httponly=True, samesite="lax", secure=secure
    )
    return led


@router.get(f"{PATH}/callback")
async def back(request: Request, service: At, state: str = "", code: str = "", error: str = "") -> Response:
    """Begin a session for whoever comes back from the provider with a good token."""
    provider = _provider(service)
    address = request.client.host if request.client else "unknown"
    if service.failures.wait_seconds(address, cost=0):
        raise Problem(429, "rate", "too many requests", headers={"Retry-After": "60"})
    note = _read(service, request.cookies.get(NOTE, ""))
    told = state.encode("utf-8", "replace")
    if note is None or not hmac.compare_digest(note.state.encode(), told):
        raise Problem(401, "sign-in", "nobody is signed in", detail="begin at the sign-in page again")
    if error or not code:
        raise Problem(401, "sign-in", "nobody is signed in", detail="the provider signed nobody in")
    try:
        subject = await provider.subject(code, note)
    except Problem:
        service.failures.wait_seconds(address)
        raise
    cookie = await service.lanes.run(
        "store", service.settings.gate_seconds, lambda: _begun(service, provider, subject)
    )
    led = _leading(note.wanted)
    led.delete_cookie(NOTE, path=PATH)
    set_cookie(led, service, cookie)
    return led


def _begun(service: Service, provider: Provider, subject: str) -> str:
    with service.store.writing() as session:
        found = person_at(session, issuer=provider.oidc.issuer, subject=subject)
        if found is None:
            detail = "the provider knows you, but no user here is linked to you: ask an administrator"
            raise Problem(403, "unlinked", "you are no user", detail=detail)
        number, known = found
        person = SignedIn(user_id=number, name=known.name, role=known.role, by="session")
        return service.people.begin(session, person, now=service.now())[0]


def is_ours(path: str) -> bool:
    """Return whether a path is a page of the desk, and of no other site."""
    return path.startswith("/desk/") and "//" not in path and "\\" not in path


def _provider(service: Service) -> Provider:
    if service.provider is None:
        raise not_found("identity provider", "none is set")
    return service.provider


def _leading(path: str) -> HTMLResponse:
    """Return a page that leads on: a redirect would go without the session's cookie, as others sent us."""
    where = html.escape(path, quote=True)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed in</title>'
        f'<meta http-equiv="refresh" content="0;url={where}">'
        f'<main><h1>Signed in</h1><p><a href="{where}">Go on to the desk</a></p></main></html>'
    )


def _signed(service: Service, note: Away) -> str:
    told = json.dumps({**note.as_fields(), "until": int(time.time()) + SECONDS}).encode()
    text = base64.urlsafe_b64encode(told).decode()
    return f"{text}.{_mac(service, text)}"


def _read(service: Service, cookie: str) -> Away | None:
    text, _, signature = cookie.partition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _mac(service, text).encode()):
        return None
    told = json.loads(base64.urlsafe_b64decode(text))
    return Away(**told) if told.pop("until") >= time.time() else None


def _mac(service: Service, text: str) -> str:
    told = f"away:{text}".encode("utf-8", "replace")
    return hmac.new(service.settings.secret.encode(), told, hashlib.sha256).hexdigest()
