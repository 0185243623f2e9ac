"""Columns: by how much a purchase and each sale change what a rule reads; one unit is 2.00 of 20,000."""

import numpy as np
import pytest

from engine.facts.ids import Symbol
from optimizer.build import build
from optimizer.scale import Columns
from optimizer.settings import Intent, Settings
from rulebooks.forms import Term, TermKind
from tests.optimizer.hand import MAIN, account, book, laid_out, lot

AAA = Symbol("AAA")


def columns() -> Columns:
    """Return the columns of 100 AAA bought at 80, and 50 bought at 130 where 20 more came 5 days ago."""
    new = lot("AAA", 20, cost="100", days=5, name="NEW")
    on = book(
        [lot("AAA", 100, cost="80", days=900, name="GAIN"), lot("AAA", 50, cost="130", name="LOSS"), new],
        accounts=[account("MAIN", "3000", benchmark="index")],
        weights={"AAA": "0.5"},
    )
    ground = laid_out("", on)
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings()).columns


@pytest.mark.parametrize(
    ("kind", "bought", "sold"),
    [
        (TermKind.VALUE, 2, {"GAIN": -2, "LOSS": -2, "NEW": -2}),
        (TermKind.QUANTITY, 0.02, {"GAIN": -0.02, "LOSS": -0.02, "NEW": -0.02}),
        (TermKind.COST, 2, {"GAIN": -1.6, "LOSS": -2.6, "NEW": -2}),
        (TermKind.NET_ASSETS, 0, {}),
    ],
)
def test_a_unit_of_a_column_changes_a_position(kind: TermKind, bought: float, sold: dict[str, float]) -> None:
    assert shown(columns(), Term(kind, MAIN, AAA)) == pytest.approx(
        {name: amount for name, amount in {"buy": bought, **sold}.items() if amount}
    )


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (TermKind.CASH, {"buy": -2, "GAIN": 2, "LOSS": 2, "NEW": 2}),
        (TermKind.BOUGHT, {"buy": 2}),
        (TermKind.SOLD, {"GAIN": 2, "LOSS": 2, "NEW": 2}),
        (TermKind.NET_ASSETS, {}),
    ],
)
def test_a_unit_of_a_column_changes_an_account(kind: TermKind, changes: dict[str, float]) -> None:
    assert shown(columns(), Term(kind, MAIN)) == pytest.approx(changes)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (TermKind.DISALLOWED, {"LOSS": 0.6}),  # 30 of each 100: NEW replaces what is sold
        (TermKind.GAIN_LONG, {"GAIN": 0.4, "LOSS": 0}),  # 20 of each 100; no loss is recognized
        (TermKind.GAIN_SHORT, {"NEW": 0}),
    ],
)
def test_a_unit_of_a_sale_recognizes_gains_and_losses(kind: TermKind, changes: dict[str, float]) -> None:
    assert shown(columns(), Term(kind, MAIN)) == pytest.approx(changes)


def test_a_position_that_nobody_may_trade_has_no_column() -> None:
    assert shown(columns(), Term(TermKind.VALUE, MAIN, Symbol("ZZZ"))) == {}


def shown(found: Columns, term: Term) -> dict[str, float]:
    """Return the amounts of a term by column: `buy`, or the lot that is sold."""
    entry = found.entry(term)
    names = ("buy" if c < found.count else found.lot(int(c)).lot for c in entry.columns)
    return dict(zip(names, np.asarray(entry.amounts).tolist(), strict=True))
