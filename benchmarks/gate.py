"""How long the gate takes: one trade, and 500 trades, against 50 rules and 500 positions, warm.

    python -m benchmarks.gate [--rounds 200] [--alone] [--stretches 0]

Told are medians and the 95th percentile of the whole answer (measuring, inference in the child process,
explanation, reference): processor time of this process and of the child, which a busy machine distorts
less, and the clock. Every list is another one. On a machine that others work on too, `--stretches 30` does
the first line so often and tells it of the fastest and of the slowest stretch. Then the time grows with
trades, rules and positions, and the same limits are put to other engines (`benchmarks/gate_others.py`,
installed with the extra `bench`).
"""

import argparse
import time

from benchmarks.gate_others import compare
from benchmarks.gate_world import POSITIONS, RULES, Spent, book, late, opened, timed, trades
from engine.gate.engine.contained import Contained
from engine.gate.judge import judge, measure
from engine.gate.measure import OpenBook
from engine.ledger.exact import IS_COMPILED

WAYS = (
    ("both evaluators, explained", True, True),
    ("both evaluators, not explained", False, True),
    ("one evaluator, explained", True, False),
    ("one evaluator, not explained", False, False),
)
"""In words; whether explained; whether by both."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--alone", action="store_true", help="without growth and the other engines")
    parser.add_argument("--stretches", type=int, default=0, help="how often one trade is told again")
    asked = parser.parse_args()
    start = time.process_time()
    gate = opened()
    spent = (time.process_time() - start) * 1000
    rationals = "compiled" if IS_COMPILED else "of the standard library"
    print(f"opened: {len(gate.limits.all)} groups, {spent:.0f} ms; rationals {rationals}")
    with Contained() as engine:
        answer = judge(gate, trades(1), engine=engine)
        assert answer.fault is None, answer.fault
        print(f"one trade: {answer.decision.value}, {len(answer.verdicts)} verdicts; child process, warm; ms")
        speeds(gate, engine, asked.rounds)
        stretches(gate, engine, asked.rounds, asked.stretches)
        if not asked.alone:
            growth(gate, engine, max(3, asked.rounds // 20))
            compare(book(), trades(8), engine, asked.rounds)


def speeds(gate: OpenBook, engine: Contained, rounds: int) -> None:
    """Print how long one trade and 500 take."""
    for count, times in ((1, rounds), (500, max(5, rounds // 20))):
        name = "one trade" if count == 1 else f"{count} trades"
        for words, explained, second in WAYS:
            _tell(f"{name}, {words}", gate, engine, count, times, explained=explained, second=second)
    spent = timed(lambda number: measure(gate.listed(trades(1, first=number))), rounds)
    print(f"{'one trade, measured only':<44} {spent.words()}")


def stretches(gate: OpenBook, engine: Contained, rounds: int, times: int) -> None:
    """Print one trade, explained by both, of the fastest and the slowest of so many stretches of rounds."""

    def stretch(place: int) -> Spent:
        first = 1 + place * rounds
        return timed(
            lambda number: judge(gate, trades(1, first=first + number), engine=engine), rounds, engine
        )

    told = sorted(map(stretch, range(times)), key=lambda spent: late(spent.clock, 0.5))
    for name, place in (("fastest", 0), ("slowest", -1)) if told else ():
        print(
            f"{f'one trade, the {name} of {times} stretches':<44} {told[place].words()}   ({rounds} rounds)"
        )


def growth(gate: OpenBook, engine: Contained, rounds: int) -> None:
    """Print how the time grows with trades, with rules and with positions, explained by both evaluators."""
    print("\ngrowth, both evaluators, explained; ms")
    for count in (1, 10, 100, 1000):
        _tell(f"{count:,} trades", gate, engine, count, rounds if count < 100 else 2)
    for rules in (10, 50, 100, 200, 500):
        _tell(f"one trade, {rules} rules", opened(rules=rules), engine, 1, rounds)
    for positions in (100, 500, 1000, 2000):
        larger = opened(rules=RULES, positions=positions)
        _tell(f"one trade, {positions:,} positions", larger, engine, 1, rounds, positions=positions)


def _tell(
    name: str,
    gate: OpenBook,
    engine: Contained,
    count: int,
    rounds: int,
    *,
    explained: bool = True,
    second: bool = True,
    positions: int = POSITIONS,
) -> None:
    """Print what one answer takes, each of another list."""

    def work(number: int) -> object:
        listed = trades(count, first=number, positions=positions)
        return judge(gate, listed, engine=engine, explained=explained, second=second)

    print(f"{name:<44} {timed(work, rounds, engine).words()}   ({rounds} rounds)", flush=True)


if __name__ == "__main__":
    main()
