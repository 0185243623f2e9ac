"""Many checks in a row, each judged twice and explained: memory stays flat, here and in the child.

GUARDBAND_CHECKS=24000 python -m pytest tests/gate_engine/test_soak.py --long -s
"""

import os
from pathlib import Path

import pytest

from engine.gate.engine.contained import Bounds, Contained
from engine.gate.engine.durable import available
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties.worlds import world_of

pytestmark = [
    pytest.mark.skipif(available() is not None, reason=str(available())),
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not tell memory"),
]

GROWTH_BYTES = 8 * 2**20
"""What a run may end above where it was once warm: allocators give pages back late."""


def resident(process: int | None) -> int:
    """Return the memory that a process holds, in bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def soaked(checks: int) -> list[tuple[int, int, int]]:
    """Return checks done and memory of this process and of the child: warm, halfway and at the end."""
    policy, book, lists = world_of(2_004, lists=40)
    opened = open_book(ground(compile_rulebook((policy,)), book))
    warm, told = min(checks // 4, 1_000), list[tuple[int, int, int]]()
    with Contained(Bounds(recycle_runs=10**9)) as engine:
        child = engine.process_id
        for number in range(1, checks + 1):
            answer = judge(opened, lists[number % len(lists)], engine=engine)
            assert answer.fault is None, answer.fault
            if number in (warm, checks // 2, checks):
                told.append((number, resident(os.getpid()), resident(child)))
        assert engine.process_id == child, "one child does them all"
    return told


def flat(told: list[tuple[int, int, int]]) -> bool:
    """Return whether neither process has grown since it was warm."""
    first, last = told[0], told[-1]
    return all(end - start < GROWTH_BYTES for start, end in zip(first[1:], last[1:], strict=True))


@pytest.mark.long
def test_a_short_run_of_checks_holds_no_more_memory() -> None:
    assert flat(soaked(200))


@pytest.mark.long
def test_a_long_run_of_checks_holds_no_more_memory() -> None:
    told = soaked(int(os.environ.get("GUARDBAND_CHECKS", "24000")))
    for number, here, child in told:
        print(f"\n{number:7,} checks: gate {here / 2**20:7.1f} MiB, child {child / 2**20:6.1f} MiB", end="")
    assert flat(told)
