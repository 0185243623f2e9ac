"""The largest part of a failing list that passes as a whole: most trades, then most money.

Parts are judged jointly: a sale that pays for a purchase stays where the purchase stays. Lists of up to
SEARCHED trades are searched in full, the largest parts first; what linear limits rule out by plain sums
is not measured again. Longer lists lose the trade that most verdicts speak against until the rest
passes, and take back what still fits; the answer then claims that it passes, and no more. Where that
would judge too many trades, a quarter or more of them goes at once, and nothing comes back.

    buy A 60,000, buy B 30,000, buy C 20,000 with 100,000 of cash: {A, B} passes and is the largest;
    {A, C} passes too and is worth less
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import TypeVar

from engine.facts.trades import Trade
from engine.gate.acts import value_of
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed, OpenBook
from engine.gate.remedy import may_ever_happen
from engine.gate.unknowns import concerned
from engine.gate.verdict import Decision, GateAnswer, LargestPassing
from engine.ledger.exact import exact

SEARCHED = 12
"""Trades of a list up to which every part is looked at."""

MOST_JUDGED = 300
"""Parts put to the gate before the search gives up its claim to be exact."""

MOST_WORK = 2_500
"""Trades judged, of all parts together, until trades go and come back one by one no longer.

A list of 50 trades stays below it whatever fails; one of 5,000 is judged about six times over.
"""

_ZERO = exact(0)
_Number = TypeVar("_Number", int, Fraction)


def with_largest_passing(
    opened: OpenBook, answer: GateAnswer, trades: tuple[Trade, ...], *, engine: InferenceEngine
) -> GateAnswer:
    """Return the answer with the largest passing part, where the list fails and has parts."""
    if not answer.decision.stops or answer.fault is not None or len(trades) < 2:
        return answer
    return replace(answer, largest_passing=_Search(opened, trades, engine).largest())


class _Search:
    """The parts of one list."""

    def __init__(self, opened: OpenBook, trades: tuple[Trade, ...], engine: InferenceEngine) -> None:
        self._opened, self._engine = opened, engine
        self._listed = opened.listed(trades)
        self._free = tuple(t for t in self._listed.trades if may_ever_happen(self._listed, t))
        self._value = {t.number: value_of(self._listed, t) for t in trades}
        self._answers: dict[tuple[int, ...], GateAnswer] = {}  # by the numbers of the trades
        self._work = 0  # trades judged

    def largest(self) -> LargestPassing:
        """Return the largest part that passes."""
        if len(self._listed.trades) > SEARCHED:
            return self._greedy()
        for part in self._parts():
            if len(self._answers) >= MOST_JUDGED:
                return self._greedy()
            if self._passes(part):
                return self._told(part, exact=True, method=self._searched())
        return self._told((), exact=True, method=self._searched())

    def _searched(self) -> str:
        count = 2 ** len(self._listed.trades)
        return f"all {count:,} parts searched, most trades first, then most money"

    def _parts(self) -> Iterator[tuple[Trade, ...]]:
        """Yield the parts that no linear limit rules out, the largest first; not the whole, nor nothing."""
        free = self._free
        sums = [_sums(self._listed, limit, free) for limit in _plain_limits(self._listed)]
        masks = range(1, 2 ** len(free) - (len(free) == len(self._listed.trades)))
        worth = _subset_sums([self._value[trade.number] for trade in free], first=_ZERO)
        for mask in sorted(masks, key=lambda m: (-m.bit_count(), -worth[m], m)):
            if not any(stopped[mask] for stopped in sums):
                yield tuple(trade for n, trade in enumerate(free) if mask >> n & 1)

    def _passes(self, part: tuple[Trade, ...]) -> bool:
        return _may_go(self._answer(part))

    def _answer(self, part: tuple[Trade, ...]) -> GateAnswer:
        """Return the gate's answer to a part: by one evaluator, and where that lets it pass by both."""
        numbers = tuple(trade.number for trade in part)
        known = self._answers.get(numbers)
        if known is None:
            self._work += len(part)
            known = judge(self._opened, part, engine=self._engine, explained=False, second=False)
            if _may_go(known):
                known = judge(self._opened, part, engine=self._engine, explained=False)
            self._answers[numbers] = known
        return known

    def _told(self, part: tuple[Trade, ...], *, exact: bool, method: str) -> LargestPassing:
        return LargestPassing(
            trades=tuple(trade.number for trade in part),
            value=sum((self._value[trade.number] for trade in part), start=_ZERO),
            currency=self._opened.currency,
            decision=self._answer(part).decision if part else Decision.PASS,
            exact=exact,
            method=method,
        )

    def _greedy(self) -> LargestPassing:
        """Drop the trade that most verdicts speak against until the rest passes; take back what fits."""
        kept, dropped = list(self._free), list[Trade]()
        while kept and not self._passes(tuple(kept)):
            worst = self._worst(kept)
            dropped += worst
            gone = {trade.number for trade in worst}
            kept = [trade for trade in kept if trade.number not in gone]
        method = "trades dropped one by one and taken back where they fit; a larger part may pass"
        for trade in sorted(dropped, key=lambda t: (-self._value[t.number], t.number)):
            if self._work + len(kept) > MOST_WORK:
                method = "trades dropped many at a time, as the list is long; a larger part may well pass"
                break
            tried = tuple(sorted((*kept, trade), key=lambda t: t.number))
            if self._passes(tried):
                kept = list(tried)
        return self._told(tuple(kept), exact=False, method=method)

    def _worst(self, kept: list[Trade]) -> list[Trade]:
        """Return the trade that most verdicts speak against; a quarter of all or more where they are many."""
        against = _spoken_against(self._answer(tuple(kept)))
        ranked = sorted(kept, key=lambda t: (against[t.number], self._value[t.number], t.number))
        count = 1
        if self._work + len(kept) > MOST_WORK:
            named = sum(against[trade.number] > 0 for trade in kept)
            count = max(-(-len(kept) // 4), -(-named // 2))
        return ranked[-count:]


def _may_go(answer: GateAnswer) -> bool:
    return answer.fault is None and not answer.decision.stops


def _spoken_against(answer: GateAnswer) -> Counter[int]:
    """Return how many verdicts stop each trade."""
    stopping = (verdict for verdict in answer.verdicts if verdict.decision.stops)
    return Counter(number for verdict in stopping for number in set(verdict.trades))


# ------------------------------------------------------------------ ruled out by plain sums


def _plain_limits(listed: Listed) -> Iterator[OpenLimit]:
    """Yield the limits that stop trades and of which every figure is a sum over the trades."""
    graph = listed.opened.graph
    for limit in listed.opened.limits.all:
        ground = limit.ground
        if ground.standing != "applies" or ground.missing or ground.excepted or ground.purchase_only:
            continue
        if not limit.linear or limit.settles or ground.waiver is not None:
            continue
        if limit.base is not None and not graph.is_linear(limit.base):
            continue
        if ground.group is not None and limit.bound.low is not None:
            continue  # a group of which nothing is held is none
        if not limit.stops or concerned(listed, limit):
            continue
        if any(limit.nodes & listed.nodes_of(trade.number) for trade in listed.trades):
            yield limit


def _sums(listed: Listed, limit: OpenLimit, trades: tuple[Trade, ...]) -> list[bool]:
    """Return of every part, by its bits, whether the limit is in an active breach after it."""
    room, base = _sides(listed, limit, trades)
    stopped = []
    for mask in range(2 ** len(trades)):
        now, was = min(side[mask] for side in room), min(side[0] for side in room)
        if base is not None and base[0] > 0 and base[mask] > 0:
            worse = now * base[0] < was * base[mask]
        else:
            worse = now < was
        stopped.append(now < 0 and worse)
    return stopped


def _sides(
    listed: Listed, limit: OpenLimit, trades: tuple[Trade, ...]
) -> tuple[list[list[int]], list[int] | None]:
    """Return the headroom to each bound, and the base, of every part: whole numbers in one unit."""
    bounds = ((limit.measure, limit.bound.low), (limit.bound.high, limit.measure))
    rows = [_row(listed, trades, more, less) for more, less in bounds if None not in (more, less)]
    if limit.base is not None:
        rows.append(_row(listed, trades, limit.base, None))
    unit = lcm(*(figure.denominator for row in rows for figure in row))
    whole = [_subset_sums([int(f * unit) for f in row[1:]], first=int(row[0] * unit)) for row in rows]
    return (whole[:-1], whole[-1]) if limit.base is not None else (whole, None)


def _row(listed: Listed, trades: tuple[Trade, ...], more: int | None, less: int | None) -> list[Fraction]:
    """Return a difference of two nodes before the list, and what each trade adds to it."""
    graph = listed.opened.graph
    nodes = [(sign, node) for sign, node in ((1, more), (-1, less)) if node is not None]
    first = sum((sign * graph.before(node) for sign, node in nodes), start=_ZERO)
    shifts = [
        sum((sign * graph.shift(node, listed.own[t.number]) for sign, node in nodes), start=_ZERO)
        for t in trades
    ]
    return [first, *shifts]


def _subset_sums(parts: list[_Number], *, first: _Number) -> list[_Number]:
    """Return the sum of every part of a list, by its bits, from `first` on."""
    sums = [first]
    for mask in range(1, 2 ** len(parts)):
        lowest = (mask & -mask).bit_length() - 1
        sums.append(sums[mask & (mask - 1)] + parts[lowest])
    return sums
