"""Every test of publishing runs on both databases."""

import pytest

from tests.databases import *  # noqa: F403


@pytest.fixture(autouse=True)
def quick_keys(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are as slow to verify as in earnest on SQLite, and quick on PostgreSQL."""
    if "address" not in request.fixturenames or request.getfixturevalue("address").startswith("sqlite"):
        return
    argon2 = pytest.importorskip("argon2", reason='pip install "guardband[serve]"')
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("engine.shell.publishing.people._hasher", lambda: quick)
