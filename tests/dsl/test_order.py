"""The order of statements never changes what a mandate means."""

import random
import re

import pytest

from dsl import policy as p
from dsl.format import formatted
from dsl.parse import parse
from tests.dsl.helpers import FILES, checked, reader, shipped_library

TEXT = formatted(parse((FILES / "everything.mandate").read_text(encoding="utf-8"), file="x"))
HEADER, *STATEMENTS = re.split(r"\n(?=[a-z])", TEXT.removeprefix("# ").split("\n", 1)[1])


def meaning(text: str) -> dict[str, list[str]]:
    """Return what a policy holds, without places and without order."""
    policy = checked(text, library=shipped_library(), files=reader(FILES)).policy
    assert isinstance(policy, p.CheckedPolicy)
    out = {}
    for name in policy.__dataclass_fields__:
        value = getattr(policy, name)
        if name not in ("digest", "file"):
            parts = value if isinstance(value, tuple) else (value,)
            out[name] = sorted(re.sub(r"Span\([^()]*\)", "", repr(part)) for part in parts)
    return out


@pytest.mark.parametrize("seed", range(3))
def test_statements_in_any_order_mean_the_same(seed: int) -> None:
    shuffled = list(STATEMENTS)
    random.Random(seed).shuffle(shuffled)
    assert shuffled != STATEMENTS
    assert meaning("\n".join((HEADER, *shuffled))) == meaning(TEXT)
