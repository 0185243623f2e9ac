"""What may each class weigh? One row a class, as the mandate says it and before any book is opened.

A range is the band, a tick the target, a figure at each end of the range its edge.
"""

from dataclasses import dataclass
from typing import Any

from reports.charts.figure import INK, QUIET, RULE, WASH, draw


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """One class; figures in percent; target None where there is only a range; depth: levels of nesting."""

    label: str
    low: float
    high: float
    target: float | None
    depth: int = 0


def targets_chart(rows: tuple[TargetRow, ...], *, question: str) -> str:
    """Return the chart as inline SVG; rows from top to bottom."""
    ordered = tuple(reversed(rows))
    top = max([row.high for row in rows], default=1.0) * 1.14

    def paint(_figure: Any, axes: Any) -> None:
        for place, row in enumerate(ordered):
            axes.barh(
                place, row.high - row.low, left=row.low, height=0.56, color=WASH, ec=RULE, lw=0.6, zorder=1
            )
            for edge, side in ((row.low, "right"), (row.high, "left")):
                away = -0.006 * top if side == "right" else 0.006 * top
                axes.text(edge + away, place, f"{edge:g}%", ha=side, va="center", fontsize=8, color=QUIET)
            if row.target is not None:
                axes.plot([row.target] * 2, [place - 0.34, place + 0.34], color=INK, lw=1.6, zorder=2)
        axes.set_yticks(range(len(ordered)), [_label(row) for row in ordered])
        axes.set_xlim(-0.05 * top, top)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_ylim(-0.6, len(ordered) - 0.4)

    told = "; ".join(_told(row) for row in rows)
    return draw(paint, width=7.2, height=0.3 + 0.33 * len(rows), alternative=f"{question} {told}.")


def _label(row: TargetRow) -> str:
    target = "" if row.target is None else f"  {row.target:g}%"
    return f"{'· ' * row.depth}{row.label}{target}"


def _told(row: TargetRow) -> str:
    target = "no target" if row.target is None else f"target {row.target:g}%"
    return f"{row.label}: {target}, from {row.low:g}% to {row.high:g}%"
