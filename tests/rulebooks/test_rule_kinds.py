"""The sixty-six kinds of rule that mandates contain, each expressed, classed, passed and breached.

`tests/rule_kinds/NN-name.mandate` holds the rule with its examples: at the limit it passes, one unit
beyond it breaches, and breaches nothing else. The letters are those of the list of kinds: L linear,
A linear with helpers, Q convex, I integer, B bounds on trades, G gate only. What the list calls gate only
is often the response (an approval, a waiver, a cure); the rule that it answers then has rows all the same.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy, Example, ExpectPass
from engine.facts.book import RiskModel
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.approvals import Approval
from engine.gate.engine.inline import Inline
from engine.gate.example_book import example_trades
from engine.gate.examples import example_opened, run_example
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Decision, GateAnswer, Outcome
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.forms import FormClass
from rulebooks.grounding import ground
from rulebooks.predicates import Setting, holds
from rulebooks.rows import AccountRow, Facts, LotRow, SecurityRow
from rulebooks.state import book_state
from tests.rulebooks.tiny import TODAY, lot_of, tiny

FOLDER = Path(__file__).parent.parent / "rule_kinds"
FILES = {int(path.name[:2]): path for path in sorted(FOLDER.glob("*.mandate"))}

LETTERS = dict(
    zip(
        range(1, 67),
        "LLLLLLLLLLIAILLLAIL"  # concentration
        "LLLLGLLQLLL"  # allocation and drift
        "BLLLBBLLL"  # credit, rates, liquidity
        "BBBLLBLBBLBB"  # eligibility
        "BBGLLB"  # tax and lots
        "LIGGGGLGG",  # trading and process
        strict=True,
    )
)
OF_LETTER = {
    "L": {FormClass.LINEAR},
    "A": {FormClass.HELPERS},
    "Q": {FormClass.CONVEX},
    "I": {FormClass.INTEGER},
    "B": {FormClass.BOUNDS},
}
WITHOUT_EXAMPLES = {27, 54, 66}
"""Kinds that need what an example cannot give; each has its own two cases below."""


def policy_of(path: Path, *, text: str | None = None) -> CheckedPolicy:
    parsed = parse(path.read_text() if text is None else text, file=path.name)
    checked = check(
        parsed, catalogue=catalogue(), library=library_of(()), files=no_files, schema=None, today=TODAY
    )
    assert checked.policy is not None, checked.diagnostics
    return checked.policy


def stated_class(path: Path) -> str:
    line = next(line for line in path.read_text().splitlines() if line.startswith("# class: "))
    return line.removeprefix("# class: ")


def answer_of(policy: CheckedPolicy, example: Example) -> GateAnswer:
    opened = example_opened(policy, example)
    return judge(opened, example_trades(policy, example), engine=Inline(), explained=False)


def test_all_sixty_six_kinds_are_there() -> None:
    assert list(FILES) == list(range(1, 67))


@pytest.mark.parametrize("number", FILES)
def test_class_of_the_kind(number: int) -> None:
    path = FILES[number]
    rules = compile_rulebook((policy_of(path),)).rules
    own = [r for r in rules if r.rule.id in (f"K-{number:02d}", "mix")]
    if not own:
        assert stated_class(path) == FormClass.GATE_ONLY.value
        return
    assert {r.form_class.value for r in own} == {stated_class(path)}
    letter = LETTERS[number]
    if letter != "G":
        assert {r.form_class for r in own} <= OF_LETTER[letter]


@pytest.mark.parametrize("number", [n for n in FILES if n not in WITHOUT_EXAMPLES])
def test_the_kind_passes_at_its_limit_and_breaches_one_unit_beyond(number: int) -> None:
    policy = policy_of(FILES[number])
    passing = [e for e in policy.examples if any(isinstance(x, ExpectPass) for x in e.expects)]
    breaching = [e for e in policy.examples if e not in passing]
    assert passing, "a case that passes"
    assert breaching, "a case that breaches"
    for example in policy.examples:
        result = run_example(policy, example, engine=Inline())
        assert result.passed, (example.title, result.expected, result.got)


@pytest.mark.parametrize("number", [n for n in FILES if n not in WITHOUT_EXAMPLES])
def test_a_breaching_case_breaks_its_own_rule_only(number: int) -> None:
    policy = policy_of(FILES[number])
    for example in policy.examples:
        answer = answer_of(policy, example)
        assert answer.fault is None
        broken = {v.rule for v in answer.verdicts if v.outcome is Outcome.BREACH}
        named = {getattr(expect, "rule", None) for expect in example.expects} - {None}
        if not any(isinstance(expect, ExpectPass) for expect in example.expects):
            assert broken <= named, example.title
        elif broken:
            assert answer.decision is Decision.PASS, example.title


# ------------------------------------------------------------------ kinds with more to show


def test_24_the_trigger_is_a_day() -> None:
    policy = policy_of(FILES[24])
    due = policy.examples[0]
    assert run_example(policy, due, engine=Inline()).passed
    assert not run_example(policy, replace(due, day=date(2026, 3, 30)), engine=Inline()).passed


@pytest.mark.parametrize(
    ("words", "back_to"), [("target", "target"), ("nearest edge", "nearest_edge"), ("halfway", "halfway")]
)
def test_25_every_destination_can_be_said(words: str, back_to: str) -> None:
    text = FILES[25].read_text().replace("back to nearest edge", f"back to {words}")
    (rebalance,) = policy_of(FILES[25], text=text).rebalances
    assert rebalance.back_to == back_to


RISK = RiskModel(
    factors=(),
    exposures={Symbol("X"): {}, Symbol("Y"): {}},
    covariance={},
    specific={Symbol("X"): Decimal("0.2"), Symbol("Y"): Decimal(0)},
)


@pytest.mark.parametrize(("bought", "decision"), [(10_000, Decision.PASS), (10_005, Decision.BLOCK)])
def test_27_tracking_error_at_one_per_cent_and_a_hundredth_of_a_basis_point_over(
    bought: int, decision: Decision
) -> None:
    """X is 5% above the benchmark with a risk of 20%: 1%. Five dollars more make 1.0001%."""
    book = tiny(
        {"X": (540_000, 1), "Y": (460_000, 1)},
        risk=RISK,
        benchmarks={"B": {Symbol("X"): Decimal("0.5"), Symbol("Y"): Decimal("0.5")}},
    )
    opened = open_book(ground(compile_rulebook((policy_of(FILES[27]),)), book))
    trades = tuple(
        Trade(number=n, account=AccountId("A"), side=side, symbol=Symbol(s), quantity=Decimal(bought))
        for n, side, s in ((1, Side.SELL, "Y"), (2, Side.BUY, "X"))
    )
    assert judge(opened, trades, engine=Inline()).decision is decision


@pytest.mark.parametrize(
    ("cost", "worth", "taken"), [(5_000, 4_750, True), (5_000, 4_751, False), (5_001, 4_751, False)]
)
def test_54_a_loss_of_250_and_of_five_per_cent(cost: int, worth: int, taken: bool) -> None:
    harvest = policy_of(FILES[54]).harvest
    assert harvest is not None
    lot = lot_of("X", worth, cost)
    book = tiny(more={"X": 1}, lots=[lot])
    facts = Facts(book_state(book))
    account = AccountId("A")
    row = SecurityRow(facts, AccountRow(facts, (account,)), book.securities[Symbol("X")])
    assert holds(harvest.lots.where, LotRow(lot, row), Setting(today=TODAY)) is taken


def test_61_a_persons_yes_lets_exactly_this_list_through() -> None:
    policy = policy_of(FILES[61])
    example = policy.examples[1]
    opened, trades = example_opened(policy, example), example_trades(policy, example)
    asked = judge(opened, trades, engine=Inline())
    assert asked.decision is Decision.APPROVAL
    yes = Approval(decision=asked.decision_id, rule="K-61", role="CIO", person="L. Brandt")
    assert judge(opened, trades, engine=Inline(), approvals=(yes,)).decision is Decision.PASS
    other = replace(yes, role="PM")
    assert judge(opened, trades, engine=Inline(), approvals=(other,)).decision is Decision.APPROVAL


def test_66_a_clause_for_a_person_is_recorded_and_must_cite_a_known_document() -> None:
    path = FILES[66]
    (manual,) = policy_of(path).manuals
    assert (manual.clause, manual.reviewed_each, manual.by) == ("§2", "quarter", "Investment committee")
    parsed = parse(path.read_text().replace("manual plan", "manual letter"), file=path.name)
    checked = check(
        parsed, catalogue=catalogue(), library=library_of(()), files=no_files, schema=None, today=TODAY
    )
    assert checked.policy is None
