"""The first stage of a gate run: each headroom, warning level and waiver against zero, proven.

Headroom(rule="IPS-4.1", group="Acme", before=Decimal("1000"), after=Decimal("-4000"))
  -> fact h0 (after -4000), concluded FAILS -> Place(state="over", before=1000, change=-5000)
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

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


HELD = Place(state="held")


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
            yield Fact(id=f"h{number}", kind="headroom", fields=(("after", whole(headroom.after)),))
            if headroom.early is not None:
                yield Fact(id=f"y{number}", kind="warned", fields=(("early", whole(headroom.early)),))
    for number, waiver in enumerate(case.waivers):
        after = 0 if waiver.after is None else whole(waiver.after)
        yield Fact(id=f"w{number}", kind="waiver", fields=(("after", after),))


def placed(case: GateCase, measured: Conclusions) -> Mapping[Key, Place]:
    """Return where each (rule, group) of the case stands; raises EngineTrouble where one has no answer."""
    holds, calm = _proven(measured, "holds"), _proven(measured, "calm")
    kept = _kept(case, _proven(measured, "kept"))
    places: dict[Key, Place] = {}
    for number, headroom in enumerate(case.headrooms):
        key = (headroom.rule, headroom.group)
        assert key not in places, "each rule and group is measured once"
        if headroom.after is None:
            places[key] = Place(state="missing")
        elif not holds[f"h{number}"]:
            places[key] = _over(headroom, kept.get(key, ()))
        elif headroom.early is not None and not calm[f"y{number}"]:
            places[key] = Place(state="early")
        else:
            places[key] = HELD
    for exemption in case.exemptions:
        places[(exemption.rule, exemption.group)] = Place(state="held", relief="excepted")
    return places


def _kept(case: GateCase, answers: Mapping[str, bool]) -> Mapping[Key, tuple[int, ...]]:
    kept: defaultdict[Key, tuple[int, ...]] = defaultdict(tuple)
    for number, waiver in enumerate(case.waivers):
        if answers[f"w{number}"]:
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
    answers: dict[str, bool] = {}
    for fact, outcome in measured.column(rule):
        if outcome is Outcome.UNKNOWN:
            raise EngineTrouble(f"`{rule}` has no answer for {fact}")
        answers[fact] = outcome is Outcome.HOLDS
    return answers
