"""The six reports: the same figures on page, in PDF and in workbook; equal inputs, equal bytes."""

import io
import json
import re
from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from engine.facts.failure import InputError
from engine.gate.engine.plain import Plain
from engine.shell.demo import demo_folder
from engine.shell.init import lay_out
from engine.shell.reporting.choices import Print, ReportKind
from engine.shell.reporting.make import Made, Wanted, make
from engine.shell.reporting.period import month_of, year_of
from reports.prints.pdf import ATTACHED
from reports.prints.report import Cell, Kind, Measured, Report, Table, cell_text

openpyxl = pytest.importorskip("openpyxl", reason='pip install "guardband[excel]"')
KINDS = tuple(ReportKind)


@cache
def book() -> Path:
    folder = Path(mkdtemp(prefix="gb-reports-")) / "book"
    lay_out(folder)
    return folder


def wanted(kind: ReportKind) -> Wanted:
    if kind is ReportKind.TAX:
        return Wanted(kind=kind, book=str(demo_folder()), year=2016)
    listed = book() / "trades.csv" if kind in (ReportKind.AUDIT, ReportKind.REVIEW) else None
    return Wanted(kind=kind, book=str(book()), trades=listed)


@pytest.fixture(autouse=True)
def plain_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a report says does not hang on who infers; plain inference is at hand at once."""
    monkeypatch.setattr("engine.shell.work.engine", lambda: nullcontext(Plain()))


@cache
def made(kind: ReportKind) -> Made:
    return make(wanted(kind))


def text_of(page: bytes) -> str:
    """What a reader sees of a page, without its style."""
    from html import unescape

    body = page.decode().split("</style>", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def figures(report: Report) -> list[tuple[Cell, Kind]]:
    """Every figure that is a number, of the grids and the tables."""
    found: list[tuple[Cell, Kind]] = [
        (figure.value, figure.kind) for part in report.parts for figure in part.figures
    ]
    for table in report.tables:
        for row in (*table.rows, *((table.total,) if table.total else ())):
            found += [(cell, table.columns[place].kind) for place, cell in enumerate(row)]
    return [(cell, kind) for cell, kind in found if isinstance(cell, int | Decimal | Measured | date)]


def sheets(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def same(cell: Cell, read: object) -> bool:
    """Whether a workbook's cell holds a figure, to the last digit that is told."""
    match cell:
        case None | "":
            return read in (None, "")
        case Measured():
            return Decimal(str(read)) == cell.value
        case int() | Decimal():
            return Decimal(str(read)) == cell
        case date():
            return isinstance(read, datetime) and read.date() == cell
        case _:
            return read == cell


def rows_of(table: Table) -> list[tuple[Cell, ...]]:
    return [*table.rows, *((table.total,) if table.total else ())]


@pytest.mark.parametrize("kind", KINDS)
def test_page_and_workbook_hold_the_same_figures(kind: ReportKind) -> None:
    report = made(kind).report
    book_read = sheets(made(kind).printed(Print.XLSX))
    assert book_read.sheetnames[0] == "Summary"
    assert len(book_read.sheetnames) >= 1 + len(report.tables)
    for table, name in zip(report.tables, book_read.sheetnames[1:], strict=False):
        read = list(book_read[name].iter_rows(values_only=True))
        assert list(read[0]) == [column.name for column in table.columns]
        for row, found in zip(rows_of(table), read[1:], strict=False):
            assert all(same(cell, got) for cell, got in zip(row, found, strict=True)), (name, row, found)
        assert len(read) == 1 + (len(rows_of(table)) or 1)
    if made(kind).page is None:
        seen = text_of(made(kind).printed(Print.HTML))
        assert figures(report)
        for cell, of in figures(report):
            assert cell_text(cell, of) in seen


def test_the_review_page_shows_the_figures_of_its_workbook() -> None:
    """Its page is a richer one than the tables; every measured figure and every trade stands on it."""
    one = made(ReportKind.REVIEW)
    seen = text_of(one.printed(Print.HTML))
    verdicts = next(table for table in one.report.tables if table.title == "Verdicts")
    assert len(verdicts.rows) > 5
    for row in verdicts.rows:
        for cell in row[6:]:
            assert cell_text(cell, "measured") in seen


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_holds_every_figure(kind: ReportKind) -> None:
    told = json.loads(made(kind).printed(Print.JSON))
    assert told["schema"] == "guardband/report/1"
    assert told["kind"] == kind.value
    tables = [table for part in told["parts"] for table in part["tables"]]
    assert [len(table["rows"]) for table in tables] == [len(table.rows) for table in made(kind).report.tables]


@pytest.mark.parametrize(
    "kind",
    [
        ReportKind.AUDIT,
        ReportKind.TAX,
        *(
            pytest.param(kind, marks=pytest.mark.long)
            for kind in KINDS
            if kind not in (ReportKind.AUDIT, ReportKind.TAX)
        ),
    ],
)
def test_two_runs_give_the_same_bytes(kind: ReportKind) -> None:
    one, two = made(kind), make(wanted(kind))
    for form in (Print.HTML, Print.XLSX, Print.JSON):
        assert one.printed(form) == two.printed(form)


@pytest.mark.parametrize("kind", [ReportKind.LETTER, pytest.param(ReportKind.TAX, marks=pytest.mark.long)])
def test_the_pdf_holds_the_figures_and_the_data(kind: ReportKind) -> None:
    pytest.importorskip("weasyprint", reason='pip install "guardband[pdf]"')
    pikepdf = pytest.importorskip("pikepdf", reason="pip install pikepdf")
    pdfium = pytest.importorskip("pypdfium2", reason="pip install pypdfium2")
    one = made(kind)
    data = one.printed(Print.PDF)
    assert data == one.printed(Print.PDF)
    with pikepdf.open(io.BytesIO(data)) as opened:
        attached = opened.attachments[ATTACHED].get_file().read_bytes()
        assert attached == one.printed(Print.JSON)
        assert re.search(rb'pdfaid:part(>|=")3', opened.Root.Metadata.read_bytes())
        assert len(opened.Root.OutputIntents) == 1
    with pdfium.PdfDocument(data) as paper:
        pages = [page_text(page) for page in paper]
    seen = "".join(pages)
    squeezed = re.sub(r"\s", "", seen)
    for cell, of in figures(one.report):
        assert re.sub(r"\s", "", cell_text(cell, of)) in squeezed
    if kind is ReportKind.LETTER:
        assert len(pages) == 1


def page_text(page: Any) -> str:
    text = page.get_textpage()
    try:
        return str(text.get_text_range())
    finally:
        text.close()
        page.close()


def test_a_folder_says_what_it_does_not_know() -> None:
    for kind in (ReportKind.COMPLIANCE, ReportKind.ANNUAL):
        seen = text_of(made(kind).printed(Print.HTML))
        assert "Not known: the book is a folder and keeps no decision log." in seen
        assert "not known" in made(kind).report.first


def test_the_tax_pack_tells_what_came_in_and_goes_on() -> None:
    tables = {table.title: table for table in made(ReportKind.TAX).report.tables}
    assert tables["Carryovers"].total is not None
    rows = tables["Form 8949"]
    assert rows.total is not None
    proceeds = [row[6] for row in rows.rows]
    assert rows.total[6] == sum(cell for cell in proceeds if isinstance(cell, Decimal))


def test_a_month_ends_with_its_last_day_and_is_judged_on_the_books() -> None:
    found = month_of("2026-02", book_day=date(2026, 3, 10))
    assert (found.since, found.until, found.stands) == (
        date(2026, 2, 1),
        date(2026, 2, 28),
        date(2026, 2, 28),
    )
    assert month_of(None, book_day=date(2026, 3, 10)).stands == date(2026, 3, 10)
    assert year_of(None, book_day=date(2026, 3, 10)).until == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-00", "March", "26-03"])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        month_of(text, book_day=date(2026, 3, 31))
