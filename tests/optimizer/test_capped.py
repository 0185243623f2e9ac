"""A cap on the tracking error: kept to the gate's own figure, as cheap as can be, and certified."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from engine.facts.book import Book
from engine.facts.failure import InputError
from optimizer.build import Problem, build
from optimizer.capped import capped, errors
from optimizer.proposal import Proposal
from optimizer.propose import propose
from optimizer.search import search
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import laid_out, proposed, real_judge
from tests.optimizer.test_objective import off_target
from tests.optimizer.worlds import Sizes, grounded, make_world, risk_model

RULE = 'rule TE "Error"\n  limit tracking_error to at most 90%\n  because ips "§1"\n'


def risky() -> Book:
    book = off_target()
    return replace(book, risk=risk_model(random.Random(1), dict(book.securities)))


@cache
def at(cap: str) -> Proposal:
    return proposed(RULE, risky(), Intent(max_tracking_error=Decimal(cap)))


def told_error(proposal: Proposal) -> Fraction:
    """The tracking error that the gate itself measures after the list, in percent."""
    assert proposal.gate is not None
    return next(Fraction(v.after) for v in proposal.gate.verdicts if v.rule == "TE" and v.after is not None)


@pytest.mark.parametrize("cap", ["0.02", "0.05", "0.10"])
def test_the_cap_is_kept_in_the_figure_of_the_gate_and_nearly_used_up(cap: str) -> None:
    proposal = at(cap)
    most = Fraction(cap) * 100
    assert most * Fraction("0.97") <= told_error(proposal) <= most
    assert any(f"at most {int(most)}%" in note for note in proposal.notes)
    assert sum((row.total for row in proposal.trades), Decimal(0)) == proposal.improvement


def test_a_wider_cap_costs_less() -> None:
    told = [at(cap).objective for cap in ("0.02", "0.05", "0.10")]
    costs = [row.tax + row.cost for row in told]
    assert costs[0] > costs[1] > costs[2]


def test_a_cap_that_the_account_is_under_already_needs_no_trade() -> None:
    proposal = at("0.9")
    assert proposal.trades == ()


def test_the_floor_is_below_every_list_under_the_cap_that_other_prices_find() -> None:
    """Lists found at other aversions, under the cap, are no cheaper than the certificate says."""
    ground = laid_out(RULE, risky())
    cap = Decimal("0.05")

    def rebuild(settings: Settings) -> Problem:
        intent = Intent(max_tracking_error=cap)
        return build(ground, accounts=ground.accounts, intent=intent, settings=settings)

    now = capped(rebuild, Settings())
    tried = 0
    for aversion in np.geomspace(0.01, 1000, 30):
        problem = rebuild(Settings(aversion=Decimal(str(aversion)), likeness=Decimal(0)))
        found = search(problem)
        error = errors(found)[ground.accounts[0]]
        if error <= cap:
            tried += 1
            trades, model = found.trades, problem.model
            n = model.positions.count
            cheap = float(model.positions.buy_cost @ trades[:n] + model.lots.cost @ trades[n:])
            assert cheap >= now.floor - 1e-6
    assert tried > 5


def test_the_policy_may_set_the_cap() -> None:
    told = proposed("parameter tracking_error_cap = 5%\n" + RULE, risky())
    assert told_error(told) <= 5
    assert any("parameter `tracking_error_cap`" in note for note in told.notes)


def test_without_a_risk_model_a_cap_is_refused() -> None:
    with pytest.raises(InputError, match="no risk model"):
        proposed("", off_target(), Intent(max_tracking_error=Decimal("0.02")))


@pytest.mark.parametrize("seed", [0, pytest.param(3, marks=pytest.mark.long)])
def test_with_every_kind_of_rule_the_cap_is_kept_or_said_not_to_be(seed: int) -> None:
    sizes = Sizes(names=(20, 30), lots=2, accounts=2, net_assets=(300_000, 3_000_000))
    world = make_world(seed, sizes)
    book = replace(world.book, risk=risk_model(random.Random(seed), dict(world.book.securities)))
    ground = grounded(world.mandate, book)
    told = propose(
        ground,
        accounts=ground.accounts,
        intent=Intent(max_tracking_error=Decimal("0.04")),
        settings=Settings(),
        judge=real_judge(ground),
    )
    notes = [note for note in told.notes if "tracking error" in note]
    assert len(notes) == len(ground.accounts)
    for row, note in zip(told.accounts, notes, strict=True):
        assert row.after.tracking_error is not None
        assert row.after.tracking_error <= Decimal("0.04001") or "no list" in note
