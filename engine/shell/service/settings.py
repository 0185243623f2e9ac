"""What a service is told at its start; workers get it through one environment variable.

Settings(database="sqlite:///firm.db")          a service over a database, with the limits below
settings.as_text()                              one line of JSON, for a worker's environment
"""

import json
import secrets
from dataclasses import asdict, dataclass, field

from engine.shell.service.provider import Oidc

ENVIRONMENT = "GUARDBAND_SERVE"
"""The variable that hands the settings to a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One service. Durations are seconds, sizes bytes; a rate of 0 is no limit."""

    database: str
    secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    secure_cookies: bool = False  # True behind TLS: cookies are then sent over TLS alone
    body_bytes: int = 8 * 2**20
    body_seconds: float = 15.0  # for a request to arrive
    gate_seconds: float = 60.0  # for an answer of the gate
    solve_seconds: float = 600.0  # for an answer of a solver
    requests_per_minute: int = 6000  # of one person, or of one address where nobody is signed in
    failures_per_minute: int = 30  # keys and passwords of one address that are wrong
    waiting: int = 512  # requests that may wait for one lane
    session_hours: float = 10.0
    key_seconds: float = 15.0  # how long a key that was verified is taken as it is
    opens_first: bool = False  # whether the book in force is opened before it is asked for
    books_open: int = 4  # books kept open at a time
    monitor_at: str = ""  # HH:MM in UTC at which each day is monitored; blank: never
    oidc: Oidc | None = None  # the firm's identity provider; None: keys alone

    def as_text(self) -> str:
        """Return the settings as one line."""
        return json.dumps(asdict(self))


def settings_from(text: str) -> Settings:
    """Return settings that `as_text` wrote."""
    told = json.loads(text)
    oidc = told.pop("oidc")
    return Settings(**told, oidc=None if oidc is None else Oidc(**oidc))
