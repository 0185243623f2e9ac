"""A simulation as a page: the runs side by side, what taxes did, what was harvested, the years, the data."""

from collections.abc import Iterator

from reports.charts.lines import LineRow
from reports.prints.report import Column, Kind, Part, Picture, Report, Table
from reports.simulated import Outcome, Simulated
from reports.simulated_text import caveats, first_sentence, lines


def simulation(told: Simulated) -> Report:
    """Return the report of a simulation."""
    return Report(
        kind="simulation",
        house="Guardband simulation",
        dated=told.until,
        title=told.title,
        first=first_sentence(told),
        notice="",
        parts=(_side_by_side(told), _growth(told), *_years(told), _data(told)),
        identity="; ".join(dict.fromkeys(f"rulebook {row.rulebook[:12]}" for row in told.outcomes)),
        footer=(
            f"Looked at each {told.every}; costs of {told.cost_bps} bps of what is traded; taxes settled on "
            "15 April. Past prices say nothing of those to come. Not tax or investment advice.",
        ),
    )


def name_of(row: Outcome, told: Simulated) -> str:
    """Return a run's name, with its household where there are several."""
    several = len({one.household for one in told.outcomes}) > 1
    return f"{row.household}: {row.run}" if several else row.run


def _side_by_side(told: Simulated) -> Part:
    return Part(
        anchor="runs",
        title="The runs side by side",
        first="Tax alpha is what taxes do to the account less what they do to its benchmark: a difference of "
        "differences, so that neither luck nor composition counts.",
        tables=tuple(_table(told, kind, title) for kind, title in _TITLES.items()),
    )


_TITLES: dict[Kind, str] = {
    "percent": "Percent a year",
    "whole": "Money",
    "count": "Counted",
    "quantity": "How near the bound, bp of net assets",
}


def _table(told: Simulated, kind: Kind, title: str) -> Table:
    heads = tuple(Column(name=name_of(row, told), kind=kind) for row in told.outcomes)
    if kind == "whole":
        title = f"{title}, {told.outcomes[0].currency}"
    rows = tuple((line.name, *line.cells, line.beside) for line in lines(told) if line.kind == kind)
    return Table(
        title=title, columns=(Column(name=""), *heads, Column(name="")), rows=rows, empty="Nothing was run."
    )


def _growth(told: Simulated) -> Part:
    after = tuple(
        LineRow(
            label=name_of(row, told),
            days=tuple(point.day for point in row.points),
            values=tuple(100 * (point.after_tax - point.before_tax) for point in row.points),
        )
        for row in told.outcomes
    )
    harvested = tuple(
        LineRow(
            label=name_of(row, told),
            days=tuple(point.day for point in row.points),
            values=tuple(point.harvested for point in row.points),
        )
        for row in told.outcomes
    )
    currency = told.outcomes[0].currency
    return Part(
        anchor="growth",
        title="What taxes did, month by month",
        first="Of 100 put in on the first day: what taxes have added (above nought) or taken by the end of "
        "each month; then the losses sold so far.",
        pictures=(
            Picture(question="What have taxes added or taken, of 100 put in?", rows=after, unit="points"),
            Picture(question="Which losses were sold so far?", rows=harvested, unit=currency),
        ),
    )


def _years(told: Simulated) -> Iterator[Part]:
    columns = (
        Column(name="Year"),
        Column(name="Mean value", kind="whole"),
        Column(name="Losses", kind="whole"),
        Column(name="Disallowed", kind="whole"),
        Column(name="Net short", kind="whole"),
        Column(name="Net long", kind="whole"),
        Column(name="Tax on gains", kind="whole"),
        Column(name="Saved", kind="percent"),
        Column(name="Dispersion", kind="percent"),
    )
    for number, row in enumerate(told.outcomes, start=1):
        rows = tuple(
            (
                str(year.year),
                year.mean_value,
                year.losses,
                year.disallowed,
                year.short,
                year.long,
                year.tax_on_gains,
                year.saved,
                year.dispersion,
            )
            for year in row.years
        )
        table = Table(title=name_of(row, told), columns=columns, rows=rows, empty="No year was begun.")
        first = "Saved: tax on the year's gains and losses, turned round, in percent of the mean value."
        yield Part(
            anchor=f"years-{number}",
            title=f"Year by year: {name_of(row, told)}",
            first=first if number == 1 else "",
            lines=row.problems,
            tables=(table,),
        )


def _data(told: Simulated) -> Part:
    table = Table(
        title="Rows of the prices in doubt",
        columns=(
            Column(name="Security", kind="code"),
            Column(name="Day", kind="day"),
            Column(name="What is in doubt"),
            Column(name="Taken as"),
        ),
        rows=tuple(
            (row.symbol, row.day, row.words, row.treat.replace("_", " ") if row.noted else "written; stopped")
            for row in told.treated
        ),
        empty="No row of the prices is in doubt.",
    )
    return Part(anchor="data", title="What the data keep from telling", lines=caveats(told), tables=(table,))
