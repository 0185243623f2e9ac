"""The monitor inside the service: every worker keeps watch, and the store tells each day once.

    watch_of(Settings(database=…, monitor_at="22:30"), log)      at 22:30 UTC each day; None where unsaid

A round is one line of the log: its day and counts, or the kind of failure, never its words.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from engine.facts.failure import InputError
from engine.shell.monitoring.delivery.outbox import Sent
from engine.shell.monitoring.run import Monitored
from engine.shell.monitoring.schedule import Watch
from engine.shell.monitoring.settings import settings_from
from engine.shell.service.settings import Settings


def watch_of(settings: Settings, log: Any) -> Watch | None:
    """Return when the service monitors and whom it tells (GUARDBAND_ALERTS); None where it does not.

    Raises InputError where the hour is none, or the file of receivers does not say right who is told.
    """
    if not settings.monitor_at:
        return None
    return Watch(
        settings=settings_from(None),
        at=_hour(settings.monitor_at),
        report=lambda event: _tell(log, event),
    )


def _hour(text: str) -> time:
    try:
        return datetime.strptime(f"{date.min} {text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        raise InputError(f"`{text}` is no time of day", place="--monitor-at", cure="22:30, in UTC") from None


def _tell(log: Any, event: Monitored | Sent | Exception) -> None:
    match event:
        case Monitored():
            for kept in event.days:
                log.info(
                    "monitored",
                    day=kept.day.isoformat(),
                    raised=kept.raised,
                    resolved=kept.resolved,
                    escalated=kept.escalated,
                )
        case Sent() if event.sent or event.failed:
            log.info("delivered", sent=event.sent, failed=event.failed)
        case Sent():
            pass
        case Exception():
            log.error("watch", failure=type(event).__name__)
