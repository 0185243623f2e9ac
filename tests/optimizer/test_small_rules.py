"""Rules with switches in a small account's program: a list is inside exactly when it keeps the rule.

Every list of a coarse grid over one account is held against the rule's own figure, so that a rule written
too tightly (a bound above the optimum) and one written too loosely both show.
"""

from itertools import product

import numpy as np
import pytest

from optimizer.build import Problem, build
from optimizer.curved import After, near_value
from optimizer.model import row_values
from optimizer.scale import as_float
from optimizer.settings import Intent, Settings
from optimizer.small_rules import is_writable
from tests.optimizer.hand import account, book, laid_out, lot
from tests.optimizer.test_small import told

SHARES = {"A": 100, "B": 60, "C": 30, "D": 0, "E": 20}
"""Of 100 each in an account of 40,000 with 19,000 of cash. E is not traded; C and B are of one issuer."""

TRADES = {"A": (-100, -60, -20, 0, 40), "B": (-60, -20, 0, 30), "C": (-30, 0, 20), "D": (0, 30, 81)}
"""Of shares, less than nothing a sale: every list of one of each for each name."""

LARGE = "limit weight of issuers in equities whose weight is more than 20%"
NAMES = "limit count of holdings where asset_class is equity"
RULES = {
    "at least three names": f"{NAMES} to at least 3",
    "at most two names": f"{NAMES} to at most 2",
    "large ones at most": f"{LARGE} to at most 30%",
    "large ones at least": f"{LARGE} to at least 35%",
    "the smaller of two amounts": f"{LARGE} to at most the smaller of 40% and 60% of equities",
    "small ones at least": "limit weight of issuers in equities whose weight is at most 24% to at least 20%",
    "between two tests": (
        "limit weight of issuers in equities"
        " whose weight is more than 10% and weight is less than 26% to at most 20%"
    ),
    "largest two": "limit weight of the 2 largest issuers in equities to at most 40%",
}
"""Each with a rule of E's own that locks it."""


def problem_of(rule: str) -> Problem:
    lots = [lot(name, shares, cost="90") for name, shares in SHARES.items() if shares]
    on = book(
        lots,
        accounts=[account("MAIN", "19000", benchmark="index")],
        weights=dict.fromkeys(SHARES, "0.20"),
        issuers={"C": "B Corp"},
    )
    locked = (
        'rule LOCK "E"\n  forbid buying or selling securities where issuer is "E Corp"\n  because ips "§2"\n'
    )
    written = f'rule RULE "Rule"\n  {rule}\n  because ips "§1"\n'
    ground = laid_out("parameter risk_aversion = 2\n" + written + locked, on)
    settings = Settings(exact_columns=0)
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=settings)


def steps_of(problem: Problem, shares: tuple[int, ...]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the steps of a list; sales are taken from the only lot of each."""
    steps = np.zeros(problem.columns.width, dtype=np.int64)
    for index, count in enumerate(shares):
        column = index if count > 0 else problem.columns.sales(index)[0] if count else index
        steps[column] = abs(count)
    return steps


@pytest.mark.parametrize("name", RULES)
def test_a_list_is_inside_exactly_when_it_keeps_the_rule(name: str) -> None:
    problem = problem_of(RULES[name])
    (need,) = problem.curved
    assert is_writable(need.form)
    tally = {True: 0, False: 0}
    for shares in product(*TRADES.values()):
        steps = steps_of(problem, shares)
        trades = steps * problem.grid.step
        if (row_values(problem.model, trades) > problem.model.rows.high + 1e-9).any():
            continue  # bought for more than there is
        after = After(problem.columns, problem.state, trades)
        keeps = near_value(need.form, after) >= as_float(need.least)
        assert (told(problem, steps) is not None) is keeps, shares
        tally[keeps] += 1
    assert min(tally.values()) >= 5, tally
