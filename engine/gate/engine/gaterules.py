"""The two programs that every gate run uses.

`MEASURED` decides, in both polarities, whether each headroom holds, whether it is beyond the level from
which to warn, and whether each waiver is kept to. `FOLLOWS` takes what does not simply hold, and chains
forward to what stops which trade. Between the two lies the only step that asks for absence ("no waiver
is kept to"): it is taken on answers that are each proven, so nothing is concluded from silence.
"""

from collections.abc import Iterable

from engine.gate.engine.gatefacts import Decision, Does, On, Standing
from engine.gate.engine.program import (
    Compare,
    Derive,
    Differs,
    Equals,
    JoinRule,
    Match,
    Of,
    Op,
    Program,
    Report,
    Single,
    ThresholdRule,
)


def _at_least_zero(field: str) -> Compare:
    return Compare(op=Op.GTE, field=field, right=0.0)


def _below_zero(field: str) -> Compare:
    return Compare(op=Op.LT, field=field, right=0.0)


def _same(field: str, alias: str, other: str) -> Compare:
    return Compare(op=Op.EQ, field=field, right=Of(alias=alias, field=other))


MEASURED = Program(
    rules=(
        ThresholdRule(name="holds", kind="headroom", require=_at_least_zero("after")),
        ThresholdRule(name="calm", kind="warned", require=_at_least_zero("early")),
        ThresholdRule(name="kept", kind="waiver", require=_at_least_zero("after")),
    )
)
"""Whether each headroom holds, is calm (not beyond the warning level), and each waiver is kept to."""

_DOES: tuple[Does, ...] = ("block", "approval", "warn", "report", "cure", "do_not_worsen", "notify")
_STOPPING: dict[Does, Decision] = {
    "block": Decision.BLOCK,
    "approval": Decision.APPROVAL,
    "warn": Decision.WARN,
}
_WARNING: dict[Does, Decision] = {"warn": Decision.WARN}
_KEEPING: dict[Does, Decision] = {"do_not_worsen": Decision.BLOCK}


def _decisions() -> dict[tuple[Standing, On, Does], Decision]:
    """What each response decides in each standing that consults it; PASS where it decides nothing."""
    consulted: tuple[tuple[Standing, On, dict[Does, Decision]], ...] = (
        (Standing.NEW, "active", _STOPPING),
        (Standing.WORSENED, "active", _STOPPING | _KEEPING),
        (Standing.PASSIVE, "passive", _WARNING),
        (Standing.MISSING, "missing", _STOPPING),
        (Standing.EARLY, "early", _WARNING),
    )
    table: dict[tuple[Standing, On, Does], Decision] = {
        (standing, on, does): decided.get(does, Decision.PASS)
        for standing, on, decided in consulted
        for does in _DOES
    }
    return table | {(Standing.WORSENED, "passive", "do_not_worsen"): Decision.BLOCK}


PAIR_DECISIONS: dict[Does, Decision] = {does: _STOPPING.get(does, Decision.PASS) for does in _DOES}
"""What each active response of a window rule decides for a trade that completes a pair."""

DECISIONS = _decisions()
"""Standing, occasion and response to what it decides; what is not listed is not consulted."""


def _standing(standing: Standing, *where: Single) -> JoinRule:
    return JoinRule(
        name=f"stands {standing.value}",
        matches=(Match(alias="b", kind="breach", where=where),),
        then=Derive(
            kind="standing",
            fields=(
                ("key", Of(alias="b", field="key")),
                ("rule", Of(alias="b", field="rule")),
                ("stands", standing.value),
            ),
        ),
        priority=1,
    )


def _standings() -> Iterable[JoinRule]:
    over = (Equals(field="state", value="over"), Equals(field="relief", value="none"))
    yield _standing(Standing.NEW, *over, _below_zero("change"), _at_least_zero("before"))
    yield _standing(Standing.WORSENED, *over, _below_zero("change"), _below_zero("before"))
    yield _standing(Standing.PASSIVE, *over, _at_least_zero("change"))
    for standing in (Standing.MISSING, Standing.EARLY):
        state = Equals(field="state", value=standing.value)
        yield _standing(standing, state, Equals(field="relief", value="none"))
    for standing in (Standing.WAIVED, Standing.EXCEPTED):
        yield _standing(standing, Equals(field="relief", value=standing.value))


def _governing(kind: str, standing: Standing) -> JoinRule:
    stands = Equals(field="stands", value=standing.value)
    return JoinRule(
        name=f"{kind} governs",
        matches=(
            Match(alias="s", kind="standing", where=(stands,)),
            Match(alias="w", kind=kind, where=(_same("key", "s", "key"),)),
        ),
        then=Report(),
        priority=2,
    )


def _effect(standing: Standing, on: On, does: Does, decision: Decision) -> JoinRule:
    return JoinRule(
        name=f"{standing.value} {on} {does}",
        matches=(
            Match(alias="s", kind="standing", where=(Equals(field="stands", value=standing.value),)),
            Match(
                alias="r",
                kind="response",
                where=(Equals(field="says", value=f"{on} {does}"), _same("rule", "s", "rule")),
            ),
        ),
        then=Derive(
            kind="effect",
            fields=(
                ("key", Of(alias="s", field="key")),
                ("on", on),
                ("does", does),
                ("decides", decision.name),
            ),
        ),
        priority=3,
    )


STOP = JoinRule(
    name="stop",
    matches=(
        Match(alias="e", kind="effect", where=(Differs(field="decides", value=Decision.PASS.name),)),
        Match(alias="t", kind="touch", where=(_same("key", "e", "key"),)),
    ),
    then=Report(),
    priority=4,
)

CLOSURE = JoinRule(
    name="closure",
    matches=(
        Match(alias="p", kind="tie", where=(Equals(field="relation", value="identical"),)),
        Match(
            alias="q",
            kind="tie",
            where=(Equals(field="relation", value="identical"), _same("one", "p", "other")),
        ),
    ),
    then=Derive(
        kind="tie",
        fields=(
            ("relation", "identical"),
            ("one", Of(alias="p", field="one")),
            ("other", Of(alias="q", field="other")),
        ),
    ),
    priority=1,
)

MEETING = JoinRule(
    name="meeting",
    matches=(
        Match(alias="e", kind="event"),
        Match(
            alias="t",
            kind="tie",
            where=(_same("relation", "e", "relation"), _same("one", "e", "symbol")),
        ),
        Match(
            alias="a",
            kind="act",
            where=(
                _same("place", "e", "place"),
                _same("symbol", "t", "other"),
                Compare(op=Op.NEQ, field="order", right=Of(alias="e", field="apart")),
                Compare(op=Op.GTE, field="day", right=Of(alias="e", field="first")),
                Compare(op=Op.LTE, field="day", right=Of(alias="e", field="last")),
            ),
        ),
    ),
    then=Derive(
        kind="pair",
        fields=(
            ("rule", Of(alias="e", field="rule")),
            ("act", Of(alias="a", field="name")),
            ("event", Of(alias="e", field="name")),
            ("waived", Of(alias="a", field="waived")),
        ),
    ),
    priority=2,
)


def _caught(side: str) -> JoinRule:
    return JoinRule(
        name=f"caught {side}",
        matches=(
            Match(alias="p", kind="pair", where=(Equals(field="waived", value=False),)),
            Match(
                alias="x",
                kind=side,
                where=(Equals(field="listed", value=True), _same("name", "p", side)),
            ),
        ),
        then=Derive(
            kind="caught",
            fields=(
                ("rule", Of(alias="p", field="rule")),
                ("act", Of(alias="p", field="act")),
                ("event", Of(alias="p", field="event")),
                ("trade", Of(alias="x", field="trade")),
            ),
        ),
        priority=3,
    )


def _caught_by(does: Does) -> JoinRule:
    return JoinRule(
        name=f"caught {does}",
        matches=(
            Match(alias="c", kind="caught"),
            Match(
                alias="r",
                kind="response",
                where=(Equals(field="says", value=f"active {does}"), _same("rule", "c", "rule")),
            ),
        ),
        then=Report(),
        priority=4,
    )


FOLLOWS = Program(
    joins=(
        *_standings(),
        _governing("waiver", Standing.WAIVED),
        _governing("exemption", Standing.EXCEPTED),
        *(_effect(*consulted, decision) for consulted, decision in DECISIONS.items()),
        STOP,
        CLOSURE,
        MEETING,
        _caught("act"),
        _caught("event"),
        *map(_caught_by, _DOES),
    )
)
"""From breaches, responses, touches, windows and ties to what stops which trade."""
