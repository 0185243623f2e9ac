"""Which lots are under water, and how long until they turn long-term? One dot a lot.

Across: days until a sale is long-term (0: it is already). Up: gain or loss in percent of basis. The
size of a dot is the lot's value. Gains above 100% are drawn at 100%.
"""

from dataclasses import dataclass
from typing import Any

from reports.charts.figure import ACCENT, BEFORE, QUIET, RULE, draw

TOP = 100.0
"""Gains above this percentage are drawn at it: the chart is about losses."""

POINTS_A_PERCENT = 1.0
"""Roughly how many points of the drawing one percent of gain takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotDot:
    """One open lot; `proposed` where a sale of it is proposed."""

    symbol: str
    days_held: int
    gain_percent: float
    value: float
    proposed: bool


def lots_chart(dots: tuple[LotDot, ...]) -> str:
    """Return the chart as inline SVG."""
    largest = max([dot.value for dot in dots], default=1.0) or 1.0

    def paint(_figure: Any, axes: Any) -> None:
        for proposed in (False, True):
            chosen = [dot for dot in dots if dot.proposed is proposed]
            axes.scatter(
                [dot.days_held for dot in chosen],
                [min(dot.gain_percent, TOP) for dot in chosen],
                s=[8 + 90 * dot.value / largest for dot in chosen],
                color=ACCENT if proposed else BEFORE,
                alpha=0.9 if proposed else 0.45,
                linewidths=0,
            )
        for dot, height in _labels(dots):
            axes.annotate(
                dot.symbol,
                (dot.days_held, min(dot.gain_percent, TOP)),
                xytext=(7, height),
                textcoords="offset points",
                fontsize=8,
                va="center",
            )
        axes.axhline(0, color=QUIET, lw=1)
        axes.axvline(365, color=RULE, lw=1, ls="--")
        axes.annotate(
            "long-term",
            (365, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -9),
            textcoords="offset points",
            fontsize=8.5,
            color=QUIET,
        )
        axes.set_xlabel("days held")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:+g}%".replace("-", "−"))
        axes.tick_params(length=0)
        axes.grid(axis="y", color=RULE, lw=0.4)

    under = sum(1 for dot in dots if dot.gain_percent < 0)
    sold = sum(1 for dot in dots if dot.proposed)
    return draw(
        paint,
        width=7.2,
        height=3.1,
        alternative=f"{len(dots)} open lots, {under} below their basis; {sold} are proposed for sale.",
    )


def _labels(dots: tuple[LotDot, ...]) -> list[tuple[LotDot, float]]:
    """Return the largest proposed losses with the height of their labels, so that none covers another."""
    ranked = sorted((dot for dot in dots if dot.proposed), key=lambda dot: (dot.gain_percent, dot.symbol))
    chosen = {dot.symbol: dot for dot in reversed(ranked)}
    placed: list[tuple[LotDot, float]] = []
    columns: dict[int, float] = {}
    for dot in sorted(chosen.values(), key=lambda dot: (dot.gain_percent, dot.symbol))[:8]:
        natural = dot.gain_percent * POINTS_A_PERCENT
        height = max(
            natural, columns.get(dot.days_held, natural) + 9 if dot.days_held in columns else natural
        )
        columns[dot.days_held] = height
        placed.append((dot, height - natural))
    return placed
