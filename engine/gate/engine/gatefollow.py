"""The question of the second stage of a gate run: what does not simply hold, and what may stop a trade.

    Place(state="over", before=1000, change=-5000), Response(on="active", does="block"), Touch(trade="t1")
      -> facts breach bg0 (key g0, …), response r0 (says "active block"), touch t0 (key g0)

Responses of rules without a breach or an open window, those to what the rule's groups are not (missing
data, where all are measured), and touches of groups that hold, are left out: they could meet nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.gate.engine.gatefacts import Does, GateCase, On
from engine.gate.engine.gatemeasure import HELD, Key, Place
from engine.gate.engine.gatewindows import near, window_facts
from engine.gate.engine.program import Fact, Scalar

Said = tuple[str, On, Does]
"""A response: its rule, what it answers, what it does."""


_CONSULTED: Mapping[str, tuple[On, ...]] = {
    "over": ("active", "passive"),
    "missing": ("missing",),
    "early": ("early",),
    "held": (),
}
"""What the responses of a state answer; which of an active and a passive breach it is, the engine finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is put to the engine. codes: a short name for each (rule, group) that does not simply hold."""

    facts: tuple[Fact, ...]
    codes: Mapping[Key, str]
    responses: tuple[Said, ...]


NOTHING_OPEN = Question(facts=(), codes={}, responses=())
"""What is asked where everything holds and nothing can meet a window: nothing."""


def following(case: GateCase, places: Mapping[Key, Place]) -> Question:
    """Return the question; without facts where everything holds and nothing can meet a window."""
    open_keys = [key for key, place in places.items() if place is not HELD]
    if not open_keys and not case.events:
        return NOTHING_OPEN
    codes = {key: f"g{number}" for number, key in enumerate(sorted(open_keys))}
    near_by = near(case)
    asked = {(rule, on) for rule, group in codes for on in _CONSULTED[places[(rule, group)].state]}
    asked |= {(event.rule, "active") for event in near_by.events.values()}
    rules = {rule for rule, _ in asked}
    said = [(r.rule, r.on, r.does) for r in case.responses if r.rule in rules and (r.rule, r.on) in asked]
    responses = tuple(dict.fromkeys(said))
    facts = (
        *_breaches(places, codes),
        *_reliefs(case, places, codes),
        *_responses(responses),
        *_touches(case, places, codes),
        *window_facts(near_by),
    )
    return Question(facts=facts, codes=codes, responses=responses)


def _breaches(places: Mapping[Key, Place], codes: Mapping[Key, str]) -> Iterator[Fact]:
    for key, code in codes.items():
        place = places[key]
        fields: list[tuple[str, Scalar]] = [
            ("key", code),
            ("rule", key[0]),
            ("state", place.state),
            ("relief", place.relief),
        ]
        if place.before is not None and place.change is not None:
            fields += [("before", place.before), ("change", place.change)]
        yield Fact(f"b{code}", "breach", tuple(fields))


def _reliefs(case: GateCase, places: Mapping[Key, Place], codes: Mapping[Key, str]) -> Iterator[Fact]:
    for key, code in codes.items():
        for number in places[key].waivers:
            yield Fact(id=f"w{number}", kind="waiver", fields=(("key", code),))
    for number, exemption in enumerate(case.exemptions):
        code = codes[(exemption.rule, exemption.group)]
        yield Fact(id=f"x{number}", kind="exemption", fields=(("key", code),))


def _responses(responses: tuple[Said, ...]) -> Iterator[Fact]:
    for number, (rule, on, does) in enumerate(responses):
        fields = (("rule", rule), ("says", f"{on} {does}"))
        yield Fact(f"r{number}", "response", fields)


def _touches(case: GateCase, places: Mapping[Key, Place], codes: Mapping[Key, str]) -> Iterator[Fact]:
    wanted = {key: (("key", code),) for key, code in codes.items() if places[key].relief == "none"}
    for number, touch in enumerate(case.touches):
        fields = wanted.get((touch.rule, touch.group))
        if fields is not None:
            yield Fact(f"t{number}", "touch", fields)
