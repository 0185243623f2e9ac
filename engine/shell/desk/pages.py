"""Pages: one template each in one frame, with headers that let nothing in from elsewhere.

    return page(request, "accounts.html.j2", title="Accounts", first="2 of 3 accounts …", rows=rows)

A page opens with one sentence that answers its question. A failure is a page too: what is wrong, where, and
the cure, as the command line words it; whoever is not signed in is led to the sign-in page.
"""

import json
from collections.abc import Callable, Coroutine
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.facts.failure import GuardbandError
from engine.shell.desk import words as desk_words
from engine.shell.desk.menu import menu_of
from engine.shell.publishing.roles import may
from engine.shell.service.guard import GuardedRoute
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import Problem, problem_of
from reports import words

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Scripts come from this server alone; charts carry their styles with them."""

SIGN_IN = "/desk/sign-in"
SEE_OTHER = 303


class PageRoute(GuardedRoute):
    """A route that answers with pages, its failures too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler; what goes wrong in it becomes a page."""
        guarded = super().get_route_handler()

        async def paged(request: Request) -> Response:
            try:
                return await guarded(request)
            except Problem as problem:
                return problem_page(request, problem)
            except GuardbandError as error:
                return problem_page(request, problem_of(error))

        return paged


def _template(name: str) -> str:
    return files("engine.shell.desk").joinpath("templates").joinpath(name).read_text("utf-8")


@cache
def environment() -> Environment:
    """Return the templates' environment: everything is escaped, nothing may be missing."""
    made = Environment(
        autoescape=True,
        loader=FunctionLoader(_template),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        money=lambda value: words.money(_number(value)),
        whole=lambda value: words.whole(_number(value)),
        signed=lambda value: words.signed(_number(value) or Decimal(0)),
        percent=lambda value: words.percent(_number(value)),
        quantity=lambda value: words.quantity(_number(value)),
        day=lambda value: words.day(date.fromisoformat(value) if isinstance(value, str) else value),
        moment=desk_words.moment,
        plural=words.plural,
        mark=desk_words.mark,
        kind=desk_words.kind,
    )
    return made


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def fill(template: str, **values: object) -> Markup:
    """Return one template, filled in."""
    return Markup(environment().get_template(template).render(**values))


def person_at(request: Request) -> SignedIn | None:
    """Return who is signed in, if anybody."""
    found: SignedIn | None = getattr(request.state, "person", None)
    return found


def page(
    request: Request, template: str, *, title: str, first: str, status: int = 200, **values: object
) -> HTMLResponse:
    """Return a page in the desk's frame; `first` is the sentence that it opens with."""
    person = person_at(request)
    html = fill(
        template,
        title=title,
        first=first,
        person=person,
        csrf="" if person is None else person.csrf,
        menu=() if person is None else menu_of(person.role),
        may=(lambda _action: False) if person is None else (lambda action: may(person.role, action)),
        path=request.url.path,
        said=request.query_params.get("said", ""),
        **values,
    )
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def fragment(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a part of a page, which the page puts in its place."""
    return HTMLResponse(fill(template, **values), status_code=status, headers=HEADERS)


def led_to(path: str, *, said: str = "") -> RedirectResponse:
    """Return the way to another page, which then says what was done."""
    return RedirectResponse(f"{path}?said={quote(said)}" if said else path, status_code=SEE_OTHER)


def problem_page(request: Request, problem: Problem) -> Response:
    """Return what is wrong as a page, or as the part of a page that asked."""
    is_part = request.headers.get("x-part") == "yes"
    if problem.status == 401 and not is_part:
        wanted = request.url.path if request.method == "GET" else "/desk"
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}", status_code=SEE_OTHER)
    told = [{"place": one.place, "reason": one.reason, "cure": one.cure} for one in problem.told]
    values = {"told": told, "detail": problem.detail, "findings": problem.findings or []}
    first = problem.told[0].reason if problem.told else problem.title
    first = first[:1].upper() + first[1:] + ("" if first.endswith(".") else ".")
    if is_part:
        return fragment("problem_part.html.j2", status=problem.status, first=first, **values)
    return page(
        request, "problem.html.j2", title="That did not work", first=first, status=problem.status, **values
    )


def as_json(value: object) -> str:
    """Return plain data as text for people who read data."""
    return json.dumps(value, ensure_ascii=False, indent=2)
