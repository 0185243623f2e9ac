"""What a reader stumbled over, page by page: names, noughts, letters cut off, columns broken."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from engine.ledger.tax import schedule_d
from engine.shell.demo import demo_folder
from engine.shell.reporting.choices import Print, ReportKind
from engine.shell.reporting.make import Made, Wanted, make
from reports import words
from reports.kinds.oversight_parts import gaps_told
from reports.kinds.tax import LINES
from reports.prints.html import NARROW, report_html
from reports.prints.report import Column, Part, Table
from tests.reports.test_six import book, made, plain_inference, text_of

__all__ = ["plain_inference"]  # a fixture for every test here


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("back to the band: sectors [other_sectors]", "back to the band: sectors [other sectors]"),
        ("aims at targets `sectors`", "aims at targets sectors"),
        ("trade_value.", "trade value."),
        ("alder.direct_index 1.0.0", "alder.direct_index 1.0.0"),
        ("ALD_TAX_1", "ALD_TAX_1"),
    ],
)
def test_paper_has_no_underscores_but_in_names(told: str, read: str) -> None:
    assert words.plain_words(told) == read


def letter_of(tmp_path: Path, rows: str) -> str:
    listed = tmp_path / "list.csv"
    listed.write_text(f"account,side,symbol,quantity\n{rows}", encoding="utf-8")
    return text_of(make(Wanted(kind=ReportKind.LETTER, book=str(book()), trades=listed)).printed(Print.HTML))


def test_a_client_reads_what_a_trade_is_against_and_not_a_list_of_codes(tmp_path: Path) -> None:
    read = letter_of(tmp_path, "A-1,buy,ACME,99999\n")
    assert "None of 1 trade pass; 1 is blocked." in read
    assert "1 trade will not be placed, being against: " in read
    assert "No overdrawn cash" in read
    assert "BOOK-CASH" not in read.partition("Rulebook")[0]
    assert "Tax is reckoned" not in read, "no tax is told"


def audit() -> Made:
    return made(ReportKind.AUDIT)


def test_each_bar_of_the_audit_names_its_account() -> None:
    (picture,) = audit().report.parts[0].pictures
    labels = [getattr(row, "label", "") for row in picture.rows]
    assert len(labels) > 2
    assert all(label.endswith(")") for label in labels), labels


def over_the_edge(data: bytes) -> list[tuple[int, str]]:
    """Words of a PDF that run into the right margin, with their page."""
    pdfium = pytest.importorskip("pypdfium2", reason="pip install pypdfium2")
    found = []
    with pdfium.PdfDocument(data) as paper:
        for number, page in enumerate(paper, start=1):
            text = page.get_textpage()
            for at in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(at)
                if right > page.get_width() - MARGIN:
                    found.append((number, text.get_text_bounded(left, bottom, right, top)))
            text.close()
            page.close()
    return found


MARGIN = 40.0
"""Points that a page keeps free at its right: 15 mm, less what a rounded letter takes."""


def test_nothing_runs_over_the_edge_of_the_paper() -> None:
    pytest.importorskip("weasyprint", reason='pip install "guardband[pdf]"')
    assert over_the_edge(audit().printed(Print.PDF)) == []


@pytest.mark.long
def test_nothing_of_a_review_with_wash_sales_runs_over_the_edge(tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", reason='pip install "guardband[pdf]"')
    listed = tmp_path / "list.csv"
    listed.write_text("account,side,symbol,quantity\nALD-TAX-1,sell,AAPL,50\n", encoding="utf-8")
    review = make(Wanted(kind=ReportKind.REVIEW, book=str(demo_folder()), trades=listed))
    assert "Wash sales so far" in (review.page or "")
    assert over_the_edge(review.printed(Print.PDF)) == []


def test_the_words_of_a_chart_are_not_pictures_of_their_own() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    pytest.importorskip("weasyprint", reason='pip install "guardband[pdf]"')
    with pikepdf.open(io.BytesIO(audit().printed(Print.PDF))) as read:
        forms = [
            one
            for one in read.objects
            if isinstance(one, pikepdf.Stream)
            and one.get("/Subtype") == "/Form"
            and b"BT" in one.read_bytes()
        ]
        assert forms, "words anchored at their end are forms"
        assert [one for one in forms if "/Group" in one] == []


def test_short_names_are_not_broken_and_long_words_are() -> None:
    table = Table(
        title="Two",
        columns=(Column(name="Account"), Column(name="Why")),
        rows=(("ALD-TAX-1", "because " * NARROW),),
        empty="",
    )
    part = Part(anchor="two", title="Two", tables=(table,))
    report = make(Wanted(kind=ReportKind.COMPLIANCE, book=str(book()))).report
    page = report_html(replace(report, parts=(part,)))
    assert '<td class=" d">ALD-TAX-1</td>' in page
    assert '<td class="">because' in page


def test_nothing_is_counted_as_nought_where_a_word_says_it() -> None:
    pack = made(ReportKind.COMPLIANCE)
    read = text_of(pack.printed(Print.HTML))
    for nought in (" 0 approvals", " 0 waivers", "0 clauses have", "and 0 ", "`"):
        assert nought not in read, nought


def test_every_line_of_schedule_d_says_what_it_is_for() -> None:
    assert set(LINES) == {*schedule_d.LINES.values(), "6", "7", "13", "14", "15"}
    read = text_of(made(ReportKind.TAX).printed(Print.HTML))
    assert "8b long-term, boxes D and J" in read


def test_the_gaps_are_told_in_words() -> None:
    from types import SimpleNamespace
    from typing import Any

    def seen(count: int) -> Any:
        return SimpleNamespace(gaps=("gap",) * count)

    assert [gaps_told(seen(count)) for count in (0, 1, 2)] == [
        "every clause has a rule or a person",
        "1 clause has no rule",
        "2 clauses have no rule",
    ]
