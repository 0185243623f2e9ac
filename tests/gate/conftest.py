"""What the tests of the gate share."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.inline import Inline


@pytest.fixture(scope="module")
def engine() -> Iterator[Inline]:
    """The rules engine in this process; one for each page of tests."""
    inline = Inline()
    yield inline
    inline.close()
