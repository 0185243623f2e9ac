"""Loading a delivery: all of it in one transaction, or nothing.

    loaded = load(store, delivery, now=moment)
    loaded.counts  ->  (Count(family="lots", new=3, unchanged=120, superseded=1, withdrawn=0), …)

Loading the same again changes nothing and says so. Rows are compared by what they say, so a file that was
merely rewritten leaves every row as it is.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session

from dsl.policy import CheckedPolicy
from engine.shell import policies as texts
from engine.shell.store import recording
from engine.shell.store.book_rows import families
from engine.shell.store.connect import Store
from engine.shell.store.delivery import Delivery, Mandate
from engine.shell.store.derived import derived_families
from engine.shell.store.facts import last_day
from engine.shell.store.in_force import (
    Version,
    known_versions,
    policy_family,
    version_of,
    waiver_family,
)
from engine.shell.store.mandates import record_mandate, shelf_of, shipped_mandates
from engine.shell.store.meeting import known_accounts, refuse_contradictions
from engine.shell.store.recording import Count, Family, Stamp, insert_rows, next_key, table_of
from engine.shell.store.schema import imports


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of a delivery; `derived` counts rows that follow from the facts."""

    delivery: Delivery
    counts: tuple[Count, ...]
    derived: tuple[Count, ...]
    changed: bool


class _Unchanged(Exception):
    """Leaves a transaction that has nothing to keep."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        super().__init__()


def load(store: Store, delivery: Delivery, *, now: datetime, since: date | None = None) -> Loaded:
    """Record a delivery as known from `now` on, in force from `since` (None: as before, or always).

    Raises InputErrors where it contradicts what is stored, StoreError where the database does not take
    it; the database is then as it was.
    """
    try:
        with store.writing() as session:
            loaded = load_into(session, delivery, now=now, since=since)
            if not loaded.changed:
                raise _Unchanged(loaded)
    except _Unchanged as unchanged:
        return unchanged.loaded
    return loaded


def load_into(session: Session, delivery: Delivery, *, now: datetime, since: date | None = None) -> Loaded:
    """Record a delivery in a session that the caller commits, or gives up where `changed` is false."""
    refuse_contradictions(session, delivery)
    everything = delivery.complete and known_accounts(session) <= set(delivery.records.accounts)
    moment = moment_after_all(session, now)
    is_new, import_id = _begin_import(session, delivery, moment)
    stamp = Stamp(now=moment, import_id=import_id, since=since)
    counts = [
        record(session, family, stamp)
        for family in families(delivery.records, complete=delivery.complete, everything=everything)
    ]
    counts += record_mandates(session, _with_shipped(session, delivery), stamp, everything=everything)
    changed = any(count.changes for count in counts)
    derived = [record(session, family, stamp) for family in derived_families(session)] if changed else []
    _end_import(session, import_id)
    return Loaded(
        delivery=delivery,
        counts=tuple(count for count in counts if count.family != "told"),
        derived=tuple(derived),
        changed=changed or is_new,
    )


def record(session: Session, family: Family, stamp: Stamp) -> Count:
    """Record one family and return what became of it."""
    made = recording.plan(session, family, since=stamp.since)
    recording.apply(session, made, stamp)
    return made.count


def record_mandates(
    session: Session,
    mandates: tuple[Mandate, ...],
    stamp: Stamp,
    *,
    everything: bool = False,
    published_by: str | None = None,
    approved_by: str | None = None,
) -> list[Count]:
    """Keep mandates and put them into force by the days of their headers; return what became of them."""
    told = [
        version_of(
            mandate.policy,
            record_mandate(session, mandate, import_id=stamp.import_id),
            published_by=published_by,
            approved_by=approved_by,
        )
        for mandate in mandates
    ]
    family = policy_family(session, _keeping_publishers(session, told), everything=everything)
    count = record(session, family, stamp)
    checked = {(row.policy.id, row.policy.version): row.policy for row in mandates}
    in_force: dict[tuple[str, str], tuple[CheckedPolicy, date, date]] = {}
    for row in family.rows:
        key = (row.key[0], row.key[1])
        policy = checked.get(key) or _kept(session, *key)
        assert row.since is not None, "a version has its first day"
        assert row.until is not None, "a version has its last day"
        in_force[key] = (policy, row.since, row.until)
    return [count, record(session, waiver_family(in_force), stamp)]


def moment_after_all(session: Session, now: datetime) -> datetime:
    """Return `now`, or the instant after the latest import where the clock was put back."""
    table = table_of(imports.ImportRow)
    latest: datetime | None = session.execute(select(func.max(table.c.recorded_at))).scalar()
    return now if latest is None or latest < now else latest + timedelta(microseconds=1)


def _begin_import(session: Session, delivery: Delivery, moment: datetime) -> tuple[bool, int]:
    """Write the import and its files; return whether these files are new to the store, and its number."""
    table = table_of(imports.ImportRow)
    known = session.execute(select(table.c.id).where(table.c.digest == delivery.digest).limit(1)).first()
    import_id = next_key(session, table.c.id)
    row = {
        "id": import_id,
        "format": delivery.format,
        "source": delivery.source,
        "digest": delivery.digest,
        "recorded_at": moment,
        "last_day": None,
    }
    insert_rows(session, table, [row])
    insert_rows(
        session,
        table_of(imports.ImportedFileRow),
        [
            {"import_id": import_id, "name": file.name, "sha256": file.sha256, "bytes": file.bytes}
            for file in delivery.files
        ],
    )
    return known is None, import_id


def _end_import(session: Session, import_id: int) -> None:
    table = table_of(imports.ImportRow)
    session.execute(update(table).where(table.c.id == import_id).values(last_day=last_day(session)))


def _with_shipped(session: Session, delivery: Delivery) -> tuple[Mandate, ...]:
    """Return the mandates of a delivery and those shipped ones that its accounts name."""
    here = {row.policy.id for row in delivery.mandates} | {row.id for row in shelf_of(session).in_force}
    named = {row.policy for row in delivery.records.accounts.values() if row.policy}
    return (*delivery.mandates, *shipped_mandates(named - here)) if named - here else delivery.mandates


def _keeping_publishers(session: Session, told: list[Version]) -> list[Version]:
    """Return versions as told; one that people published before keeps their names."""
    known = {(row.policy, row.version): row for row in known_versions(session)}
    kept = []
    for row in told:
        before = known.get((row.policy, row.version))
        if before is not None and row.published_by is None:
            row = replace(row, published_by=before.published_by, approved_by=before.approved_by)
        kept.append(row)
    return kept


def _kept(session: Session, policy: str, version: str) -> CheckedPolicy:
    """Return a policy that the store holds already."""
    shelf = shelf_of(session)
    entry = next(
        row for row in (*shelf.in_force, *shelf.others) if (row.id, row.version) == (policy, version)
    )
    checked = texts.check_listed(entry, beside=shelf)
    assert checked.policy is not None, "what is kept was checked when it was recorded"
    return checked.policy
