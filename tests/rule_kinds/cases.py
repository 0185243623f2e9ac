"""The kinds of rule as data: what a mandate of this folder says of itself, and its pairs of cases.

A *pair* is two examples of one mandate that differ in a single word of a single line: one breaches, its
*twin* does not. Where the word is a figure the step between them is one unit.

    trade buy 1,000 USD of "ACME"     passes, at the limit
    trade buy 1,001 USD of "ACME"     is blocked: the step is one dollar, a share at a price of 1
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy, Example
from engine.gate.engine.inline import Inline
from engine.gate.example_book import example_trades
from engine.gate.examples import ExampleResult, example_opened, run_example
from engine.gate.judge import judge
from engine.gate.verdict import Decision, GateAnswer, Outcome
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook

FOLDER = Path(__file__).parent
FILES = {int(path.name[:2]): path for path in sorted(FOLDER.glob("*.mandate"))}

GROUPS = {
    1: "Concentration",
    20: "Allocation and drift",
    31: "Credit, rates, liquidity",
    40: "Eligibility",
    52: "Tax and lots",
    58: "Trading and process",
}
"""The first number of each group of kinds, and what the group is about."""

CLASSES = {
    "L": "linear",
    "A": "linear with helpers",
    "Q": "convex",
    "I": "integer",
    "B": "bounds",
    "G": "gate only",
}
"""The letters of the list of kinds, and the class that `explain` names."""

LETTERS = {
    **dict(
        zip(
            range(1, 67),
            "LLLLLLLLLLIAILLLAIL"  # concentration
            "LLLLGLLQLLL"  # allocation and drift
            "BLLLBBLLL"  # credit, rates, liquidity
            "BBBLLBLBBLBB"  # eligibility
            "BBGLLB"  # tax and lots
            "LIGGGGLGG",  # trading and process
            strict=True,
        )
    ),
    12: "AI",
    47: "BG",
    48: "BL",
    52: "BI",
    55: "LB",
}
"""The letters under which each kind is expected to compile, the main one first."""

TODAY = date(2026, 3, 10)
_WORD = re.compile(r'"[^"]*"|[^\s,][^\s]*')
_UNITS_APART = frozenset({Decimal(1), Decimal("0.01")})
_PERCENT_APART = frozenset({Decimal("0.01")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a mandate says of itself in its first lines."""

    number: int
    path: Path
    title: str
    wording: str
    stated_class: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One example: its words without the expectations, and what came of it."""

    example: Example
    words: tuple[tuple[str, ...], ...]
    result: ExampleResult
    answer: GateAnswer

    @property
    def named(self) -> frozenset[str]:
        """The rules that the example expects something of, a measured figure apart."""
        said = (e for e in self.example.expects if hasattr(e, "response") or hasattr(e, "targets"))
        return frozenset(str(getattr(e, "rule", "") or getattr(e, "targets", "")) for e in said)

    @property
    def broken(self) -> frozenset[str]:
        """The rules that are breached, warn, lack data, or stop anything."""
        loud = (Outcome.BREACH, Outcome.MISSING_DATA)
        return frozenset(
            v.rule for v in self.answer.verdicts if v.decision is not Decision.PASS or v.outcome in loud
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A breaching case, its twin, and the one word in which they differ."""

    kind: int
    passing: Case
    breaching: Case
    step: tuple[str, str]

    @property
    def is_one_unit(self) -> bool:
        """Whether the word is a figure or a date, and the two are one unit apart."""
        days = [_date(word) for word in self.step]
        if days[0] and days[1]:
            return abs((days[1] - days[0]).days) == 1
        figures = [_figure(word) for word in self.step]
        allowed = _PERCENT_APART if self.step[0].endswith("%") else _UNITS_APART
        return figures[0] is not None and figures[1] is not None and abs(figures[1] - figures[0]) in allowed

    @property
    def is_of_words(self) -> bool:
        """Whether the word is a name or a value of an enumeration."""
        return all(_date(word) is None and _figure(word) is None for word in self.step)


def kinds() -> tuple[Kind, ...]:
    """Return every kind by its number."""
    return tuple(_kind(number, path) for number, path in FILES.items())


def _kind(number: int, path: Path) -> Kind:
    head = [line.removeprefix("# ") for line in path.read_text().splitlines() if line.startswith("# ")]
    notes = [line.removeprefix("note: ") for line in head if line.startswith("note: ")]
    return Kind(
        number=number,
        path=path,
        title=head[0].removeprefix(f"Kind {number}. "),
        wording=head[1],
        stated_class=head[2].removeprefix("class: "),
        note=notes[0] if notes else None,
    )


def policy_of(path: Path, *, text: str | None = None) -> CheckedPolicy:
    """Return a mandate of this folder, checked; it has no errors."""
    parsed = parse(path.read_text() if text is None else text, file=path.name)
    checked = check(
        parsed, catalogue=catalogue(), library=library_of(()), files=no_files, schema=None, today=TODAY
    )
    assert checked.policy is not None, checked.diagnostics
    return checked.policy


@cache
def classes_of(number: int) -> dict[str, str]:
    """Return the class of each rule of a kind's mandate by its id."""
    rules = compile_rulebook((policy_of(FILES[number]),)).rules
    return {compiled.rule.id: compiled.form_class.value for compiled in rules}


# ------------------------------------------------------------------ cases and their twins


@cache
def cases(number: int) -> tuple[Case, ...]:
    """Return the examples of a kind, each judged once."""
    policy = policy_of(FILES[number])
    blocks = _blocks(FILES[number].read_text())
    assert len(blocks) == len(policy.examples)
    return tuple(
        Case(
            example=example,
            words=block,
            result=run_example(policy, example, engine=Inline()),
            answer=judge(
                example_opened(policy, example),
                example_trades(policy, example),
                engine=Inline(),
                explained=False,
            ),
        )
        for example, block in zip(policy.examples, blocks, strict=True)
    )


@cache
def pairs(number: int) -> tuple[Pair, ...]:
    """Return each breaching case of a kind with its twin; a case without one is in `alone`."""
    found = (_pair(number, case) for case in cases(number) if is_breaching(case))
    return tuple(pair for pair in found if pair is not None)


def is_breaching(case: Case) -> bool:
    """Return whether an example expects a rule to speak."""
    return bool(case.named)


def alone(number: int) -> tuple[Case, ...]:
    """Return the breaching cases of a kind without a twin, unless they are the twin of a worse one."""
    paired = {id(case) for pair in pairs(number) for case in (pair.passing, pair.breaching)}
    return tuple(case for case in cases(number) if is_breaching(case) and id(case) not in paired)


def _pair(number: int, case: Case) -> Pair | None:
    """Return the case with the nearest twin in which what it expects does not come about."""
    near = [
        Pair(kind=number, passing=twin, breaching=case, step=step)
        for twin in cases(number)
        if (step := _step(twin.words, case.words)) is not None and _is_milder(number, twin, case)
    ]
    near = [pair for pair in near if pair.is_one_unit or pair.is_of_words]
    return min(near, key=lambda pair: (len(pair.passing.broken), not pair.is_one_unit), default=None)


def _is_milder(number: int, twin: Case, case: Case) -> bool:
    """Return whether the twin is decided more mildly, or alike without what the case expects."""
    if twin.answer.decision is not case.answer.decision:
        return twin.answer.decision.rank < case.answer.decision.rank
    asked = replace(twin.example, expects=case.example.expects)
    return not run_example(policy_of(FILES[number]), asked, engine=Inline()).passed


def _step(one: tuple[tuple[str, ...], ...], other: tuple[tuple[str, ...], ...]) -> tuple[str, str] | None:
    """Return the one word in which two examples differ, None where it is not exactly one."""
    if [len(line) for line in one] != [len(line) for line in other]:
        return None
    words = zip((w for line in one for w in line), (w for line in other for w in line), strict=True)
    different = [(a, b) for a, b in words if a != b]
    return different[0] if len(different) == 1 else None


def _blocks(text: str) -> list[tuple[tuple[str, ...], ...]]:
    """Return the words of each example line by line, without comments and expectations."""
    found = []
    for part in re.split(r'^example "[^"]*"\n', text, flags=re.MULTILINE)[1:]:
        lines = [line for line in part.splitlines() if line.startswith("  ")]
        told = [line for line in lines if not line.lstrip().startswith(("#", "expect"))]
        found.append(tuple(tuple(word.rstrip(",") for word in _WORD.findall(line)) for line in told))
    return found


def _date(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _figure(word: str) -> Decimal | None:
    plain = word.removesuffix("%").replace(",", "")
    return Decimal(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None
