"""One message: the events that it tells, and what may go wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.shell.monitoring.alerts import Alert, alert_data
from engine.shell.store.columns import moment_text

TIMEOUT_SECONDS = 15.0
"""How long a receiver may take to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Events of alerts for one receiver; `name` is the same when the same events are sent again."""

    events: tuple[tuple[str, Alert], ...]
    name: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why a message was not taken; final: trying again cannot help."""

    reason: str
    is_final: bool = False


def letter_data(letter: Letter) -> dict[str, Any]:
    """Return a message as plain data."""
    return {
        "schema": "guardband/alert-events/1",
        "delivery": letter.name,
        "sent_at": moment_text(letter.now),
        "events": [{"event": event, "alert": alert_data(alert)} for event, alert in letter.events],
    }
