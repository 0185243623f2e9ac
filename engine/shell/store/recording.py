"""Recording rows with two times: what is new, what is unchanged, what supersedes what.

    stored   KO 100 shares, in force always, known since January
    told     KO 120 shares                     -> the stored row is superseded, the told one recorded
    told     KO 120 shares, since 3 March      -> besides, KO 100 is recorded as in force until 2 March

A plan is made by reading only; applying it supersedes and inserts. A row's order in its file is kept by
`position`: unchanged rows keep theirs, new ones go between, so that one row put in moves no other.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlmodel import Session, SQLModel

from engine.facts.failure import InputError
from engine.gate.fingerprint import canonical, digest
from engine.shell.store.schema.two_times import ALWAYS_FROM, ALWAYS_UNTIL, TwoTimes

STEP = 1024
"""The distance between the positions of neighbours when a file is first read."""

UNSAID = frozenset({"line"})
"""Columns that tell where a row stood in its file when it was recorded, which is nothing that it says."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row as told; `since` and `until` where the row itself says when it is in force."""

    key: Key
    values: Mapping[str, Any]
    children: tuple[Mapping[str, Any], ...] = ()
    since: date | None = None
    until: date | None = None


def _nothing(_key: Key) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Rows of one table; `withdraws` says of a stored key that is not told whether it is gone."""

    name: str
    table: type[TwoTimes]
    rows: tuple[NewRow, ...]
    child: type[SQLModel] | None = None
    withdraws: Callable[[Key], bool] = _nothing
    ordered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What became of one family."""

    family: str
    new: int = 0
    unchanged: int = 0
    superseded: int = 0
    withdrawn: int = 0

    @property
    def changes(self) -> bool:
        """Whether anything is written."""
        return bool(self.new or self.superseded or self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When and by which import something is recorded; `since`: in force from that day on."""

    now: datetime
    import_id: int | None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    key: str
    hash: str
    position: int
    valid_from: date
    valid_to: date


@dataclass(slots=True)
class Plan:
    """What recording a family comes to."""

    family: Family
    count: Count
    superseded: list[int] = field(default_factory=list)
    inserted: list[tuple[NewRow, str, int, date, date]] = field(default_factory=list)
    shortened: list[tuple[int, date]] = field(default_factory=list)  # recorded again, in force until a day


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a model."""
    table = model.__table__  # type: ignore[attr-defined]  # every table=True model has one
    assert isinstance(table, Table)
    return table


def plan(session: Session, family: Family, *, since: date | None = None) -> Plan:
    """Return what recording a family would change; writes nothing.

    Raises InputError where rows in force from a later day than `since` are recorded already.
    """
    stored = _stored(session, table_of(family.table))
    told = [(row, _text(row.key), digest(canonical(_said(row)))) for row in family.rows]
    last = [stored.get(key, [])[-1:] for _, key, _ in told]
    same = [
        bool(found) and found[0].hash == hash_ and (row.since is None or len(stored[key]) == 1)
        for (row, key, hash_), found in zip(told, last, strict=True)
    ]
    positions, kept = _positions(last, same) if family.ordered else ([0] * len(told), same)
    made = Plan(family, Count(family=family.name))
    new = superseded = 0
    for (row, key, hash_), found, position, keeps in zip(told, last, positions, kept, strict=True):
        if keeps:
            continue
        if found:
            superseded += 1
            _replace(made, row, hash_, position, stored[key], since)
        else:
            new += 1
            first = row.since or since or ALWAYS_FROM
            made.inserted.append((row, hash_, position, first, row.until or ALWAYS_UNTIL))
    withdrawn = _withdraw(made, stored, {key for _, key, _ in told}, since)
    unchanged = sum(kept)
    made.count = Count(
        family=family.name, new=new, unchanged=unchanged, superseded=superseded, withdrawn=withdrawn
    )
    return made


def apply(session: Session, made: Plan, stamp: Stamp) -> None:
    """Write what a plan says."""
    if not made.count.changes:
        return
    table = table_of(made.family.table)
    child = None if made.family.child is None else table_of(made.family.child)
    next_id = next_key(session, table.c.id)
    rows, children = [], []
    for id_, until in made.shortened:
        row = dict(session.execute(select(table).where(table.c.id == id_)).mappings().one())
        rows.append({**row, **_known(stamp), "id": next_id, "valid_to": until})
        if child is not None:
            parts = session.execute(select(child).where(child.c.row_id == id_)).mappings().all()
            children += [{**part, "row_id": next_id} for part in parts]
        next_id += 1
    for new, hash_, position, first, until in made.inserted:
        times = {"valid_from": first, "valid_to": until, "position": position, **_known(stamp)}
        rows.append({**new.values, **times, "id": next_id, "row_key": _text(new.key), "row_hash": hash_})
        children += [{**part, "row_id": next_id, "position": n} for n, part in enumerate(new.children)]
        next_id += 1
    for start in range(0, len(made.superseded), 500):
        some = made.superseded[start : start + 500]
        session.execute(update(table).where(table.c.id.in_(some)).values(superseded_at=stamp.now))
    insert_rows(session, table, rows)
    if child is not None:
        insert_rows(session, child, children)


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in one go; nothing where there are none."""
    if rows:
        session.connection().execute(insert(table), [dict(row) for row in rows])


def next_key(session: Session, column: Any) -> int:
    """Return the number after the largest in a column; the only writer may use it."""
    return int(session.execute(select(func.coalesce(func.max(column), 0))).scalar_one()) + 1


def _known(stamp: Stamp) -> dict[str, Any]:
    return {"recorded_at": stamp.now, "superseded_at": None, "import_id": stamp.import_id}


def _said(row: NewRow) -> Any:
    values = {name: value for name, value in row.values.items() if name not in UNSAID}
    return (values, [dict(part) for part in row.children], row.since, row.until)


def _text(key: Iterable[str]) -> str:
    return json.dumps(list(key), ensure_ascii=False, separators=(",", ":"))


def _stored(session: Session, table: Table) -> dict[str, list[_Stored]]:
    """Return the rows known now by key, each key's in order of their first day."""
    c = table.c
    rows = session.execute(
        select(c.id, c.row_key, c.row_hash, c.position, c.valid_from, c.valid_to)
        .where(c.superseded_at.is_(None))
        .order_by(c.valid_from)
    )
    found: dict[str, list[_Stored]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(_Stored(*row))
    return found


def _positions(last: list[list[_Stored]], same: list[bool]) -> tuple[list[int], list[bool]]:
    """Return each row's position, and whether a row that says the same also stands where it stood."""
    ahead: list[int | None] = [None] * len(last)
    coming: int | None = None
    for index in range(len(last) - 1, -1, -1):
        ahead[index] = coming
        if same[index]:
            coming = last[index][0].position
    positions, kept, before = [], [], 0
    for index, found in enumerate(last):
        stands = found[0].position if found else None
        following = ahead[index]
        room = following - before if following is not None and following > before else None
        if stands is not None and stands > before and (same[index] or room is None or stands < before + room):
            position = stands
        elif room is None:
            position = before + STEP
        else:
            position = before + max(1, min(STEP, room // 2))
        positions.append(position)
        kept.append(same[index] and position == stands)
        before = position
    return positions, kept


def _replace(
    made: Plan, row: NewRow, hash_: str, position: int, stored: list[_Stored], since: date | None
) -> None:
    """Plan that a row takes the place of stored ones."""
    if row.since is not None:
        made.superseded += [old.id for old in stored]
        made.inserted.append((row, hash_, position, row.since, row.until or ALWAYS_UNTIL))
        return
    old = stored[-1]
    made.superseded.append(old.id)
    first = _shorten(made, old, since)
    made.inserted.append((row, hash_, position, first, old.valid_to))


def _shorten(made: Plan, old: _Stored, since: date | None) -> date:
    """Plan that a row ends the day before `since`; return the first day of what takes its place."""
    if since is None or since == old.valid_from:
        return old.valid_from
    if since < old.valid_from:
        raise InputError(
            f"rows in force from {old.valid_from} are recorded already",
            place="--from",
            cure=f"say {old.valid_from} or a later day, or leave it out to correct what is recorded",
        )
    made.shortened.append((old.id, since - timedelta(days=1)))
    return since


def _withdraw(made: Plan, stored: Mapping[str, list[_Stored]], told: set[str], since: date | None) -> int:
    gone = 0
    for key, rows in stored.items():
        if key in told or not made.family.withdraws(tuple(json.loads(key))):
            continue
        old = rows[-1]
        if since is not None and old.valid_to < since:
            continue  # ended earlier
        gone += 1
        made.superseded.append(old.id)
        if since is not None and since != old.valid_from:
            _shorten(made, old, since)
    return gone
