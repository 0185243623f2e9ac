"""A report as a workbook: a first sheet with its sentences and figures, then one sheet for each table.

Numbers are numbers, formatted as on paper; texts are never taken for formulas. The files inside carry
the report's date, so that equal reports are equal bytes.
"""

import io
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.facts.failure import InputError
from reports.prints.report import Card, Cell, Figure, Kind, Measured, Report, Row, Table

_FORMATS = {
    "count": "#,##0",
    "whole": "#,##0;−#,##0",
    "money": "#,##0.00;−#,##0.00",
    "quantity": "#,##0.######;−#,##0.######",
    "percent": '0.00"%";−0.00"%"',
    "day": "d mmm yyyy",
}


def report_xlsx(report: Report) -> bytes:
    """Return the report as the bytes of an .xlsx file; raises InputError without the extra `excel`."""
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        cure = 'install it: pip install "guardband[excel]", or use --format html'
        raise InputError("workbooks need `xlsxwriter`", place="--format xlsx", cure=cure) from None
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    try:
        book.set_properties(
            {
                "title": report.title,
                "subject": report.first,
                "comments": report.identity,
                "created": datetime.combine(report.dated, time(0)),
            }
        )
        writer = _Writer(book)
        writer.summary(report)
        names = iter(_names(table.title for table in report.tables))
        for table in report.tables:
            writer.table(next(names), table)
        cards = tuple(card for part in report.parts for card in part.cards)
        if cards:
            writer.cards(cards)
    finally:
        book.close()
    return out.getvalue()


def _names(titles: Iterable[str]) -> Iterable[str]:
    """Yield sheet names: at most 31 characters, none twice, none of the characters that are not allowed."""
    seen = {"summary", "in full"}
    for title in titles:
        clean = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "table"
        name, number = clean, 2
        while name.lower() in seen:
            name, number = f"{clean[:28]} {number}", number + 1
        seen.add(name.lower())
        yield name


class _Writer:
    """Writes sheets of one workbook."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats: dict[tuple[str, bool], Any] = {}

    def summary(self, report: Report) -> None:
        """Write the first sheet."""
        sheet = self._sheet("Summary", widths=(34, 22, 60))
        sheet.write_string(0, 0, report.title, self.title)
        sheet.merge_range(1, 0, 1, 2, report.first, self.wrap)
        sheet.set_row(1, 48)
        row = 3
        for name, told in (("Report", report.house), ("As of", report.dated), ("Note", report.notice)):
            if told:
                sheet.write_string(row, 0, name)
                self._cell(sheet, row, 1, told, "day" if isinstance(told, date) else "text")
                row += 1
        for part in report.parts:
            row += 1
            sheet.write_string(row, 0, part.title, self.bold)
            row += 1
            for line in (part.first, *part.lines):
                if line:
                    sheet.merge_range(row, 0, row, 2, line, self.wrap)
                    sheet.set_row(row, 15 * (1 + len(line) // 110))
                    row += 1
            for figure in part.figures:
                self._figure(sheet, row, figure)
                row += 1
        for line in report.footer:
            row += 1
            sheet.merge_range(row, 0, row, 2, line, self.wrap)
            sheet.set_row(row, 15 * (1 + len(line) // 110))

    def table(self, name: str, table: Table) -> None:
        """Write one table on a sheet of its own, its heads repeated on every printed page."""
        sheet = self._sheet(name, widths=_widths(table))
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.name, self.bold)
        rows = (*table.rows, *(() if table.total is None else (table.total,)))
        for number, row in enumerate(rows, start=1):
            is_total = table.total is not None and number == len(rows)
            for place, cell in enumerate(row):
                self._cell(sheet, number, place, cell, table.columns[place].kind, bold=is_total)
        if not table.rows:
            sheet.write_string(1, 0, table.empty)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def cards(self, cards: tuple[Card, ...]) -> None:
        """Write what is told in full, a line for each fact."""
        sheet = self._sheet("In full", widths=(14, 18, 90))
        number = 0
        for card in cards:
            sheet.write_string(number, 0, card.word, self.bold)
            sheet.write_string(number, 1, card.beside, self.bold)
            sheet.write_string(number, 2, f"{card.title}: {card.text}", self.bold)
            rows = (
                *card.facts,
                *(("clause", quote) for quote in card.quotes),
                *(("", line) for line in card.lines),
            )
            for name, told in rows:
                number += 1
                sheet.write_string(number, 1, name)
                sheet.write_string(number, 2, told, self.wrap)
            number += 2

    def _sheet(self, name: str, *, widths: tuple[int, ...]) -> Any:
        sheet = self.book.add_worksheet(name)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def _figure(self, sheet: Any, row: int, figure: Figure) -> None:
        sheet.write_string(row, 0, figure.name)
        self._cell(sheet, row, 1, figure.value, figure.kind)
        sheet.write_string(row, 2, figure.beside)

    def _cell(self, sheet: Any, row: int, place: int, cell: Cell, kind: Kind, *, bold: bool = False) -> None:
        match cell:
            case None:
                return
            case str():
                sheet.write_string(row, place, cell, self._format("text", bold))
            case Measured():
                sheet.write_number(row, place, float(cell.value), self._format(_unit_format(cell.unit), bold))
            case date():
                sheet.write_datetime(
                    row, place, datetime.combine(cell, time(0)), self._format(_FORMATS["day"], bold)
                )
            case int() | Decimal():
                form = _FORMATS.get(kind, "General")
                sheet.write_number(row, place, float(cell), self._format(form, bold))

    def _format(self, form: str, bold: bool) -> Any:
        if (form, bold) not in self.formats:
            told: dict[str, Any] = (
                {"valign": "top"} if form == "text" else {"valign": "top", "num_format": form}
            )
            if form == "text":
                told["text_wrap"] = True
            if bold:
                told |= {"bold": True, "top": 1}
            self.formats[form, bold] = self.book.add_format(told)
        return self.formats[form, bold]


def _unit_format(unit: str) -> str:
    match unit:
        case "percent":
            return _FORMATS["percent"]
        case "shares" | "count":
            return _FORMATS["quantity"]
        case "days" | "years" | "ratio":
            return f'#,##0.###### "{unit}"'
        case currency:
            return f'#,##0.00 "{currency}";−#,##0.00 "{currency}"'


def _widths(table: Table) -> tuple[int, ...]:
    """Return a width for each column by what stands in it, between 8 and 60 characters."""
    rows: tuple[Row, ...] = (*table.rows, *(() if table.total is None else (table.total,)))
    return tuple(
        min(60, max(8, len(column.name) + 2, *(_length(row[place]) + 2 for row in rows), 0))
        for place, column in enumerate(table.columns)
    )


def _length(cell: Cell) -> int:
    match cell:
        case None:
            return 0
        case str():
            return max((len(line) for line in cell.splitlines()), default=0)
        case Measured():
            return 16
        case _:
            return 13
