"""Every kind of rule that real mandates contain can be said, and in its usual form."""

import re
from decimal import Decimal

from dsl.format import formatted
from dsl.parse import parse
from tests.dsl.helpers import FILES, checked, errors

TEXT = (FILES / "kinds.mandate").read_text(encoding="utf-8")
BY_OTHER_STATEMENTS = {20, 21, 22, 23, 24, 25, 53, 54, 62, 66}


def test_all_sixty_six_kinds_check_without_a_finding() -> None:
    result = checked(TEXT)
    assert errors(result) == []
    assert [d.message for d in result.diagnostics] == []
    assert result.policy is not None
    numbers = {int(m[1]) for rule in result.policy.rules if (m := re.match(r"K-(\d+)", rule.id))}
    assert numbers | BY_OTHER_STATEMENTS == set(range(1, 67))
    assert not numbers & BY_OTHER_STATEMENTS


def test_the_kinds_are_written_in_the_usual_form() -> None:
    assert formatted(parse(TEXT, file="kinds.mandate")) == TEXT


def test_the_bands_of_the_kinds() -> None:
    policy = checked(TEXT).policy
    assert policy is not None
    bands = {(t.name, c.name): (c.low, c.high) for t in policy.targets for c in t.classes}
    assert bands["k_targets", "bonds"] == (Decimal("0.2625"), Decimal("0.4375"))
    assert bands["k_targets", "cash"] == (Decimal("0.075"), Decimal("0.125"))
