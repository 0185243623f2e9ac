"""What an account wishes for: models by class, and the factors that price the distance from them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.book import Book, RiskModel
from engine.facts.ids import Symbol
from optimizer.aims import aims_of
from optimizer.drift import factors_of
from optimizer.settings import Intent
from rulebooks.state import BookState
from tests.optimizer.hand import MAIN, account, book, laid_out, lot

AAA, BBB, CCC = Symbol("AAA"), Symbol("BBB"), Symbol("CCC")


def modelled(shares: dict[str, int], model: dict[str, str]) -> Book:
    """Return an account of 10,000 in all under a model by class."""
    cash = 10_000 - 100 * sum(shares.values())
    on = book(
        [lot(symbol, count, cost="90") for symbol, count in shares.items()],
        accounts=[replace(account("MAIN", str(cash)), model="mix")],
        prices=dict.fromkeys(("AAA", "BBB"), "100"),
    )
    return replace(on, models={"mix": {key: Decimal(weight) for key, weight in model.items()}})


@pytest.mark.parametrize(
    ("shares", "model", "wished"),
    [
        ({"AAA": 30, "BBB": 10}, {"equity": "0.6"}, {"AAA": 4_500, "BBB": 1_500}),  # as they stand
        ({}, {"equity": "0.6"}, {"AAA": 3_000, "BBB": 3_000}),  # nothing is held: all that has a price
        ({"AAA": 30}, {"equity": "0"}, {"AAA": 0}),
        ({"AAA": 30}, {"AAA": "0.2", "BBB": "0.5"}, {"AAA": 2_000, "BBB": 5_000}),
        ({"AAA": 30}, {"fixed_income": "0.5"}, {"AAA": 0}),  # the book has none
    ],
)
def test_a_model_by_class_is_wished_for_over_its_members(
    shares: dict[str, int], model: dict[str, str], wished: dict[str, int]
) -> None:
    on = modelled(shares, model)
    found = aims_of(laid_out("", on), BookState(on, currency="USD"), (MAIN,), Intent())
    assert {str(symbol): int(amount) for (_, symbol), amount in found.wishes.items()} == wished
    assert found.source[MAIN] == "model `mix`"


def risk(across: str) -> RiskModel:
    """Return two factors of 20% and 30% with a covariance between them; CCC is not in the model."""
    return RiskModel(
        factors=("one", "two"),
        exposures={AAA: {"one": Decimal(1)}, BBB: {"two": Decimal(1)}},
        covariance={
            ("one", "one"): Decimal("0.04"),
            ("two", "two"): Decimal("0.09"),
            ("one", "two"): Decimal(across),
        },
        specific={AAA: Decimal("0.2"), BBB: Decimal("0.3")},
    )


@pytest.mark.parametrize("across", ["0", "0.03", "-0.03"])
def test_factors_of_a_model_have_its_covariance(across: str) -> None:
    on = replace(modelled({}, {}), risk=risk(across))
    found = factors_of(on, (AAA, BBB))
    assert found.is_model
    a, b = found.loadings[AAA], found.loadings[BBB]
    assert sum(load * load for load in a.values()) == pytest.approx(0.04)
    assert sum(load * load for load in b.values()) == pytest.approx(0.09)
    assert sum(load * b.get(name, 0.0) for name, load in a.items()) == pytest.approx(float(across))
    assert (found.own[AAA], found.own[BBB]) == (0.2, 0.3)


def test_a_security_outside_the_model_has_the_assumed_factors() -> None:
    on = replace(book([lot("CCC", 1, cost="9")], accounts=[account("MAIN", "0")]), risk=risk("0"))
    without = replace(on, risk=None)
    assert factors_of(on, (CCC,)).loadings[CCC] == factors_of(without, (CCC,)).loadings[CCC]
    assert not factors_of(without, (CCC,)).is_model
