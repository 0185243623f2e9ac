"""Checks as a line of text and as plain data: `guardband/doctor/1`."""

from collections.abc import Sequence
from typing import Any

from engine.shell.doctor.checks import Check


def line(check: Check) -> str:
    """Return a check for people, its cure on a line of its own."""
    text = f"{check.state.value:<7} {check.name:<24}{check.found}"
    return f"{text}\n{'':8}cure: {check.cure}" if check.cure else text


def answer(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks for programs."""
    return {
        "schema": "guardband/doctor/1",
        "checks": [
            {"name": one.name, "state": one.state.value, "found": one.found, "cure": one.cure}
            for one in checks
        ],
    }
