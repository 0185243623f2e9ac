"""What a replay must keep: cash and shares, its own gate's word, and the same bytes after an interruption."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.facts.failure import InputError
from engine.facts.transactions import TransactionType
from engine.shell.main import app
from engine.shell.simulation.run import Done, opened, run_one, simulate
from engine.shell.simulation.study import Flow, Run, Study, standard_runs
from reports import words
from reports.kinds.simulation import simulation
from reports.prints.html import report_html
from reports.simulated import Simulated
from reports.simulated_data import simulated_data
from reports.simulated_text import simulated_text
from tests.simulation.books import BANDS, write_book

POLICIES = ("small", "us.wash_sales")


def study(book: Path, *runs: Run, **asked: object) -> Study:
    return Study(title="Small", book=str(book), policies=POLICIES, runs=runs, **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """The three standard runs; four names are so few that little may be off target, so it counts less."""
    runs = (replace(run, aversion=Decimal(3)) for run in standard_runs())
    return simulate(study(write_book(tmp_path_factory.mktemp("standard") / "book"), *runs))


@pytest.fixture(scope="module")
def banded(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A mandate with bands, with money out each month that has to be raised."""
    book = write_book(tmp_path_factory.mktemp("banded") / "book", mandate=BANDS)
    flows = (Flow(account="A", every="month", amount=Decimal(-5000)),)  # type: ignore[arg-type]
    ready = opened(study(book, Run(name="bands"), every="month", flows=flows))
    (run,) = ready.study.runs
    return run_one(ready, run, "H", folder=None)  # type: ignore[arg-type]


def test_no_own_list_is_rejected_and_none_breaks_a_rule(told: Simulated, banded: Done) -> None:
    for outcome in (*told.outcomes, banded.outcome):
        assert outcome.proposals > 0
        assert (outcome.rejected, outcome.active, outcome.mismatches) == (0, 0, 0), outcome.problems


def test_harvesting_off_sells_no_loss_that_harvesting_sells(told: Simulated) -> None:
    written, off = told.outcome("as written"), told.outcome("no harvesting")
    assert written is not None
    assert off is not None
    assert written.harvested > 500
    assert off.harvested < written.harvested / 10
    assert off.harvests == 0


def test_without_the_wash_sale_rule_at_least_as_much_is_harvested(told: Simulated) -> None:
    written, free = told.outcome("as written"), told.outcome("no wash-sale rule")
    assert written is not None
    assert free is not None
    assert free.losses >= written.losses
    assert free.disallowed == free.deferred == 0


def test_cash_and_shares_are_conserved(banded: Done) -> None:
    state = banded.state
    cash, shares = Decimal(100_000), dict[str, Decimal]()
    for row in state.transactions:
        name = row.symbol or ""
        match row.type:
            case TransactionType.BUY:
                cash -= row.total + row.fees
                shares[name] = shares.get(name, Decimal(0)) + (row.quantity or 0)
            case TransactionType.SELL:
                cash += row.total - row.fees
                shares[name] -= row.quantity or 0
            case TransactionType.SPLIT:
                shares[name] *= row.quantity or 1
            case TransactionType.WITHDRAWAL:
                cash -= row.total
            case _:
                cash += row.total
    assert cash == sum(state.cash.values()) >= 0
    assert {name: held for name, held in shares.items() if held} == {s: q for (_, s), q in state.held.items()}
    paid = [row for row in state.transactions if row.type is TransactionType.WITHDRAWAL]
    assert [row.total for row in paid] == [Decimal(5000)] * 3


def test_a_split_and_a_spin_off_are_booked_as_what_they_were(banded: Done) -> None:
    kinds = {(row.type.value, row.symbol) for row in banded.state.transactions}
    assert ("split", "AAA") in kinds
    assert ("return_of_capital", "CCC") in kinds
    assert ("dividend", "CCC") not in kinds
    assert ("dividend", "BBB") in kinds


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book", end=date(2016, 3, 31))
    asked = study(book, Run(name="as written"), monthly=Decimal(500))
    whole = simulate(asked, folder=tmp_path / "whole")
    simulate(asked, folder=tmp_path / "parts", stop=date(2016, 2, 17))
    parts = simulate(asked, folder=tmp_path / "parts")
    assert json.dumps(simulated_data(whole, timed=False)) == json.dumps(simulated_data(parts, timed=False))
    (one,) = (tmp_path / "whole").glob("*.state.json")
    (other,) = (tmp_path / "parts").glob("*.state.json")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.long
def test_two_workers_come_to_the_same_bytes_as_one(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book", end=date(2016, 3, 31))
    asked = study(book, *standard_runs()[:2])
    one, two = simulate(asked), simulate(asked, workers=2)
    assert simulated_data(one, timed=False) == simulated_data(two, timed=False)


def test_page_text_and_data_tell_the_same(told: Simulated) -> None:
    page, text = report_html(simulation(told)), simulated_text(told)
    data = simulated_data(told)
    assert data["schema"] == "guardband/simulate/1"
    for outcome, row in zip(told.outcomes, data["runs"], strict=True):
        alpha = words.percent(outcome.alpha)
        assert alpha in text
        assert alpha in page
        assert Decimal(row["alpha"]) == outcome.alpha
    assert page.count('role="img" aria-label="') == 2
    assert "CCC 2016-03-10 as a return of capital" in text
    assert "4 of 4 securities have a price on the last day" in text
    assert report_html(simulation(told)) == page


def test_a_simulation_needs_a_book_or_a_study() -> None:
    result = CliRunner().invoke(app, ["simulate", "--policy", "us.wash_sales"])
    assert isinstance(result.exception, InputError)
    assert "needs a book or a study" in str(result.exception)
