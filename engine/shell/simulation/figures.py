"""From a finished state to its figures: returns, tax alpha, tracking error, turnover, years, months.

    value 100, then 103 of which 2 came in: 1% that day; with 1 of the 2 a tax saved: 1% before tax, 2% after

The daily factors are multiplied; what is still due in taxes on the last day is taken off the last one.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import isnan, sqrt
from statistics import fmean, median, stdev

from engine.facts.ids import Symbol
from engine.facts.lots import Lot
from engine.ledger.book import plain_ledger
from engine.shell.simulation.job import Job
from engine.shell.simulation.market import Market
from engine.shell.simulation.state import Decision, Mark, State, YearTax
from engine.shell.simulation.taxes import rates_of, tax_on_all, year_tax
from reports.simulated import Gaps, Outcome, Point, Returns, YearRow

ZERO = Decimal(0)
TRADING_DAYS = 252
DAYS_IN_YEAR = 365.25


def outcome_of(job: Job, state: State) -> Outcome:
    """Return the figures of a run that has reached its last day."""
    last = job.days[-1]
    records = job.records_on(state, last)
    ledger = plain_ledger(records, as_of=last, reading=job.rulebook.tax)
    lots = () if ledger is None else ledger.open_lots
    years = _all_years(job, state, last)
    settled = {row.year for row in state.years}
    due = sum((row.tax for row in years if row.year not in settled), ZERO)
    closing = tax_on_all(
        lots,
        records,
        job.market,
        last,
        household=job.household,
        losses=job.study.losses,
        brought=years[-1] if years else None,
    )
    start = _start(job)
    span = max((last - job.days[0]).days, 1) / DAYS_IN_YEAR
    pre, post = _factors(state.marks, start)
    own = _returns(pre, post, float(state.marks[-1].value), float(due), float(closing), span)
    index = _index_returns(job, state, start, last, span)
    lists = [row for row in state.decisions if row.trades]
    active = [row for row in state.decisions if row.active]
    mean = fmean(float(mark.value) for mark in state.marks)
    moved = float(sum((row.bought + row.sold for row in lists), ZERO))
    return Outcome(
        run=job.run.name,
        household=job.household,
        since=job.days[0],
        until=last,
        days=len(job.days),
        currency=next(iter(job.records.accounts.values())).currency,
        start=start,
        end=state.marks[-1].value,
        flows=sum((mark.flow for mark in state.marks), ZERO),
        taxes=sum((row.tax for row in years), ZERO),
        liquidation=closing,
        own=own,
        index=index,
        alpha=None if index is None else _alpha(own, index),
        alpha_liquidated=None if index is None else _alpha(own, index, liquidated=True),
        tracking_error=_tracking_error(state.marks, pre),
        turnover=_percent(moved / 2 / mean / span),
        harvested=sum((row.harvested for row in lists), ZERO),
        losses=sum((row.losses for row in years), ZERO),
        disallowed=sum((row.disallowed for row in years), ZERO),
        deferred=sum((lot.deferred for lot in lots), ZERO),
        gains=sum((row.short + row.long for row in years), ZERO),
        unrealized=_unrealized(lots, job.market, last),
        costs=sum((row.fees for row in state.transactions), ZERO),
        looks=state.looks,
        proposals=len(lists),
        harvests=sum(row.intent == "harvest losses" for row in lists),
        trades=sum(row.trades for row in lists),
        rounds=sum(row.rounds for row in lists),
        rejected=sum(bool(row.rejected) for row in lists),
        active=len(active),
        infeasible=sum(row.status == "infeasible" for row in state.decisions),
        mismatches=len(state.mismatches),
        gaps=_gaps(lists, job),
        years=tuple(_year_row(job, state, row) for row in years),
        points=tuple(_points(state, start, pre, post)),
        dispersion=_mean(_dispersion(job, None)),
        held_back=tuple(sorted(state.held_back.items())),
        problems=tuple(_problems(state)),
        rulebook=job.rulebook.hash,
    )


def _start(job: Job) -> Decimal:
    from engine.shell.simulation.job import first_state

    return job.value(first_state(job), job.days[0])


def _all_years(job: Job, state: State, last: date) -> tuple[YearTax, ...]:
    """Return the tax of every year, those still due as known on the last day."""
    found = list(state.years)
    for year in range(job.days[0].year + len(found), last.year + 1):
        found.append(
            year_tax(
                job.records_on(state, last),
                household=job.household,
                year=year,
                as_of=last,
                reading=job.rulebook.tax,
                losses=job.study.losses,
                brought=found[-1] if found else None,
            )
        )
    return tuple(found)


# ------------------------------------------------------------------ returns


def _factors(marks: list[Mark], start: Decimal) -> tuple[list[float], list[float]]:
    """Return each day's growth before and after tax."""
    pre, post, last = [], [], float(start)
    for mark in marks:
        value, flow, tax = float(mark.value), float(mark.flow), float(mark.tax)
        pre.append((value - flow - tax) / last)
        post.append((value - flow) / last)
        last = value
    return pre, post


def _index_factors(marks: list[Mark], start: Decimal) -> tuple[list[float], list[float]]:
    pre, post, last = [], [], float(start)
    for mark in marks:
        assert mark.index is not None
        pre.append((mark.index - float(mark.flow) - mark.index_tax) / last)
        post.append((mark.index - float(mark.flow)) / last)
        last = mark.index
    return pre, post


def _returns(
    pre: list[float], post: list[float], value: float, due: float, closing: float, span: float
) -> Returns:
    return Returns(
        before_tax=_yearly(_product(pre), span),
        after_tax=_yearly(_product(post) * (value - due) / value, span),
        after_liquidation=_yearly(_product(post) * (value - due - closing) / value, span),
    )


def _index_returns(job: Job, state: State, start: Decimal, last: date, span: float) -> Returns | None:
    fund = state.fund
    if fund is None:
        return None
    short, long = (float(rate) for rate in rates_of(job.records.accounts.values()))
    years = range(job.days[0].year + len(state.years), last.year + 1)
    due = sum(fund.tax(year, short_rate=short, long_rate=long) for year in years)
    closing = fund.tax_on_all(last, short_rate=short, long_rate=long)
    pre, post = _index_factors(state.marks, start)
    return _returns(pre, post, fund.value, due, closing, span)


def _alpha(own: Returns, index: Returns, *, liquidated: bool = False) -> Decimal:
    if liquidated:
        return (own.after_liquidation - own.before_tax) - (index.after_liquidation - index.before_tax)
    return (own.after_tax - own.before_tax) - (index.after_tax - index.before_tax)


def _tracking_error(marks: list[Mark], pre: list[float]) -> Decimal | None:
    """Return the yearly spread of daily differences before tax; the day of the first purchases left out."""
    if not marks or marks[0].index is None or len(marks) < 3:
        return None
    index, _ = _index_factors(marks[1:], Decimal(repr(marks[0].index)))
    spread = stdev(mine - its for mine, its in zip(pre[1:], index, strict=True))
    return _percent(spread * sqrt(TRADING_DAYS))


def _product(factors: Iterable[float]) -> float:
    grown = 1.0
    for factor in factors:
        grown *= factor
    return grown


def _yearly(grown: float, span: float) -> Decimal:
    return _percent(grown ** (1 / span) - 1)


def _percent(share: float) -> Decimal:
    return Decimal(f"{100 * share:.4f}")


# ------------------------------------------------------------------ years, months, names


def _year_row(job: Job, state: State, row: YearTax) -> YearRow:
    mean = fmean(float(mark.value) for mark in state.marks if mark.day.year == row.year)
    return YearRow(
        year=row.year,
        mean_value=Decimal(f"{mean:.2f}"),
        losses=row.losses,
        short=row.short,
        long=row.long,
        disallowed=row.disallowed,
        dividends=row.dividends,
        tax_on_gains=row.tax_on_gains,
        saved=_percent(-float(row.tax_on_gains) / mean),
        dispersion=_mean(_dispersion(job, row.year)),
        harvested=sum((one.harvested for one in state.decisions if one.day.year == row.year), ZERO),
    )


def _points(state: State, start: Decimal, pre: list[float], post: list[float]) -> Iterator[Point]:
    grown_pre = grown_post = grown_index = 1.0
    index = _index_factors(state.marks, start)[0] if state.fund is not None else None
    marks = state.marks
    for place, mark in enumerate(marks):
        grown_pre *= pre[place]
        grown_post *= post[place]
        grown_index *= 1.0 if index is None else index[place]
        ends = place + 1 == len(marks) or marks[place + 1].day.month != mark.day.month
        if ends:
            yield Point(
                day=mark.day,
                before_tax=Decimal(f"{grown_pre:.6f}"),
                after_tax=Decimal(f"{grown_post:.6f}"),
                index=None if index is None else Decimal(f"{grown_index:.6f}"),
                harvested=sum((row.harvested for row in state.decisions if row.day <= mark.day), ZERO),
            )


def _dispersion(job: Job, year: int | None) -> Iterator[float]:
    """Yield, month by month, the spread of the returns of the benchmark's names, as a yearly figure."""
    names = _index_names(job)
    ends = [day for day, after in pairwise(job.days) if day.month != after.month]
    ends = [job.days[0], *ends, job.days[-1]]
    for before, day in pairwise(ends):
        if year is not None and day.year != year:
            continue
        found = [r for name in names if (r := _total_return(job.market, name, before, day)) is not None]
        if len(found) > 1:
            yield stdev(found) * sqrt(12)


def _index_names(job: Job) -> tuple[Symbol, ...]:
    rows = (*job.records.benchmarks, *job.records.models)
    return tuple(sorted({Symbol(row.key) for row in rows if row.name == job.index_name}))


def _total_return(market: Market, name: Symbol, before: date, day: date) -> float | None:
    rows = [row for row in market.series.get(name, ()) if before <= row.date <= day]
    if len(rows) < 2:
        return None
    grown = 1.0
    for last, row in pairwise(rows):
        grown *= (float(row.price) + float(row.dividend or 0)) * float(row.split or 1) / float(last.price)
    return grown - 1


def _mean(values: Iterable[float]) -> Decimal | None:
    found = [value for value in values if not isnan(value)]
    return _percent(fmean(found)) if found else None


def _unrealized(lots: Iterable[Lot], market: Market, day: date) -> Decimal:
    total = ZERO
    for lot in lots:
        price = market.price(lot.symbol, day)
        total += ZERO if price is None else lot.quantity * price - lot.basis
    return total


def _gaps(lists: list[Decision], job: Job) -> Gaps:
    known = [row.gap for row in lists if row.gap is not None]
    return Gaps(
        lists=len(lists),
        proven=sum(gap <= job.settings.tolerance_bp for gap in known),
        median=median(known) if known else None,
        largest=max(known, default=None),
    )


def _problems(state: State) -> Iterator[str]:
    for row in state.decisions:
        if row.rejected:
            yield f"{row.day.isoformat()} {row.intent}: the gate did not pass it: {', '.join(row.rejected)}"
        if row.active:
            yield f"{row.day.isoformat()} {row.intent}: brought about: {'; '.join(row.active)}"
        if row.status == "infeasible":
            yield f"{row.day.isoformat()} {row.intent}: no list can pass: {'; '.join(row.conflict)}"
    yield from state.mismatches
