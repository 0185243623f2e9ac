"""The gate beside cedarpy, zen-engine, rule-engine, cel-python and plain durable-rules, on the same limits.

The task, and what the others are spared, stands in `benchmarks.gate_others`; all verdicts must be the same.
Each round takes another list, so that no answer can be that of the round before.
"""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.gate_others import (
    COUNT,
    OTHERS,
    Cap,
    Check,
    Sums,
    after,
    caps,
    kept,
    net_cents,
    opened_under,
    sums_of,
)
from benchmarks.gate_world import POSITIONS, book, late, timed, trades
from benchmarks.parts.sizes import Sizes
from benchmarks.table import Row, beside
from engine.facts.book import Book
from engine.facts.trades import Trade
from engine.gate.engine.contained import Contained
from engine.gate.judge import judge
from engine.gate.measure import OpenBook

INSTALL = {
    "cedarpy": "cedarpy>=4",
    "zen-engine": "zen-engine>=2",
    "rule-engine": "rule-engine>=5",
    "cel-python": "cel-python>=0.5",
    "durable-rules, plain": "durable-rules",
}
APART = (
    "handed 50 sums, which a loop adds up for it; answers yes or no: no before and after, no active or "
    "passive, no explanation, no second evaluator. The same verdicts as ours, as is checked"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The book, its limits, and what the others are handed of them."""

    book: Book
    limits: tuple[Cap, ...]
    before: Sums
    bounds: Sums
    gate: OpenBook

    def said(self, check: Check, listed: tuple[Trade, ...]) -> list[bool]:
        """Return what one of the others says of a list: by limit, whether it is kept."""
        sums = self.before
        for trade in listed:
            sums = after(self.book, self.limits, sums, trade)
        return check(sums, self.bounds)


def world() -> World:
    """Return the invented book under its 50 limits."""
    invented = book()
    limits, net = caps(invented), net_cents(invented)
    return World(
        book=invented,
        limits=limits,
        before=sums_of(invented, limits),
        bounds=[cap.bps * net // 10_000 for cap in limits],
        gate=opened_under(limits, invented),
    )


def rows(sizes: Sizes) -> list[Row]:
    """Return one trade, and a longer list; ours explained, by two evaluators."""
    made = world()
    with Contained() as engine:
        one = _rows(made, engine, "one trade", count=1, rounds=sizes.gate_rounds)
        words = f"a list of {sizes.gate_trades} trades"
        rounds = max(2, sizes.gate_rounds // 10)
        return one + _rows(made, engine, words, count=sizes.gate_trades, rounds=rounds)


def _rows(made: World, engine: Contained, words: str, *, count: int, rounds: int) -> list[Row]:
    spent = timed(lambda n: judge(made.gate, trades(count, first=n), engine=engine), rounds, engine)
    expected = [
        kept(judge(made.gate, trades(count, first=number), engine=engine)) for number in range(min(rounds, 8))
    ]

    def told(build: Callable[[], Check]) -> Callable[[], tuple[float, str]]:
        def run() -> tuple[float, str]:
            check = build()
            for number, verdicts in enumerate(expected):
                assert made.said(check, trades(count, first=number)) == verdicts, "the verdicts differ"
            took = timed(lambda n: made.said(check, trades(count, first=n)), rounds)
            return late(took.own, 0.5), APART

        return run

    return [
        beside(
            part="gate",
            work=f"{words}, {COUNT} limits over {POSITIONS} positions",
            ours=late(spent.own, 0.5) + (spent.child or 0.0),
            peer=name,
            install=INSTALL[name],
            run=told(build),
        )
        for name, build in OTHERS
    ]
