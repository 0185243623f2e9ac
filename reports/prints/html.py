"""A report as one self-contained page; its charts are drawn here from the figures that it holds."""

from typing import assert_never

from markupsafe import Markup

from reports import words
from reports.charts.bands import BandRow, bands_chart
from reports.charts.bars import BarRow, bars_chart
from reports.charts.headroom import HeadroomRow, headroom_chart
from reports.charts.lines import LineRow, lines_chart
from reports.charts.lots import LotDot, lots_chart
from reports.charts.waterfall import Step, waterfall_chart
from reports.page import Page, Section, fill, page_html
from reports.prints.report import MARKS, NUMBERS, Column, Part, Picture, Report, Table, cell_text


def report_html(report: Report) -> str:
    """Return the report as one HTML file that reaches for nothing outside itself."""
    return page_html(
        Page(
            house=report.house,
            dated=f"as of {words.day(report.dated)}",
            title=report.title,
            first=report.first,
            notice=report.notice,
            sections=tuple(_section(part) for part in report.parts),
            footer=report.footer,
            kind=report.kind,
            created=report.dated,
            running=report.identity,
        )
    )


def _section(part: Part) -> Section:
    return Section(
        anchor=part.anchor,
        title=part.title,
        first=part.first,
        body=fill(
            "part.html.j2",
            part=part,
            charts=tuple((picture, Markup(drawn(picture))) for picture in part.pictures),
            text=cell_text,
            css=_css,
            narrow=_narrow,
            marks=MARKS,
        ),
        heading=part.heading,
        new_page=part.new_page,
    )


def _css(column: Column) -> str:
    if column.kind in NUMBERS:
        return "n"
    return {"day": "d", "code": "code"}.get(column.kind, "")


NARROW = 14
"""Letters up to which the words of a column are names, which are not broken."""


def _narrow(table: Table) -> tuple[bool, ...]:
    """Return, for each column, whether its cells are so short that no line breaks in them."""
    return tuple(
        column.kind == "text" and all(len(cell_text(row[at])) <= NARROW for row in table.rows)
        for at, column in enumerate(table.columns)
    )


def drawn(picture: Picture) -> str:
    """Return a chart as inline SVG with its text alternative; empty where it has no rows."""
    if not picture.rows:
        return ""
    rows = picture.rows
    match rows[0]:
        case BandRow():
            return bands_chart(
                tuple(row for row in rows if isinstance(row, BandRow)), question=picture.question
            )
        case HeadroomRow():
            return headroom_chart(tuple(row for row in rows if isinstance(row, HeadroomRow)))
        case LotDot():
            return lots_chart(tuple(row for row in rows if isinstance(row, LotDot)))
        case Step():
            return waterfall_chart(tuple(row for row in rows if isinstance(row, Step)), currency=picture.unit)
        case BarRow():
            return bars_chart(
                tuple(row for row in rows if isinstance(row, BarRow)),
                question=picture.question,
                unit=picture.unit,
            )
        case LineRow():
            return lines_chart(
                tuple(row for row in rows if isinstance(row, LineRow)),
                question=picture.question,
                unit=picture.unit,
            )
        case _:
            assert_never(rows[0])
