"""What is slow is done before somebody waits for it: examples, charts, measures of the book."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.shell.desk import handbooks, standing, warming
from tests.desk.conftest import Laid, Visitor


def test_what_is_ready_is_not_made_again(
    client: TestClient, laid: Laid, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a day's start the policy page, the accounts and a verdict run no example and take no measure."""
    at("N. Vance")
    service = client.app.state.service  # type: ignore[attr-defined]  # the application's own
    assert client.portal is not None
    client.portal.call(warming.ready, service)

    def refused(*_how: Any, **_more: Any) -> Any:
        raise AssertionError("it was ready")

    monkeypatch.setattr(handbooks, "_made", refused)
    monkeypatch.setattr(standing, "_stand", refused)
    visitor: Visitor = at("N. Vance")
    assert "One company, a fifth" in visitor.get("/desk/policies/adams.start")
    assert "A-1" in visitor.get("/desk/accounts")


def test_what_cannot_be_made_ready_is_left_to_its_page() -> None:
    """A database without a book: nothing is raised at the start."""

    async def run(*_how: Any) -> Any:
        raise RuntimeError("no book")

    service: Any = SimpleNamespace(
        lanes=SimpleNamespace(run=run), settings=SimpleNamespace(gate_seconds=1, solve_seconds=1), books=None
    )
    asyncio.run(warming.ready(service))
