"""Cells that no custodian should write, and some do: each is told, and none is guessed or ends in a fault."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.failure import InputError
from engine.facts.transactions import TransactionType
from engine.ledger.tax.fund_losses import CAPITAL_GAIN, is_marked
from engine.shell.importers import importer
from engine.shell.importers.corporate import security_name, told_ratio
from engine.shell.importers.flex_cells import kind_of
from engine.shell.importers.merging import Choice
from engine.shell.importers.text import Unreadable, amount, lines
from engine.shell.importing import run
from tests.importers.test_importers import BUY, NOW, SCHWAB, bring, parse


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("(5.00)", "-5.00"),
        ("+$5", "5"),
        ("1.2e-7", "0.00000012"),
        ("1E+5", "100000"),
        ("-$1,259.59", "-1259.59"),
    ],
)
def test_an_amount_is_read_with_its_sign(cell: str, value: str) -> None:
    assert amount(cell) == Decimal(value)


@pytest.mark.parametrize("cell", ["(5.00", "5.00)", "1+2", "1.2.3e5", "1e999999999", "1,2"])
def test_what_is_not_an_amount_is_never_read_as_one(cell: str) -> None:
    with pytest.raises(Unreadable, match="is not an amount"):
        amount(cell)


def test_a_cell_without_end_is_told_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('Date,Action\n1,"' + "x" * 140_000)
    with pytest.raises(InputError, match="the row is not CSV") as told:
        lines(tmp_path / "a.csv")
    assert told.value.place == "a.csv row 2"


def test_schwab_ends_a_name_where_the_notice_begins() -> None:
    assert security_name("TONIX PHARMA HLDGS XXXREVERSE SPLIT EFF: 06/10/24") == "TONIX PHARMA HLDGS"
    assert security_name("TONIX PHARMA HLDGS EFF: 06/10/24") == "TONIX PHARMA HLDGS"
    assert security_name("TONIX PHARMA HLDGS") == "TONIX PHARMA HLDGS"


def test_a_split_for_nothing_has_no_ratio() -> None:
    assert told_ratio("SPLIT 1 FOR 0") is None


@pytest.mark.parametrize("term", ["Long", "Short"])
def test_a_capital_gain_distribution_keeps_the_custodians_words(tmp_path: Path, term: str) -> None:
    row = f'"12/15/2023","{term} Term Cap Gain","VTSAX","VANGUARD","","","","$9.00"\n'
    (draft,) = parse("schwab", tmp_path / "a.csv", SCHWAB + row).drafts
    assert draft.words.endswith(f"{term} Term Cap Gain: VANGUARD")
    assert draft.words.startswith("capital gain distribution") is (term == "Long")


def test_a_cancelled_purchase_is_no_purchase(tmp_path: Path) -> None:
    header = "Activity Date,Instrument,Description,Trans Code,Quantity,Price,Amount\n"
    rows = "1/5/2024,KO,Coca-Cola,Buy,10,$60,($600)\n1/5/2024,KO,Coca-Cola,BCXL,10,$60,$600\n"
    said = parse("robinhood", tmp_path / "a.csv", header + rows)
    assert [draft.type.value for draft in said.drafts] == ["buy"]
    assert [row.reason for row in said.unread] == ["the action `BCXL` is not known"]


def test_a_short_row_of_degiro_stops_itself_alone(tmp_path: Path) -> None:
    header = "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id\n"
    good = '02-01-2024,10:00,02-01-2024,,,Storting,,EUR,"100,00",EUR,"100,00",\n'
    said = parse("degiro", tmp_path / "a.csv", header + good + "x\n" + good + ",,a\n")
    assert [(draft.type.value, draft.amount) for draft in said.drafts] == [("deposit", Decimal("100.00"))] * 2
    assert [row.line for row in said.unread] == [3]


OFX = """<OFX><INVSTMTRS><CURDEF>USD<INVACCTFROM><ACCTID>1</INVACCTFROM><INVTRANLIST>
<SPLIT><INVTRAN><FITID>1<DTTRADE>20240105</INVTRAN><SECID><UNIQUEID>KO</SECID>
{units}<NUMERATOR>{top}<DENOMINATOR>{below}</SPLIT></INVTRANLIST></INVSTMTRS></OFX>"""
UNITS = "<OLDUNITS>30<NEWUNITS>10"


@pytest.mark.parametrize(
    ("units", "top", "below", "kind", "quantity"),
    [
        ("", 1, 4, "split", "0.25"),
        (UNITS, 1, 3, "merger", "10"),  # a third has no end: what was held becomes ten
        ("", 1, 3, None, None),
        ("", 1, 0, None, None),
    ],
)
def test_a_reverse_split_is_exact_or_named(
    tmp_path: Path, units: str, top: int, below: int, kind: str | None, quantity: str | None
) -> None:
    said = parse("ofx", tmp_path / "a.ofx", OFX.format(units=units, top=top, below=below))
    if kind is None or quantity is None:
        assert (said.drafts, len(said.unread)) == ((), 1)
        return
    (draft,) = said.drafts
    assert (draft.type.value, draft.quantity) == (kind, Decimal(quantity))


def test_a_flex_answer_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    xml = """<?xml version="1.0" encoding="windows-1252"?><FlexQueryResponse><FlexStatement accountId="U1">
<CashTransaction accountId="U1" type="Deposits/Withdrawals" description="Überweisung" amount="5"
 currency="EUR" fxRateToBase="1" dateTime="20240105"/></FlexStatement></FlexQueryResponse>"""
    (tmp_path / "a.xml").write_bytes(xml.encode("cp1252"))
    reader = importer("ibkr-flex").parse
    assert reader is not None
    (draft,) = reader(tmp_path / "a.xml").drafts
    assert draft.words == "Deposits/Withdrawals: Überweisung"


def test_an_option_of_an_impossible_day_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SCHWAB + BUY.replace('"AVGO"', '"KO 02/31/2026 60.00 C"'))
    with pytest.raises(InputError, match="`02/31/2026` is not a day") as told:
        bring("schwab", tmp_path / "a.csv", tmp_path / "book")
    assert told.value.place == "a.csv"
    assert not (tmp_path / "book").exists()


def test_a_folder_does_not_take_a_day_from_which_rows_are_in_force(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SCHWAB + BUY)
    choice = Choice(account="A-1", kind="taxable")
    with pytest.raises(InputError, match="a folder does not keep") as told:
        run(
            importer("schwab"),
            tmp_path / "a.csv",
            book=str(tmp_path / "book"),
            choice=choice,
            now=NOW,
            since=NOW.date(),
        )
    assert told.value.place == "--from"


@pytest.mark.parametrize(
    ("words", "symbol", "expected"),
    [
        ("Return of Capital", "KO", (TransactionType.RETURN_OF_CAPITAL, "KO")),
        ("Return of Capital", "", (TransactionType.INTEREST, "")),
        ("Cash", "KO", (TransactionType.DIVIDEND, "KO")),
        ("Cash", "", (TransactionType.INTEREST, "")),
    ],
)
def test_income_of_no_security_is_interest(
    words: str, symbol: str, expected: tuple[TransactionType, str]
) -> None:
    assert kind_of("Dividends", words, Decimal(1), symbol) == expected


FIDELITY = "Run Date,Action,Symbol,Description,Type,Quantity,Price ($),Commission ($),Fees ($),Amount ($)\n"
MERRILL = "Trade Date,Type,Description 1,Symbol,Quantity,Amount ($)\n"
VANGUARD = "Account Number,Trade Date,Transaction Type,Transaction Description,Symbol,Shares,Net Amount\n"
INCOME = """<OFX><INVSTMTRS><ACCTID>1<INVTRANLIST><INCOME><DTTRADE>20231215<UNIQUEID>VB<INCOMETYPE>{}
<TOTAL>9<MEMO>Capital gain</INCOME></INVTRANLIST></INVSTMTRS></OFX>"""


@pytest.mark.parametrize("is_long", [True, False])
@pytest.mark.parametrize(
    ("format", "file", "long", "short"),
    [
        (
            "fidelity",
            FIDELITY + "12/15/2023,{} CAP GAIN VB,VB,Capital Gain,Cash,,,,,9\n",
            "LONG-TERM",
            "SHORT-TERM",
        ),
        ("merrill", MERRILL + "12/15/2023,{} Capital Gain,Fund,VB,,9\n", "Long Term", "Short Term"),
        ("vanguard", VANGUARD + "1,2023-12-15,Capital gain ({}),Capital-Gain,VB,0,9\n", "LT", "ST"),
        (
            "schwab",
            SCHWAB + '"12/15/2023","{} Term Cap Gain","VB","Capital Gain","","","","9"\n',
            "Long",
            "Short",
        ),
        ("ofx", INCOME, "CGLONG", "CGSHORT"),
    ],
)
def test_tax_finds_long_term_gains_paid_out_and_no_short_term_ones(
    tmp_path: Path, format: str, file: str, long: str, short: str, is_long: bool
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(file.format(long if is_long else short))
    (row,) = bring(format, path, tmp_path / "book").merged.new
    assert row.type is TransactionType.DIVIDEND
    assert is_marked(row, CAPITAL_GAIN) is is_long
