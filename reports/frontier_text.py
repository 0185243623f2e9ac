"""The frontier of tax against distance from target, as text and as a page."""

from markupsafe import Markup

from optimizer.frontier import Point
from reports import words


def frontier_text(points: tuple[Point, ...], *, intent: str, currency: str) -> str:
    """Return one line a point, the chosen one marked."""
    lines = [
        first_sentence(points, currency=currency),
        f"  asked: {intent}",
        "",
        f"  {'aversion':>10}{'tracking error':>16}{'off target':>12}{'tax':>14}{'cost':>10}{'trades':>8}",
    ]
    for row in points:
        error = "–" if row.tracking_error is None else words.percent(100 * row.tracking_error)
        lines.append(
            f"  {words.quantity(row.aversion):>10}{error:>16}{words.percent(100 * row.drift):>12}"
            f"{words.money(row.tax):>14}{words.money(row.cost):>10}{row.trades:>8}"
            + ("  chosen" if row.chosen else "")
        )
    return "\n".join(lines)


def first_sentence(points: tuple[Point, ...], *, currency: str) -> str:
    """Return what the nearest point costs against the chosen one."""
    chosen = next(row for row in points if row.chosen)
    nearest = min(points, key=lambda row: row.distance)
    name = "tracking error" if chosen.tracking_error is not None else "part off target"
    if nearest.distance >= chosen.distance:
        return f"No list brings the {name} below the chosen {words.percent(100 * chosen.distance)}."
    return (
        f"Bringing the {name} from {words.percent(100 * chosen.distance)} down to "
        f"{words.percent(100 * nearest.distance)} would cost {words.money(nearest.tax - chosen.tax)} "
        f"{currency} more of tax."
    )


def frontier_html(points: tuple[Point, ...], *, as_of: str, intent: str, currency: str) -> str:
    """Return the frontier as one page with its plot and its figures."""
    from reports.charts.frontier import frontier_chart
    from reports.page import Page, Section, fill, page_html

    section = Section(
        anchor="frontier",
        title="Tax against distance from target",
        first="Every point is a list that the gate passes, at another price of drift.",
        body=fill(
            "frontier.html.j2",
            chart=Markup(frontier_chart(points, currency=currency)),
            points=points,
            currency=currency,
        ),
    )
    return page_html(
        Page(
            house="Guardband frontier",
            dated=f"as of {as_of}",
            title="Tax against distance from target",
            first=first_sentence(points, currency=currency),
            notice="",
            sections=(section,),
            footer=(f"Asked: {intent}.",),
        )
    )
