"""Guardband beside cedarpy, zen-engine, rule-engine, cel-python and plain durable-rules, on one task.

The task: 50 limits on sums over 500 positions; a list of one trade; which limits does the book keep after
it? The others know no positions, sums, prices, lists or lots, so a plain loop adds up for them and hands
over 50 whole numbers (cents) and the 50 bounds; their time is that loop and their 50 comparisons. What
they answer is yes or no. Guardband's answer is the same 50 verdicts with before and after, active or
passive, decisions and, where told to, explanations, reached by two evaluators. The verdicts of all must
be the same, or the run stops.

`full`: everything from the positions on. `trade`: sums of the book are kept, one trade changes them.

    python -m benchmarks.gate_others [--rounds 200]
"""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from benchmarks.gate_world import book as invented
from benchmarks.gate_world import late, timed
from benchmarks.gate_world import trades as listed
from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.words import shipped
from engine.facts.book import Book
from engine.facts.trades import Trade
from engine.gate.engine.contained import Contained
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.verdict import GateAnswer, Outcome
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground

COUNT = 50
HEADER = """policy "Others"
  id others
  version 1.0.0
  effective from 2020-01-01
  source ips = "Invented"
  currency USD
  weights of net_assets
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One limit: holdings of which an attribute has a value weigh at most so many basis points."""

    name: str
    attribute: str
    value: str
    bps: int


Sums = list[int]
"""By limit, the value held of its group in cents."""

Check = Callable[[Sums, Sums], list[bool]]
"""From sums and bounds in cents to whether each limit is kept."""


def caps(book: Book) -> tuple[Cap, ...]:
    """Return 50 limits, one in five of them a basis point below what is held."""
    groups = [("industry", f"Industry {n}") for n in range(40)] + [
        ("sector", f"Sector {n}") for n in range(10)
    ]
    found, net = [], net_cents(book)
    for number, (attribute, value) in enumerate(groups):
        held = sum_of(book, attribute, value)
        bps = -(-held * 10_000 // net) + (-1 if number % 5 == 0 else 1)
        found.append(Cap(name=f"L{number}", attribute=attribute, value=value, bps=bps))
    assert len(found) == COUNT
    return tuple(found)


def mandate(limits: Iterable[Cap]) -> str:
    """Return the limits as a mandate."""
    rules = (
        f'\nrule {cap.name} "{cap.name}"\n  limit weight of holdings where {cap.attribute} is "{cap.value}"'
        f' to at most {cap.bps / 100:.2f}%\n  because ips "§1"\n'
        for cap in limits
    )
    return HEADER + "".join(rules)


def cents(book: Book, symbol: Any, quantity: Any) -> int:
    return int(quantity * book.prices[symbol].price * 100)


def net_cents(book: Book) -> int:
    cash = sum(int(row.cash * 100) for row in book.accounts.values())
    return cash + sum(cents(book, lot.symbol, lot.quantity) for lot in book.lots)


def sum_of(book: Book, attribute: str, value: str) -> int:
    return sum(
        cents(book, lot.symbol, lot.quantity)
        for lot in book.lots
        if book.securities[lot.symbol].attributes[attribute] == value
    )


def sums_of(book: Book, limits: tuple[Cap, ...]) -> Sums:
    """Return the sums of all limits in one pass over the positions."""
    places = {(cap.attribute, cap.value): number for number, cap in enumerate(limits)}
    found = [0] * len(limits)
    for lot in book.lots:
        worth = cents(book, lot.symbol, lot.quantity)
        for attribute, value in book.securities[lot.symbol].attributes.items():
            number = places.get((attribute, value))
            if number is not None:
                found[number] += worth
    return found


def after(book: Book, limits: tuple[Cap, ...], before: Sums, trade: Trade) -> Sums:
    """Return the sums once a trade is done."""
    attributes = book.securities[trade.symbol].attributes
    worth = trade.side.sign * cents(book, trade.symbol, trade.quantity)
    return [
        amount + worth if attributes[cap.attribute] == cap.value else amount
        for amount, cap in zip(before, limits, strict=True)
    ]


# ------------------------------------------------------------------ the others


def cedar() -> Check:
    """Return one policy a limit, asked in a batch."""
    import cedarpy

    policies = "\n".join(
        f'permit(principal, action == Action::"L{n}", resource) when {{ context.sum <= context.bound }};'
        for n in range(COUNT)
    )

    def run(sums: Sums, bounds: Sums) -> list[bool]:
        requests = [
            {
                "principal": 'User::"u"',
                "action": f'Action::"L{n}"',
                "resource": 'Book::"b"',
                "context": {"sum": held, "bound": bound},
            }
            for n, (held, bound) in enumerate(zip(sums, bounds, strict=True))
        ]
        return [answer.allowed for answer in cedarpy.is_authorized_batch(requests, policies, [])]

    return run


def zen() -> Check:
    """Return one compiled expression a limit."""
    import zen as engine

    expressions = [engine.compile_expression(f"s{n} <= b{n}") for n in range(COUNT)]
    return lambda sums, bounds: [bool(one.evaluate(_facts(sums, bounds))) for one in expressions]


def rule_engine() -> Check:
    """Return one rule a limit."""
    import rule_engine as engine

    rules = [engine.Rule(f"s{n} <= b{n}") for n in range(COUNT)]

    def run(sums: Sums, bounds: Sums) -> list[bool]:
        facts = _facts(sums, bounds)
        return [rule.matches(facts) for rule in rules]

    return run


def cel() -> Check:
    """Return one program a limit."""
    import celpy

    environment = celpy.Environment()
    programs = [environment.program(environment.compile(f"s{n} <= b{n}")) for n in range(COUNT)]

    def run(sums: Sums, bounds: Sums) -> list[bool]:
        facts = {name: celpy.celtypes.IntType(value) for name, value in _facts(sums, bounds).items()}
        return [bool(program.evaluate(facts)) for program in programs]

    return run


def durable() -> Check:
    """Return one rule a limit that fires beyond its bound, as the documentation shows; one fact a limit.

    What does not fire is taken to hold, which is the trust that Guardband does not place in it.
    """
    from durable import engine

    class Quiet(engine.Host):  # type: ignore[misc]
        """Without the threads that fire rules behind the caller's back."""

        def _run(self) -> None:
            return

    host, beyond, turn = Quiet(), set[int](), [0]

    def fired(c: Any) -> None:
        beyond.add(int(c.m.n))

    over = {"$gt": {"sum": {"$m": "bound"}}}
    rules = {
        f"r{n}": {"all": [{"m": {"$and": [{"n": n}, {"$ex": {"bound": 1}}, over]}}], "run": fired}
        for n in range(COUNT)
    }
    rules["every"] = {"all": [{"m": {"$ex": {"n": 1}}}], "run": lambda c: None}
    host.set_rulesets({"limits": rules})

    def run(sums: Sums, bounds: Sums) -> list[bool]:
        beyond.clear()
        turn[0] += 1
        facts = [
            {"id": f"{turn[0]}.{n}", "n": n, "sum": held, "bound": bound}
            for n, (held, bound) in enumerate(zip(sums, bounds, strict=True))
        ]
        for fact in facts:
            host.assert_fact("limits", fact)
        for fact in facts:
            host.retract_fact("limits", fact)
        return [n not in beyond for n in range(COUNT)]

    return run


def _facts(sums: Sums, bounds: Sums) -> dict[str, int]:
    return {f"s{n}": held for n, held in enumerate(sums)} | {f"b{n}": b for n, b in enumerate(bounds)}


OTHERS: tuple[tuple[str, Callable[[], Check]], ...] = (
    ("cedarpy", cedar),
    ("zen-engine", zen),
    ("rule-engine", rule_engine),
    ("cel-python", cel),
    ("durable-rules, plain", durable),
)


# ------------------------------------------------------------------ the comparison


def opened_under(limits: tuple[Cap, ...], book: Book) -> OpenBook:
    """Return the book opened under the limits."""
    checked = check(
        parse(mandate(limits), file="others.mandate"),
        catalogue=shipped(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=None,
    )
    assert checked.policy is not None, [d.message for d in checked.diagnostics]
    return open_book(ground(compile_rulebook((checked.policy,)), book))


def kept(answer: GateAnswer) -> list[bool]:
    """Return from Guardband's answer whether each limit is kept."""
    assert answer.fault is None, answer.fault
    outcomes = {verdict.rule: verdict.outcome for verdict in answer.verdicts}
    return [outcomes[f"L{n}"] is Outcome.PASS for n in range(COUNT)]


def median_of(work: Callable[[], object], rounds: int, engine: Contained | None = None) -> float:
    """Return the median of a piece of work in milliseconds of processor time, the child's mean added."""
    spent = timed(lambda _: work(), rounds, engine)
    return late(spent.own, 0.5) + (spent.child or 0.0)


def compare(book: Book, trades: tuple[Trade, ...], engine: Contained, rounds: int) -> None:
    """Print the table; raises AssertionError where any two differ on a verdict."""
    limits, trade = caps(book), trades[0]
    net, before = net_cents(book), sums_of(book, limits)
    bounds = [int(Fraction(cap.bps * net, 10_000)) for cap in limits]
    gate = opened_under(limits, book)
    expected = {one.number: kept(judge(gate, (one,), engine=engine)) for one in trades}
    few = max(3, rounds // 20)
    rows: list[tuple[str, float, float, str]] = []
    for name, build in OTHERS:
        run = build()
        for one in trades:
            said = run(after(book, limits, before, one), bounds)
            assert said == expected[one.number], f"{name} differs on trade {one.number}"
        full = median_of(lambda run=run: run(after(book, limits, sums_of(book, limits), trade), bounds), few)
        alone = median_of(lambda run=run: run(after(book, limits, before, trade), bounds), rounds)
        rows.append((name, full, alone, "yes or no"))
    for name, explained, second in (
        ("Guardband, one evaluator, not explained", False, False),
        ("Guardband, both evaluators, not explained", False, True),
        ("Guardband, both evaluators, explained", True, True),
    ):

        def one_trade(gate: OpenBook, explained: bool = explained, second: bool = second) -> GateAnswer:
            return judge(gate, (trade,), engine=engine, explained=explained, second=second)

        full = median_of(lambda one=one_trade: one(opened_under(limits, book)), few, engine)
        alone = median_of(lambda one=one_trade: one(gate), rounds, engine)
        rows.append((name, full, alone, "verdicts, explained" if explained else "verdicts"))
    breached = sum(not one for row in expected.values() for one in row)
    same = f"the same {len(trades) * COUNT} verdicts of all, {breached} breaches"
    print(f"\n{COUNT} limits x 500 positions, {same}; medians of processor time")
    for name, full, alone, says in rows:
        print(f"{name:<44} full {full:9.2f} ms   trade {alone:8.3f} ms   {says}")


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    with Contained() as engine:
        compare(invented(), listed(8), engine, asked.rounds)


if __name__ == "__main__":
    main()
