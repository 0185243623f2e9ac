"""The trade list: verdicts as one types, the nearest list that passes, the decision, its proof."""

import re
from collections.abc import Callable

from engine.shell.desk.trade_rows import Line, lines_of, pasted, with_blanks
from tests.desk.conftest import Visitor

At = Callable[[str], Visitor]


def row(*cells: str) -> dict[str, list[str]]:
    names = ("account", "side", "symbol", "quantity", "lot")
    columns = [cell.split() for cell in cells]
    return dict(zip(names, columns, strict=True))


BIG = {"account": "A-1", "side": "buy", "symbol": "ACME", "quantity": "190", "lot": ""}


def test_a_list_over_the_cap_is_blocked_with_clause_numbers_and_what_would_pass(at: At) -> None:
    visitor = at("P. Lane")
    part = visitor.post("/desk/trades/verdicts", **BIG)
    assert "CAP" in part
    assert "letter 2" in part
    assert "limit 20.00%" in part
    assert re.search(r'data-trade="1" data-quantity="\d+"', part), "what would pass is a button"
    assert "0 of 1 trade pass" in part


def test_make_it_pass_gives_rows_that_pass(at: At) -> None:
    visitor = at("P. Lane")
    part = visitor.post("/desk/trades/repair", **BIG)
    assert "190 →" in part
    found = re.search(r'name="quantity" value="(\d+)"', part)
    assert found is not None
    again = visitor.post("/desk/trades/verdicts", **{**BIG, "quantity": found[1]})
    assert "The trade passes." in again
    over = visitor.post("/desk/trades/verdicts", **{**BIG, "quantity": str(int(found[1]) + 1)})
    assert "The trade passes." not in over, "the nearest list is the largest that passes"


def test_an_officer_finds_no_button_that_makes_a_list_pass(at: At) -> None:
    assert "Make it pass" not in at("N. Vance").get("/desk/trades")
    assert "Make it pass" in at("P. Lane").get("/desk/trades")


def test_a_row_that_is_still_typed_does_not_stop_the_others(at: At) -> None:
    fields = {name: [value, value] for name, value in BIG.items()}
    fields["symbol"], fields["quantity"] = ["ACME", "NOPE"], ["1", "5"]
    part = at("P. Lane").post("/desk/trades/verdicts", **fields)
    assert "The trade passes." in part
    assert "NOPE" in part


def test_the_decision_is_recorded_shown_proven_and_replayed(at: At) -> None:
    page = at("P. Lane").post("/desk/trades/decide", **BIG)
    found = re.search(r"Decision (\d+)", page)
    assert found is not None
    path = f"/desk/decisions/{found[1]}"
    visitor = at("T. Iqbal")
    assert "by P. Lane" in visitor.get(path)
    proof = visitor.get(f"{path}/proof")
    assert "PROOF" in proof
    assert "IPS" not in proof
    assert "CAP" in visitor.get(f"{path}/proof?form=page")
    assert "Replayed from the log alone" in visitor.post(f"{path}/replay")
    assert "the same" in visitor.post(f"{path}/replay")
    assert "The chain holds" in visitor.get("/desk/chain")
    assert path in visitor.get("/desk/decisions?q=acme+lane")
    assert path not in visitor.get("/desk/decisions?q=acme+nobody")
    assert visitor.client.get(f"{path}/answer").json()["schema"] == "guardband/gate/1"


def test_a_list_with_a_mistake_is_not_recorded(at: At) -> None:
    visitor = at("P. Lane")
    before = visitor.get("/desk/decisions")
    answer = visitor.client.post("/desk/trades/decide", data={**BIG, "symbol": "NOPE", "csrf": visitor.token})
    assert answer.status_code == 422
    assert "NOPE" in answer.text
    assert visitor.get("/desk/decisions") == before


def test_rows_from_a_spreadsheet_with_and_without_a_header() -> None:
    plain = pasted("A-1\tbuy\tACME\t1,000")
    assert plain == (Line(account="A-1", side="buy", symbol="ACME", quantity="1000"),)
    headed = pasted("symbol,side,quantity,account\nbolt,short sell,5,A-1\n")
    assert headed == (Line(account="A-1", side="short_sell", symbol="BOLT", quantity="5"),)


def test_the_rows_of_a_form_keep_their_order() -> None:
    lines = lines_of(
        b"account=A&side=buy&symbol=x&quantity=1&lot=&account=B&side=sell&symbol=y&quantity=2&lot=L"
    )
    assert [(line.account, line.symbol, line.lot) for line in lines] == [("A", "X", ""), ("B", "Y", "L")]
    assert len(with_blanks(lines, "A")) == 3
    assert with_blanks(lines, "A")[-1].is_blank
