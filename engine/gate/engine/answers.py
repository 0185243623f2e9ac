"""Between facts with names and the engine's numbered rows, both ways.

Facts are numbered in the order of their ids, so that the order in which they are handed over changes
nothing; derived facts are named `+0`, `+1`, … in the order of what they say.
"""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from engine.gate.engine.durable import Raw
from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.program import Conclusions, Fact, Joined, Program
from engine.gate.engine.written import Row


def ordered(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Return the facts in order of id; raises EmissionFault where an id is taken."""
    if len({fact.id for fact in facts}) != len(facts):
        raise EmissionFault("two facts have the same id")
    result = tuple(sorted(facts, key=attrgetter("id")))
    place = bisect_left(result, "+", key=attrgetter("id"))
    if place < len(result) and result[place].id.startswith("+"):
        raise EmissionFault(f"the id {result[place].id} is one for derived facts")
    return result


def rows_of(facts: Sequence[Fact]) -> tuple[Row, ...]:
    """Return facts without their ids."""
    return tuple((fact.kind, fact.fields) for fact in facts)


def conclusions(program: Program, facts: Sequence[Fact], raw: Raw) -> Conclusions:
    """Return what one run concluded, in names; `facts` as `ordered` returned them."""
    places: dict[str, list[int]] = {rule.kind: [] for rule in program.rules}
    for number, fact in enumerate(facts if places else ()):
        if fact.kind in places:
            places[fact.kind].append(number)
    names = [fact.id for fact in facts]
    derived, joined = _derived(names, raw), _joined(program, names, raw)
    return Conclusions(
        rows={kind: tuple([names[n] for n in numbers]) for kind, numbers in places.items()},
        columns={
            rule.name: (rule.kind, bytes(map(raw.columns[index].__getitem__, places[rule.kind])))
            for index, rule in enumerate(program.rules)
        },
        joined=joined,
        derived=derived,
    )


def _derived(names: list[str], raw: Raw) -> tuple[Fact, ...]:
    """Return the facts derived, in the order of what they say, and name them after those sent."""
    sent = len(names)
    order = sorted(range(len(raw.derived)), key=lambda n: repr(raw.derived[n]))
    names += [""] * len(order)
    for place, number in enumerate(order):
        names[sent + number] = f"+{place}"
    return tuple([Fact(names[sent + n], *raw.derived[n]) for n in order])


def _joined(program: Program, names: list[str], raw: Raw) -> tuple[Joined, ...]:
    joins = program.joins
    joined = [Joined(joins[join].name, tuple([names[n] for n in numbers])) for join, numbers in raw.joined]
    return tuple(sorted(joined))
