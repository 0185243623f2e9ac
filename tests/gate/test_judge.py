"""The gate as a whole: input that cannot be judged, faults, approvals, answers in words and as data."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine.facts.failure import InputErrors
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Trade
from engine.gate.answer import figure_text, gate_answer
from engine.gate.approvals import Approval, decision_id
from engine.gate.engine.contained import Contained
from engine.gate.engine.faults import EngineFault, FaultKind
from engine.gate.engine.inline import Inline
from engine.gate.engine.plain import Plain
from engine.gate.engine.program import Conclusions, Fact, Program
from engine.gate.explain import explain, explain_answer, explain_text
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from engine.gate.record import record_line
from engine.gate.text import gate_text
from engine.gate.verdict import Decision
from tests.gate.case_files import CASES, HEADER, Case, checked, read_case
from tests.gate.test_cases import opened_of


def opened(name: str) -> tuple[Case, OpenBook]:
    case = read_case(CASES / f"{name}.case")
    return case, opened_of(case)


class Dead:
    """An engine that never answers."""

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        return EngineFault(kind=FaultKind.DIED, reason="the child process ended", bundle='{"facts": []}')

    def close(self) -> None:
        return


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"account": AccountId("X")}, "unknown account `X`"),
        ({"symbol": Symbol("NONE")}, "unknown security `NONE`"),
        ({"quantity": Decimal(0)}, "a quantity is above 0"),
    ],
)
def test_what_cannot_be_judged_is_refused(engine: Inline, changed: dict[str, object], words: str) -> None:
    case, book = opened("limit/pass/one-company-at-the-limit")
    bad = replace(case.trades[0], **changed)  # type: ignore[arg-type]
    with pytest.raises(InputErrors, match=words):
        judge(book, (bad,), engine=engine)


def test_a_traded_security_without_a_price_is_refused(engine: Inline) -> None:
    case = read_case(CASES / "limit/pass/one-company-at-the-limit.case")
    prices = {symbol: price for symbol, price in case.book.prices.items() if symbol != "ACME"}
    with pytest.raises(InputErrors, match="no price"):
        judge(opened_of(replace(case, book=replace(case.book, prices=prices))), case.trades, engine=engine)


def test_an_engine_that_does_not_answer_blocks_everything() -> None:
    case, book = opened("limit/pass/one-company-at-the-limit")
    answer = judge(book, case.trades, engine=Dead())
    assert answer.decision is Decision.BLOCK
    assert [trade.decision for trade in answer.trades] == [Decision.BLOCK]
    assert answer.fault is not None
    assert "the child process ended" in answer.fault.reason
    assert json.loads(answer.fault.bundle) == {"facts": []}
    assert "FAULT" in gate_text(answer)
    told = gate_answer(answer)
    assert told["fault"] == {"reason": answer.fault.reason, "bundle": '{"facts": []}'}
    assert record_line(answer).startswith(
        "BLOCK 2026-03-10; no answer could be reached: the rules engine gave no answer: "
    )


class Forgetful(Inline):
    """An engine that finds no pairs, and so far agrees with itself."""

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        found = super().infer(program, facts)
        return found if isinstance(found, EngineFault) else replace(found, joined=(), derived=())


def test_a_pair_of_a_window_that_the_engine_loses_blocks_and_says_so() -> None:
    case, book = opened("window/block/loss-sale-before-the-purchase-that-was")
    answer = judge(book, case.trades, engine=Forgetful())
    assert answer.decision is Decision.BLOCK
    assert answer.fault is not None
    assert answer.fault.reason == "windows: the inference finds 0 pairs, the measures 1"
    assert json.loads(answer.fault.bundle)["differences"] == [answer.fault.reason]


def test_what_fails_beside_the_engine_leaves_it_to_the_next_list(monkeypatch: pytest.MonkeyPatch) -> None:
    case, book = opened("limit/pass/one-company-at-the-limit")

    def failing(*_: object) -> None:
        raise MemoryError

    with Contained() as contained:
        with monkeypatch.context() as patched:
            patched.setattr("engine.gate.judge.max_quantity", failing)
            with pytest.raises(MemoryError):
                judge(book, case.trades, engine=contained)
        assert judge(book, case.trades, engine=contained) == judge(book, case.trades, engine=Inline())


def test_a_disagreement_blocks_and_says_where(engine: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.gate import judge as gate
    from engine.gate.reference import judge as asked

    def wrong(*args: object) -> tuple[object, ...]:
        return tuple(
            row._replace(decision="block") if row.rule == "CAP" else row
            for row in asked(*args)  # type: ignore[arg-type]
        )

    monkeypatch.setattr(gate, "reference_judge", wrong)
    case, book = opened("limit/pass/one-company-at-the-limit")
    answer = judge(book, case.trades, engine=engine)
    assert answer.decision is Decision.BLOCK
    assert answer.fault is not None
    assert "CAP" in answer.fault.reason
    assert json.loads(answer.fault.bundle)["differences"]


def test_an_inference_that_decides_a_trade_apart_from_its_verdicts_blocks_and_says_so(
    engine: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.gate import judge as gate
    from engine.gate.infer import Inferred
    from engine.gate.infer import inferred as asked

    def wrong(*args: object) -> object:
        found = asked(*args)  # type: ignore[arg-type]
        assert isinstance(found, Inferred)
        return replace(found, trades={1: Decision.APPROVAL})

    monkeypatch.setattr(gate, "inferred", wrong)
    case, book = opened("limit/pass/one-company-at-the-limit")
    answer = judge(book, case.trades, engine=engine)
    words = "trade 1: the inference decides approval, its verdicts pass"
    assert answer.decision is Decision.BLOCK
    assert [trade.decision for trade in answer.trades] == [Decision.BLOCK]
    assert answer.fault is not None
    assert answer.fault.reason == words
    bundle = json.loads(answer.fault.bundle)
    assert bundle["differences"] == [words]
    assert bundle["rulebook_hash"] == book.ground.rulebook.hash
    assert len(bundle["trades"]) == 1


def test_an_approval_is_for_exactly_this_list(engine: Inline) -> None:
    case, book = opened("ban/approval/restricted-list")
    named = judge(book, case.trades, engine=engine).decision_id
    assert named == decision_id(book.ground.rulebook.hash, case.trades)
    yes = Approval(decision=named, rule="RL", role="Legal", person="V. Orlov", until=date(2026, 3, 10))
    answer = judge(book, case.trades, engine=engine, approvals=(yes,))
    assert answer.decision is Decision.PASS
    assert any("approved by V. Orlov as Legal" in v.considered for v in answer.verdicts)
    more = (replace(case.trades[0], quantity=Decimal(11)), *case.trades[1:])
    assert judge(book, more, engine=engine, approvals=(yes,)).decision is Decision.APPROVAL
    for wrong in (
        replace(yes, role="CIO"),
        replace(yes, rule="OTHER"),
        replace(yes, until=date(2026, 3, 9)),
        replace(yes, decision="x"),
    ):
        assert judge(book, case.trades, engine=engine, approvals=(wrong,)).decision is Decision.APPROVAL


def test_the_answer_has_its_keys_in_order(engine: Inline) -> None:
    case, book = opened("limit/block/one-company-a-share-over")
    data = gate_answer(judge(book, case.trades, engine=engine))
    assert list(data)[:8] == [
        "schema",
        "as_of",
        "decision",
        "rulebook",
        "facts_hash",
        "policies",
        "trades",
        "verdicts",
    ]
    first = data["verdicts"][0]
    assert (first["before"], first["after"], first["limit"], first["headroom"]) == (
        "4.9",
        "5.01",
        "5",
        "-0.01",
    )
    assert first["because"][0]["quote"] == "no holding in any one company shall exceed 5%"
    assert first["contributors"] == [
        {"symbol": "ACME", "amount": "4.61"},
        {"symbol": "ACME.PR", "amount": "0.4"},
    ]
    assert data["evaluators"] == ["durable-rules", "reference"]


def test_a_trade_keeps_the_words_of_its_proposal(engine: Inline) -> None:
    case, book = opened("limit/pass/one-company-at-the-limit")
    trade = replace(case.trades[0], reason="back to target")
    (told,) = gate_answer(judge(book, (trade,), engine=engine))["trades"]
    assert told["reason"] == "back to target"


def test_without_the_rules_engine_only_the_reference_is_named() -> None:
    case, book = opened("limit/pass/one-company-at-the-limit")
    assert judge(book, case.trades, engine=Plain()).evaluators == ("reference",)


def test_an_account_that_no_policy_covers_is_refused(engine: Inline) -> None:
    case = read_case(CASES / "limit/pass/one-company-at-the-limit.case")
    text = HEADER.replace("  currency", '  applies to account "X"\n  currency')
    policy = checked(text + 'rule R "x"\n  forbid buying securities\n  because ips "§1"\n', "x.mandate")
    with pytest.raises(InputErrors, match="no policy covers account `A`"):
        judge(opened_of(replace(case, policies=(policy,))), case.trades, engine=engine)


def test_equal_input_gives_equal_bytes(engine: Inline) -> None:
    first, second = (
        json.dumps(gate_answer(judge(book, case.trades, engine=engine)))
        for case, book in (opened("limit/block/one-company-a-share-over") for _ in range(2))
    )
    assert first == second


def test_every_group_on_request(engine: Inline) -> None:
    case, book = opened("limit/block/five-ten-forty")
    answer = judge(book, case.trades, engine=engine, every_group=True)
    assert answer.fault is None
    assert all(verdict.groups_passed is None for verdict in answer.verdicts)


def test_text_puts_breaches_first(engine: Inline) -> None:
    case, book = opened("limit/block/one-company-a-share-over")
    text = gate_text(judge(book, case.trades, engine=engine))
    lines = text.splitlines()
    assert lines[0].startswith("BLOCK  1 trade, 0 pass, 2026-03-10")
    assert "because" in text
    assert "Acme Corp would be 5.01% of net assets (now 4.90%)" in text
    assert "10 ACME" in text
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("value", "apart", "text"),
    [
        (Fraction(27, 5), Fraction(5), "5.4"),
        (Fraction(1, 3), None, "0.333333"),
        (Fraction(5) + Fraction(1, 10**9), Fraction(5), "5.000000001"),
        (Fraction(-1, 10**8), Fraction(0), "-0.00000001"),
        (Fraction(0), Fraction(0), "0"),
    ],
)
def test_figures_are_told_apart_from_their_limit(value: Fraction, apart: Fraction | None, text: str) -> None:
    assert figure_text(value, apart_from=apart) == text


def test_a_rule_is_explained() -> None:
    _, book = opened("exception/block/beyond-the-exception")
    (told,) = explain(book.ground.rulebook, "TEN")
    words = dict(told.lines)
    assert words["asks"] == "each issuer in paper: weight at most 10%"
    assert "GOV (Government paper up to 35%)" in words["exceptions"]
    assert words["compiles to"].startswith("linear")
    assert explain_answer(book.ground.rulebook, (told,))["rules"][0]["rule"] == "TEN"
    assert "Ten per cent per body" in explain_text((told,))
    assert explain(book.ground.rulebook, "NONE") == ()


def test_trades_are_left_as_they_were_numbered(engine: Inline) -> None:
    case, book = opened("limit/pass/one-buys-the-other-sells")
    answer = judge(book, case.trades[::-1], engine=engine)
    assert [trade.trade.number for trade in answer.trades] == [2, 1]


def test_case_paths_are_where_the_loader_looks() -> None:
    assert Path(CASES).is_dir()
    assert isinstance(opened("limit/pass/one-company-at-the-limit")[0].trades[0], Trade)
