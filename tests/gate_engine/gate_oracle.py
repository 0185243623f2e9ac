"""The gate's inference read off its description, in plain Python, and random cases for it."""

import random
from decimal import Decimal
from fractions import Fraction

from engine.gate.engine.gatefacts import (
    Decision,
    Effect,
    Exemption,
    Findings,
    GateCase,
    Headroom,
    Pair,
    Response,
    Standing,
    Stop,
    Tie,
    Touch,
    Waiver,
    WindowAct,
    WindowEvent,
)

DECIDES = {"block": Decision.BLOCK, "approval": Decision.APPROVAL, "warn": Decision.WARN}
ACTIVE = (Standing.NEW, Standing.WORSENED)


def standing(case: GateCase, headroom: Headroom) -> Standing:
    key = (headroom.rule, headroom.group)
    if any((x.rule, x.group) == key for x in case.exemptions):
        return Standing.EXCEPTED
    if headroom.after is None:
        return Standing.MISSING
    before, after = Fraction(headroom.before), Fraction(headroom.after)
    if after >= 0:
        return Standing.EARLY if headroom.early is not None and headroom.early < 0 else Standing.HOLDS
    if kept(case, key):
        return Standing.WAIVED
    if after >= before:
        return Standing.PASSIVE
    return Standing.WORSENED if before < 0 else Standing.NEW


def kept(case: GateCase, key) -> tuple[str, ...]:
    names = {w.name for w in case.waivers if (w.rule, w.group) == key and (w.after is None or w.after >= 0)}
    return tuple(sorted(names))


def decision(stands: Standing, response: Response) -> Decision | None:
    """What a response decides; None where it is not consulted."""
    on, does = response.on, response.does
    match stands, on:
        case (Standing.NEW, "active") | (Standing.MISSING, "missing"):
            return DECIDES.get(does, Decision.PASS)
        case Standing.WORSENED, "active":
            return Decision.BLOCK if does == "do_not_worsen" else DECIDES.get(does, Decision.PASS)
        case Standing.WORSENED, "passive":
            return Decision.BLOCK if does == "do_not_worsen" else None
        case (Standing.PASSIVE, "passive") | (Standing.EARLY, "early"):
            return Decision.WARN if does == "warn" else Decision.PASS
    return None


def expected(case: GateCase) -> Findings:
    standings = {(h.rule, h.group): standing(case, h) for h in case.headrooms}
    standings |= {(x.rule, x.group): Standing.EXCEPTED for x in case.exemptions}
    effects = {
        Effect(rule=key[0], group=key[1], on=r.on, does=r.does, decision=decided)
        for key, stands in standings.items()
        for r in case.responses
        if r.rule == key[0] and (decided := decision(stands, r)) is not None
    }
    stops = {
        Stop(trade=t.trade, rule=e.rule, group=e.group, pair=None, on=e.on, does=e.does, decision=e.decision)
        for e in effects
        for t in case.touches
        if (t.rule, t.group) == (e.rule, e.group) and e.decision is not Decision.PASS
    }
    pairs = paired(case)
    stops |= {
        Stop(
            trade=trade,
            rule=pair.rule,
            group=None,
            pair=(pair.act, pair.event),
            on="active",
            does=r.does,
            decision=DECIDES[r.does],
        )
        for pair in pairs
        for trade in pair.trades
        for r in case.responses
        if (r.rule, r.on) == (pair.rule, "active") and r.does in DECIDES
    }
    decisions = {
        trade: max([Decision.PASS, *(s.decision for s in stops if s.trade == trade)]) for trade in case.trades
    }
    stopping = {(s.rule, s.group) for s in stops}
    alone = [
        e.decision
        for e in effects
        if standings[(e.rule, e.group)] in (*ACTIVE, Standing.PASSIVE) and (e.rule, e.group) not in stopping
    ]
    exceptions = {}
    for x in case.exemptions:
        exceptions.setdefault((x.rule, x.group), set()).add(x.exception)
    return Findings(
        standings=standings,
        waivers={key: kept(case, key) for key, stands in standings.items() if stands is Standing.WAIVED},
        exceptions={key: tuple(sorted(names)) for key, names in exceptions.items()},
        effects=tuple(sorted(effects, key=lambda e: (e.rule, e.group, e.on, e.does))),
        pairs=tuple(sorted(pairs, key=lambda p: (p.rule, p.act, p.event))),
        stops=tuple(
            sorted(stops, key=lambda s: (s.trade, s.rule, s.group or "", *(s.pair or ("", "")), s.on, s.does))
        ),
        decisions=decisions,
        decision=max([Decision.PASS, *decisions.values(), *alone]),
    )


def tied(case: GateCase, relation: str, one: str, other: str) -> bool:
    """Whether an event in `one` and an act in `other` are tied."""
    if relation == "substitute":
        return any(tie.relation == relation and (one, other) == (tie.one, tie.other) for tie in case.ties)
    if one == other:
        return True
    group = {one}
    for _ in case.ties:
        for tie in case.ties:
            if relation == tie.relation == "identical" and {tie.one, tie.other} & group:
                group |= {tie.one, tie.other}
    return other in group


def paired(case: GateCase) -> set[Pair]:
    pairs = set()
    for event in case.events:
        for act in case.acts:
            meets = (
                act.rule == event.rule
                and act.scope == event.scope
                and tied(case, event.relation, event.symbol, act.symbol)
                and event.first <= act.day <= event.last
                and (act.order is None or act.order != event.apart)
            )
            if meets and (act.trade is not None or event.trade is not None):
                sides = {act.trade, event.trade} - {None} if act.waiver is None else set()
                pairs.add(
                    Pair(
                        rule=act.rule,
                        act=act.name,
                        event=event.name,
                        trades=tuple(sorted(sides)),
                        waiver=act.waiver,
                    )
                )
    return pairs


# ------------------------------------------------------------------ random cases

ONS = ("active", "passive", "missing", "early")
DOES = ("block", "approval", "warn", "report", "cure", "do_not_worsen", "notify")
NEAR = (0, -1, 1, Decimal("-0.01"), Decimal("0.01"), Fraction(-1, 3), Fraction(1, 3), Fraction(-2, 3))
FAR = (10**6, -(10**6), Decimal("-4000.50"), 2**53, -(2**53), Fraction(-(10**30), 7), Decimal("1e25"))


def number(chance: random.Random):
    return chance.choice(NEAR) if chance.random() < 0.6 else chance.choice(FAR)


def random_case(chance: random.Random) -> GateCase:
    trades = tuple(f"trade {n}" for n in range(chance.randint(1, 6)))
    rules = tuple(f"R{n}" for n in range(chance.randint(1, 6)))
    keys = [(rule, f"g{n}") for rule in rules for n in range(chance.randint(1, 3))]
    keys = [key for key in keys if chance.random() < 0.8]
    return GateCase(
        trades=trades,
        headrooms=tuple(headroom(chance, *key) for key in keys),
        touches=some(chance, 16, lambda: touch(chance, keys, trades)) if keys else (),
        responses=some(chance, 24, lambda: response(chance, rules)),
        waivers=some(chance, 3, lambda: waiver(chance, keys)) if keys else (),
        exemptions=some(chance, 1, lambda: exemption(chance, rules)),
        **windows(chance, rules, trades),
    )


def some(chance: random.Random, most: int, make) -> tuple:
    return tuple(make() for _ in range(chance.randint(0, most)))


def headroom(chance: random.Random, rule: str, group: str) -> Headroom:
    if chance.random() < 0.1:
        return Headroom(rule=rule, group=group, before=None, after=None)
    early = number(chance) if chance.random() < 0.3 else None
    return Headroom(rule=rule, group=group, before=number(chance), after=number(chance), early=early)


def touch(chance: random.Random, keys, trades) -> Touch:
    rule, group = chance.choice(keys)
    return Touch(rule=rule, group=group, trade=chance.choice(trades))


def response(chance: random.Random, rules) -> Response:
    return Response(rule=chance.choice(rules), on=chance.choice(ONS), does=chance.choice(DOES))


def waiver(chance: random.Random, keys) -> Waiver:
    rule, group = chance.choice(keys)
    after = number(chance) if chance.random() < 0.7 else None
    return Waiver(name=f"W{chance.randint(0, 2)}", rule=rule, group=group, after=after)


def exemption(chance: random.Random, rules) -> Exemption:
    return Exemption(exception="X", rule=chance.choice(rules), group=f"g{chance.randint(0, 2)}")


def windows(chance: random.Random, rules, trades) -> dict:
    if chance.random() < 0.3:
        return {}
    symbols = ("VOO", "SPY", "IVV", "ACME")

    def event(name: int) -> WindowEvent:
        day = chance.randint(100, 160)
        return WindowEvent(
            name=f"sale {name}",
            rule=rules[0],
            scope=chance.choice(("H", "H", "K")),
            symbol=chance.choice(symbols),
            relation=chance.choice(("same", "identical", "identical", "substitute")),
            first=day - chance.choice((0, 30)),
            last=day + 30,
            trade=chance.choice((None, *trades)),
            apart=chance.choice((None, "o1")),
        )

    def act(name: int) -> WindowAct:
        return WindowAct(
            name=f"buy {name}",
            rule=rules[0],
            scope=chance.choice(("H", "H", "K")),
            symbol=chance.choice(symbols),
            day=chance.randint(95, 195),
            order=chance.choice((None, "o1", "o2")),
            trade=chance.choice((None, *trades)),
            waiver=chance.choice((None, None, "W")),
        )

    return {
        "events": tuple(event(n) for n in range(chance.randint(1, 5))),
        "acts": tuple(act(n) for n in range(chance.randint(1, 7))),
        "ties": some(
            chance,
            3,
            lambda: Tie(
                relation=chance.choice(("identical", "identical", "substitute")),
                one=chance.choice(symbols),
                other=chance.choice(symbols),
            ),
        ),
    }
