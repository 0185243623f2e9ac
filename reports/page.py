"""A page: a first sentence that answers its question, then sections, in one self-contained HTML file.

Every section is one small module under `reports.sections`: a function from the review to a `Section`,
whose body is made by the template of the same name.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reports import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section; `first` is its first sentence, `body` safe HTML."""

    anchor: str
    title: str
    first: str
    body: Markup
    heading: bool = True
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole report page."""

    house: str
    dated: str
    title: str
    first: str
    notice: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    kind: str = ""  # of report, for its style
    created: date | None = None  # the date that the files carry
    running: str = ""  # what stands at the foot of every printed page


def _template(name: str) -> str:
    return files("reports").joinpath("templates").joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_template),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=words.money,
        whole=words.whole,
        signed=words.signed,
        percent=words.percent,
        quantity=words.quantity,
        day=words.day,
        plain=words.plain_words,
        unquoted=words.unquoted,
    )
    return environment


def fill(template: str, **values: object) -> Markup:
    """Return the HTML of one template, filled in and safe to put in a page."""
    return Markup(_environment().get_template(template).render(**values))


def page_html(page: Page) -> str:
    """Return the page as one HTML file that reaches for nothing outside itself."""
    css = _template("page.css")
    if page.running:
        css += _RUNNING % json.dumps(page.running, ensure_ascii=False).replace("<", "\\3c ")
    return str(fill("page.html.j2", page=page, css=Markup(css)))


_RUNNING = "@page { @bottom-left { content: %s; font-size: 7.5pt; color: #59636d; } }\n"
