"""What queries of several routes have in common: which book."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import StringConstraints

from engine.shell.service.books import Asked

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Names = Annotated[list[Name], Query(max_length=50)]


def _asked(
    policy: Annotated[Names, Query(description="Ids of policies; unsaid: those that govern the book.")] = [],  # noqa: B006
    as_of: Annotated[
        date | None, Query(description="The day; unsaid: the last that the store tells.")
    ] = None,
    known: Annotated[
        datetime | None, Query(description="Answer from what the store knew then, in UTC; unsaid: now.")
    ] = None,
) -> Asked:
    return Asked(policies=tuple(policy), as_of=as_of, known=known)


BookQuery = Annotated[Asked, Depends(_asked)]
"""Which book a query is about."""
