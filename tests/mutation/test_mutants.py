"""Drawing changes and putting them in place, on a small file of its own."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="pip install -e '.[dev]'")

from tests.mutation.__main__ import drawn, told
from tests.mutation.mutants import Mutant, changes_of, mutant_of, put
from tests.mutation.trial import in_fork

TEXT = """class Bound:
    @staticmethod
    def of(text):
        return int(text) + 1


def at_most(figure, bound=5):
    if figure <= bound:
        return "pass"
    return "block"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "bounds", raising=False)
    path = tmp_path / "bounds.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


def mutants(path: Path) -> dict[str, Mutant]:
    return {one.after: one for one in map(mutant_of, changes_of(path, path.parent))}


def test_a_change_tells_its_function_its_line_and_both_texts(place: Path) -> None:
    one = mutants(place)["if figure < bound:"]
    assert (one.path, one.function, one.before) == ("bounds.py", "at_most", "if figure <= bound:")
    assert one.lines == (8,)


def test_a_changed_default_concerns_every_call(place: Path) -> None:
    assert mutants(place)["def at_most(figure, bound=6):"].lines == (7, 8, 9, 10)


def test_who_holds_the_function_calls_the_changed_one(place: Path) -> None:
    import bounds  # type: ignore[import-not-found]

    held = bounds.at_most
    assert (held(5), held(6), bounds.Bound.of("1")) == ("pass", "block", 2)
    put(mutants(place)["def at_most(figure, bound=6):"])
    assert (held(6), held(7)) == ("pass", "block")
    put(mutants(place)["return int(text) - 1"])
    assert bounds.Bound.of("1") == 0


def test_the_draw_is_of_both_in_turn_and_the_same_for_a_seed(tmp_path: Path) -> None:
    for package in ("engine/gate", "engine/ledger"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "bounds.py").write_text(TEXT, encoding="utf-8")
    every = [one for path in sorted(tmp_path.rglob("*.py")) for one in changes_of(path, tmp_path)]
    names = [one.name for one in drawn(every, sample=3, seed=1)]
    assert [name.split("/")[1] for name in names] == ["gate", "ledger"] * 3
    assert names == [one.name for one in drawn(reversed(every), sample=3, seed=1)]
    assert names != [one.name for one in drawn(every, sample=3, seed=2)]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_breaks_off_and_what_takes_too_long_is_neither_killed_nor_survived() -> None:
    def breaks() -> int:
        raise RuntimeError

    def hangs() -> int:
        while True:
            pass

    assert (in_fork(lambda: 0, limit=30), in_fork(lambda: 1, limit=30)) == (0, 1)
    assert in_fork(breaks, limit=30) == 2
    assert in_fork(hangs, limit=0.2) == -9


def test_the_outcomes_are_counted_by_package_and_survivors_listed() -> None:
    common = {"before": "a <= b", "after": "a < b"}
    text = told(
        [
            {"name": "engine/gate/x.py:f:1", "outcome": "killed", **common},
            {"name": "engine/gate/x.py:f:2", "outcome": "survived", **common},
        ]
    )
    assert text.splitlines()[1].split() == ["engine/gate", "2", "1", "0", "1", "0", "0", "0"]
    assert text.splitlines()[-1] == "| `gate/x.py:f:2` | `a <= b` | `a < b` |"
