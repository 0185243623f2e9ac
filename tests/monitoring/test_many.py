"""Many accounts monitored for one day, twice: `pytest --long tests/monitoring/test_many.py`.

GUARDBAND_MANY is the number of accounts (10,000 where unsaid); the seed is the benchmark's.
"""

import os
from pathlib import Path

import pytest

from benchmarks.monitor import NOW, TODAY, write_book
from engine.shell.monitoring import workers
from engine.shell.monitoring.run import Asked, look, monitor
from tests.monitoring.books import imported


def test_several_workers_find_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BUNDLE", 2)
    write_book(tmp_path, accounts=10, positions=12)
    alone, together = (look(tmp_path, Asked(now=NOW, as_of=TODAY, workers=n)) for n in (1, 2))
    assert len(alone.findings) > 10
    assert together == alone


@pytest.mark.long
def test_ten_thousand_accounts_are_told_once(tmp_path: Path) -> None:
    accounts = int(os.environ.get("GUARDBAND_MANY", "10000"))
    folder = tmp_path / "book"
    folder.mkdir()
    write_book(folder, accounts=accounts, positions=25)
    address = f"sqlite:///{tmp_path / 'many.db'}"
    imported(address, folder)
    first, again = (monitor(address, Asked(now=NOW, as_of=TODAY)).days[0] for _ in range(2))
    assert first.raised == first.found > accounts
    assert (again.found, again.raised, again.resolved) == (first.found, 0, 0)
