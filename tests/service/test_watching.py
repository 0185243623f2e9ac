"""The service monitors its book at the hour that it is told, and only where it is told one."""

import time

import pytest

from engine.facts.failure import InputError
from engine.shell.service.logs import log_lines
from engine.shell.service.settings import Settings
from engine.shell.service.watching import watch_of
from tests.service.served import Served, served


def monitored(service: Served, *, seconds: float = 30.0) -> list[str]:
    """The levels of the log's lines about the watch, once there is one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [row["level"] for row in service.log if row["event"] in ("monitored", "watch")]
        if found:
            return found
        time.sleep(0.05)
    return []


def test_a_service_started_after_its_hour_monitors_at_once(database: str) -> None:
    with served(database, monitor_at="00:00") as service:
        assert monitored(service) == ["info"]
        assert service.get("/v1/alerts").json()["alerts"], "prices of long ago are told"


def test_a_service_that_is_told_no_hour_does_not_monitor(own: Served) -> None:
    assert not hasattr(own.app.state, "watching")


@pytest.mark.parametrize(("text", "told"), [("23:59", "23:59:00"), ("00:00", "00:00:00")])
def test_the_hour_is_a_time_of_day(text: str, told: str) -> None:
    watch = watch_of(Settings(database="sqlite:///f.db", monitor_at=text), log_lines())
    assert watch is not None
    assert watch.at.isoformat() == told


@pytest.mark.parametrize("text", ["24:00", "22:60", "22", "soon"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time of day"):
        watch_of(Settings(database="sqlite:///f.db", monitor_at=text), log_lines())
