"""What simulations came to, side by side: values that text, page and JSON are printed from.

    tax alpha = (after tax - before tax) of the household - (after tax - before tax) of its benchmark

Returns are percent a year, time-weighted from daily values. Before tax, money that taxes bring in or take out
is a flow like any other; after tax it is a part of the return. After liquidation everything is sold on the
last day and taxed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Percent a year."""

    before_tax: Decimal
    after_tax: Decimal
    after_liquidation: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """One calendar year; money, percent of the year's mean value."""

    year: int
    mean_value: Decimal
    losses: Decimal  # recognized losses alone, a size
    short: Decimal  # net, signed
    long: Decimal
    disallowed: Decimal
    dividends: Decimal
    tax_on_gains: Decimal  # negative: saved
    saved: Decimal  # percent of the mean value that the year's gains and losses saved (+) or cost
    dispersion: Decimal | None  # percent a year: spread of monthly returns over the names held
    harvested: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A month's end: growth of 1 put in at the start, before and after tax, and of the benchmark."""

    day: date
    before_tax: Decimal
    after_tax: Decimal
    index: Decimal | None
    harvested: Decimal  # losses sold so far, money


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """By how much the relaxed problem bounds the lists above their worth, bp of net assets."""

    lists: int
    proven: int  # within the tolerance of the optimizer
    median: Decimal | None
    largest: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of one household."""

    run: str
    household: str
    since: date
    until: date
    days: int
    currency: str
    start: Decimal
    end: Decimal
    flows: Decimal
    taxes: Decimal  # paid (+) or saved over the stretch, with what is still due
    liquidation: Decimal  # tax of selling everything on the last day
    own: Returns
    index: Returns | None
    alpha: Decimal | None  # percent a year, before liquidation
    alpha_liquidated: Decimal | None
    tracking_error: Decimal | None  # percent a year, of daily differences before tax
    turnover: Decimal  # percent a year: half of what was bought and sold, over the mean value
    harvested: Decimal  # losses of lots sold, before anything is disallowed
    losses: Decimal  # recognized
    disallowed: Decimal
    deferred: Decimal  # disallowed losses embedded in open lots
    gains: Decimal  # recognized net of losses, signed
    unrealized: Decimal
    costs: Decimal
    looks: int
    proposals: int  # lists with trades
    harvests: int  # of them, asked for as harvests
    trades: int
    rounds: int  # lists put to the gate on the way
    rejected: int
    active: int  # looks after which the monitor saw a breach that the trades had brought about
    infeasible: int
    mismatches: int
    gaps: Gaps
    years: tuple[YearRow, ...]
    points: tuple[Point, ...]
    dispersion: Decimal | None
    held_back: tuple[tuple[str, int], ...]  # names that the data gate stopped, and at how many looks
    problems: tuple[str, ...] = ()  # what was rejected, broken or mismatched, in words
    rulebook: str = ""  # hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """A row of the prices that is not what it seems."""

    symbol: str
    day: date
    words: str
    treat: str
    noted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A whole study."""

    title: str
    since: date
    until: date
    every: str
    losses: str
    cost_bps: Decimal
    names: int  # securities with a price
    to_the_end: int  # of them, with a price on the last day
    late: int  # of them, whose prices begin after the first day
    treated: tuple[Treated, ...]
    outcomes: tuple[Outcome, ...]
    seconds: tuple[Decimal, ...] = ()  # processor time of each outcome; of the machine, not of the run

    def outcome(self, run: str) -> Outcome | None:
        """Return the first outcome of a run."""
        return next((row for row in self.outcomes if row.run == run), None)
