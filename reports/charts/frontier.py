"""What does a smaller distance from target cost in tax? The frontier, with the chosen point."""

from typing import Any

from optimizer.frontier import Point
from reports.charts.figure import ACCENT, BEFORE, INK, QUIET, RULE, draw


def frontier_chart(points: tuple[Point, ...], *, currency: str) -> str:
    """Return the chart as inline SVG: distance to the right, tax of the list upwards."""
    ordered = sorted(points, key=lambda row: (row.distance, row.tax))
    across = [100 * float(row.distance) for row in ordered]
    up = [float(row.tax) for row in ordered]
    is_error = all(row.tracking_error is not None for row in points)
    label = "tracking error, % a year" if is_error else "in the wrong place, % of net assets"

    def paint(_figure: Any, axes: Any) -> None:
        axes.plot(across, up, color=BEFORE, lw=1.2, zorder=1)
        for x, y, row in zip(across, up, ordered, strict=True):
            size, color = (42, ACCENT) if row.chosen else (20, BEFORE)
            axes.scatter([x], [y], s=size, color=color, zorder=2)
            if row.chosen:
                axes.annotate(
                    f"chosen: {x:.2f}%, {y:,.0f}".replace("-", "−"),
                    (x, y),
                    xytext=(8, 6),
                    textcoords="offset points",
                    color=INK,
                    fontsize=9,
                )
        axes.axhline(0, color=RULE, lw=0.8, zorder=0)
        axes.set_xlabel(label)
        axes.set_ylabel(f"tax of the list, {currency}")
        axes.yaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}".replace("-", "−"))
        axes.tick_params(axis="y", labelcolor=QUIET)
        axes.margins(x=0.08, y=0.14)

    told = "; ".join(f"{x:.2f}% with tax {y:,.0f}" for x, y in zip(across, up, strict=True))
    return draw(paint, width=7.2, height=3.4, alternative=f"Tax against {label}: {told} {currency}.")
