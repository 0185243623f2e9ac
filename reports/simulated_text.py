"""A simulation as plain text: the runs side by side, year by year, and what the data keep from telling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports import words
from reports.prints.report import Kind
from reports.simulated import Outcome, Simulated

Cell = Decimal | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of every outcome."""

    name: str
    kind: Kind
    cells: tuple[Cell, ...]
    beside: str = ""


def lines(told: Simulated) -> tuple[Line, ...]:
    """Return the figures that stand side by side, in order."""
    return tuple(_lines(told.outcomes))


def _lines(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    def line(name: str, kind: Kind, cells: Iterator[Cell], beside: str = "") -> Line:
        return Line(name=name, kind=kind, cells=tuple(cells), beside=beside)

    yield line("return before tax", "percent", (o.own.before_tax for o in outcomes))
    yield line("return after tax", "percent", (o.own.after_tax for o in outcomes))
    yield line("after tax and liquidation", "percent", (o.own.after_liquidation for o in outcomes))
    if any(o.index is not None for o in outcomes):
        indexes = [o.index for o in outcomes]
        yield line(
            "benchmark before tax",
            "percent",
            (None if i is None else i.before_tax for i in indexes),
            "a year",
        )
        yield line(
            "benchmark after tax", "percent", (None if i is None else i.after_tax for i in indexes), "a year"
        )
        yield line(
            "benchmark liquidated",
            "percent",
            (None if i is None else i.after_liquidation for i in indexes),
            "a year",
        )
        yield line("tax alpha", "percent", (o.alpha for o in outcomes))
        yield line("tax alpha, liquidated", "percent", (o.alpha_liquidated for o in outcomes))
        yield line("tracking error", "percent", (o.tracking_error for o in outcomes), "realized")
    yield line("losses sold", "whole", (o.harvested for o in outcomes))
    yield line("losses recognized", "whole", (o.losses for o in outcomes))
    yield line("losses disallowed", "whole", (o.disallowed for o in outcomes))
    yield line("still deferred in lots", "whole", (o.deferred for o in outcomes))
    yield line("net gain recognized", "whole", (o.gains for o in outcomes))
    yield line("taxes in all", "whole", (o.taxes for o in outcomes))
    yield line("tax if all were sold", "whole", (o.liquidation for o in outcomes))
    yield line("value at the end", "whole", (o.end for o in outcomes))
    yield line("turnover", "percent", (o.turnover for o in outcomes))
    yield line("costs of trading", "whole", (o.costs for o in outcomes))
    yield line("looks of the monitor", "count", (o.looks for o in outcomes))
    yield line("lists proposed", "count", (o.proposals for o in outcomes))
    yield line("trades", "count", (o.trades for o in outcomes))
    yield line("own lists rejected", "count", (o.rejected for o in outcomes))
    yield line("breaches of own making", "count", (o.active for o in outcomes))
    yield line("looks without any list", "count", (o.infeasible for o in outcomes), "rules in conflict")
    yield line("ledger mismatches", "count", (o.mismatches for o in outcomes))
    yield line("largest gap", "quantity", (o.gaps.largest for o in outcomes))


def cell_text(cell: Cell, kind: Kind) -> str:
    """Return a figure as people read it."""
    match kind:
        case "percent":
            return words.percent(cell)
        case "quantity":
            return "–" if cell is None else f"{words.money(cell, places=3)} bp"
        case _:
            return words.whole(cell)


def simulated_text(told: Simulated) -> str:
    """Return a simulation for people."""
    heads = [row.run for row in told.outcomes]
    if len({row.household for row in told.outcomes}) > 1:
        heads = [f"{row.household}: {row.run}" for row in told.outcomes]
    rows = [(line.name, *(cell_text(cell, line.kind) for cell in line.cells)) for line in lines(told)]
    if told.seconds:
        rows.append(("seconds of processor", *(str(seconds) for seconds in told.seconds)))
    parts = [first_sentence(told), _setting(told), _columns(("", *heads), rows)]
    parts += [f"{row.run}, year by year\n{_years(row)}" for row in told.outcomes]
    parts.append("\n".join(("What the data keep from telling", *caveats(told))))
    problems = [f"  {row.run}: {problem}" for row in told.outcomes for problem in row.problems]
    if problems:
        parts.append("\n".join(("What went wrong", *problems)))
    return "\n\n".join(parts)


def first_sentence(told: Simulated) -> str:
    """Return the sentence that answers: what were these taxes worth, and did the gate pass its own lists?"""
    first = told.outcomes[0]
    rejected, active = (
        sum(row.rejected for row in told.outcomes),
        sum(row.active for row in told.outcomes),
    )
    lists = sum(row.proposals for row in told.outcomes)
    gate = "passed all of them" if not rejected else f"rejected {rejected} of them"
    made = (
        "no rule was broken by them" if not active else f"{words.plural(active, 'look')} found rules broken"
    )
    worth = (
        "" if first.alpha is None else f"Tax alpha of “{first.run}”: {words.percent(first.alpha)} a year. "
    )
    return f"{worth}{words.plural(lists, 'list')} proposed; a gate opened afresh {gate}; {made}."


def _setting(told: Simulated) -> str:
    losses = "met by gains elsewhere at once" if told.losses == "used" else "carried, 3,000 a year off income"
    return (
        f"{told.title}: {words.day(told.since)} to {words.day(told.until)}, looked at each {told.every}, "
        f"costs of {words.quantity(told.cost_bps)} bps, losses {losses}."
    )


def caveats(told: Simulated) -> tuple[str, ...]:
    """Return sentences about survivors, and about rows of the prices that are not what they seem."""
    found = [
        f"{told.to_the_end} of {words.plural(told.names, 'security', 'securities')} have a price on the last "
        f"day, and {told.late} begin after the first: names that left the market are not in such data, so "
        "returns, and the losses that were there to harvest, are those of survivors, in the portfolio and in "
        "the benchmark alike."
    ]
    noted = [row for row in told.treated if row.noted]
    held = [row for row in told.treated if not row.noted]
    if noted:
        shown = "; ".join(f"{row.symbol} {row.day.isoformat()} as {_TREATED[row.treat]}" for row in noted)
        found.append(f"Rows in doubt that a note settles: {shown}.")
    if held:
        shown = "; ".join(f"{row.symbol} {row.day.isoformat()}" for row in held[:MOST])
        more = f" and {len(held) - MOST} more" if len(held) > MOST else ""
        found.append(
            "Rows in doubt that nobody settled, taken as written, with trades stopped for 30 days: "
            f"{shown}{more}."
        )
    found.append("Mandates are taken as in force throughout.")
    found.append("Fills are at the close that the decision saw; dividends are paid on the ex-date.")
    return tuple(found)


MOST = 12
_TREATED = {
    "dividend": "a true dividend",
    "return_of_capital": "a return of capital",
    "split": "a split",
    "no_dividend": "no dividend",
    "hold": "a reason to stop",
}


def _years(row: Outcome) -> str:
    heads = ("", "mean value", "losses", "disallowed", "short", "long", "tax on gains", "saved", "dispersion")
    rows = [
        (
            str(year.year),
            words.whole(year.mean_value),
            words.whole(year.losses),
            words.whole(year.disallowed),
            words.whole(year.short),
            words.whole(year.long),
            words.whole(year.tax_on_gains),
            words.percent(year.saved),
            words.percent(year.dispersion),
        )
        for year in row.years
    ]
    return _columns(heads, rows)


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    told = []
    for row in (heads, *rows):
        first, *rest = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        told.append("  ".join((f"  {first}", *rest)).rstrip())
    return "\n".join(told)
