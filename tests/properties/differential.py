"""The differential run: Hypothesis draws books, mandates and lists; gate and reference must say the same.

    python -m tests.properties.differential --verdicts 1000000 --seed 1 --processes 2 --keep DIRECTORY

Each seed is one run of Hypothesis over so many books; it draws every choice, so that a disagreement is
made small by it and is met again under the same seed (`--seed 17 --verdicts 1`). Each book is opened once
and judges some forty lists. A finished seed leaves its tally in the directory, and a run that is begun
again goes on after it:

    seed 1: 8,204 verdicts of 312 lists on 12 books, none apart
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import process_time
from unittest import mock

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from engine.facts.failure import InputErrors
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.reference import Answer
from engine.gate.reference import judge as reference_judge
from engine.gate.verdict import GateAnswer
from engine.ledger.settle import Settlement
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties.quotas import OfBook, Quotas, quotas_of
from tests.properties.worlds import Evenly, World, full_world, lists_of

BOOKS = 12
"""Books of one seed."""

DRAWN, PROBES, EDGES = 1, 4, 60
"""Lists of one book: drawn ones, trades brought to an edge after each of two lists, and edges at most."""


@dataclass(slots=True)
class Heard:
    """The reference evaluator, that remembers what it said last: it need not be asked again to be counted."""

    said: Answer | None = None

    def __call__(self, reference: object, trades: tuple[Trade, ...], settlement: Settlement) -> Answer:
        self.said = reference_judge(reference, trades, settlement)  # type: ignore[arg-type]
        return self.said


@contextmanager
def hearing() -> Iterator[Heard]:
    """Listen to what the gate is told by the reference."""
    heard = Heard()
    with mock.patch("engine.gate.judge.reference_judge", heard):
        yield heard


class Asking:
    """Judges lists of one book, counts them, and stops at the first on which the two differ."""

    def __init__(self, world: World, engine: Inline, heard: Heard, tally: OfBook) -> None:
        self.world, self.engine, self.heard, self.tally = world, engine, heard, tally
        self.opened = open_book(ground(compile_rulebook(world.policies), world.book))
        self.seen = set[tuple[Trade, ...]]()
        self.answers: dict[tuple[Trade, ...], GateAnswer | None] = {}

    def __call__(self, trades: tuple[Trade, ...]) -> GateAnswer | None:
        """Return what the gate says of every group, once for a list."""
        if trades not in self.answers:
            self.answers[trades] = self.judged(trades, every_group=True)
        return self.answers[trades]

    def judged(self, trades: tuple[Trade, ...], *, every_group: bool) -> GateAnswer | None:
        """Return what the gate says; None for a list that cannot be judged."""
        try:
            answer = judge(self.opened, trades, engine=self.engine, explained=False, every_group=every_group)
        except InputErrors:
            return None
        assert answer.fault is None, told(self.world, trades, answer)
        assert self.heard.said is not None
        if trades not in self.seen:
            self.seen.add(trades)
            self.tally.add(trades, self.heard.said)
        return answer


def told(world: World, trades: tuple[Trade, ...], answer: GateAnswer) -> str:
    """Return a disagreement in words: where they differ, the list, the rule and the book."""
    assert answer.fault is not None
    book = world.book
    apart = json.loads(answer.fault.bundle or "{}").get("differences", [answer.fault.reason])
    rule = [*apart[0].split(" / "), ""][1]
    return "\n".join(
        (
            *apart[:5],
            "; ".join(f"{t.account} {t.side} {t.quantity} {t.symbol} at {t.price} {t.lot}" for t in trades),
            *(part for text in world.mandates for part in _of_mandate(text, rule)),
            str(book.as_of),
            *(f"{a.account} {a.household} {a.kind} cash {a.cash}" for a in book.accounts.values()),
            *(f"{lot.account} {lot.quantity} {lot.symbol} {lot.acquired} {lot.basis}" for lot in book.lots),
            *(f"{price.symbol} {price.price} of {price.date}" for price in book.prices.values()),
            *(f"{row.symbol} {dict(row.attributes)}" for row in book.securities.values()),
            *map(str, book.events),
        )
    )


def _of_mandate(text: str, rule: str) -> Iterator[str]:
    """Yield the header's settings and what is about a rule; targets where it is none."""
    header, *parts = re.split(r"\n(?=rule |targets |waive )", text)
    yield from (line for line in header.splitlines() if re.match("  (id|applies|weights|missing)", line))
    for part in parts:
        is_about = re.match(rf"(rule|waive) {rule}\b", part) or f"exception to {rule}\n" in part
        if is_about or (part.startswith("targets") and not rule.startswith("R")):
            yield part


def judged_world(chance: Random, engine: Inline, heard: Heard, quotas: Quotas) -> None:
    """Draw one world and judge its lists. Raises AssertionError where the two differ."""
    world = full_world(chance)
    ask = Asking(world, engine, heard, quotas.add_book(world.policies, world.book))
    for number, trades in enumerate(lists_of(chance, world, ask, drawn=DRAWN, probes=PROBES, most=EDGES)):
        ask.judged(trades, every_group=number % 3 == 0)


def run_seed(seed: int, books: int = BOOKS) -> Quotas:
    """Return what one seed covers. Raises AssertionError, made small, where the two differ."""
    quotas, engine = Quotas(), Inline()

    @seeded(seed)
    @settings(
        max_examples=books,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def agree(chance: Random) -> None:
        judged_world(Evenly(chance), engine, heard, quotas)

    with hearing() as heard:
        agree()
    engine.close()
    return quotas


@dataclass(frozen=True, slots=True)
class Done:
    """A seed that has run."""

    seed: int
    quotas: Quotas
    seconds: float
    apart: str = ""


def _one(seed: int) -> Done:
    begun = process_time()
    try:
        quotas, apart = run_seed(seed), ""
    except AssertionError as difference:
        quotas, apart = Quotas(), str(difference)
    return Done(seed, quotas, process_time() - begun, apart)


@dataclass(slots=True)
class Run:
    """A run over seeds: merged tallies, and the seeds at which the two differ."""

    quotas: Quotas = field(default_factory=Quotas)
    seeds: list[int] = field(default_factory=list)
    seconds: float = 0.0
    apart: dict[int, str] = field(default_factory=dict)

    def add(self, done: Done) -> None:
        self.seeds.append(done.seed)
        self.seconds += done.seconds
        self.quotas.merge(done.quotas)
        if done.apart:
            self.apart[done.seed] = done.apart

    def words(self) -> str:
        """Return the run in words: seeds, count, disagreements, quotas."""
        first, last = min(self.seeds, default=0), max(self.seeds, default=0)
        return (
            f"seeds {first} to {last} ({len(self.seeds)} of them), {len(self.apart)} disagreements, "
            f"{self.seconds:,.0f} s of processor time: {self.quotas.table()}"
        )


def run(
    wanted: int,
    *,
    first: int,
    processes: int = 1,
    keep: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Run:
    """Run seeds from `first` on until so many verdicts are reached, or twenty seeds differ."""
    whole = Run()
    for done in _kept(keep, first):
        whole.add(done)
    left = (seed for seed in range(first, sys.maxsize) if seed not in whole.seeds)
    if whole.quotas.verdicts >= wanted:
        return whole
    for done in _each(left, processes):
        whole.add(done)
        if keep is not None and not done.apart:
            _keep(keep, done)
        say(f"seed {done.seed}: {whole.quotas.verdicts:,} verdicts in all, {len(whole.apart)} apart")
        if whole.quotas.verdicts >= wanted or len(whole.apart) >= 20:
            break
    return whole


def _each(seeds: Iterator[int], processes: int) -> Iterator[Done]:
    if processes == 1:
        yield from map(_one, seeds)
        return
    context = get_context("spawn")
    with context.Pool(processes) as pool:
        while True:
            batch = [next(seeds) for _ in range(processes * 4)]
            yield from pool.imap_unordered(_one, batch)


def _kept(keep: Path | None, first: int) -> Iterator[Done]:
    for path in sorted(keep.glob("seed-*.json")) if keep is not None else ():
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["seed"] >= first:
            yield Done(data["seed"], quotas_of(data), data["seconds"])


def _keep(keep: Path, done: Done) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    data = {"seed": done.seed, "seconds": round(done.seconds, 2), **done.quotas.kept()}
    (keep / f"seed-{done.seed:06}.json").write_text(json.dumps(data, sort_keys=True), encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description="gate against reference, under Hypothesis")
    options.add_argument("--verdicts", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--processes", type=int, default=1)
    options.add_argument("--keep", type=Path)
    told = options.parse_args()
    done = run(
        told.verdicts,
        first=told.seed,
        processes=told.processes,
        keep=told.keep,
        say=lambda words: print(words, flush=True),
    )
    print("python -m tests.properties.differential", *sys.argv[1:])
    print(done.words())
    for seed, apart in done.apart.items():
        print(f"seed {seed}: {apart}")
    print("short of:", *(done.quotas.short() or ["nothing"]), sep="\n  ")
    sys.exit(bool(done.apart))


if __name__ == "__main__":
    main()
