"""Pages of a list: `?limit=50`, then `?cursor=` with what the answer calls `next`.

    GET /v1/alerts?limit=2  ->  alerts 9 and 8, next "OA"        GET /v1/alerts?limit=2&cursor=OA  ->  7, 6

A cursor names the last row that was told, so that rows added meanwhile move nothing. It is opaque.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from engine.shell.service.problems import refused

T = TypeVar("T")

LAST = 2**31 - 1
"""The largest number that a row can have, on every database."""

Limit = Annotated[int, Query(ge=1, le=500, description="How many rows at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=400, pattern=r"^[A-Za-z0-9_-]+$", description="`next` of the page before."),
]


def page(rows: Sequence[T], limit: int, name: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """Return the rows of a page and the cursor of the next; `rows` has one more where there is one."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], _written(name(rows[limit - 1]))


def number_after(cursor: str | None, *, first: int) -> int:
    """Return the number that a cursor names; `first` without one. Raises Problem for no cursor of ours."""
    text = text_after(cursor, first=str(first))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LAST)) and int(text) <= LAST):
        raise _no_cursor()
    return int(text)


def text_after(cursor: str | None, *, first: str = "") -> str:
    """Return the text that a cursor names. Raises Problem for no cursor of ours."""
    if cursor is None:
        return first
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raise _no_cursor() from None
    if "\x00" in text:
        raise _no_cursor()
    return text


def _written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _no_cursor() -> Exception:
    return refused("this is no cursor", place="cursor", cure="send `next` of the page before, as it is")
