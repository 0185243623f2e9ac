"""Where does each class stand in its band, before and after? One row a class.

A range is the band, a tick the target, an open dot the weight before, a filled one the weight after.
"""

from dataclasses import dataclass
from typing import Any

from reports.charts.figure import ACCENT, BEFORE, BLOCK, INK, WASH, draw


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """One class; figures in percent; None where there is no such figure."""

    label: str
    low: float | None
    high: float | None
    target: float | None
    before: float
    after: float | None


def bands_chart(rows: tuple[BandRow, ...], *, question: str) -> str:
    """Return the chart as inline SVG; rows from top to bottom."""
    ordered = tuple(reversed(rows))
    top = max([r.before for r in rows] + [r.after or 0 for r in rows] + [r.target or 0 for r in rows])
    top = max(top, *(min(r.high or 0, 1.6 * top) for r in rows)) * 1.12 if rows else 1

    def paint(_figure: Any, axes: Any) -> None:
        for place, row in enumerate(ordered):
            low, high = row.low or 0, row.high if row.high is not None else top
            axes.barh(place, min(high, top) - low, left=low, height=0.56, color=WASH, zorder=1)
            if row.target is not None:
                axes.plot([row.target] * 2, [place - 0.3, place + 0.3], color=INK, lw=1.4, zorder=2)
            end = row.before if row.after is None else row.after
            axes.plot([row.before, end], [place, place], color=BEFORE, lw=1, zorder=2)
            axes.plot(row.before, place, "o", ms=6.5, mfc="white", mec=BEFORE, mew=1.6, zorder=3)
            if row.after is not None:
                outside = row.after < low or row.after > high
                axes.plot(row.after, place, "o", ms=6, color=BLOCK if outside else ACCENT, zorder=4)
        axes.set_yticks(range(len(ordered)), [row.label for row in ordered])
        axes.set_xlim(0, top)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}%")
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="x", color=WASH, lw=0.7, zorder=0)
        axes.set_ylim(-0.6, len(ordered) - 0.4)

    told = "; ".join(_told(row) for row in rows)
    return draw(paint, width=7.2, height=0.55 + 0.33 * len(rows), alternative=f"{question} {told}.")


def _told(row: BandRow) -> str:
    after = "" if row.after is None else f", after {row.after:.1f}%"
    band = (
        ""
        if row.low is None and row.high is None
        else f", band {row.low or 0:.1f}% to {row.high or 100:.1f}%"
    )
    return f"{row.label}: before {row.before:.1f}%{after}{band}"
