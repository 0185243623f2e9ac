"""The queue of deliveries: claimed, sent, tried again at growing intervals, or given up.

    attempt 1 fails at 09:00    next at 09:01, 09:03, 09:07 …    the eighth failure: a dead letter

A sender claims rows by moving their next attempt ahead, in the writer's turn, so that two senders do not
send one row both. A sender that dies leaves its rows to be claimed again: a receiver may then be told
twice and knows it by the number of the alert and its event; it is never told less than once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from engine.shell.monitoring.alerts import Alert, alert_of
from engine.shell.monitoring.delivery.letter import Failed, Letter
from engine.shell.monitoring.settings import Email, Settings, Webhook
from engine.shell.store.connect import Store, open_store
from engine.shell.store.recording import table_of
from engine.shell.store.schema.alerts import AlertDeliveryRow, AlertRow

WAITING, SENT, DEAD = "waiting", "sent", "dead"
BATCH = 200
"""The most alerts that one message tells."""

CLAIM = timedelta(minutes=10)
"""How long rows that were claimed are left to their sender."""

LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a delivery run came to, in rows of the queue."""

    sent: int = 0
    failed: int = 0
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A delivery that was given up."""

    alert: int
    event: str
    receiver: str
    attempts: int
    failure: str
    message: str

    @property
    def line(self) -> str:
        """For people."""
        tried = f"{self.attempts} attempts"
        return f"alert {self.alert} {self.event} to {self.receiver}, {tried}: {self.failure} ({self.message})"

    @property
    def data(self) -> dict[str, Any]:
        """As plain data."""
        names = ("alert", "event", "receiver", "attempts", "failure", "message")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    id: int
    event: str
    attempts: int
    alert: Alert


def deliver_waiting(address: str, settings: Settings, *, now: datetime) -> Sent:
    """Send what is due to every receiver of the settings; failures are kept and tried again later."""
    sent = failed = 0
    lines: list[str] = []
    with open_store(address) as store:
        for receiver in settings.receivers:
            while claimed := _claim(store, receiver.name, now):
                failure = _send(receiver, claimed, now)
                with store.writing() as session:
                    _settle(session, claimed, failure, settings, now)
                if failure is not None:
                    failed += len(claimed)
                    lines.append(f"{receiver.name}: {failure.reason}")
                    break
                sent += len(claimed)
                lines.append(f"{receiver.name}: {len(claimed)} told")
    return Sent(sent=sent, failed=failed, lines=tuple(lines))


def dead_letters(session: Session) -> tuple[DeadLetter, ...]:
    """Return the deliveries that were given up, oldest first."""
    queue, alerts = table_of(AlertDeliveryRow), table_of(AlertRow)
    rows = session.execute(
        select(queue, alerts.c.message.label("told"))
        .join(alerts, alerts.c.id == queue.c.alert_id)
        .where(queue.c.state == DEAD)
        .order_by(queue.c.id)
    )
    return tuple(
        DeadLetter(
            alert=row["alert_id"],
            event=row["event"],
            receiver=row["receiver"],
            attempts=row["attempts"],
            failure=row["failure"] or "",
            message=row["told"],
        )
        for row in rows.mappings()
    )


def revive(session: Session, *, now: datetime) -> int:
    """Put every dead letter back in the queue and return their number."""
    queue = table_of(AlertDeliveryRow)
    dead = queue.c.state == DEAD
    count = int(session.execute(select(func.count()).select_from(queue).where(dead)).scalar_one())
    session.execute(update(queue).where(dead).values(state=WAITING, attempts=0, next_at=now))
    return count


def _claim(store: Store, receiver: str, now: datetime) -> tuple[_Claimed, ...]:
    """Return what is due for a receiver; nobody else is handed it for a while."""
    queue, alerts = table_of(AlertDeliveryRow), table_of(AlertRow)
    due = (
        select(queue.c.id.label("row"), queue.c.event, queue.c.attempts, alerts)
        .join(alerts, alerts.c.id == queue.c.alert_id)
        .where(queue.c.receiver == receiver, queue.c.state == WAITING, queue.c.next_at <= now)
        .order_by(queue.c.id)
        .limit(BATCH)
    )
    with store.writing() as session:
        found = tuple(
            _Claimed(id=row["row"], event=row["event"], attempts=row["attempts"], alert=alert_of(row))
            for row in session.execute(due).mappings()
        )
        _change(session, (one.id for one in found), next_at=now + CLAIM)
    return found


def _send(receiver: Email | Webhook, claimed: tuple[_Claimed, ...], now: datetime) -> Failed | None:
    from engine.shell.monitoring.delivery.email import send_email
    from engine.shell.monitoring.delivery.webhook import send_webhook

    letter = Letter(events=tuple((one.event, one.alert) for one in claimed), name=_name(claimed), now=now)
    match receiver:
        case Email():
            return send_email(receiver, letter)
        case Webhook():
            return send_webhook(receiver, letter)


def _name(claimed: tuple[_Claimed, ...]) -> str:
    """Return what names a message: the same rows have the same name when they are sent again."""
    return f"{claimed[0].id}-{claimed[-1].id}-{len(claimed)}"


def _settle(
    session: Session,
    claimed: tuple[_Claimed, ...],
    failure: Failed | None,
    settings: Settings,
    now: datetime,
) -> None:
    if failure is None:
        _change(session, (one.id for one in claimed), state=SENT, sent_at=now, failure=None)
        return
    by_attempts: dict[int, list[int]] = {}
    for one in claimed:
        by_attempts.setdefault(one.attempts + 1, []).append(one.id)
    for attempts, rows in by_attempts.items():
        is_last = attempts >= settings.attempts or failure.is_final
        _change(
            session,
            rows,
            state=DEAD if is_last else WAITING,
            attempts=attempts,
            failure=failure.reason,
            next_at=now + wait_after(attempts, settings),
        )


def wait_after(attempts: int, settings: Settings) -> timedelta:
    """Return how long to wait after so many failures: doubled each time, six hours at most."""
    seconds = settings.backoff_seconds * 2 ** min(attempts - 1, 30)
    return min(timedelta(seconds=seconds), LONGEST_WAIT)


def _change(session: Session, ids: Iterable[int], **values: object) -> None:
    queue = table_of(AlertDeliveryRow)
    chosen = list(ids)
    if chosen:
        session.execute(update(queue).where(queue.c.id.in_(chosen)).values(**values))
