"""The facts of the second stage of a gate run: what does not simply hold, and what may stop a trade.

    Place(state="over", before=1000, change=-5000), Response(on="active", does="block"), Touch(trade="t1")
      -> facts breach bg0 (key g0, …), response r0 (says "active block"), touch t0 (key g0)

Responses of rules without a breach or window, and touches of groups that hold, are left out: they could
meet nothing.
"""

from collections.abc import Container, Iterator, Mapping

from engine.gate.engine.gatefacts import Does, GateCase, On
from engine.gate.engine.gatemeasure import Key, Place
from engine.gate.engine.program import Fact, Scalar


def following(case: GateCase, places: Mapping[Key, Place]) -> tuple[Fact, ...]:
    """Return the facts of the second stage; none where everything holds and no window is open."""
    return tuple(_facts(case, places))


def _facts(case: GateCase, places: Mapping[Key, Place]) -> Iterator[Fact]:
    codes = codes_of(places)
    yield from _breaches(places, codes)
    yield from _reliefs(case, places, codes)
    for number, (rule, on, does) in enumerate(responses_of(case, {rule for rule, _ in codes})):
        yield _fact(f"r{number}", "response", rule=rule, says=f"{on} {does}")
    for number, touch in enumerate(case.touches):
        key = (touch.rule, touch.group)
        if key in codes and places[key].relief == "none":
            yield _fact(f"t{number}", "touch", key=codes[key])
    if case.events and case.acts:
        yield from _windows(case)


def responses_of(case: GateCase, rules: Container[str]) -> tuple[tuple[str, On, Does], ...]:
    """Return the responses, each once, of these rules and of those whose windows may be met."""
    windows = {event.rule for event in case.events} if case.acts else set()
    found = (
        (response.rule, response.on, response.does)
        for response in case.responses
        if response.rule in rules or response.rule in windows
    )
    return tuple(dict.fromkeys(found))


def codes_of(places: Mapping[Key, Place]) -> dict[Key, str]:
    """Return a short name for each (rule, group) that does not simply hold."""
    open_keys = [key for key, place in places.items() if place.state != "held" or place.relief != "none"]
    return {key: f"g{number}" for number, key in enumerate(sorted(open_keys))}


def _breaches(places: Mapping[Key, Place], codes: Mapping[Key, str]) -> Iterator[Fact]:
    for key, code in codes.items():
        place = places[key]
        fields: dict[str, Scalar] = {
            "key": code,
            "rule": key[0],
            "state": place.state,
            "relief": place.relief,
        }
        if place.before is not None and place.change is not None:
            fields |= {"before": place.before, "change": place.change}
        yield _fact(f"b{code}", "breach", **fields)


def _reliefs(case: GateCase, places: Mapping[Key, Place], codes: Mapping[Key, str]) -> Iterator[Fact]:
    for key, code in codes.items():
        for number in places[key].waivers:
            yield _fact(f"w{number}", "waiver", key=code)
    for number, exemption in enumerate(case.exemptions):
        yield _fact(f"x{number}", "exemption", key=codes[(exemption.rule, exemption.group)])


def _windows(case: GateCase) -> Iterator[Fact]:
    for number, event in enumerate(case.events):
        yield _fact(
            f"e{number}",
            "event",
            name=f"e{number}",
            rule=event.rule,
            place=f"{event.rule}\n{event.scope}",
            symbol=event.symbol,
            relation=event.relation,
            first=event.first,
            last=event.last,
            apart=f"of {event.apart}" if event.apart is not None else "none",
            listed=event.trade is not None,
            trade=event.trade or "",
        )
    for number, act in enumerate(case.acts):
        yield _fact(
            f"a{number}",
            "act",
            name=f"a{number}",
            place=f"{act.rule}\n{act.scope}",
            symbol=act.symbol,
            day=act.day,
            order=f"of {act.order}" if act.order is not None else "its own",
            listed=act.trade is not None,
            trade=act.trade or "",
            waived=act.waiver is not None,
        )
    for number, (relation, one, other) in enumerate(sorted(_ties(case))):
        yield _fact(f"i{number}", "tie", relation=relation, one=one, other=other)


def _ties(case: GateCase) -> set[tuple[str, str, str]]:
    """Ties both ways, and every symbol of an event with itself where that is meant."""
    ties = {(tie.relation, *sides) for tie in case.ties for sides in _both(tie.one, tie.other)}
    own = {(e.relation, e.symbol, e.symbol) for e in case.events if e.relation != "substitute"}
    return ties | own


def _both(one: str, other: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one, other), (other, one)


def _fact(id_: str, kind: str, /, **fields: Scalar) -> Fact:
    return Fact(id=id_, kind=kind, fields=tuple(fields.items()))
