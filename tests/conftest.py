"""Settings for all tests: full-size runs are left out unless asked for, and nothing is made ready twice."""

import gc
import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests marked long, at full size")
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite tests/golden")


def pytest_configure() -> None:
    """Let workers and what tests start keep byte code: each would compile all that it imports anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives until the end: modules, and thousands of tests."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    left_out = [item for item in items if "long" in item.keywords]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if "long" not in item.keywords]
