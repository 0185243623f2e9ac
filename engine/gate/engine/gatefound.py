"""What the second stage concluded, back in the words of the case, and counted.

One standing for every breach, one effect for every response that its standing consults, one stop for
every touch of an effect that decides something, one for every response of a rule whose window caught a
trade: an answer that is short of that is a fault, never a pass.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engine.gate.engine.faults import EngineTrouble
from engine.gate.engine.gatefacts import (
    Decision,
    Does,
    Effect,
    Findings,
    GateCase,
    On,
    Pair,
    Standing,
    Stop,
)
from engine.gate.engine.gatefollow import Question
from engine.gate.engine.gatemeasure import Key, Place
from engine.gate.engine.gaterules import DECISIONS, PAIR_DECISIONS
from engine.gate.engine.program import Conclusions, Joined, Scalar

ACTIVE = (Standing.NEW, Standing.WORSENED)
Fields = Mapping[str, Scalar]


def found(
    case: GateCase, places: Mapping[Key, Place], question: Question, concluded: Conclusions
) -> Findings:
    """Return the findings of a case; raises EngineTrouble where an answer is short."""
    if not question.facts:
        return _all_hold(case, places)
    told = _Told(case, question, concluded)
    effects, pairs = told.effects(), told.pairs()
    stops = tuple(sorted([*told.stops(effects), *told.caught()], key=_order))
    decisions = dict.fromkeys(case.trades, Decision.PASS)
    for stop in stops:
        assert stop.trade in decisions, "what touches or pairs is a trade of the list"
        decisions[stop.trade] = max(decisions[stop.trade], stop.decision)
    of_list = told.of_list(effects, {(stop.rule, stop.group) for stop in stops})
    return Findings(
        standings={key: told.standings.get(key, Standing.HOLDS) for key in places},
        waivers=told.governing(Standing.WAIVED, "waiver governs", [w.name for w in case.waivers]),
        exceptions=told.governing(
            Standing.EXCEPTED, "exemption governs", [x.exception for x in case.exemptions]
        ),
        effects=effects,
        pairs=pairs,
        stops=stops,
        decisions=decisions,
        decision=max([Decision.PASS, *decisions.values(), *of_list]),
    )


def _all_hold(case: GateCase, places: Mapping[Key, Place]) -> Findings:
    """Return the findings where nothing was asked, since everything holds."""
    return Findings(
        standings=dict.fromkeys(places, Standing.HOLDS),
        waivers={},
        exceptions={},
        effects=(),
        pairs=(),
        stops=(),
        decisions=dict.fromkeys(case.trades, Decision.PASS),
        decision=Decision.PASS,
    )


def _order(stop: Stop) -> tuple[str, ...]:
    return (stop.trade, stop.rule, stop.group or "", *(stop.pair or ("", "")), stop.on, stop.does)


class _Told:
    """The conclusions, indexed once."""

    def __init__(self, case: GateCase, question: Question, concluded: Conclusions) -> None:
        self._case = case
        self._keys = {code: key for key, code in question.codes.items()}
        self._facts: dict[str, Fields] = {fact.id: dict(fact.fields) for fact in concluded.derived}
        self._matches: defaultdict[str, list[Joined]] = defaultdict(list)
        for match in concluded.joined:
            self._matches[match.join].append(match)
        self._by_kind: defaultdict[str, list[Fields]] = defaultdict(list)
        for fact in concluded.derived:
            self._by_kind[fact.kind].append(self._facts[fact.id])
        self._responses: defaultdict[str, list[tuple[On, Does]]] = defaultdict(list)
        for rule, on, does in question.responses:
            self._responses[rule].append((on, does))
        self.standings = self._read_standings()

    def _read_standings(self) -> dict[Key, Standing]:
        standings: dict[Key, Standing] = {}
        for fact in self._by_kind["standing"]:
            key = self._key(fact)
            if key in standings:
                raise EngineTrouble(f"{key} stands in two ways")
            standings[key] = Standing(fact["stands"])
        absent = set(self._keys.values()) - standings.keys()
        if absent:
            raise EngineTrouble(f"{min(absent)} has no standing")
        return standings

    def _key(self, fact: Fields) -> Key:
        return self._keys[str(fact["key"])]

    def governing(self, standing: Standing, join: str, names: list[str]) -> dict[Key, tuple[str, ...]]:
        """Return which waivers or exceptions govern what is waived or excepted."""
        governing: defaultdict[Key, set[str]] = defaultdict(set)
        for match in self._matches[join]:
            stands, relief = match.facts
            governing[self._key(self._facts[stands])].add(names[int(relief[1:])])
        if governing.keys() != {key for key, stands in self.standings.items() if stands is standing}:
            raise EngineTrouble(f"`{join}` does not cover what is {standing.value}")
        return {key: tuple(sorted(governing[key])) for key in sorted(governing)}

    def effects(self) -> tuple[Effect, ...]:
        """Return what each response comes to; every response that is consulted must be among them."""
        effects = [self._effect(fact) for fact in self._by_kind["effect"]]
        expected = {
            (*key, on, does)
            for key, standing in self.standings.items()
            for on, does in self._responses[key[0]]
            if (standing, on, does) in DECISIONS
        }
        if sorted(map(_named, effects)) != sorted(expected):
            raise EngineTrouble("the effects do not cover the responses")
        return tuple(sorted(effects, key=_named))

    def _effect(self, fact: Fields) -> Effect:
        rule, group = self._key(fact)
        return Effect(
            rule=rule,
            group=group,
            on=_ON[str(fact["on"])],
            does=_DOES[str(fact["does"])],
            decision=Decision[str(fact["decides"])],
        )

    def stops(self, effects: Iterable[Effect]) -> list[Stop]:
        """Return the stops by groups; every touch of an effect that decides must be among them."""
        deciding = [effect for effect in effects if effect.decision is not Decision.PASS]
        if not deciding and not self._matches["stop"]:
            return []
        touching: dict[Key, set[str]] = {(effect.rule, effect.group): set() for effect in deciding}
        for touch in self._case.touches:
            trades = touching.get((touch.rule, touch.group))
            if trades is not None:
                trades.add(touch.trade)
        stops: set[Stop] = set()
        told = {fact: self._effect(fields) for fact, fields in self._facts.items() if "decides" in fields}
        for match in self._matches["stop"]:
            effect = told[match.facts[0]]
            touch = self._case.touches[int(match.facts[1][1:])]
            stops.add(_stop(effect, touch.trade))
        expected = {
            _stop(effect, trade) for effect in deciding for trade in touching[(effect.rule, effect.group)]
        }
        if stops != expected:
            raise EngineTrouble("the stops do not cover the trades that lower a headroom")
        return list(stops)

    def pairs(self) -> tuple[Pair, ...]:
        """Return the acts that fell into windows, where either side is in the list."""
        if not self._by_kind["pair"]:
            return ()
        caught: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for fact in self._by_kind["caught"]:
            caught[(str(fact["act"]), str(fact["event"]))].add(str(fact["trade"]))
        pairs = []
        for fact in self._by_kind["pair"]:
            act = self._case.acts[int(str(fact["act"])[1:])]
            event = self._case.events[int(str(fact["event"])[1:])]
            in_list = {act.trade, event.trade} - {None}
            if not in_list:
                continue
            sides = in_list if act.waiver is None else set()
            trades = caught[(str(fact["act"]), str(fact["event"]))]
            if trades != sides:
                raise EngineTrouble(f"the pair of {act.name} and {event.name} misses a trade")
            pair = Pair(
                rule=act.rule,
                act=act.name,
                event=event.name,
                trades=tuple(sorted(trades)),
                waiver=act.waiver,
            )
            pairs.append(pair)
        return tuple(sorted(pairs, key=lambda pair: (pair.rule, pair.act, pair.event)))

    def caught(self) -> list[Stop]:
        """Return the stops by pairs; every active response of the rule must be among them."""
        stops = {
            self._caught_stop(self._facts[match.facts[0]], does)
            for does in PAIR_DECISIONS
            for match in self._matches[f"caught {does}"]
        }
        expected = {
            self._caught_stop(fact, does)
            for fact in self._by_kind["caught"]
            for on, does in self._responses[str(fact["rule"])]
            if on == "active"
        }
        if stops != expected:
            raise EngineTrouble("the stops by pairs do not cover the responses")
        return [stop for stop in stops if stop.decision is not Decision.PASS]

    def _caught_stop(self, fact: Fields, does: Does) -> Stop:
        act = self._case.acts[int(str(fact["act"])[1:])]
        event = self._case.events[int(str(fact["event"])[1:])]
        return Stop(
            trade=str(fact["trade"]),
            rule=act.rule,
            group=None,
            pair=(act.name, event.name),
            on="active",
            does=does,
            decision=PAIR_DECISIONS[does],
        )

    def of_list(self, effects: Iterable[Effect], stopping: set[tuple[str, str | None]]) -> list[Decision]:
        """Return what counts for the list though no trade answers for it.

        Warnings on breaches, also passive ones; a block or approval of an active breach that no trade was
        said to have caused. Missing data and early levels count by their trades alone.
        """
        active = {key for key, standing in self.standings.items() if standing in ACTIVE}
        passive = {key for key, standing in self.standings.items() if standing is Standing.PASSIVE}
        alone = (active | passive) - stopping
        return [effect.decision for effect in effects if (effect.rule, effect.group) in alone]


_ON: Mapping[str, On] = {"active": "active", "passive": "passive", "missing": "missing", "early": "early"}
_DOES: Mapping[str, Does] = {does: does for does in PAIR_DECISIONS}


def _named(effect: Effect) -> tuple[str, str, str, str]:
    return (effect.rule, effect.group, effect.on, effect.does)


def _stop(effect: Effect, trade: str) -> Stop:
    return Stop(
        trade=trade,
        rule=effect.rule,
        group=effect.group,
        pair=None,
        on=effect.on,
        does=effect.does,
        decision=effect.decision,
    )
