"""The sixty-six kinds of rule that mandates contain, each expressed, classed, passed and breached.

`tests/rule_kinds/NN-name.mandate` holds the rule with its examples: at the limit it passes, one unit
beyond it breaches, and breaches nothing else. `tests/rule_kinds/cases.py` reads them and finds the pairs;
the table in the docs is made from the same.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import ExpectPass, Limit
from engine.facts.book import RiskModel
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.approvals import Approval
from engine.gate.engine.inline import Inline
from engine.gate.example_book import example_trades
from engine.gate.examples import example_opened
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Decision
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from rulebooks.predicates import Setting, holds
from rulebooks.rows import AccountRow, Facts, LotRow, SecurityRow
from rulebooks.state import book_state
from tests.rule_kinds.cases import (
    CLASSES,
    FILES,
    LETTERS,
    Case,
    Pair,
    alone,
    cases,
    classes_of,
    kinds,
    pairs,
    policy_of,
)
from tests.rulebooks.tiny import TODAY, lot_of, tiny

WITHOUT_EXAMPLES = {27}
"""A risk model is data of a book, which an example has not; the kind has its two cases below."""

WITH_EXAMPLES = [number for number in FILES if number not in WITHOUT_EXAMPLES]

BESIDE_THE_LIMIT = {
    "one euro above 5% brings the sixth in: 40.0001%": "at the threshold of the bucket, not of the limit",
    "one dollar beyond the waiver is blocked": "at the bound of the waiver",
    "a day later the waiver has ended": "on the last day of the waiver",
    "at nine per cent it warns": "one dollar below where the warning starts",
    "one dollar more is blocked, whatever an active breach does": "where the book was before",
    "on the last business day of the quarter a rebalance is due": "on the day before the trigger",
}
"""Breaching cases whose twin is at an edge other than the limit of the rule, and which one."""


def test_all_sixty_six_kinds_are_there() -> None:
    assert list(FILES) == list(range(1, 67))
    assert {kind.number: kind.title for kind in kinds()}.keys() == LETTERS.keys()


@pytest.mark.parametrize("number", FILES)
def test_class_of_the_kind(number: int) -> None:
    """The class is the one that the file states; where the list has another, the file says why."""
    kind = kinds()[number - 1]
    classes = classes_of(number)
    own = {classes[name] for name in (f"K-{number:02d}", "mix") if name in classes}
    assert (own or {CLASSES["G"]}) == {kind.stated_class}
    letters = {CLASSES[letter] for letter in LETTERS[number]}
    if not {kind.stated_class, *classes.values()} <= letters:
        assert kind.note, "the list of kinds has another class: a note says why"


@pytest.mark.parametrize("number", WITH_EXAMPLES)
def test_every_example_gives_what_it_expects(number: int) -> None:
    for case in cases(number):
        assert case.answer.fault is None
        assert case.result.passed, (case.example.title, case.result.expected, case.result.got)


@pytest.mark.parametrize("number", WITH_EXAMPLES)
def test_a_breaching_case_breaks_its_own_rule_only(number: int) -> None:
    for case in cases(number):
        assert case.broken <= case.named, case.example.title
        if not case.named:
            assert any(isinstance(expect, ExpectPass) for expect in case.example.expects)


@pytest.mark.parametrize("number", WITH_EXAMPLES)
def test_a_breaching_case_has_a_twin_one_unit_away_that_passes_at_the_limit(number: int) -> None:
    assert pairs(number), "a case that passes and one that breaches"
    assert not alone(number), [case.example.title for case in alone(number)]
    for pair in pairs(number):
        assert pair.is_one_unit or pair.is_of_words
        assert _is_at_its_edge(pair), pair.breaching.example.title


@pytest.mark.parametrize("number", WITH_EXAMPLES)
def test_every_rule_of_the_kind_has_a_pair(number: int) -> None:
    """A rule that no pair tries would be shown by its words alone."""
    assert {rule for pair in pairs(number) for rule in pair.breaching.named} >= classes_of(number).keys()


def _is_at_its_edge(pair: Pair) -> bool:
    """Return whether the twin is at the limit exactly: no headroom, and none lacking."""
    limits = {r.id for r in policy_of(FILES[pair.kind]).rules if isinstance(r.obligation, Limit)}
    if pair.breaching.example.title in BESIDE_THE_LIMIT:
        return pair.is_one_unit
    if not pair.breaching.named & (limits | {"mix"}):
        return True  # a ban has no headroom; that the pair is one unit or one word apart is shown above
    return not pair.passing.broken - {"K-63"} and 0 in _headrooms(pair.passing, pair.breaching.named)


def _headrooms(case: Case, rules: frozenset[str]) -> set[object]:
    return {v.headroom for v in case.answer.verdicts if v.rule in rules and v.headroom is not None}


def test_every_edge_beside_the_limit_is_a_case() -> None:
    titles = {pair.breaching.example.title for number in WITH_EXAMPLES for pair in pairs(number)}
    assert titles >= BESIDE_THE_LIMIT.keys()


def _case(number: int, title: str) -> Case:
    return next(case for case in cases(number) if case.example.title == title)


def _after(case: Case) -> set[object]:
    return {v.after for v in case.answer.verdicts}


def test_edges_beside_the_limit_are_where_they_are_said_to_be() -> None:
    assert 6 in _after(_case(62, "within the waiver it passes"))
    assert 9 in _after(_case(63, "at nine per cent it warns"))
    still = _case(64, "a company at 12% may be rearranged as long as it does not grow")
    assert {(v.before, v.after) for v in still.answer.verdicts if v.rule == "K-64"} == {(12, 12)}


# ------------------------------------------------------------------ kinds with more to show


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
