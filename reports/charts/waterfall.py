"""What does harvesting come to? From the losses found to the tax saved, step by step."""

from dataclasses import dataclass
from typing import Any

from reports.charts.figure import ACCENT, BEFORE, INK, QUIET, RULE, draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, in currency; `total` steps stand on the ground, others on the step before."""

    label: str
    amount: float
    total: bool = False


def waterfall_chart(steps: tuple[Step, ...], *, currency: str) -> str:
    """Return the chart as inline SVG, steps from left to right."""

    def paint(_figure: Any, axes: Any) -> None:
        level = 0.0
        for place, step in enumerate(steps):
            base = 0.0 if step.total else level
            level = step.amount if step.total else level + step.amount
            axes.bar(place, level - base, bottom=base, width=0.62, color=ACCENT if step.total else BEFORE)
            high = max(base, level)
            axes.annotate(
                f"{step.amount:,.0f}".replace("-", "−"),
                (place, high),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=8.5,
                color=INK,
            )
            if place + 1 < len(steps) and not steps[place + 1].total:
                axes.plot([place + 0.31, place + 0.69], [level, level], color=RULE, lw=0.8)
        axes.axhline(0, color=RULE, lw=0.8)
        axes.set_xticks(range(len(steps)), [step.label for step in steps], color=QUIET)
        axes.set_yticks([])
        axes.tick_params(axis="x", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.margins(y=0.14)

    told = "; ".join(f"{step.label} {step.amount:,.0f} {currency}" for step in steps)
    return draw(paint, width=7.2, height=2.5, alternative=f"Harvest in steps. {told}.")
