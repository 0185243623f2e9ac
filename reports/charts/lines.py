"""How did the runs grow, side by side? One line each, told apart by dash and mark as well as by colour."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reports.charts.figure import ACCENT, APPROVAL, INK, PASS, QUIET, RULE, WARN, draw

_STYLES = ((ACCENT, "-", "o"), (WARN, "--", "s"), (APPROVAL, "-.", "^"), (PASS, ":", "D"), (INK, "-", "v"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line: its name, and its figures by day."""

    label: str
    days: tuple[date, ...]
    values: tuple[Decimal, ...]


def lines_chart(rows: tuple[LineRow, ...], *, question: str, unit: str) -> str:
    """Return the chart as inline SVG; the names stand at the right ends of their lines."""

    def paint(_figure: Any, axes: Any) -> None:
        from matplotlib import dates

        formatter: Any = dates
        for place, row in enumerate(rows):
            colour, dash, mark = _STYLES[place % len(_STYLES)]
            up = [float(value) for value in row.values]
            often = max(1, len(up) // 8)
            axes.plot(
                row.days,
                up,
                color=colour,
                ls=dash,
                lw=1.4,
                marker=mark,
                ms=3.5,
                markevery=often,
                label=row.label,
            )
        axes.axhline(0, color=RULE, lw=0.8, zorder=0)
        axes.set_ylabel(unit)
        axes.yaxis.set_major_formatter(lambda value, _place: f"{value:,.6g}".replace("-", "−"))
        axes.xaxis.set_major_formatter(formatter.ConciseDateFormatter(axes.xaxis.get_major_locator()))
        axes.tick_params(axis="y", labelcolor=QUIET)
        axes.legend(frameon=False, fontsize=8.5, loc="upper left")
        axes.margins(x=0.01, y=0.12)

    told = "; ".join(
        f"{row.label}: {float(row.values[-1]):,.4g} {unit} on {row.days[-1].isoformat()}".replace("-0 ", "0 ")
        for row in rows
        if row.values
    )
    return draw(paint, width=7.2, height=3.2, alternative=f"{question} {told}.")
