"""The collector rests while a list is judged, and runs again after it: also where the list is refused."""

import gc
from collections.abc import Iterator

import pytest

from engine.gate.at_rest import collector_at_rest


@pytest.fixture(autouse=True)
def _running() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_rests_inside_and_runs_after() -> None:
    with collector_at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_runs_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="no such account"), collector_at_rest():
        raise ValueError("no such account")
    assert gc.isenabled()


def test_inside_another_it_rests_until_the_outer_one_ends() -> None:
    with collector_at_rest():
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_keeps_it_from_running_is_left_alone() -> None:
    gc.disable()
    with collector_at_rest():
        pass
    assert not gc.isenabled()
