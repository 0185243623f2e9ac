"""Fills to lots: what counterparties reported becomes transactions, cash, open orders and open lots.

    posted = post(store, now=moment)      every ticket whose reports the lots do not say yet

A ticket's transactions are always made anew from its fills that hold, and recorded over those that were
recorded before: a correction supersedes them, a bust withdraws them, and both stay to be asked for with
`--known`. A sale delivers the lots that the decision named, which stood in the database before the order
went out; the ledger then counts wash sales and open lots anew.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from engine.facts.money import plain
from engine.facts.trades import Side
from engine.shell.orders.allocation import cents
from engine.shell.orders.blocks import Part, parts
from engine.shell.orders.keeping import Kept, standing_of, tickets_kept
from engine.shell.orders.values import Standing
from engine.shell.store import recording
from engine.shell.store.connect import Store
from engine.shell.store.derived import derived_families
from engine.shell.store.load import moment_after_all, record
from engine.shell.store.recording import STEP, Count, Family, NewRow, Stamp, table_of
from engine.shell.store.schema.households import AccountAttributeRow, AccountRow
from engine.shell.store.schema.lots import TransactionRow
from engine.shell.store.schema.market import OpenOrderRow
from engine.shell.store.schema.orders import TicketRow
from engine.shell.store.schema.people import DecisionRow
from engine.shell.store.schema.work import ExecutionRow, OrderRow

PLUS = frozenset({Side.SELL, Side.SHORT_SELL})
"""Sides that bring cash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What posting came to: tickets, and rows by family."""

    tickets: tuple[str, ...]
    counts: tuple[Count, ...]


def post(store: Store, *, now: datetime) -> Posted:
    """Bring transactions, cash, executions, open orders and lots up to what the reports say.

    One transaction; nothing is done where nothing is new. Raises InputError where the ledger cannot replay
    what was filled, such as shares sold that the book does not hold.
    """
    with store.reading() as session:
        if not _waiting(session):
            return Posted(tickets=(), counts=())
    with store.writing() as session:
        return post_into(session, now=now)


def post_into(session: Session, *, now: datetime) -> Posted:
    """Post what waits, in a transaction that the caller commits."""
    waiting = _waiting(session)
    if not waiting:
        return Posted(tickets=(), counts=())
    stamp = Stamp(now=moment_after_all(session, now), import_id=None)
    told = [(kept, standing_of(session, kept)) for kept in waiting]
    made = [(kept, part) for kept, found in told for part in parts(kept.ticket, found.fills)]
    before = _money(session, waiting)
    counts = [_transactions(session, waiting, made, stamp)]
    counts += list(_cash(session, before, _money(session, waiting), made, stamp))
    _executions(session, told, stamp.now)
    counts.append(record(session, _open_orders(session, told), stamp))
    table = table_of(TicketRow)
    session.execute(update(table).where(table.c.id.in_([kept.id for kept in waiting])).values(posted=True))
    counts += [record(session, family, stamp) for family in derived_families(session)]
    return Posted(
        tickets=tuple(kept.ticket.name for kept in waiting),
        counts=tuple(row for row in counts if row.changes),
    )


def transaction_name(kept: Kept, part: Part) -> str:
    """Return the id of the transaction of an account's part of a ticket on a day."""
    return f"{kept.ticket.name}.{part.account}.{part.day:%Y%m%d}"


def _waiting(session: Session) -> tuple[Kept, ...]:
    return tickets_kept(session, table_of(TicketRow).c.posted.is_(False))


def _ours(waiting: Iterable[Kept]) -> frozenset[str]:
    return frozenset(kept.ticket.name for kept in waiting)


def _transactions(
    session: Session, waiting: tuple[Kept, ...], made: list[tuple[Kept, Part]], stamp: Stamp
) -> Count:
    names = _ours(waiting)
    family = Family(
        name="transactions",
        table=TransactionRow,
        rows=tuple(_transaction(kept, part) for kept, part in made),
        withdraws=lambda key: key[1].partition(".")[0] in names,
        ordered=False,
    )
    planned = recording.plan(session, family)
    last = session.execute(
        select(func.coalesce(func.max(table_of(TransactionRow).c.position), 0))
    ).scalar_one()
    planned.inserted = [
        (row, hash_, int(last) + STEP * number, since, until)
        for number, (row, hash_, _, since, until) in enumerate(planned.inserted, start=1)
    ]
    recording.apply(session, planned, stamp)
    return planned.count


def _transaction(kept: Kept, part: Part) -> NewRow:
    name = transaction_name(kept, part)
    pairs = ";".join(f"{lot}:{plain(size)}" for lot, size in part.lots)
    values = {
        "reference": name,
        "day": part.day,
        "account": part.account,
        "type": kept.ticket.side.value,
        "symbol": kept.ticket.symbol,
        "quantity": part.quantity,
        "price": part.price.normalize() if part.price == part.price.to_integral_value() else part.price,
        "amount": part.amount,
        "fees": part.fees,
        "order_name": kept.ticket.name,
        "lots": pairs or None,
        "time_of_day": None,
        "ex_date": None,
        "from_symbol": None,
        "basis": None,
        "acquired": None,
        "basis_share": None,
        "note": f"order {kept.ticket.name}, decision {kept.decision_seq}",
        "line": 0,
    }
    return NewRow(key=(part.account, name), values=values, since=part.day)


def _money(session: Session, waiting: tuple[Kept, ...]) -> Mapping[str, Decimal]:
    """Return what the transactions of some tickets brought each account, as recorded now."""
    table = table_of(TransactionRow)
    found: dict[str, Decimal] = {}
    names = sorted(_ours(waiting))
    for start in range(0, len(names), 500):
        rows = session.execute(
            select(table).where(
                table.c.order_name.in_(names[start : start + 500]),
                table.c.superseded_at.is_(None),
                table.c.reference.startswith("GB"),
            )
        ).mappings()
        for row in rows:
            sign = 1 if Side(row["type"]) in PLUS else -1
            paid = sign * row["amount"] - row["fees"]
            found[row["account"]] = found.get(row["account"], Decimal(0)) + paid
    return found


def _cash(
    session: Session,
    before: Mapping[str, Decimal],
    after: Mapping[str, Decimal],
    made: list[tuple[Kept, Part]],
    stamp: Stamp,
) -> Iterator[Count]:
    """Move each account's cash by the difference, in force from the day of the trades."""
    for account in sorted(before.keys() | after.keys()):
        moved = after.get(account, Decimal(0)) - before.get(account, Decimal(0))
        if not moved:
            continue
        days = [part.day for _, part in made if part.account == account]
        latest = _latest(session, account)
        row, first = _account(session, latest, moved), latest["valid_from"]
        day = max(days, default=first)
        since = day if day > first else None
        family = Family(
            name="accounts", table=AccountRow, rows=(row,), child=AccountAttributeRow, ordered=False
        )
        planned = recording.plan(session, family, since=since)
        position = int(latest["position"])
        planned.inserted = [(new, hash_, position, a, b) for new, hash_, _, a, b in planned.inserted]
        recording.apply(session, planned, Stamp(now=stamp.now, import_id=None, since=since))
        yield planned.count


def _latest(session: Session, account: str) -> Mapping[str, Any]:
    table = table_of(AccountRow)
    rows = session.execute(
        select(table)
        .where(table.c.account == account, table.c.superseded_at.is_(None))
        .order_by(table.c.valid_from.desc())
    ).mappings()
    return dict(rows.first() or {})


def _account(session: Session, row: Mapping[str, Any], moved: Decimal) -> NewRow:
    """Return an account's row with its cash moved."""
    cells = table_of(AccountAttributeRow)
    cash = row["cash"] + moved
    told = session.execute(
        select(cells.c.name, cells.c.value).where(cells.c.row_id == row["id"]).order_by(cells.c.position)
    )
    children = tuple(
        {"name": name, "value": plain(cash) if name == "cash" else value} for name, value in told
    )
    columns = (
        "account",
        "household",
        "owner",
        "kind",
        "currency",
        "fractional",
        "policy",
        "model",
        "benchmark",
    )
    values = {name: row[name] for name in columns}
    return NewRow(key=(row["account"],), values={**values, "cash": cash}, children=children)


def _executions(session: Session, told: list[tuple[Kept, Standing]], now: datetime) -> None:
    """Write what each leg got; rows that no longer hold are superseded, never deleted."""
    table, orders = table_of(ExecutionRow), table_of(OrderRow)
    for kept, found in told:
        ids = dict(
            session.execute(select(orders.c.number, orders.c.id).where(orders.c.ticket_id == kept.id)).all()
        )
        wanted = {row["key"]: row for row in _of_legs(kept, found, ids)}
        statement = select(table).where(table.c.order_id.in_(ids.values()))
        known: list[dict[str, Any]] = [dict(row) for row in session.execute(statement).mappings()]
        for row in known:
            key = row["reference"].partition("/")[0]
            if row["superseded_at"] is None and _says(row) != _says(wanted.get(key)):
                session.execute(update(table).where(table.c.id == row["id"]).values(superseded_at=now))
            elif row["superseded_at"] is None:
                wanted.pop(key)
        for key, new in wanted.items():
            version = 1 + sum(old["reference"].partition("/")[0] == key for old in known)
            values = {name: value for name, value in new.items() if name != "key"}
            session.execute(insert(table).values({**values, "reference": f"{key}/{version}"}))


def _says(row: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if row is None else (row["quantity"], row["price"], row["fees"], row["amount"])


def _of_legs(kept: Kept, found: Standing, ids: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    """Yield what each leg got of each day, money in cents that add up to the account's part."""
    for part in parts(kept.ticket, found.fills):
        sizes = {str(leg.number): size for leg, size in part.legs}
        amounts = cents(part.amount, sizes, draw=kept.ticket.name)
        fees = cents(part.fees, sizes, draw=kept.ticket.name)
        at = max(fill.at for fill in found.fills if fill.day == part.day)
        for leg, size in part.legs:
            yield {
                "key": f"{kept.ticket.name}.{leg.number}.{part.day:%Y%m%d}",
                "order_id": ids[leg.number],
                "executed_at": at,
                "quantity": size,
                "price": part.price,
                "fees": fees[str(leg.number)],
                "amount": amounts[str(leg.number)],
            }


def _open_orders(session: Session, told: list[tuple[Kept, Standing]]) -> Family:
    """Return what is still on its way, which the gate counts as done."""
    names = frozenset(kept.ticket.name for kept, _ in told)
    return Family(
        name="open orders",
        table=OpenOrderRow,
        rows=tuple(row for kept, found in told for row in _open_rows(session, kept, found)),
        withdraws=lambda key: key[1].partition(".")[0] in names,
        ordered=False,
    )


def _open_rows(session: Session, kept: Kept, found: Standing) -> Iterator[NewRow]:
    if not found.state.is_open:
        return
    filled: dict[str, Decimal] = {}
    for part in parts(kept.ticket, found.fills):
        filled[part.account] = filled.get(part.account, Decimal(0)) + part.quantity
    for account in kept.ticket.accounts:
        ordered = sum((leg.quantity for leg in kept.ticket.legs if leg.account == account), Decimal(0))
        name = f"{kept.ticket.name}.{account}"
        values = {
            "order_name": name,
            "account": account,
            "side": kept.ticket.side.value,
            "symbol": kept.ticket.symbol,
            "quantity": ordered,
            "filled": min(ordered, filled.get(account, Decimal(0))),
        }
        yield NewRow(key=(account, name), values=values, since=_book_day(session, kept))


def _book_day(session: Session, kept: Kept) -> date:
    """Return the day of the book that the decision was about: the order is open from it on."""
    table = table_of(DecisionRow)
    record_ = session.execute(select(table.c.record).where(table.c.seq == kept.decision_seq)).scalar_one()
    return date.fromisoformat(json.loads(record_)["body"]["as_of"])
