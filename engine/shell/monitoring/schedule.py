"""The scheduler inside the service: monitors every day at its hour, delivers every minute, until stopped.

    task = asyncio.create_task(keep_watch(address, Watch(settings=settings, at=time(18, 30))))
    ...
    task.cancel()

Several processes of a service may each run one: a day is told once. A failure is reported and the next
round comes all the same; a day that was missed is caught up by the next that works.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from engine.shell.monitoring.delivery.outbox import Sent, deliver_waiting
from engine.shell.monitoring.run import Asked, Monitored, monitor
from engine.shell.monitoring.settings import Settings

Report = Callable[[Monitored | Sent | Exception], None]


def _clock() -> datetime:
    return datetime.now(UTC)


def _silent(_event: Monitored | Sent | Exception) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When and how: `at` is a time of day in UTC; `report` is told of every round, for a log."""

    settings: Settings = field(default_factory=Settings)
    at: time = time(22, 30)
    deliver_seconds: float = 60.0
    now: Callable[[], datetime] = _clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    report: Report = _silent


async def keep_watch(address: str, watch: Watch) -> None:
    """Monitor a database once a day and deliver what waits, until the task is cancelled."""
    due = _first(watch.now(), watch.at)
    while True:
        now = watch.now()
        if now >= due:
            asked = Asked(now=now, as_of=now.date(), settings=watch.settings)
            await _round(lambda: monitor(address, asked), watch)  # noqa: B023 — awaited before the next turn
            due = _next(now, watch.at)
        if watch.settings.receivers:
            await _round(lambda: deliver_waiting(address, watch.settings, now=now), watch)  # noqa: B023
        wait = (due - watch.now()).total_seconds()
        await watch.sleep(max(0.0, min(wait, watch.deliver_seconds)))


def _first(now: datetime, at: time) -> datetime:
    """Return today's hour, also where it is past: a service that was down catches up at once."""
    return datetime.combine(now.date(), at, tzinfo=UTC)


def _next(now: datetime, at: time) -> datetime:
    due = datetime.combine(now.date(), at, tzinfo=UTC)
    return due if due > now else due + timedelta(days=1)


async def _round(work: Callable[[], Monitored | Sent], watch: Watch) -> None:
    """Do one piece of work beside the loop; what goes wrong is reported and does not end the watch."""
    try:
        watch.report(await asyncio.to_thread(work))
    except Exception as problem:
        watch.report(problem)
