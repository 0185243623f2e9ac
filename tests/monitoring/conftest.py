"""Every test of the store's part runs on both databases; one rules engine serves all."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from engine.shell import work
from tests.databases import *  # noqa: F403


@pytest.fixture(scope="session")
def contained() -> Iterator[InferenceEngine]:
    with Contained() as engine:
        yield engine


@pytest.fixture(autouse=True)
def one_engine(contained: InferenceEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def shared() -> Iterator[InferenceEngine]:
        yield contained

    monkeypatch.setattr(work, "engine", shared)
