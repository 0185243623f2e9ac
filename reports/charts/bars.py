"""How often? One bar a row, the figure at its end."""

from dataclasses import dataclass
from typing import Any

from reports.charts.figure import ACCENT, INK, draw


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """One bar: what is counted, and how often."""

    label: str
    count: int


def bars_chart(rows: tuple[BarRow, ...], *, question: str, unit: str) -> str:
    """Return the chart as inline SVG; rows from top to bottom."""
    ordered = tuple(reversed(rows))
    top = max((row.count for row in rows), default=1) or 1

    def paint(_figure: Any, axes: Any) -> None:
        for place, row in enumerate(ordered):
            axes.barh(place, row.count, height=0.5, color=ACCENT)
            axes.text(row.count + 0.012 * top, place, f"{row.count:,}", va="center", fontsize=8.5, color=INK)
        axes.set_yticks(range(len(ordered)), [row.label for row in ordered])
        axes.set_xlim(0, 1.1 * top)
        axes.set_ylim(-0.6, len(ordered) - 0.4)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)

    told = "; ".join(f"{row.label} {row.count:,}" for row in rows)
    return draw(paint, width=7.2, height=0.35 + 0.3 * len(rows), alternative=f"{question} In {unit}: {told}.")
