"""Which limit is scarcest after the trades? Bars of measure against limit, the fullest first."""

from dataclasses import dataclass
from typing import Any

from reports.charts.figure import ACCENT, BLOCK, INK, QUIET, WASH, draw


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadroomRow:
    """One limit; `used` is the share of it that is taken, 1 at the limit; `told` words the figures."""

    label: str
    used: float
    told: str


def headroom_chart(rows: tuple[HeadroomRow, ...]) -> str:
    """Return the chart as inline SVG, the scarcest on top."""
    ordered = tuple(reversed(rows))
    top = max([1.25, *(min(row.used, 2.0) for row in rows)])

    def paint(_figure: Any, axes: Any) -> None:
        for place, row in enumerate(ordered):
            axes.barh(
                place, min(row.used, top), height=0.5, color=BLOCK if row.used > 1 else ACCENT, zorder=2
            )
            axes.barh(place, 1, height=0.5, color=WASH, zorder=1)
            axes.text(top * 1.015, place, row.told, va="center", fontsize=8.5, color=QUIET)
        axes.plot([1, 1], [-0.6, len(ordered) - 0.45], color=INK, lw=1.2, zorder=3)
        axes.text(1, len(ordered) - 0.35, "limit", ha="center", va="bottom", fontsize=8.5)
        axes.set_yticks(range(len(ordered)), [row.label for row in ordered])
        axes.set_xlim(0, top)
        axes.set_xticks([])
        axes.set_ylim(-0.6, len(ordered) - 0.1)
        axes.spines["bottom"].set_visible(False)

    told = "; ".join(f"{row.label}: {row.told}" for row in rows)
    return draw(
        paint, width=7.2, height=0.5 + 0.3 * len(rows), alternative=f"Limits by how much is used. {told}."
    )
