"""The six sample mandates are read, checked and formatted without an error."""

import pytest

from dsl.format import formatted
from dsl.parse import parse
from tests.dsl.helpers import checked, errors, reader, shipped_library
from tests.shared import shared

SAMPLES = {
    "1_ips_6040": 5,
    "2_tlh_direct_index": 11,  # 8 of its own, 2 of firm.base, 1 of firm.restricted_list
    "3_ucits": 12,
    "4_household_restricted_esg": 8,
    "5_ric": 9,
    "6_cash_turnover_tax": 12,
}


@pytest.mark.parametrize(("name", "rules"), SAMPLES.items())
def test_a_sample_checks_without_errors_or_warnings(name: str, rules: int) -> None:
    path = shared(f"language/samples/{name}.mandate")
    result = checked(
        path.read_text(encoding="utf-8"), library=shipped_library(), files=reader(path.parent), file=path.name
    )
    assert errors(result) == []
    assert [d.code for d in result.diagnostics if d.severity.value == "warning"] == []
    assert result.policy is not None
    assert len(result.policy.rules) == rules


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_nearly_in_its_usual_form(name: str) -> None:
    text = shared(f"language/samples/{name}.mandate").read_text(encoding="utf-8")
    out = formatted(parse(text, file=name))
    differing = [line for line in out.splitlines() if line not in text.splitlines()]
    assert all(line.startswith("  source") for line in differing), differing
