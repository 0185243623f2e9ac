"""An officer's day: the next version, a client's instruction, a waiver; each waits for a second person."""

import html
import re
from collections.abc import Callable
from datetime import date

import pytest

from engine.shell.desk.next_version import Instruction, bumped, next_version, with_instruction
from engine.shell.init import lay_out
from engine.shell.policies import check_file
from tests.desk.conftest import Visitor

At = Callable[[str], Visitor]
TEXT = re.compile(r'<textarea id="text"[^>]*>(.*?)</textarea>', re.DOTALL)


def text_at(visitor: Visitor) -> str:
    found = TEXT.search(visitor.get("/desk/policies/adams.start/edit"))
    assert found is not None
    return html.unescape(found[1])


def test_the_policy_is_shown_clause_beside_rule(at: At) -> None:
    page = at("N. Vance").get("/desk/policies/adams.start")
    assert "One company, a fifth" in page
    assert "All 4 examples" in page or "all 4 examples pass" in page


def test_the_editor_begins_with_the_next_version(at: At) -> None:
    text = text_at(at("N. Vance"))
    assert "version 0.2.0" in text
    assert "supersedes version 0.1.0" in text
    assert "effective from 2026-03-10" in text


def test_findings_come_with_line_and_cure(at: At) -> None:
    visitor = at("N. Vance")
    text = text_at(visitor).replace("limit weight to", "limit wieght to")
    part = visitor.post("/desk/policies/adams.start/check", text=text)
    assert "wieght" in part
    assert "weight" in part
    assert re.search(r'data-line="\d+"', part)


def test_examples_run_and_the_comparison_has_a_proof_and_the_accounts(at: At) -> None:
    visitor = at("N. Vance")
    text = text_at(visitor).replace("at most 20%", "at most 15%")
    assert "1 of 4 fail" in visitor.post("/desk/policies/adams.start/examples", text=text)
    part = visitor.post("/desk/policies/adams.start/compare", text=text)
    assert "Tightened: One company, a fifth" in part
    assert "Whom it touches" in part


def test_a_version_whose_examples_fail_is_not_published(at: At) -> None:
    visitor = at("N. Vance")
    text = text_at(visitor).replace("at most 20%", "at most 15%")
    form = {"text": text, "reason": "tighter", "csrf": visitor.token}
    answer = visitor.client.post("/desk/policies/adams.start/publish", data=form)
    assert answer.status_code == 422
    assert "It is not published: 1 of its 4 examples fail" in answer.text
    kept = TEXT.search(answer.text)
    assert kept is not None, "what was written is not lost"
    assert html.unescape(kept[1]).strip() == text.strip()
    assert 'value="tighter"' in answer.text
    assert re.search(r"fails</span> [^<]+<span class=\"sub\">expected [^<]+; got ", answer.text), (
        "which one, and why"
    )


def test_a_version_with_an_error_is_not_published_and_its_text_is_kept(at: At) -> None:
    visitor = at("N. Vance")
    text = text_at(visitor).replace("limit weight to", "limit wieght to")
    form = {"text": text, "reason": "slip", "csrf": visitor.token}
    answer = visitor.client.post("/desk/policies/adams.start/publish", data=form)
    assert answer.status_code == 422
    assert "It is not published: the text has errors" in answer.text
    assert "limit wieght to" in answer.text
    assert "E0202" in answer.text


def test_a_client_s_instruction_becomes_a_cited_rule_that_a_second_officer_puts_into_force(at: At) -> None:
    visitor = at("N. Vance")
    form = {
        "policy": "adams.start", "account": "A-1", "act": "buy", "symbol": "bolt", "until": "2026-06-30",
        "given_by": "A. Adams, by letter", "dated": "2026-03-09", "quote": 'No "Bolt" before summer.',
    }  # fmt: skip
    page = visitor.post("/desk/instruction", **form)
    assert "Do not buy BOLT until 30 Jun 2026" in page
    assert "nobody approves their own change" in page
    number = re.search(r"/desk/pending/(\d+)/approve", page)
    assert number is not None
    own = visitor.client.post(f"/desk/pending/{number[1]}/approve", data={"csrf": visitor.token})
    assert own.status_code == 403
    second = at("R. Okafor")
    assert "is approved and in force" in second.post(f"/desk/pending/{number[1]}/approve", answer="approve")
    manager = at("P. Lane")
    buy = {"account": "A-1", "side": "buy", "symbol": "BOLT", "quantity": "1", "lot": ""}
    part = manager.post("/desk/trades/verdicts", **buy)
    assert "CLIENT-20260309-BOLT" in part
    assert "No &#39;Bolt&#39; before summer." in part


def test_an_instruction_that_cannot_be_meant_is_told_and_kept_in_the_form(at: At) -> None:
    visitor = at("N. Vance")
    form = {
        "policy": "adams.start", "act": "sell", "symbol": "NOPE", "until": "2026-06-30",
        "given_by": "A. Adams", "dated": "2026-03-09", "quote": "Keep it.", "csrf": visitor.token,
    }  # fmt: skip
    answer = visitor.client.post("/desk/instruction", data=form)
    assert answer.status_code == 422
    assert "NOPE" in answer.text
    assert "Keep it." in answer.text


def test_a_halt_blocks_at_once_and_only_a_second_officer_lifts_it(at: At) -> None:
    manager = at("P. Lane")
    page = manager.post("/desk/halts", scope="security", name="dune", reason="takeover bid")
    assert "Trading in DUNE is halted." in page
    buy = {"account": "A-1", "side": "buy", "symbol": "DUNE", "quantity": "1", "lot": ""}
    assert "takeover bid" in manager.post("/desk/trades/verdicts", **buy)
    officer = at("R. Okafor")
    number = re.search(r"/desk/halts/(\d+)/lift", officer.get("/desk/halts"))
    assert number is not None
    assert "is lifted" in officer.post(f"/desk/halts/{number[1]}/lift", reason="withdrawn")


def test_a_halt_at_the_desk_ends_the_open_orders_that_it_touches(at: At) -> None:
    manager = at("P. Lane")
    buy = {"account": "A-1", "side": "buy", "symbol": "DUNE", "quantity": "1", "lot": ""}
    decided = re.search(r"/desk/decisions/(\d+)/send", manager.post("/desk/trades/decide", **buy))
    assert decided is not None
    assert "1 order written down" in manager.post(f"/desk/decisions/{decided[1]}/send")
    page = manager.post("/desk/halts", scope="security", name="DUNE", reason="takeover bid")
    assert "Open orders are cancelled, or asked to be: " in page


@pytest.mark.parametrize(("version", "later"), [("1.0.0", "1.1.0"), ("0.9.3", "0.10.0"), ("2.1", "2.2.0")])
def test_the_next_version_s_number(version: str, later: str) -> None:
    assert bumped(version) == later


def test_only_the_header_and_the_new_rule_differ(tmp_path: object) -> None:
    folder = tmp_path / "book"  # type: ignore[operator]
    lay_out(folder)
    text = (folder / "start.mandate").read_text()
    asked = Instruction(
        act="sell",
        symbol="ACME",
        until=date(2026, 6, 30),
        given_by='A. "Al" Adams',
        dated=date(2026, 3, 9),
        quote="x",
    )
    later = with_instruction(next_version(text, effective=date(2026, 3, 10)), asked)
    path = folder / "next.mandate"
    path.write_text(later)
    assert [row.message for row in check_file(path).diagnostics if row.severity.value == "error"] == []
    gone = [line for line in text.split("\n") if line not in later.split("\n")]
    assert gone == ["  version 0.1.0", "  effective from 2025-01-01"]
