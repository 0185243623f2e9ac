"""A report as one value of plain figures, from which every print is made.

    report = Report(kind="tax", parts=(Part(tables=(Table(columns=…, rows=…),)),), …)
    report_html(report)   report_pdf(report)   report_xlsx(report)   report_data(report)

A figure is rounded once, when it is put here; no print rounds, adds up or leaves out. An amount is told
with its unit (`Measured`) where a column holds several, else by the kind of its column:

    Column(name="(e) Basis", kind="money"), Decimal("1250.5")  ->  1,250.50 on paper, 1250.5 in the workbook
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, assert_never

from engine.facts.money import rounded
from reports import words
from reports.charts.bands import BandRow
from reports.charts.bars import BarRow
from reports.charts.headroom import HeadroomRow
from reports.charts.lines import LineRow
from reports.charts.lots import LotDot
from reports.charts.waterfall import Step

Kind = Literal["text", "code", "day", "count", "quantity", "whole", "money", "percent", "measured"]
"""What a column or figure holds; from `count` on they are numbers."""

NUMBERS: tuple[Kind, ...] = ("count", "quantity", "whole", "money", "percent", "measured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure with its unit: percent of 100, a currency, shares, days, …"""

    value: Decimal
    unit: str


Cell = str | int | Decimal | date | Measured | None
"""None: there is no such figure."""

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head, and what it holds."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under heads; `empty` says what would fill a table without rows; `total` is its last row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    total: Row | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the grid: its name, and a word beside it."""

    name: str
    value: Cell
    kind: Kind = "text"
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Something that is told in full: a mark and word for its state, a sentence, named facts, quotes."""

    state: Literal["block", "approval", "warn", "pass", "passive"]
    word: str
    title: str
    beside: str
    text: str
    facts: tuple[tuple[str, str], ...]
    quotes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


Drawn = (
    tuple[BandRow, ...]
    | tuple[HeadroomRow, ...]
    | tuple[LotDot, ...]
    | tuple[Step, ...]
    | tuple[BarRow, ...]
    | tuple[LineRow, ...]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart of figures; `question` is what it answers, `unit` what its bars count or the currency."""

    question: str
    rows: Drawn
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section: a first sentence, then figures, sentences, charts, cards and tables, in this order."""

    anchor: str
    title: str
    first: str = ""
    figures: tuple[Figure, ...] = ()
    lines: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    cards: tuple[Card, ...] = ()
    tables: tuple[Table, ...] = ()
    heading: bool = True
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report. dated: the day that it is of, by which its files are dated too.

    identity: what it rests on, for the foot of every printed page.
    """

    kind: str
    house: str
    dated: date
    title: str
    first: str
    notice: str
    parts: tuple[Part, ...]
    identity: str
    footer: tuple[str, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(table for part in self.parts for table in part.tables)


MARKS = {"block": "■", "approval": "◆", "warn": "▲", "pass": "●", "passive": "○"}


def money(value: Decimal | Fraction | None) -> Decimal | None:
    """Return money in cents, halves away from zero."""
    return None if value is None else rounded(Fraction(value), places=2)


def whole(value: Decimal | Fraction) -> Decimal:
    """Return money in whole units, halves away from zero."""
    return rounded(Fraction(value), places=0)


def percent(share: Decimal | Fraction | None) -> Decimal | None:
    """Return a fraction of one in percent, with two decimals."""
    return None if share is None else rounded(100 * Fraction(share), places=2)


def measured(value: str | Decimal | Fraction | None, unit: str) -> Measured | None:
    """Return a figure that is in its unit already, as it stands."""
    if value is None:
        return None
    exact = Decimal(value) if isinstance(value, str) else rounded(Fraction(value), places=6)
    return Measured(value=exact, unit=unit)


def cell_text(cell: Cell, kind: Kind = "text") -> str:
    """Return a cell as people read it; a dash where there is no figure."""
    match cell:
        case None:
            return "–"
        case str():
            return cell
        case Measured():
            return words.figure(cell.value, cell.unit)
        case date():
            return words.day(cell)
        case int() | Decimal():
            return _number(cell, kind)
        case _:
            assert_never(cell)


def _number(value: int | Decimal, kind: Kind) -> str:
    match kind:
        case "money":
            return words.money(value)
        case "percent":
            return words.percent(value)
        case "quantity":
            return words.quantity(value)
        case "count" | "whole":
            return words.whole(value)
        case "text" | "code" | "day" | "measured":
            return str(value)
        case _:
            assert_never(kind)
