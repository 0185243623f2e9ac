"""The day of docs/day.md with its commands and the broker killed at random moments, and the line cut.

Nothing is sent twice and no fill is lost: whatever the quiet day is asked is asked of this one too.

pytest tests/day --long -k five_companies            a few blows on five companies
GUARDBAND_KILLS=100 pytest tests/day --long -s       the demonstration; GUARDBAND_SEED names another storm
"""

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from engine.shell import work
from tests.day import small
from tests.day.storm import Storm
from tests.day.test_day import Day, play, the_broker
from tests.day.wire import Wire
from tests.orders.conftest import Broker, plain_engine
from tests.shell.cli import Ran, run

LEFT_OUT = ("guardband demo",)
"""What begins the lines of the page that lay out the demonstration."""


def stormy(
    folder: Path,
    broker: Callable[..., Broker],
    *,
    kills: int,
    rows: int,
    pause: float = 0,
    inside: Callable[..., Ran] | None = None,
    leaving_out: tuple[str, ...] = (),
) -> Storm:
    """Play the day in a storm, and hold it to everything that holds on a quiet one."""
    other = the_broker(broker, pause=pause)
    wire = Wire(to=int(str(other.plan["port"])))
    assert other.settings(port=wire.port) == folder / "desk.cfg"
    seed = int(os.environ.get("GUARDBAND_SEED", "1"))
    storm = Storm(folder, other, wire, seed=seed, kills=kills, rows=rows, inside=inside)
    day = Day(run=storm.run, folder=folder, broker=other)
    try:
        play(day, leaving_out=leaving_out, figures=False)
    finally:
        wire.close()
        print(f"seed {seed}: {storm.blows.total()} blows, {storm.killed} kills {dict(storm.blows)}")
    nothing_doubled(day)
    return storm


def nothing_doubled(day: Day) -> None:
    """Of alerts, orders, reports and transactions, none is there twice, and the log is whole."""
    told = Counter(
        (row["kind"], row["account"], row["message"]) for row in day.answer("monitor", "alerts")["alerts"]
    )
    assert set(told.values()) == {1}
    said = Counter(row["exec"] for row in day.broker.journal("said"))
    assert set(said.values()) == {1}
    ours = Counter(row["sale"] + row["lot"] for row in day.answer("lots")["disposals"])
    assert set(ours.values()) == {1}
    assert day.run("audit", "verify", "--book", "sqlite:///firm.db").status == 0


@pytest.mark.long
def test_a_day_on_five_companies_in_a_storm(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broker: Callable[..., Broker],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "engine", plain_engine)
    small.lay_out(tmp_path / "household")
    inside = partial(run, capsys, monkeypatch)
    storm = stormy(tmp_path, broker, kills=4, rows=30, pause=0.3, inside=inside, leaving_out=LEFT_OUT)
    assert storm.blows.total() >= 2


@pytest.mark.long
def test_the_day_of_the_demonstration_in_a_storm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broker: Callable[..., Broker]
) -> None:
    monkeypatch.chdir(tmp_path)
    kills = int(os.environ.get("GUARDBAND_KILLS", "100"))
    storm = stormy(tmp_path, broker, kills=kills, rows=250, pause=0.015 * kills)
    assert storm.killed >= kills * 3 // 4
