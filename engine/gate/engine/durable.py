"""The adapter: the only module that imports durable-rules.

Only the package's C module is used. Its Python layer starts threads that fire rules behind our back,
swallows what is raised while a rule fires, writes numbers that the C module refuses, and posts state
that no rule of ours reads; the loop below is the part of it that is left.

Per ruleset: facts in chunks, then the canary, then every firing. The answer counts only if the canary
fired, every kind was tallied to the last fact, no call failed, and no fact both holds and fails.

    send [{"id":"t0","k":"k0","after":-4000.0}], send the canary
    fired {"_n0":[{"m":{"id":"t0",…}}]}   one fact of kind k0 arrived
    fired {"r0F":[{"m":{"id":"t0",…}}]}   rule 0 fails for fact 0
    fired {"_c":[…]}                      alive, and 0.75 was read as 0.75
"""

import importlib
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from types import ModuleType

from engine.gate.engine.dialect import CANARY_FACT
from engine.gate.engine.emit import Shard, emit
from engine.gate.engine.faults import EngineTrouble
from engine.gate.engine.program import Derive, Of, Outcome, Program, Scalar
from engine.gate.engine.validate import check_ruleset
from engine.gate.engine.written import Row, Written

CHUNK = 200  # facts per call
SLICE = 400  # facts that a ruleset of single facts holds at a time
ACCEPTED = 0  # the engine's code for a fact that some rule took
SESSION = "0"  # the session of facts that name none
SINGLE = re.compile(r'"id":"t(\d+)"')
JOINED = re.compile(r'"a(\d)":\{"id":"t(\d+)"')
RULE = re.compile(r'\{"(\w+)":')

Matched = tuple[int, tuple[int, ...]]
"""Index of a join, and the row numbers matched, in the order of its matches."""


def load() -> ModuleType:
    """Import the engine; raises ImportError where it is not installed or does not fit this Python.

    On Python 3.13 the release refers to a function that is gone, which only its storage callbacks
    use; binding symbols at their first use lets it load.
    """
    if not hasattr(sys, "setdlopenflags"):
        return importlib.import_module("durable_rules_engine")
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_LAZY)
    try:
        return importlib.import_module("durable_rules_engine")
    finally:
        sys.setdlopenflags(flags)


def available() -> str | None:
    """Return None where the rules engine can be used, else the reason why not."""
    try:
        load()
    except ImportError as error:
        python = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f"durable-rules cannot be loaded on Python {python} ({error}); installing it needs "
            "Python 3.11 or 3.12, a C compiler and the Python headers"
        )
    return None


class Raw:
    """What one run concluded, by row number; derived facts continue the rows that were sent."""

    __slots__ = ("columns", "derived", "joined")

    def __init__(self, rules: int, rows: int) -> None:
        self.columns = [bytearray(rows) for _ in range(rules)]
        self.joined: list[Matched] = []
        self.derived: list[Row] = []


class Machine:
    """One compiled program in this process."""

    def __init__(self, program: Program) -> None:
        """Compile a program; raises EmissionFault, or EngineTrouble where the engine refuses it."""
        self._engine = load()
        self._program = program
        self._emitted = emit(program)
        for shard in self._emitted.shards:
            check_ruleset(shard.text)
        self._handles = [self._compiled(n, shard) for n, shard in enumerate(self._emitted.shards)]

    def run(self, rows: Sequence[Row]) -> Raw:
        """Return what follows from the facts; raises EmissionFault or EngineTrouble.

        After a fault the engine may hold facts of this run: the machine must not be used again.
        """
        raw = Raw(len(self._program.rules), len(rows))
        written = Written(self._emitted, rows)
        for handle, shard in zip(self._handles, self._emitted.shards, strict=True):
            if any(written.by_kind[kind] for kind in shard.fields):
                _Run(self._engine, handle, shard, self._program, written, raw).run()
        raw.derived = written.rows[len(rows) :]
        return raw

    def drop(self) -> None:
        """Give the rulesets back; only after runs that ended well."""
        for handle in self._handles:
            self._engine.delete_ruleset(handle)

    def _compiled(self, number: int, shard: Shard) -> int:
        try:
            handle: int = self._engine.create_ruleset(f"shard{number}", shard.text)
        except Exception as error:
            raise EngineTrouble(f"the engine refused a ruleset: {error}") from error
        return handle


class _Run:
    """One ruleset over the facts of one run."""

    def __init__(
        self, engine: ModuleType, handle: int, shard: Shard, program: Program, written: Written, raw: Raw
    ) -> None:
        self._engine, self._handle, self._shard = engine, handle, shard
        self._program, self._written, self._raw = program, written, raw
        self._alive, self._sent = 0, Counter[str]()
        self._seen: defaultdict[str, set[str]] = defaultdict(set)
        made = {j.then.kind for j in program.joins if isinstance(j.then, Derive)} if shard.joins else set()
        self._known = {written.rows[n] for kind in made for n in written.by_kind[kind]}

    def run(self) -> None:
        """Put the facts to the ruleset; raises EngineTrouble, after which the engine is not to be used.

        A ruleset of single facts takes them a slice at a time, since the engine slows down with the
        number that it holds; joins need all at once.
        """
        numbers = [n for kind in self._shard.fields for n in self._written.by_kind[kind]]
        size = len(numbers) if self._shard.joins else SLICE
        try:
            for start in range(0, len(numbers), size):
                self._alive, self._sent, self._seen = 0, Counter(), defaultdict(set)
                self._assert(numbers[start : start + size])
                self._fire()
                self._settle()
        except EngineTrouble:
            raise
        except Exception as error:
            raise EngineTrouble(f"the engine failed: {error}") from error

    def _fire(self) -> None:
        code, state = self._engine.assert_fact(self._handle, CANARY_FACT)
        if code != ACCEPTED:
            raise EngineTrouble("the canary was refused: the engine is dead or misreads numbers")
        started = self._engine.start_action_for_state(self._handle, state)
        firing = started[1] if started else None
        while firing:
            self._fired(firing)
            firing = self._engine.complete_and_start_action(self._handle, state)

    def _settle(self) -> None:
        """Hold what came back against what was sent, and clear the ruleset for the next run."""
        if self._alive != 1:
            raise EngineTrouble("the canary did not fire: the engine is dead")
        for kind, sent in self._sent.items():
            seen = len(self._seen[kind])
            if seen != sent:
                raise EngineTrouble(f"{sent} facts of kind {kind} were sent and {seen} arrived")
        self._engine.delete_state(self._handle, SESSION)

    def _assert(self, numbers: Sequence[int]) -> None:
        fields, rows = self._shard.fields, self._written.rows
        self._sent.update([rows[n][0] for n in numbers])
        for start in range(0, len(numbers), CHUNK):
            facts = [self._written.fact(n, fields[rows[n][0]]) for n in numbers[start : start + CHUNK]]
            code, _ = self._engine.assert_facts(self._handle, f"[{','.join(facts)}]")
            if code != ACCEPTED:
                raise EngineTrouble(f"facts were refused with code {code}")

    def _fired(self, firing: str) -> None:
        """Take one firing: up to 4,096 matches of one rule."""
        found = RULE.match(firing)
        name = found.group(1) if found else ""
        if name in self._shard.polarities:
            self._decided(*self._shard.polarities[name], firing)
        elif name in self._shard.tallies:
            self._seen[self._shard.tallies[name]].update(SINGLE.findall(firing))
        elif name in self._shard.joins:
            self._met(self._shard.joins[name], firing)
        elif name == "_c":
            self._alive += 1
        else:
            raise EngineTrouble(f"an unknown rule fired: {firing[:80]}")

    def _decided(self, rule: int, outcome: Outcome, firing: str) -> None:
        column, opposite = self._raw.columns[rule], Outcome.HOLDS + Outcome.FAILS - outcome
        for text in SINGLE.findall(firing):
            number = int(text)
            if column[number] == opposite:
                raise EngineTrouble(f"rule {self._program.rules[rule].name} both holds and fails")
            column[number] = outcome

    def _met(self, index: int, firing: str) -> None:
        join = self._program.joins[index]
        size = len(join.matches)
        pairs = JOINED.findall(firing)
        if len(pairs) % size:
            raise EngineTrouble(f"join {join.name} handed over an incomplete match")
        new: list[int] = []
        for start in range(0, len(pairs), size):
            places = {int(alias): int(number) for alias, number in pairs[start : start + size]}
            if len(places) != size:
                raise EngineTrouble(f"join {join.name} handed over an incomplete match")
            numbers = tuple(places[place] for place in range(size))
            self._raw.joined.append((index, numbers))
            if isinstance(join.then, Derive):
                new += self._derived(join.then, [m.alias for m in join.matches], numbers)
        self._assert(new)

    def _derived(self, derive: Derive, aliases: Sequence[str], numbers: Sequence[int]) -> list[int]:
        """Write the fact that a match concludes, unless it is known; returns its row number."""
        facts = {
            alias: dict(self._written.rows[number][1]) for alias, number in zip(aliases, numbers, strict=True)
        }
        fields: list[tuple[str, Scalar]] = []
        for name, value in derive.fields:
            fields.append((name, facts[value.alias][value.field] if isinstance(value, Of) else value))
        row = (derive.kind, tuple(fields))
        if row in self._known:
            return []
        self._known.add(row)
        return [self._written.add(row)]
