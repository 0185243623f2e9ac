"""What queries of several routes have in common: which book."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BeforeValidator, StringConstraints

from engine.shell.service.books import Asked

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Names = Annotated[list[Name], Query(max_length=50)]


def _iso_day(value: object) -> object:
    """Return an ISO date; other ways to write a day, such as a count of seconds, are refused."""
    if isinstance(value, str) and (len(value) != len("2026-03-10") or not value[:4].isdigit()):
        raise ValueError("write a day as 2026-03-10")
    return value


def _iso_moment(value: object) -> object:
    """Return an ISO moment or day; a count of seconds is refused."""
    return value if not isinstance(value, str) else datetime.fromisoformat(value)


DayQuery = Annotated[date | None, BeforeValidator(_iso_day)]
MomentQuery = Annotated[datetime | None, BeforeValidator(_iso_moment)]


def _asked(
    policy: Annotated[Names, Query(description="Ids of policies; unsaid: those that govern the book.")] = [],  # noqa: B006
    as_of: Annotated[DayQuery, Query(description="The day; unsaid: the last that the store tells.")] = None,
    known: Annotated[
        MomentQuery, Query(description="Answer from what the store knew then, in UTC; unsaid: now.")
    ] = None,
) -> Asked:
    return Asked(policies=tuple(policy), as_of=as_of, known=known)


BookQuery = Annotated[Asked, Depends(_asked)]
"""Which book a query is about."""
