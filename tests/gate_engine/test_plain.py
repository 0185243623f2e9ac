"""Inference without the rules engine gives what the oracle of programs and gate cases gives."""

from engine.gate.engine.plain import Plain
from engine.gate.engine.program import Outcome
from tests.gate_engine.test_differential import compare_cases, compare_joins, compare_thresholds


def test_plain_thresholds_agree() -> None:
    seen = compare_thresholds(200, Plain)
    assert all(seen[outcome] > 200 for outcome in Outcome), seen


def test_plain_joins_agree() -> None:
    seen = compare_joins(300, Plain)
    assert seen["matches"] > 300, seen
    assert seen["derived"] > 100, seen


def test_plain_gate_cases_agree() -> None:
    seen = compare_cases(150, Plain)
    assert seen["pairs"] > 40, seen
