"""Which version of a policy is in force when, and the waivers that its text grants.

    3.0.0 effective from 2025-01-01, 3.1.0 from 2026-01-01   ->   3.0.0 in force until 2025-12-31

A version ends the day before the next one begins. Where two begin on one day the higher version counts
and the lower is in force on no day.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from dsl.policy import CheckedPolicy
from engine.shell.store.compiled import bounds_of
from engine.shell.store.recording import Family, NewRow, table_of
from engine.shell.store.schema import policies
from engine.shell.store.schema.two_times import ALWAYS_FROM, ALWAYS_UNTIL
from rulebooks.words import amount_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a policy that is to be in force from its first day on."""

    policy: str
    version: str
    mandate_id: int
    since: date | None
    until: date | None
    published_by: str | None = None
    approved_by: str | None = None


def version_of(
    policy: CheckedPolicy, mandate_id: int, *, published_by: str | None = None, approved_by: str | None = None
) -> Version:
    """Return the version that a mandate's header tells."""
    return Version(
        policy=policy.id,
        version=policy.version,
        mandate_id=mandate_id,
        since=policy.effective_from,
        until=policy.effective_until,
        published_by=published_by,
        approved_by=approved_by,
    )


def policy_family(session: Session, told: Iterable[Version], *, everything: bool = False) -> Family:
    """Return the rows that put versions into force, beside those known already.

    everything: versions that are known and not told are withdrawn, unless they were published.
    """
    new = {(row.policy, row.version): row for row in told}
    ids = {policy for policy, _ in new}
    kept = {
        (row.policy, row.version): row
        for row in known_versions(session)
        if not everything or row.published_by is not None
    }
    merged = {**kept, **new}
    by_policy: dict[str, list[Version]] = {}
    for row in merged.values():
        by_policy.setdefault(row.policy, []).append(row)
    rows = [new_row for policy in sorted(by_policy) for new_row in _timeline(by_policy[policy])]
    return Family(
        name="policies",
        table=policies.PolicyRow,
        rows=tuple(rows),
        withdraws=lambda key: everything or key[0] in ids,
        ordered=False,
    )


def known_versions(session: Session) -> tuple[Version, ...]:
    """Return every version known now, with the days its header says."""
    force, kept = table_of(policies.PolicyRow), table_of(policies.MandateRow)
    rows = session.execute(
        select(
            force.c.policy,
            force.c.version,
            force.c.mandate_id,
            kept.c.effective_from,
            kept.c.effective_until,
            force.c.published_by,
            force.c.approved_by,
        )
        .join(kept, kept.c.id == force.c.mandate_id)
        .where(force.c.superseded_at.is_(None))
        .order_by(force.c.policy, force.c.id)
    )
    names = ("policy", "version", "mandate_id", "since", "until", "published_by", "approved_by")
    return tuple(Version(**dict(zip(names, row, strict=True))) for row in rows)


def waiver_family(rows: Mapping[tuple[str, str], tuple[CheckedPolicy, date, date]]) -> Family:
    """Return the waivers of policies, each with the days on which its version is in force."""
    return Family(
        name="waivers",
        table=policies.WaiverRow,
        rows=tuple(row for policy, since, until in rows.values() for row in _waivers(policy, since, until)),
        withdraws=lambda key: (key[0], key[1]) in rows,
        ordered=False,
    )


def version_order(version: str) -> tuple[int, ...]:
    """Return a version as numbers: 3.10.0 comes after 3.9.2."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _timeline(versions: Iterable[Version]) -> Iterable[NewRow]:
    """Yield each version with the days on which it is in force; none for one that never is."""
    ordered = sorted(versions, key=lambda row: (row.since or ALWAYS_FROM, version_order(row.version)))
    for row, following in zip(ordered, [*ordered[1:], None], strict=True):
        since, until = row.since or ALWAYS_FROM, row.until or ALWAYS_UNTIL
        if following is not None:
            begins = following.since or ALWAYS_FROM
            if begins <= since:
                continue
            until = min(until, begins - timedelta(days=1))
        values: dict[str, Any] = {
            "policy": row.policy,
            "version": row.version,
            "mandate_id": row.mandate_id,
            "published_by": row.published_by,
            "approved_by": row.approved_by,
        }
        yield NewRow(key=(row.policy, row.version), values=values, since=since, until=until)


def _waivers(policy: CheckedPolicy, since: date, until: date) -> Iterable[NewRow]:
    for number, row in enumerate(policy.waivers, start=1):
        cited = row.because[0] if row.because else None
        yield NewRow(
            key=(policy.id, policy.version, str(number)),
            values={
                "policy": policy.id,
                "version": policy.version,
                "rule": row.rule,
                "noun": row.noun,
                "subject": row.id,
                "up_to": None if row.up_to is None else amount_words(row.up_to),
                "up_to_value": None if row.up_to is None else bounds_of(row.up_to)[1],
                "until": row.until,
                "approved_by": row.approved_by,
                "source": None if cited is None else cited.source,
                "clause": None if cited is None else cited.clause,
            },
            since=since,
            until=max(since, min(until, row.until)),
        )
