"""Every measure of the catalogue is shown by a rule with a passing and a breaching case, which run here."""

from decimal import Decimal
from pathlib import Path

import pytest

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from engine.facts.book import RiskModel
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.engine.inline import Inline
from engine.gate.examples import run_example
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Decision
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.rulebooks.tiny import tiny

FILES = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.mandate"))}
OF_RISK = {"tracking_error", "volatility"}
"""A risk model is data of a book, which an example has not; their two cases are a book below."""


def policy_of(name: str) -> CheckedPolicy:
    checked = check(
        parse(FILES[name].read_text(encoding="utf-8"), file=FILES[name].name),
        catalogue=catalogue(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=None,
    )
    assert checked.policy is not None, [found.message for found in checked.diagnostics]
    assert checked.diagnostics == ()
    return checked.policy


def test_every_measure_of_the_catalogue_has_its_mandate_and_no_other_is_there() -> None:
    assert set(FILES) == set(catalogue().measures)


@pytest.mark.parametrize("name", FILES)
def test_the_rule_limits_the_measure(name: str) -> None:
    assert "M" in {rule.id for rule in policy_of(name).rules}
    rule = FILES[name].read_text(encoding="utf-8").partition("\nrule M ")[2]
    assert rule.partition("\n  limit ")[2].startswith(f"{name} ")


@pytest.mark.parametrize("name", [name for name in FILES if name not in OF_RISK])
def test_one_case_passes_and_one_breaches(name: str) -> None:
    policy = policy_of(name)
    passing, breaching = policy.examples
    engine = Inline()
    kept, broken = (run_example(policy, one, engine=engine) for one in (passing, breaching))
    assert kept.passed, kept.got
    assert broken.passed, broken.got
    assert kept.expected[-1] == "expect pass"
    assert broken.expected in (("expect block by M",), ("expect report by M",))


RISK = RiskModel(
    factors=(),
    exposures={Symbol("X"): {}, Symbol("Y"): {}},
    covariance={},
    specific={Symbol("X"): Decimal("0.2"), Symbol("Y"): Decimal(0)},
)


@pytest.mark.parametrize(
    ("name", "held", "bought", "decision"),
    [
        ("tracking_error", 540_000, 10_000, Decision.PASS),  # 5% above the benchmark, at a risk of 20%
        ("tracking_error", 540_000, 10_005, Decision.BLOCK),
        ("volatility", 490_000, 10_000, Decision.PASS),  # half of it, at a risk of 20%
        ("volatility", 490_000, 10_005, Decision.BLOCK),
    ],
)
def test_the_measures_of_risk_at_the_limit_and_beyond(
    name: str, held: int, bought: int, decision: Decision
) -> None:
    book = tiny(
        {"X": (held, 1), "Y": (1_000_000 - held, 1)},
        risk=RISK,
        benchmarks={"B": {Symbol("X"): Decimal("0.5"), Symbol("Y"): Decimal("0.5")}},
    )
    opened = open_book(ground(compile_rulebook((policy_of(name),)), book))
    trades = tuple(
        Trade(number=n, account=AccountId("A"), side=side, symbol=Symbol(s), quantity=Decimal(bought))
        for n, side, s in ((1, Side.SELL, "Y"), (2, Side.BUY, "X"))
    )
    assert judge(opened, trades, engine=Inline()).decision is decision
