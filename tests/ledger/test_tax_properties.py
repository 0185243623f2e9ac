"""What holds for any household's year: forms foot and change no gain, and averages lose nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.book import Records
from engine.facts.forms import BrokerForm
from engine.facts.money import cents_half_up
from engine.facts.readings import TaxReading
from engine.ledger.answer import lots_answer
from engine.ledger.book import ledger_of_records
from engine.ledger.tax.form8949 import FormRow
from engine.ledger.tax.year import Stated, TaxYear, tax_year
from tests.ledger.histories import ACCOUNTS, SYMBOLS, history

AS_OF = date(2026, 1, 1)
YEAR = 2024
SEEDS = range(12)


def _records(seed: int) -> Records:
    return Records(
        accounts=ACCOUNTS,
        securities={},
        prices=(),
        lots=None,
        transactions=tuple(history(seed, rows=40)),
    )


def _year(records: Records, *, whole: bool = False) -> TaxYear:
    return tax_year(records, year=YEAR, as_of=AS_OF, reading=TaxReading(), stated=Stated(whole_dollars=whole))


def _foots(rows: tuple[FormRow, ...]) -> bool:
    return all(row.gain == row.proceeds - row.basis + row.adjustment for row in rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_form_and_schedule_d_foot(seed: int) -> None:
    records = _records(seed)
    told = _year(records)
    ledger = ledger_of_records(records, as_of=AS_OF, reading=TaxReading())
    assert ledger is not None
    sums = lots_answer(ledger.disposals, ledger.open_lots, accounts=ACCOUNTS, coverage=None)["by_year"].get(
        str(YEAR), {"short": "0", "long": "0"}
    )
    gains = {part: sum((r.gain for r in told.rows if r.part == part), Decimal(0)) for part in ("I", "II")}
    assert (gains["I"], gains["II"]) == (Decimal(sums["short"]), Decimal(sums["long"]))
    assert _foots(told.rows)
    lines = {line.line: line.gain for line in told.lines}
    assert (lines["7"], lines["15"]) == (told.netting.net_short, told.netting.net_long)
    assert all(row.needs_form_8949 for row in told.rows if row.adjustment)


@pytest.mark.parametrize("seed", SEEDS)
def test_whole_dollars_foot_and_stay_near(seed: int) -> None:
    records = _records(seed)
    exact, rounded = _year(records), _year(records, whole=True)
    assert _foots(rounded.rows)
    assert rounded.netting.net_short == sum(row.gain for row in rounded.rows if row.part == "I")
    for one, other in zip(exact.rows, rounded.rows, strict=True):
        assert other.gain == int(other.gain)
        assert abs(one.gain - other.gain) <= Decimal("1.5")


@pytest.mark.parametrize("seed", SEEDS)
def test_forms_change_columns_and_never_a_gain(seed: int) -> None:
    """Forms as the brokers must send them: each row has the gain that it has without them."""
    records = _records(seed)
    plain = _year(records)
    ledger = ledger_of_records(records, as_of=AS_OF, reading=TaxReading())
    assert ledger is not None
    forms = tuple(
        BrokerForm(
            account=row.account,
            sale=row.sale,
            lot=row.lot,
            quantity=row.quantity,
            term=row.broker_term or row.term,
            proceeds=row.proceeds,
            basis=row.basis if row.broker_basis is None else row.broker_basis,
            box_1g=row.broker_disallowed,
            basis_reported=True,
        )
        for row in ledger.disposals
        if row.term is not None and row.sold.year == YEAR
    )
    told = _year(replace(records, broker_forms=forms))
    assert _foots(told.rows)
    key = sorted((row.sale, row.lot, row.gain, row.part) for row in told.rows)
    assert key == sorted((row.sale, row.lot, row.gain, row.part) for row in plain.rows)
    assert {code for row in told.rows for code in row.code} <= set("BTW")
    assert sorted((r.sale, r.lot, r.gain, r.needs_form_8949) for r in told.rows) == sorted(
        (r.sale, r.lot, r.gain, r.needs_form_8949) for r in plain.rows
    )
    assert told.netting == plain.netting
    assert told.forms is not None
    assert told.forms.unmatched == ()
    assert told.forms.missing == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_averages_lose_nothing(seed: int) -> None:
    """By average cost too: recognized = economic result + permanent + still deferred, to the cent."""
    averaged = {name: replace(row, average_cost=";".join(SYMBOLS)) for name, row in ACCOUNTS.items()}
    rows = tuple(replace(row, lots=()) for row in history(seed, rows=40))
    records = Records(accounts=averaged, securities={}, prices=(), lots=None, transactions=rows)
    ledger = ledger_of_records(records, as_of=AS_OF, reading=TaxReading())
    assert ledger is not None
    taxable = [row for row in ledger.disposals if row.term is not None]
    held = [lot for lot in ledger.open_lots if not averaged[lot.account].is_retirement]
    bought = sum(
        (cents_half_up(row.total + row.fees) for row in rows if _is_purchase(row.type, row.account)),
        Decimal(0),
    )
    given_up = sum((row.proceeds for row in taxable), Decimal(0))
    economic = given_up - bought + sum((lot.original_basis for lot in held), Decimal(0))
    recognized = sum((row.recognized for row in taxable), Decimal(0))
    permanent = sum((row.permanently_disallowed for row in taxable), Decimal(0))
    deferred = sum((lot.deferred for lot in held), Decimal(0))
    assert recognized == economic + permanent + deferred
    for account in averaged:
        for symbol in SYMBOLS:
            lots = [lot for lot in held if (lot.account, lot.symbol) == (account, symbol)]
            units = [lot.basis / lot.quantity for lot in lots]
            assert not units or max(units) - min(units) <= Decimal("0.05") * len(lots)


def _is_purchase(kind: str, account: str) -> bool:
    return kind in ("buy", "reinvest", "award") and account != "I"
