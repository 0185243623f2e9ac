"""Factor models by hand, from both evaluators at once.

The gate judges each list with the reference beside it: a fault would say that the two differ.
"""

from decimal import Decimal

import pytest

from engine.facts.book import RiskModel
from engine.facts.ids import Symbol
from engine.gate.engine.inline import Inline
from tests.gate.test_both_by_hand import book, decided

PAIRS = {("m", "m"): Decimal("0.04"), ("r", "r"): Decimal("0.01")}


def model(**covariance: str) -> RiskModel:
    """Return two factors with variances 0.04 and 0.01, and what is said of them together."""
    together = {(pair[0], pair[1]): Decimal(value) for pair, value in covariance.items()}
    return RiskModel(
        factors=("m", "r"),
        exposures={
            Symbol("S0"): {"m": Decimal(1)},
            Symbol("S1"): {"r": Decimal(1)},
            Symbol("B0"): {},
        },
        covariance=PAIRS | together,
        specific={Symbol("S0"): Decimal(0), Symbol("S1"): Decimal(0), Symbol("B0"): Decimal(0)},
    )


# 10,000 of which 1,000 is S0 and 2,000 is S1: after 50 more of S0 15% and 20%.
# 0.15^2 * 0.04 + 0.20^2 * 0.01 = 0.0013, its root 360.56 bps
# with 2 * 0.15 * 0.20 * 0.01 more 0.0019: 435.89 bps
@pytest.mark.parametrize(
    ("risk", "most", "word"),
    [
        (model(), "360.56", "pass"),
        (model(), "360.55", "block"),
        (model(mr="0.01", rm="0.01"), "435.89", "pass"),
        (model(mr="0.01", rm="0.01"), "435.88", "block"),
        (model(mr="0.01"), "435.89", "pass"),  # told in one of the two places
        (model(mr="0.01"), "435.88", "block"),
        (model(rm="0.01"), "435.89", "pass"),
        (model(rm="0.01"), "435.88", "block"),
    ],
)
def test_what_a_factor_model_leaves_out_goes_the_other_way_or_is_none(
    risk: RiskModel, most: str, word: str, engine: Inline
) -> None:
    rule = f"limit volatility to at most {most} bps"
    assert decided(engine, rule, "buy 50 S0", held=book(risk=risk)) == word
