"""Whole numbers at the last that a float holds exactly, and one beyond."""

import pytest

from engine.gate.engine.dialect import EXACT, EmissionFault, number_text


@pytest.mark.parametrize(("number", "text"), [(EXACT, "9007199254740992.0"), (-EXACT, "-9007199254740992.0")])
def test_the_last_whole_number_is_told(number: int, text: str) -> None:
    assert number_text(number) == text
    with pytest.raises(EmissionFault, match="beyond 2\\^53"):
        number_text(number + (1 if number > 0 else -1))
