"""The gate's inference in cases that an officer can read: each boundary has its pair."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.gate.engine.durable import available
from engine.gate.engine.faults import EngineFault, FaultKind
from engine.gate.engine.gatebase import judge
from engine.gate.engine.gatefacts import (
    Decision,
    Exemption,
    Findings,
    GateCase,
    Headroom,
    Response,
    Standing,
    Tie,
    Touch,
    Waiver,
    WindowAct,
    WindowEvent,
)
from engine.gate.engine.gatefollow import following
from engine.gate.engine.gaterules import FOLLOWS, MEASURED
from engine.gate.engine.inline import Inline
from engine.gate.engine.program import Conclusions, Outcome

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

KEY = ("IPS-4.1", "Acme Corp")


@pytest.fixture(scope="module")
def engine():
    inline = Inline()
    yield inline
    inline.close()


def case(before, after, *responses: str, **rest) -> GateCase:
    """One rule and group, one trade that lowers it; responses as `active block`."""
    return GateCase(
        trades=("t1", "t2"),
        headrooms=(Headroom(rule=KEY[0], group=KEY[1], before=before, after=after),),
        touches=(Touch(rule=KEY[0], group=KEY[1], trade="t1"),),
        responses=tuple(Response(rule=KEY[0], on=r.split()[0], does=r.split()[1]) for r in responses),
        **rest,
    )


USUAL = ("active block", "passive report", "passive do_not_worsen")
LARGE = 2**60


@pytest.mark.parametrize(
    ("before", "after", "responses", "standing", "decision"),
    [
        (Decimal("1000"), Decimal("0"), USUAL, Standing.HOLDS, Decision.PASS),
        (Decimal("1000"), Decimal("-0.01"), USUAL, Standing.NEW, Decision.BLOCK),
        (0, Fraction(-1, 10**20), USUAL, Standing.NEW, Decision.BLOCK),
        (-1, -2, USUAL, Standing.WORSENED, Decision.BLOCK),
        (-2, -2, USUAL, Standing.PASSIVE, Decision.PASS),
        (-2, -1, USUAL, Standing.PASSIVE, Decision.PASS),
        (-2, 0, USUAL, Standing.HOLDS, Decision.PASS),
        (LARGE, -LARGE, USUAL, Standing.NEW, Decision.BLOCK),
        (-LARGE, -LARGE - 1, USUAL, Standing.WORSENED, Decision.BLOCK),
        (-LARGE - 1, -LARGE, USUAL, Standing.PASSIVE, Decision.PASS),
        (1, -1, ("active approval",), Standing.NEW, Decision.APPROVAL),
        (1, -1, ("active approval", "active warn", "active notify"), Standing.NEW, Decision.APPROVAL),
        (1, -1, ("active warn",), Standing.NEW, Decision.WARN),
        (1, -1, ("active report", "active cure"), Standing.NEW, Decision.PASS),
        (1, -1, ("active warn", "passive do_not_worsen"), Standing.NEW, Decision.WARN),
        (-1, -2, ("active warn", "passive do_not_worsen"), Standing.WORSENED, Decision.BLOCK),
        (-1, -2, ("active warn", "active do_not_worsen"), Standing.WORSENED, Decision.BLOCK),
        (-1, -2, ("active warn", "passive block"), Standing.WORSENED, Decision.WARN),
        (-2, -1, ("passive block", "passive approval"), Standing.PASSIVE, Decision.PASS),
        (-2, -1, ("passive warn",), Standing.PASSIVE, Decision.WARN),
        (None, None, ("missing block", "active warn"), Standing.MISSING, Decision.BLOCK),
        (None, None, ("missing report",), Standing.MISSING, Decision.PASS),
    ],
)
def test_one_rule_one_trade(engine, before, after, responses, standing, decision) -> None:
    found = judge(engine, case(before, after, *responses))
    assert isinstance(found, Findings), found.reason
    assert found.standings == {KEY: standing}
    assert found.decisions == {"t1": decision, "t2": Decision.PASS}
    assert found.decision == decision


def test_a_list_that_nothing_speaks_to_passes(engine) -> None:
    found = judge(engine, GateCase(trades=("t1",)))
    assert isinstance(found, Findings)
    assert (found.decisions, found.decision) == ({"t1": Decision.PASS}, Decision.PASS)


@pytest.mark.parametrize(
    ("early", "decision"), [(Decimal("0"), Decision.PASS), (Decimal("-0.01"), Decision.WARN)]
)
def test_a_warning_level_warns_beyond_it(engine, early, decision) -> None:
    base = case(9, 5, "early warn", "active block")
    found = judge(engine, replace(base, headrooms=(base.headrooms[0]._replace(early=early),)))
    assert isinstance(found, Findings)
    assert found.decisions["t1"] == decision


@pytest.mark.parametrize(
    ("bounds", "standing", "names"),
    [
        ((0,), Standing.WAIVED, ("W0",)),
        ((Decimal("-0.01"),), Standing.NEW, ()),
        ((None,), Standing.WAIVED, ("W0",)),
        ((-1, 5, 0), Standing.WAIVED, ("W1", "W2")),
    ],
)
def test_a_waiver_covers_up_to_its_bound(engine, bounds, standing, names) -> None:
    waivers = tuple(
        Waiver(name=f"W{n}", rule=KEY[0], group=KEY[1], after=bound) for n, bound in enumerate(bounds)
    )
    found = judge(engine, case(1, -7, "active block", waivers=waivers))
    assert isinstance(found, Findings)
    assert found.standings == {KEY: standing}
    assert found.waivers.get(KEY, ()) == names
    assert found.decision == (Decision.PASS if names else Decision.BLOCK)


def test_an_exception_that_leaves_nothing_comes_before_everything(engine) -> None:
    exempt = (Exemption(exception="IPS-4.1a", rule=KEY[0], group=KEY[1]),)
    for before, after in ((1, -1), (None, None), (1, 1)):
        found = judge(engine, case(before, after, "active block", "missing block", exemptions=exempt))
        assert isinstance(found, Findings)
        assert found.standings == {KEY: Standing.EXCEPTED}
        assert found.exceptions == {KEY: ("IPS-4.1a",)}
        assert found.decision is Decision.PASS


def test_a_passive_warning_counts_for_the_list_without_a_trade(engine) -> None:
    found = judge(engine, replace(case(-2, -1, "passive warn"), touches=()))
    assert isinstance(found, Findings)
    assert (found.decisions["t1"], found.decision) == (Decision.PASS, Decision.WARN)


def test_an_active_breach_that_no_trade_caused_stops_the_list(engine) -> None:
    found = judge(engine, replace(case(1, -1, "active block"), touches=()))
    assert isinstance(found, Findings)
    assert (found.decisions["t1"], found.decision) == (Decision.PASS, Decision.BLOCK)


# ------------------------------------------------------------------ windows

SALE_DAY = 100
SALE = WindowEvent(
    name="sale", rule="WASH-30", scope="H", symbol="VOO", relation="identical", first=70, last=130
)
PURCHASE = WindowAct(name="buy", rule="WASH-30", scope="H", symbol="VOO", day=128, trade="t1")


def wash(event: WindowEvent, act: WindowAct, *ties: tuple[str, str]) -> GateCase:
    return GateCase(
        trades=("t1", "t2"),
        responses=(Response(rule="WASH-30", on="active", does="block"),),
        events=(event,),
        acts=(act,),
        ties=tuple(Tie(relation="identical", one=one, other=other) for one, other in ties),
    )


@pytest.mark.parametrize(
    ("event", "act", "stopped"),
    [
        (SALE, PURCHASE, ["t1"]),
        (SALE, replace(PURCHASE, day=130), ["t1"]),
        (SALE, replace(PURCHASE, day=131), []),
        (SALE, replace(PURCHASE, day=70), ["t1"]),
        (SALE, replace(PURCHASE, day=69), []),
        (replace(SALE, trade="t2"), PURCHASE, ["t1", "t2"]),
        (replace(SALE, trade="t2"), replace(PURCHASE, trade=None), ["t2"]),
        (SALE, replace(PURCHASE, scope="K"), []),
        (SALE, replace(PURCHASE, rule="WASH-61"), []),
        (SALE, replace(PURCHASE, symbol="IVV"), ["t1"]),
        (SALE, replace(PURCHASE, symbol="ACME"), []),
        (replace(SALE, relation="same"), replace(PURCHASE, symbol="IVV"), []),
        (replace(SALE, relation="substitute"), replace(PURCHASE, symbol="IVV"), []),
        (replace(SALE, apart="o1"), replace(PURCHASE, order="o1"), []),
        (replace(SALE, apart="o1"), replace(PURCHASE, order="o2"), ["t1"]),
        (replace(SALE, apart="its own"), PURCHASE, ["t1"]),
        (SALE, replace(PURCHASE, order="none"), ["t1"]),
    ],
)
def test_a_purchase_inside_the_window_of_a_loss_sale(engine, event, act, stopped) -> None:
    found = judge(engine, wash(event, act, ("VOO", "SPY"), ("SPY", "IVV")))
    assert isinstance(found, Findings), found.reason
    assert [trade for trade, decision in found.decisions.items() if decision is Decision.BLOCK] == stopped
    assert [pair.trades for pair in found.pairs] == ([tuple(stopped)] if stopped else [])


def test_a_waived_purchase_is_told_and_stops_nothing(engine) -> None:
    found = judge(engine, wash(SALE, replace(PURCHASE, waiver="W")))
    assert isinstance(found, Findings)
    assert [(pair.waiver, pair.trades) for pair in found.pairs] == [("W", ())]
    assert found.decision is Decision.PASS


def test_a_long_history_costs_only_what_the_list_can_meet(engine) -> None:
    history = tuple(replace(SALE, name=f"sale {n}", symbol=f"S{n}") for n in range(500))
    past = replace(PURCHASE, name="past", symbol="S7", trade=None)
    base = wash(SALE, PURCHASE, ("VOO", "SPY"), ("S1", "S2"))
    case = replace(base, events=(*history, SALE), acts=(past, PURCHASE))
    question = following(case, {})
    assert sorted(fact.id for fact in question.facts) == ["a1", "e500", "i0", "i1", "i2", "r0"]
    found = judge(engine, case)
    assert isinstance(found, Findings)
    assert [(pair.act, pair.event) for pair in found.pairs] == [("buy", "sale")]


# ------------------------------------------------------------------ nothing is concluded from silence


class Losing:
    """An engine that loses one thing of one answer."""

    def __init__(self, real: Inline, lose) -> None:
        self._real, self._lose = real, lose

    def infer(self, program, facts):
        return self._lose(program, self._real.infer(program, facts))

    def close(self) -> None:
        """Nothing to give back."""


FULL = replace(
    wash(SALE, PURCHASE),
    headrooms=(
        Headroom(rule="A", group="x", before=1, after=-1),
        Headroom(rule="A", group="y", before=1, after=1, early=-1),
        Headroom(rule="B", group="x", before=1, after=-1),
        Headroom(rule="B", group="y", before=1, after=1),
    ),
    touches=(Touch(rule="A", group="x", trade="t1"), Touch(rule="A", group="x", trade="t2")),
    responses=(
        Response(rule="A", on="active", does="block"),
        Response(rule="A", on="early", does="warn"),
        Response(rule="WASH-30", on="active", does="block"),
    ),
    waivers=(Waiver(name="W", rule="B", group="x", after=None),),
    exemptions=(Exemption(exception="X", rule="B", group="z"),),
)


def test_a_lost_firing_of_a_threshold_is_a_fault(engine) -> None:
    assert isinstance(judge(engine, FULL), Findings)
    measured = engine.infer(MEASURED, ())
    assert isinstance(measured, Conclusions)
    for rule in ("holds", "calm", "kept"):
        for place in range(4 if rule == "holds" else 1):
            answer = judge(Losing(engine, lambda p, c, r=rule, n=place: unknown(p, c, r, n)), FULL)
            assert isinstance(answer, EngineFault), (rule, place)
            assert answer.kind is FaultKind.ENGINE


def unknown(program, concluded, rule: str, place: int):
    if program is not MEASURED:
        return concluded
    kind, column = concluded.columns[rule]
    lost = bytes(0 if n == place else value for n, value in enumerate(column))
    return replace(concluded, columns={**concluded.columns, rule: (kind, lost)})


@pytest.mark.parametrize(
    ("after", "said", "standing", "decision"),
    [(-1, Outcome.HOLDS, Standing.HOLDS, Decision.PASS), (1, Outcome.FAILS, Standing.PASSIVE, Decision.WARN)],
)
def test_where_the_engine_says_otherwise_than_the_sign_its_word_counts(
    engine, after, said, standing, decision
) -> None:
    def turn(program, concluded):
        if program is not MEASURED:
            return concluded
        return replace(concluded, columns={**concluded.columns, "holds": ("headroom", bytes([said]))})

    found = judge(Losing(engine, turn), case(after, after, "active block", "passive warn"))
    assert isinstance(found, Findings)
    assert (found.standings, found.decision) == ({KEY: standing}, decision)


LOSSES = ("stop", "waiver governs", "exemption governs", "caught block", "standing", "effect", "caught")


@pytest.mark.parametrize("lost", LOSSES)
def test_a_lost_firing_of_a_join_is_a_fault(engine, lost) -> None:
    def lose(program, concluded):
        if program is not FOLLOWS:
            return concluded
        joined = [match for match in concluded.joined if match.join == lost]
        derived = [fact for fact in concluded.derived if fact.kind == lost]
        assert joined or derived
        return replace(
            concluded,
            joined=tuple(match for match in concluded.joined if match not in joined[:1]),
            derived=tuple(fact for fact in concluded.derived if fact not in derived[:1]),
        )

    answer = judge(Losing(engine, lose), FULL)
    assert isinstance(answer, EngineFault), answer
    assert answer.kind is FaultKind.ENGINE
