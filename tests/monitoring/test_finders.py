"""What each finder finds, and the day before and after on which it does not."""

from dataclasses import replace
from pathlib import Path

from engine.shell.monitoring.finding import MANY, Finding, Severity, rolled_up
from engine.shell.monitoring.run import look
from tests.monitoring.books import asked, book, found, messages


def test_a_class_outside_its_band_is_told_and_one_inside_is_not(tmp_path: Path) -> None:
    folder = book(tmp_path, PEP="2026-04-01:500")
    assert messages(found(folder, "2026-03-31"), "drift") == []
    # TAX: KO 50 x 55 + PEP 20 x 500 = 12,750 of 17,750 + cash of the book
    told = messages(found(folder, "2026-04-01"), "drift")
    assert any("equities 88.24% is above its band, 40.00% to 80.00% (target 60.00%)" in one for one in told)


def test_the_quarters_end_asks_for_a_rebalance_until_the_account_traded(tmp_path: Path) -> None:
    folder = book(tmp_path)
    assert messages(found(folder, "2026-03-30"), "rebalance") == []
    assert len(messages(found(folder, "2026-03-31"), "rebalance")) == 2
    later = messages(found(folder, "2026-04-02"), "rebalance")
    assert (
        later == ["rebalance mix is due: last business day of the quarter, 2026-03-31; not traded since"] * 2
    )
    traded = book(tmp_path, more="T8,2026-04-01,TAX,sell,PEP,1,100,\nT9,2026-04-01,TAX,buy,KO,1,55,\n")
    assert [f.account for f in found(traded, "2026-04-02").findings if f.kind == "rebalance"] == ["IRA"]


def test_a_breach_is_passive_where_the_market_did_it_and_active_where_a_trade_did(tmp_path: Path) -> None:
    def breach(folder: Path, day: str) -> list[tuple[str | None, Severity]]:
        rows = found(folder, day).findings
        return [(one.breach, one.severity) for one in rows if one.kind == "breach" and one.account == "TAX"]

    market = book(tmp_path / "market", PEP="2026-04-01:900")
    assert breach(market, "2026-03-31") == []
    assert breach(market, "2026-04-01") == [("passive", Severity.WARNING)]
    trade = book(tmp_path / "trade", more="T9,2026-04-01,TAX,buy,PEP,90,100,\n")
    assert breach(trade, "2026-04-01") == [("active", Severity.URGENT)]
    assert breach(trade, "2026-04-02") == [("passive", Severity.WARNING)]  # the day's trades alone are asked


def test_a_cure_is_due_by_the_exchange_calendar(tmp_path: Path) -> None:
    folder = book(tmp_path, PEP="2026-04-01:900")
    due = [one.due for one in found(folder, "2026-04-01").findings if one.kind == "breach"]
    assert {str(day) for day in due} == {"2026-04-09"}  # five business days; 3 April is Good Friday


def test_what_a_waiver_allows_is_no_breach_and_its_end_is_told(tmp_path: Path) -> None:
    judged = found(book(tmp_path), "2026-03-31")  # IRA: PEP 6,000 of 10,000 = 60%
    assert messages(judged, "breach") == []
    assert [str(f.due) for f in found(tmp_path, "2026-04-01").findings if f.kind == "waiver"] == [
        "2026-04-15"
    ]
    assert messages(judged, "waiver") == []  # fifteen days ahead


def test_lots_about_to_turn_long_term_are_told(tmp_path: Path) -> None:
    assert messages(found(book(tmp_path), "2026-03-26"), "long_term") == []  # fifteen days ahead
    assert messages(found(book(tmp_path), "2026-03-27"), "long_term") == [
        "KO: 50 shares turn long-term on 2026-04-10; loss 250.00 USD is short-term until then"
    ]


def test_a_wash_window_opens_thirty_one_days_after_the_loss(tmp_path: Path) -> None:
    told = messages(found(book(tmp_path), "2026-03-31"), "wash")
    assert told == [
        "MO: may be bought again from 2026-04-05; before, a purchase would disallow up to 100.00 USD of the "
        "loss of 2026-03-05"
    ]
    assert messages(found(tmp_path, "2026-04-06"), "wash") == []


def test_a_harvest_is_told_until_recent_purchases_replace_all_of_it(tmp_path: Path) -> None:
    assert messages(found(book(tmp_path / "a"), "2026-04-01"), "harvest") == [
        "KO: 1 lot below basis by 250.00 USD; substitute PEP"
    ]
    bought = book(tmp_path / "b", more="T9,2026-03-31,IRA,buy,KO,50,55,\n")
    assert messages(found(bought, "2026-04-01"), "harvest") == []


def test_a_stale_price_is_told_once_for_all_accounts_and_blinds_weights(tmp_path: Path) -> None:
    folder = book(tmp_path, until="2026-04-01")
    assert messages(found(folder, "2026-04-06"), "data") == []  # five days old
    judged = found(folder, "2026-04-07")
    stale = [one for one in judged.findings if one.kind == "data"]
    assert [(one.message, one.detail["accounts"]) for one in stale] == [
        ("price of KO is 6 days old", "1"),
        ("price of PEP is 6 days old", "2"),
    ]
    assert messages(judged, "drift") == []
    assert {"TAX", "IRA", "ADAMS"} <= judged.blind


def test_a_jump_that_nothing_explains_is_urgent(tmp_path: Path) -> None:
    rows = found(book(tmp_path, KO="2026-04-01:30"), "2026-04-01").findings
    (one,) = [row for row in rows if row.kind == "data"]
    assert (one.symbol, one.severity) == ("KO", Severity.URGENT)


def _stale(number: int) -> Finding:
    return Finding(
        kind="data",
        key=("data", f"S{number:02d}"),
        severity=Severity.WARNING,
        message="old",
        symbol=f"S{number:02d}",  # type: ignore[arg-type]
        detail={"accounts": "1", "price": "stale"},
    )


def test_a_feed_that_failed_is_one_fact() -> None:
    few = tuple(map(_stale, range(MANY)))
    assert rolled_up(few) == few
    (one,) = rolled_up((*few, _stale(MANY)))
    assert one.message == "21 securities have no fresh price: S00, S01, S02 and 18 more"


def test_parts_of_the_book_tell_what_the_whole_tells(tmp_path: Path) -> None:
    folder = book(tmp_path, PEP="2026-04-01:900", KO="2026-04-02:30")
    with (folder / "accounts.csv").open("a") as file:
        file.write("B-1,BROWN,self,taxable,USD,100\n")
    with (folder / "transactions.csv").open("a") as file:
        file.write("B1,2026-03-05,B-1,buy,KO,10,60,\nS1,2026-03-04,,split,MO,2,,\n")
    mandate = (folder / "adams.mandate").read_text().replace('household "ADAMS"', "every account")
    (folder / "adams.mandate").write_text(mandate)
    parts, whole = (look(folder, replace(asked("2026-04-02"), part_accounts=size)) for size in (1, 100))
    assert parts == whole
    assert {one.account for one in whole.findings} >= {"TAX", "IRA", "B-1"}
    assert [f.detail["accounts"] for f in whole.findings if f.symbol == "KO" and f.kind == "data"] == ["2"]


def test_a_household_that_cannot_be_judged_is_told_and_the_others_are_judged(tmp_path: Path) -> None:
    folder = book(tmp_path)
    with (folder / "accounts.csv").open("a") as file:
        file.write("BAD,BROWN,self,taxable,USD,0\n")
    with (folder / "transactions.csv").open("a") as file:
        file.write("B1,2026-03-05,BAD,sell,KO,10,60,\n")
    judged = found(folder, "2026-04-01")
    assert [one.household for one in judged.findings if one.kind == "unjudged"] == ["BROWN"]
    assert messages(judged, "harvest") != []
    assert judged.unjudged == {"BAD", "BROWN"}
