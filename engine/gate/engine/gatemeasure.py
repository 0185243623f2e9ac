"""The first stage of a gate run: each headroom, warning level and waiver against zero, proven.

Headroom(rule="IPS-4.1", group="Acme", before=Decimal("1000"), after=Decimal("-4000"))
  -> fact h0 (after -4000), concluded FAILS -> Place(state="over", before=1000, change=-5000)
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from engine.gate.engine.dialect import EXACT
from engine.gate.engine.faults import EngineTrouble
from engine.gate.engine.gatefacts import Exact, GateCase, Headroom
from engine.gate.engine.program import Conclusions, Fact, Outcome

Key = tuple[str, str]
"""Rule and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a (rule, group) stands before anything follows from it.

    before, change: numbers for the engine, known where the state is `over`. waivers: places in the case
    of those that are kept to, where the relief is `waived`.
    """

    state: Literal["held", "early", "over", "missing"]
    relief: Literal["none", "waived", "excepted"] = "none"
    before: int | None = None
    change: int | None = None
    waivers: tuple[int, ...] = ()


HELD, EARLY, MISSING = Place(state="held"), Place(state="early"), Place(state="missing")


def whole(number: Exact) -> int:
    """Return a whole number below 2^53 with the sign of `number`: its numerator, else -1 or 1."""
    numerator = number if isinstance(number, int) else number.as_integer_ratio()[0]
    if -EXACT < numerator < EXACT:
        return numerator
    return 1 if numerator > 0 else -1


def measured_facts(case: GateCase) -> tuple[Fact, ...]:
    """Return the facts of the first stage; what is missing is not sent."""
    return tuple(_facts(case))


def _facts(case: GateCase) -> Iterator[Fact]:
    for number, headroom in enumerate(case.headrooms):
        if headroom.after is not None:
            assert headroom.before is not None, "before and after are known or missing together"
            yield Fact(f"h{number}", "headroom", (("after", whole(headroom.after)),))
            if headroom.early is not None:
                yield Fact(f"y{number}", "warned", (("early", whole(headroom.early)),))
    for number, waiver in enumerate(case.waivers):
        after = 0 if waiver.after is None else whole(waiver.after)
        yield Fact(id=f"w{number}", kind="waiver", fields=(("after", after),))


class Signs(NamedTuple):
    """What is not below zero: headrooms and warning levels, waivers; by their places in the case.

    What has no fact reads True, and is not looked at.
    """

    holds: list[bool]
    calm: list[bool]
    kept: list[bool]


def supposed(case: GateCase) -> Signs:
    """Return what the engine will say of the facts of the first stage, if it can tell signs."""
    return Signs(
        [told.after is None or told.after >= 0 for told in case.headrooms],
        [told.after is None or told.early is None or told.early >= 0 for told in case.headrooms],
        [waiver.after is None or waiver.after >= 0 for waiver in case.waivers],
    )


def is_as_supposed(facts: tuple[Fact, ...], measured: Conclusions) -> bool:
    """Return whether the engine says of every fact of the first stage what its sign says."""
    said: dict[str, int] = {}
    for kind, column in measured.columns.values():
        said.update(zip(measured.rows[kind], column, strict=True))
    return said == {fact.id: Outcome.FAILS if _number(fact) < 0 else Outcome.HOLDS for fact in facts}


def _number(fact: Fact) -> int:
    ((_, number),) = fact.fields
    assert isinstance(number, int)
    return number


def proven(case: GateCase, measured: Conclusions) -> Signs:
    """Return what the engine says of each fact; raises EngineTrouble where one has no answer."""
    holds, calm, kept = (_proven(measured, rule) for rule in ("holds", "calm", "kept"))
    rows = tuple(enumerate(case.headrooms))
    return Signs(
        [told.after is None or holds[f"h{n}"] for n, told in rows],
        [told.after is None or told.early is None or calm[f"y{n}"] for n, told in rows],
        [kept[f"w{n}"] for n in range(len(case.waivers))],
    )


def placed(case: GateCase, signs: Signs) -> Mapping[Key, Place]:
    """Return where each (rule, group) of the case stands."""
    kept = _kept(case, signs.kept) if case.waivers else {}
    places: dict[Key, Place] = {}
    for headroom, holds, calm in zip(case.headrooms, signs.holds, signs.calm, strict=True):
        key = (headroom.rule, headroom.group)
        if headroom.after is None:
            places[key] = MISSING
        elif not holds:
            places[key] = _over(headroom, kept.get(key, ()))
        else:
            places[key] = HELD if calm else EARLY
    assert len(places) == len(case.headrooms), "each rule and group is measured once"
    for exemption in case.exemptions:
        places[(exemption.rule, exemption.group)] = Place(state="held", relief="excepted")
    return places


def _kept(case: GateCase, answers: list[bool]) -> Mapping[Key, tuple[int, ...]]:
    kept: defaultdict[Key, tuple[int, ...]] = defaultdict(tuple)
    for number, waiver in enumerate(case.waivers):
        if answers[number]:
            kept[(waiver.rule, waiver.group)] += (number,)
    return kept


def _over(headroom: Headroom, waivers: tuple[int, ...]) -> Place:
    assert headroom.before is not None
    assert headroom.after is not None
    return Place(
        state="over",
        relief="waived" if waivers else "none",
        before=whole(headroom.before),
        change=whole(Fraction(headroom.after) - Fraction(headroom.before)),
        waivers=waivers,
    )


def _proven(measured: Conclusions, rule: str) -> dict[str, bool]:
    """Return what a rule says of each fact of its kind; every one must have its answer."""
    if rule not in measured.columns:
        return {}
    kind, column = measured.columns[rule]
    answers: dict[str, bool] = {}
    for fact, outcome in zip(measured.rows.get(kind, ()), column, strict=True):
        if outcome == Outcome.UNKNOWN:
            raise EngineTrouble(f"`{rule}` has no answer for {fact}")
        answers[fact] = outcome == Outcome.HOLDS
    return answers
