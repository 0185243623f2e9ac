"""Which sales and purchases meet in a wash-sale window? One row a loss sale, its 61 days as a bar."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reports.charts.figure import BLOCK, INK, QUIET, WASH, draw


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """One loss sale, and the purchases that its window meets (day, permanent)."""

    label: str
    sold: date
    purchases: tuple[tuple[date, bool], ...]
    told: str


def timeline_chart(rows: tuple[WindowRow, ...]) -> str:
    """Return the chart as inline SVG, the earliest sale on top."""
    ordered = tuple(reversed(rows))

    def paint(_figure: Any, axes: Any) -> None:
        from matplotlib import dates

        formatter: Any = dates

        for place, row in enumerate(ordered):
            start = row.sold - timedelta(days=30)
            axes.barh(place, 61, left=start, height=0.5, color=WASH, zorder=1)
            axes.plot(row.sold, place, "v", ms=7, color=INK, zorder=3)
            for bought, permanent in row.purchases:
                axes.plot(bought, place, "^", ms=7, color=BLOCK if permanent else QUIET, zorder=3)
            axes.annotate(
                row.told, (row.sold + timedelta(days=32), place), fontsize=8.5, va="center", color=QUIET
            )
        axes.set_yticks(range(len(ordered)), [row.label for row in ordered])
        first = min(row.sold for row in rows) - timedelta(days=36)
        last = max(row.sold for row in rows) + timedelta(days=100)
        axes.set_xlim(first, last)
        axes.xaxis.set_major_formatter(formatter.ConciseDateFormatter(axes.xaxis.get_major_locator()))
        axes.tick_params(axis="x", length=0)
        axes.set_ylim(-0.6, len(ordered) - 0.4)

    told = "; ".join(f"{row.label} sold {row.sold.isoformat()}: {row.told}" for row in rows)
    return draw(paint, width=7.2, height=0.6 + 0.3 * len(rows), alternative=f"Wash-sale windows. {told}.")
