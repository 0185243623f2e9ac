"""What an opened book keeps from list to list is bounded by the book, and changes no answer."""

from benchmarks.gate_world import opened, trades
from engine.gate.answer import gate_answer
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.gate.measure import OpenBook

POSITIONS = 25


def _kept(gate: OpenBook) -> tuple[int, ...]:
    """Return the sizes of what is kept."""
    proven = sum(map(len, gate.proven.values()))
    return (len(gate.words), len(gate.order), proven, len(gate.agreed), len(gate.kept))


def _judge_all(gate: OpenBook, engine: Inline) -> None:
    for first in range(2 * POSITIONS):
        judge(gate, trades(1, first=first, positions=POSITIONS), engine=engine)


def test_as_many_lists_again_leave_nothing_more_behind() -> None:
    gate, engine = opened(rules=15, positions=POSITIONS), Inline()
    _judge_all(gate, engine)
    first = _kept(gate)
    _judge_all(gate, engine)
    assert all(first)
    assert _kept(gate) == first


def test_a_book_that_has_judged_other_lists_answers_as_one_that_has_judged_none() -> None:
    gate, engine = opened(rules=15, positions=POSITIONS), Inline()
    _judge_all(gate, engine)
    for first in range(0, POSITIONS, 4):
        asked = trades(1 + first % 3, first=first, positions=POSITIONS)
        fresh = judge(opened(rules=15, positions=POSITIONS), asked, engine=engine)
        assert gate_answer(judge(gate, asked, engine=engine)) == gate_answer(fresh)
