"""Infeasible requests: minimal conflicts against brute force, and cures that work when solved again."""

import os
import random
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.facts.book import Book
from engine.facts.money import plain
from optimizer.build import build
from optimizer.conflict import _system, explain_conflict
from optimizer.proposal import Proposal, Status
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, laid_out, lot, proposed

LIMITS = {
    "TURN": "limit turnover over the last 12 months to at most {}%",
    "GAINS": "limit net_realized_gains this tax_year to at most {} USD",
    "FLOOR": 'limit weight of holdings where sector is "Staples" to at least {}%',
    "TECH": 'limit weight of holdings where sector is "Technology" to at least {}%',
    "CASH": "limit weight of cash to at most {}%",
}


def mandate(limits: dict[str, Decimal], approvals: frozenset[str] = frozenset()) -> str:
    parts = []
    for name, limit in limits.items():
        line = LIMITS[name].format(plain(limit))
        ask = '  on breach require approval of "CIO"\n' if name in approvals else ""
        parts.append(f'rule {name} "{name}"\n  {line}\n{ask}  because ips "§1"\n')
    return "\n".join(parts)


@dataclass(frozen=True)
class Stuck:
    """An account with gains from which more cash is asked than its rules leave."""

    limits: dict[str, Decimal]
    approvals: frozenset[str]
    amount: Decimal
    seed: int

    def proposal(self) -> Proposal:
        return proposed(
            mandate(self.limits, self.approvals),
            holdings(self.seed),
            Intent(kind="raise", amount=self.amount),
        )

    def relaxed(self, rule: str, limit: Decimal) -> "Stuck":
        return Stuck({**self.limits, rule: limit}, self.approvals, self.amount, self.seed)


def holdings(seed: int) -> Book:
    rng = random.Random(seed)
    symbols = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
    lots = [lot(s, rng.randint(100, 300), cost=str(rng.randint(30, 110))) for s in symbols]
    sectors = {s: ("Technology", "Staples", "Energy")[i % 3] for i, s in enumerate(symbols)}
    return book(lots, accounts=[account("MAIN", str(rng.randint(0, 2000)))], sectors=sectors)


def stuck(seed: int) -> Stuck:
    rng = random.Random(seed)
    pool = {
        "TURN": Decimal(rng.randint(1, 20)),
        "GAINS": Decimal(rng.choice((0, 500, 2000))),
        "FLOOR": Decimal(rng.randint(20, 45)),
        "TECH": Decimal(rng.randint(20, 45)),
        "CASH": Decimal(rng.randint(2, 30)),
    }
    chosen = rng.sample(sorted(pool), rng.randint(2, 5))
    approvals = frozenset(name for name in chosen if rng.random() < 0.3)
    amount = Decimal(rng.randint(20_000, 90_000))
    return Stuck({name: pool[name] for name in sorted(chosen)}, approvals, amount, seed)


def possible(case: Stuck, names: tuple[str, ...]) -> bool:
    """Whether rules and demands of these names leave any point at all, asked of another solver."""
    ground = laid_out(mandate(case.limits, case.approvals), holdings(case.seed))
    intent = Intent(kind="raise", amount=case.amount)
    system = _system(build(ground, accounts=ground.accounts, intent=intent, settings=Settings()))
    at = np.concatenate([at for name, at in system.members.items() if name.split("\n")[0] in names])
    matrix, most = system.matrix.toarray(), system.most
    answer = linprog(
        np.zeros(most.size), A_ub=-matrix[at], b_ub=-system.low[at], bounds=np.column_stack((0 * most, most))
    )
    return bool(answer.status == 0)


def assert_minimal_and_curable(case: Stuck) -> bool:
    """Check one case; return whether it was infeasible."""
    proposal = case.proposal()
    if proposal.status is not Status.INFEASIBLE:
        assert proposal.asked[0].kept or proposal.notes, f"seed {case.seed}"
        return False
    names = tuple(row.rule for row in proposal.conflict)
    assert not possible(case, names), f"seed {case.seed}: {names} leave a point"
    for fewer in combinations(names, len(names) - 1):
        assert possible(case, fewer), f"seed {case.seed}: {fewer} would be enough of a conflict"
    for cure in proposal.relaxations:
        assert cure.relaxed is not None
        again = case.relaxed(cure.rule, cure.relaxed).proposal()
        assert again.status is not Status.INFEASIBLE, f"seed {case.seed}: {cure.words} is no cure"
        assert again.after.cash >= case.amount - 200, f"seed {case.seed}: {cure.words} frees no cash"
    return True


@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_conflicts_are_minimal_and_cures_work(seed: int) -> None:
    assert_minimal_and_curable(stuck(seed))


@pytest.mark.long
def test_fifty_infeasible_accounts() -> None:
    """GUARDBAND_CONFLICTS infeasible accounts, seeds from 0."""
    wanted, found, seed = int(os.environ.get("GUARDBAND_CONFLICTS", "50")), 0, 0
    while found < wanted:
        found += assert_minimal_and_curable(stuck(seed))
        seed += 1
    print(f"\n{found} infeasible accounts among {seed}")


def test_the_cure_is_told_from_what_to_what() -> None:
    case = Stuck({"TURN": Decimal("1.5")}, frozenset(), Decimal(30_000), 3)
    words = [row.words for row in case.proposal().relaxations]
    assert len(words) == 1
    assert re.fullmatch(r"raise the limit of TURN in MAIN from 1.5% to \d+(\.\d+)?%", words[0])


def test_of_two_conflicts_the_one_with_the_weaker_rule_is_blamed() -> None:
    limits = {"TURN": Decimal(1), "CASH": Decimal(2)}
    for weak in limits:
        case = Stuck(limits, frozenset({weak}), Decimal(60_000), 5)
        blamed = {row.rule for row in case.proposal().conflict}
        assert blamed == {weak, "raise 60,000 in cash"}


def test_what_is_possible_has_no_conflict() -> None:
    ground = laid_out(mandate({"TURN": Decimal(60)}), holdings(1))
    intent = Intent(kind="raise", amount=Decimal(100))
    problem = build(ground, accounts=ground.accounts, intent=intent, settings=Settings())
    assert explain_conflict(problem).rules == ()


def test_without_rules_and_demands_there_is_no_conflict() -> None:
    ground = laid_out("", holdings(1))
    problem = build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings())
    assert explain_conflict(problem).rules == ()


def test_the_cure_of_a_limit_in_money_is_told_in_money() -> None:
    """Securities of 105,000, of which 100,000 are to stay and 30,000 are asked."""
    floor = 'rule FLOOR "Floor"\n  limit value of equities to at least 100,000 USD\n  because ips "§1"\n'
    on = book([lot("AAA", 1_050, cost="90")], accounts=[account("MAIN", "0")])
    found = proposed(floor, on, Intent(kind="raise", amount=Decimal(30_000)))
    assert found.status is Status.INFEASIBLE
    (cure,) = found.relaxations
    assert (cure.rule, cure.limit) == ("FLOOR", Decimal(100_000))
    assert cure.relaxed == 75_000
