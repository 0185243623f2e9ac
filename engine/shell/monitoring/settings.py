"""How a firm monitors: what is told to whom, when an alert is escalated. A TOML file says it.

    ahead_days = 14                     lots, waivers and windows are told so many days ahead
    escalate_after = [2, 5]             business days without anybody having acknowledged it

    [[email]]
    name = "desk"
    to = ["desk@firm.example"]
    from = "guardband@firm.example"
    host = "mail.firm.example"          port = 587, security = "starttls" | "tls" | "none"
    user = "guardband"                  password_env = "SMTP_PASSWORD": the variable that holds it
    least = "warning"                   info, warning or urgent
    kinds = ["breach", "drift"]         unsaid: all

    [[webhook]]
    name = "risk"
    url = "https://risk.firm.example/alerts"
    secret_env = "RISK_SECRET"          signs what is sent

Secrets stand in the environment, never in the file.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.facts.failure import InputError
from engine.shell.monitoring.finders import FINDERS
from engine.shell.monitoring.finding import Severity

Security = Literal["none", "starttls", "tls"]
KINDS = (*FINDERS, "unjudged")
"""Every kind of alert."""

VARIABLE = "GUARDBAND_ALERTS"
"""The environment variable that names the file where no option does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What a receiver is told of: alerts of these kinds that matter at least so much."""

    name: str
    least: Severity = Severity.WARNING
    kinds: frozenset[str] = frozenset(KINDS)
    resolved: bool = False  # also told when a fact is gone

    def wants(self, *, kind: str, severity: str, event: str) -> bool:
        """Return whether an event of an alert is for this receiver."""
        told = event != "resolved" or self.resolved
        return told and kind in self.kinds and Severity(severity).rank >= self.least.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Email(Receiver):
    """A mailbox, reached by SMTP; one message tells all that waits."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Receiver):
    """An address that is posted to; `secret` signs."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a run needs to know beside book and policies."""

    ahead_days: int = 14
    escalate_after: tuple[int, ...] = (2, 5)  # business days
    receivers: tuple[Email | Webhook, ...] = ()
    attempts: int = 8  # of a delivery, before it is given up
    backoff_seconds: float = 60.0  # before the second attempt; doubled for each one after


def settings_from(path: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a file; None: of the file that GUARDBAND_ALERTS names, else the defaults.

    Raises InputError for what the file does not say right, and for a secret that is not there.
    """
    environment = os.environ if environment is None else environment
    if path is None:
        named = environment.get(VARIABLE)
        if not named:
            return Settings()
        path = Path(named)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise InputError(f"it is no TOML file: {problem}", place=str(path), cure="mend that line") from None
    except FileNotFoundError:
        raise InputError("there is no such file", place=str(path), cure="check the path") from None
    return _Reader(str(path), environment).settings(told)


class _Reader:
    """Reads a file's tables; every problem names its place."""

    def __init__(self, place: str, environment: Mapping[str, str]) -> None:
        self.place, self.environment = place, environment

    def settings(self, told: dict[str, Any]) -> Settings:
        known = {"ahead_days", "escalate_after", "attempts", "backoff_seconds", "email", "webhook"}
        self._only(told, known, "the file")
        receivers: tuple[Email | Webhook, ...] = (
            *(self._email(table) for table in told.get("email", ())),
            *(self._webhook(table) for table in told.get("webhook", ())),
        )
        names = [receiver.name for receiver in receivers]
        for name in names:
            if names.count(name) > 1:
                raise self._problem(f"two receivers are called `{name}`", "give each its own name")
        after = told.get("escalate_after", [2, 5])
        if not isinstance(after, list) or after != sorted(after) or not all(_is_count(n) for n in after):
            raise self._problem("escalate_after is no list of growing whole numbers", "write [2, 5]")
        return Settings(
            ahead_days=self._count(told, "ahead_days", 14),
            escalate_after=tuple(after),
            receivers=receivers,
            attempts=max(1, self._count(told, "attempts", 8)),
            backoff_seconds=float(self._count(told, "backoff_seconds", 60)),
        )

    def _email(self, table: dict[str, Any]) -> Email:
        own = {"to", "from", "host", "port", "security", "user", "password_env"}
        common = self._common(table, own, "email")
        to = table.get("to", ())
        security = table.get("security", "starttls")
        if security not in ("none", "starttls", "tls"):
            raise self._problem(f"`{security}` is no security", "write none, starttls or tls")
        if not isinstance(to, list) or not to:
            raise self._problem(f"{common['name']}: `to` is no list of addresses", 'write ["desk@…"]')
        user = table.get("user")
        return Email(
            **common,
            to=tuple(str(address) for address in to),
            sender=self._text(table, "from", common["name"]),
            host=self._text(table, "host", common["name"]),
            port=self._count(table, "port", {"none": 25, "starttls": 587, "tls": 465}[security]),
            security=security,
            user=None if user is None else str(user),
            password=None if user is None else self._secret(table, "password_env", common["name"]),
        )

    def _webhook(self, table: dict[str, Any]) -> Webhook:
        common = self._common(table, {"url", "secret_env"}, "webhook")
        url = self._text(table, "url", common["name"])
        if not url.startswith(("https://", "http://")):
            raise self._problem(f"`{url}` is no web address", "write https://…")
        return Webhook(**common, url=url, secret=self._secret(table, "secret_env", common["name"]))

    def _common(self, table: dict[str, Any], own: set[str], what: str) -> dict[str, Any]:
        self._only(table, own | {"name", "least", "kinds", "resolved"}, what)
        name = self._text(table, "name", what)
        least, kinds = table.get("least", "warning"), table.get("kinds", list(KINDS))
        if least not in list(Severity):
            raise self._problem(f"{name}: `{least}` is no severity", "write info, warning or urgent")
        strange = sorted(set(kinds) - set(KINDS)) if isinstance(kinds, list) else [kinds]
        if strange:
            raise self._problem(f"{name}: `{strange[0]}` is no kind of alert", f"kinds: {', '.join(KINDS)}")
        return {
            "name": name,
            "least": Severity(least),
            "kinds": frozenset(kinds),
            "resolved": bool(table.get("resolved", False)),
        }

    def _only(self, table: dict[str, Any], known: set[str], what: str) -> None:
        for name in table:
            if name not in known:
                raise self._problem(f"`{name}` means nothing in {what}", f"known: {', '.join(sorted(known))}")

    def _text(self, table: dict[str, Any], name: str, what: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self._problem(f"{what} has no `{name}`", f'write {name} = "…"')
        return value

    def _secret(self, table: dict[str, Any], name: str, what: str) -> str:
        variable = self._text(table, name, what)
        value = self.environment.get(variable)
        if not value:
            raise self._problem(f"{what}: the variable {variable} is not set", "set it in the environment")
        return value

    def _count(self, table: dict[str, Any], name: str, unsaid: int) -> int:
        value = table.get(name, unsaid)
        if not _is_count(value):
            raise self._problem(f"`{name}` is no whole number above 0", f"write {name} = {unsaid}")
        return int(value)

    def _problem(self, reason: str, cure: str) -> InputError:
        return InputError(reason, place=self.place, cure=cure)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
