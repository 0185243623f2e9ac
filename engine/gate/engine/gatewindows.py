"""The facts of window rules: events, acts and ties, as far as they could meet.

A household's history may hold hundreds of loss sales, of which one purchase can meet few. What cannot
meet is left out by a coarse test that never errs on the other side: an event and an act may meet only
under the same rule and scope and when their symbols hang together by any ties, and only matter when one
of them is in the list. Windows, relations and orders are left to the rules.

    sales of VOO and ACME, a purchase of IVV in the list, VOO tied to IVV  ->  ACME is left out
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.gate.engine.gatefacts import GateCase, Tie, WindowAct, WindowEvent
from engine.gate.engine.program import Fact

Group = tuple[str, str, str]
"""Rule, scope, and a symbol that stands for all that hang together with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The events and acts that could meet, by their places in the case, and the ties among them."""

    events: Mapping[int, WindowEvent]
    acts: Mapping[int, WindowAct]
    ties: frozenset[tuple[str, str, str]]  # relation, one, other


def near(case: GateCase) -> Near:
    """Return what could meet and matter."""
    if not case.events or not case.acts:
        return Near(events={}, acts={}, ties=frozenset())
    homes = _homes(case.ties)
    events = [_group(event, homes) for event in case.events]
    acts = [_group(act, homes) for act in case.acts]
    listed = {g for g, event in zip(events, case.events, strict=True) if event.trade is not None}
    listed |= {g for g, act in zip(acts, case.acts, strict=True) if act.trade is not None}
    groups = listed.intersection(events).intersection(acts)
    kept = {n: event for n, event in enumerate(case.events) if events[n] in groups}
    return Near(
        events=kept,
        acts={n: act for n, act in enumerate(case.acts) if acts[n] in groups},
        ties=frozenset(_ties(case.ties, kept.values(), {symbol for _, _, symbol in groups}, homes)),
    )


def _group(item: WindowEvent | WindowAct, homes: Mapping[str, str]) -> Group:
    return (item.rule, item.scope, homes.get(item.symbol, item.symbol))


def _homes(ties: Iterable[Tie]) -> Mapping[str, str]:
    """For every tied symbol, one that stands for all symbols tied to it directly or in turn."""
    together: dict[str, set[str]] = {}
    for tie in ties:
        merged = together.get(tie.one, {tie.one}) | together.get(tie.other, {tie.other})
        together.update(dict.fromkeys(merged, merged))
    return {symbol: min(symbols) for symbol, symbols in together.items()}


def _ties(
    ties: Iterable[Tie], events: Iterable[WindowEvent], kept: set[str], homes: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Ties, both ways where identical, and every symbol of an event with itself where that is meant."""
    for tie in ties:
        if homes[tie.one] in kept:
            yield (tie.relation, tie.one, tie.other)
            if tie.relation == "identical":
                yield (tie.relation, tie.other, tie.one)
    for event in events:
        if event.relation != "substitute":
            yield (event.relation, event.symbol, event.symbol)


def window_facts(near_by: Near) -> Iterator[Fact]:
    """Return the facts of what could meet; their names give their places in the case."""
    for number, event in near_by.events.items():
        yield Fact(
            id=f"e{number}",
            kind="event",
            fields=(
                ("name", f"e{number}"),
                ("rule", event.rule),
                ("place", f"{event.rule}\n{event.scope}"),
                ("symbol", event.symbol),
                ("relation", event.relation),
                ("first", event.first),
                ("last", event.last),
                ("apart", "none" if event.apart is None else f"of {event.apart}"),
                ("listed", event.trade is not None),
                ("trade", event.trade or ""),
            ),
        )
    for number, act in near_by.acts.items():
        yield Fact(
            id=f"a{number}",
            kind="act",
            fields=(
                ("name", f"a{number}"),
                ("place", f"{act.rule}\n{act.scope}"),
                ("symbol", act.symbol),
                ("day", act.day),
                ("order", "its own" if act.order is None else f"of {act.order}"),
                ("listed", act.trade is not None),
                ("trade", act.trade or ""),
                ("waived", act.waiver is not None),
            ),
        )
    for number, (relation, one, other) in enumerate(sorted(near_by.ties)):
        fields = (("relation", relation), ("one", one), ("other", other))
        yield Fact(id=f"i{number}", kind="tie", fields=fields)
