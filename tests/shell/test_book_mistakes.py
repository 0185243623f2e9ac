"""Mistakes in the cells and rows of a book: for each the place, the reason and the cure."""

from pathlib import Path

import pytest

from tests.shell.small_book import BOOK, book, only_problem, problems

# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "12x",
            "`12x` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        (
            "1,23",
            "`1,23` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        (
            "1e3",
            "`1e3` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        (
            "nan",
            "`nan` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        ("-43", "`-43` is negative\n  cure: write the size without a sign"),
        ("0", "`0` is zero\n  cure: write an amount of more than 0, or delete the row"),
        ("", "the cell is empty\n  cure: fill in `price`; this table cannot do without it"),
    ],
)
def test_bad_price(tmp_path: Path, cell: str, message: str) -> None:
    found = only_problem(book(tmp_path, prices=f'date,symbol,price\n2018-02-08,KO,"{cell}"\n'))
    assert found == f"prices.csv row 2, column price: {message}"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("2018-2-8", "`2018-2-8` is not a date\n  cure: write it as YYYY-MM-DD, for example 2018-02-08"),
        ("02/08/2018", "`02/08/2018` is not a date\n  cure: write it as YYYY-MM-DD, for example 2018-02-08"),
        ("20180208", "`20180208` is not a date\n  cure: write it as YYYY-MM-DD, for example 2018-02-08"),
        ("2018-02-29", "there is no day `2018-02-29`\n  cure: correct the month or the day"),
    ],
)
def test_bad_date(tmp_path: Path, cell: str, message: str) -> None:
    found = only_problem(book(tmp_path, prices=f"date,symbol,price\n{cell},KO,43\n"))
    assert found == f"prices.csv row 2, column date: {message}"


def test_plain_number_where_a_share_is_due(tmp_path: Path) -> None:
    found = only_problem(book(tmp_path, models="model,symbol,weight\ngrowth,KO,5\n"))
    assert found == (
        "models.csv row 2, column weight: `5` reads as 500%\n"
        "  cure: write 5% if that is meant, or a fraction of one such as 0.05; "
        "write 500% if it is really that much"
    )


@pytest.mark.parametrize(
    ("owner", "cure"),
    [("Self", "write self"), ("spuose", "write spouse"), ("me", "write one of self, spouse, entity")],
)
def test_wrong_enumeration_value(tmp_path: Path, owner: str, cure: str) -> None:
    text = BOOK["accounts.csv"].replace("ADAMS,self,taxable", f"ADAMS,{owner},taxable")
    assert only_problem(book(tmp_path, accounts=text)) == (
        f"accounts.csv row 2, column owner: `{owner}` is not known here\n  cure: {cure}"
    )


def test_bad_time_and_lot_pairs(tmp_path: Path) -> None:
    text = "id,date,account,type,symbol,quantity,price,time,lots\nT1,2017-03-07,TAX-1,sell,KO,9,42,25:00,L1\n"
    assert problems(book(tmp_path, transactions=text)) == [
        "transactions.csv row 2, column time: `25:00` is not a time of day\n"
        "  cure: write it as HH:MM or HH:MM:SS",
        "transactions.csv row 2, column lots: `L1` names no lot and quantity\n"
        "  cure: write pairs such as L1:10;L2:5",
    ]


# ------------------------------------------------------------------ rows


def test_the_same_id_twice(tmp_path: Path) -> None:
    text = BOOK["transactions.csv"] + "T1,2017-03-07,TAX-1,buy,KO,1,41.99\n"
    assert only_problem(book(tmp_path, transactions=text)) == (
        "transactions.csv row 3: id `T1` stands here a second time; the first is row 2\n"
        "  cure: delete one of the two rows, or give it its own name"
    )


def test_two_prices_of_one_day(tmp_path: Path) -> None:
    text = BOOK["prices.csv"] + "2018-02-08,KO,43.11\n"
    assert only_problem(book(tmp_path, prices=text)).startswith(
        "prices.csv row 4: symbol `KO`, date `2018-02-08` stands here a second time; the first is row 2\n"
    )


def test_a_lot_twice(tmp_path: Path) -> None:
    text = (
        "lot,account,symbol,quantity,basis,acquired\n"
        "L7,TAX-1,KO,60,2400,2016-07-08\n"
        "L7,TAX-1,KO,40,1600,2016-07-08\n"
    )
    assert only_problem(book(tmp_path, lots=text)) == (
        "lots.csv row 3: lot `L7` of account `TAX-1` stands here a second time; the first is row 2\n"
        "  cure: delete one of the two rows, or give it its own name"
    )


def test_lot_dates_and_bases_that_contradict_each_other(tmp_path: Path) -> None:
    text = (
        "lot,account,symbol,quantity,basis,acquired,adjusted_acquired,original_basis\n"
        "L1,TAX-1,KO,60,2400,2016-07-08,2016-07-09,\n"
        "L2,TAX-1,KO,60,2400,2016-07-08,,2500\n"
    )
    assert problems(book(tmp_path, lots=text)) == [
        "lots.csv row 2, column adjusted_acquired: the adjusted date 2016-07-09 is after the acquisition on "
        "2016-07-08\n"
        "  cure: a washed sale moves the date back: write an earlier date, or leave the cell empty",
        "lots.csv row 3, column original_basis: the original basis 2500 is more than the basis 2400\n"
        "  cure: disallowed losses raise the basis: write the basis before they were added",
    ]


def test_unknown_account_security_model_and_benchmark(tmp_path: Path) -> None:
    found = problems(
        book(
            tmp_path,
            accounts=BOOK["accounts.csv"]
            .replace("cash\n", "cash,model,benchmark\n")
            .replace('60"', '60",growth,')
            .replace("USD,0\n", "USD,0,,world\n"),
            lots="lot,account,symbol,quantity,basis,acquired\nL1,TAX-2,KOX,60,2400,2016-07-08\n",
            transactions=BOOK["transactions.csv"] + "T2,2017-03-07,OLD,buy,ZZZZ,1,2\n",
            benchmark="benchmark,date,symbol,weight\nus,2018-02-08,QQQQ,1\n",
        )
    )
    assert found == [
        "accounts.csv row 2, column model: there is no model `growth`\n"
        "  cure: correct the name, or add a row for it to models.csv",
        "accounts.csv row 3, column benchmark: there is no benchmark `world`\n"
        "  cure: correct the name, or add a row for it to benchmark.csv",
        "lots.csv row 2, column account: there is no account `TAX-2`\n"
        "  cure: write `TAX-1` if that is meant, or add a row for it to accounts.csv",
        "lots.csv row 2, column symbol: there is no security `KOX`\n"
        "  cure: write `KO` if that is meant, or add a row for it to securities.csv",
        "transactions.csv row 3, column account: there is no account `OLD`\n"
        "  cure: correct the name, or add a row for it to accounts.csv",
        "transactions.csv row 3, column symbol: there is no security `ZZZZ`\n"
        "  cure: correct the name, or add a row for it to securities.csv",
        "benchmark.csv row 2, column symbol: there is no security `QQQQ`\n"
        "  cure: correct the name, or add a row for it to securities.csv",
    ]


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    """An account whose row is wrong is still an account: its lots are not reported as well."""
    text = BOOK["accounts.csv"].replace('"12,345.60"', "lots")
    assert only_problem(book(tmp_path, accounts=text)).startswith("accounts.csv row 2, column cash: `lots`")
    text = BOOK["securities.csv"].replace("instrument", "kind_of_paper")
    assert only_problem(book(tmp_path, securities=text)).startswith(
        "securities.csv row 1: the column `instrument` is missing"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "buy,KO,100,",
            "column price: a row of type `buy` needs price or amount\n  cure: fill in one of them",
        ),
        ("buy,,100,5", "column symbol: a row of type `buy` needs symbol\n  cure: fill it in"),
        ("sell,KO,-5,5", "column quantity: `-5` is negative\n  cure: write the size without a sign"),
        (
            "sell,KO,0,5",
            "column quantity: a row of type `sell` has a quantity of zero\n"
            "  cure: write the size, or delete it",
        ),
        ("deposit,,,", "column amount: a row of type `deposit` needs amount\n  cure: fill it in"),
        (
            "bought,KO,1,5",
            "column type: `bought` is not known here\n  cure: write one of buy, sell, reinvest, award,",
        ),
        ("Buy,KO,1,5", "column type: `Buy` is not known here\n  cure: write buy"),
        (
            "split,KO,2,5",
            "column price: a split has no price\n"
            "  cure: leave `price` empty; `quantity` is the number of new shares for each old one",
        ),
    ],
)
def test_row_that_does_not_fit_its_type(tmp_path: Path, row: str, message: str) -> None:
    text = f"id,date,account,type,symbol,quantity,price\nT9,2017-03-07,TAX-1,{row}\n"
    assert only_problem(book(tmp_path, transactions=text)).startswith(f"transactions.csv row 2, {message}")


def test_more_shares_named_than_sold(tmp_path: Path) -> None:
    text = "id,date,account,type,symbol,quantity,price,lots\nT9,2017-03-07,TAX-1,sell,KO,9,42,T1:8;T2:2\n"
    assert only_problem(book(tmp_path, transactions=text)) == (
        "transactions.csv row 2, column lots: the lots named hold 10 shares, the row is about 9\n"
        "  cure: name as many shares as the row is about, or fewer"
    )


def test_option_without_its_terms(tmp_path: Path) -> None:
    text = (
        "symbol,asset_class,instrument,issuer,underlying,right,strike,expiry,multiplier\n"
        "KO,equity,common_stock,Coca-Cola,,,,,\n"
        "KO180316C45,option,option,OCC,KO,call,45,2018-03-16,\n"
    )
    assert only_problem(book(tmp_path, securities=text)) == (
        "securities.csv row 3, column multiplier: an option needs its multiplier\n"
        "  cure: fill in `multiplier`; an option has underlying, right, strike, expiry, multiplier"
    )


def test_factor_model_with_a_file_missing_or_a_lopsided_matrix(tmp_path: Path) -> None:
    exposures = "symbol,market,value\nKO,0.6,0.2\n"
    assert only_problem(book(tmp_path, risk_exposures=exposures)).startswith(
        "risk_exposures.csv: risk_covariance.csv, risk_specific.csv is missing"
    )
    covariance = "factor,market,value\nmarket,0.02,0.001\nvalue,0.002,0.01\n"
    specific = "symbol,specific\nKO,15%\n"
    found = only_problem(
        book(tmp_path, risk_exposures=exposures, risk_covariance=covariance, risk_specific=specific)
    )
    assert found == (
        "risk_covariance.csv row 2, column value: the covariance of `market` and `value` is 0.001 here and "
        "0.002 the other way round\n  cure: write the same number in both cells"
    )


def test_all_problems_of_all_files_come_out_together(tmp_path: Path) -> None:
    found = problems(
        book(
            tmp_path,
            accounts=BOOK["accounts.csv"].replace("taxable", "taxible"),
            prices=BOOK["prices.csv"].replace("43.10", "free"),
            transactions=BOOK["transactions.csv"].replace("2017-03-07", "yesterday"),
        )
    )
    assert [text.splitlines()[0] for text in found] == [
        "accounts.csv row 2, column kind: `taxible` is not known here",
        "prices.csv row 2, column price: `free` is not a number",
        "transactions.csv row 2, column date: `yesterday` is not a date",
    ]
