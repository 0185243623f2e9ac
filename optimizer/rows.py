"""Rows from rules: each group of each limit becomes bounds, rows, or cutting planes, and keeps its rule.

The row is `headroom after >= min(0, headroom before)`. Where a breach exists and its base moves, the
told figure may not get worse: headroom - (headroom before / base before) * base >= 0. Headroom is the
smaller of both sides: in a band that is breached by 3 points, the gate lets either side be left by up to 3.
A list of our own keeps a side that holds: cash far above its band is not spent through the band's floor.

    issuer Acme Corp: 1,000 of headroom now -> 100 b(ACME) - 100 s(ACME lots) <= 1,000

A row over one position alone is a bound on its purchase or sale.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from dsl.policy import CheckedRule
from optimizer.model import INF
from optimizer.requirements import Requirement
from optimizer.scale import Columns, Entry, as_float
from optimizer.shape import Curve, always, curve_of, linear_parts, patterned, tangent
from rulebooks.evaluate import value
from rulebooks.forms import Linear, TermKind
from rulebooks.ground import GroundLimit
from rulebooks.state import BookState

RowKind = Literal["rule", "cut", "aim", "demand", "drift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNote:
    """What a row stands for.

    scale: units of the form in one unit of the row, so that prices can be told in money per unit of the
    limit. side: which bound of the limit.
    """

    kind: RowKind
    words: str
    limit: GroundLimit | None = None
    side: Literal["low", "high"] = "high"
    scale: float = 1.0

    @property
    def rule(self) -> CheckedRule | None:
        """The rule, where there is one."""
        return None if self.limit is None else self.limit.rule.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RowData:
    """One row before assembly: start + entries must be at least `least`, or is priced or quadratic."""

    entry: Entry
    start: float
    low: float = -INF
    high: float = INF
    price_cap: float = INF
    curvature: float = 0.0
    note: RowNote


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundData:
    """A bound on the purchase or sale of one position, in units."""

    index: int
    is_sale: bool
    most: float
    note: RowNote


@dataclass(slots=True)
class Gathered:
    """Everything that the limits give."""

    rows: list[RowData] = field(default_factory=list)
    bounds: list[BoundData] = field(default_factory=list)
    curved: list[Requirement] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)  # columns that a rule without room leaves no trade


def gather(columns: Columns, state: BookState, wanted: tuple[Requirement, ...], *, elastic: bool) -> Gathered:
    """Return rows and bounds; elastic: rules that warn may be let go at a price, for cash demands."""
    gathered = Gathered()
    for need in wanted:
        parts = linear_parts(need.form)
        if parts is None and curve_of(need.form) is Curve.OTHER:
            form = patterned(need.form, always(partial(_least_of, columns, state), above=SURELY), only=True)
            need = need if form is need.form else replace(need, form=form)
            parts = linear_parts(form)
        if parts is None:
            gathered.curved.append(need)
            concave = curve_of(need.form) is Curve.CONCAVE
            parts = (tangent(need.form, state),) if concave else ()
        for part in parts:
            if elastic or need.price is not None or not _add_position(gathered, columns, need, part):
                _add(gathered, columns, state, need, part, elastic=elastic)
        if need.wish is not None and not elastic:
            for part in linear_parts(need.wish) or (tangent(need.wish, state),):
                entry = columns.row(part)
                if entry.columns.size:
                    start = as_float(value(part, state))
                    stated = row_price(columns, state, need, entry)
                    cap = WISH_PRICE if stated is None else stated
                    if cap:
                        row = normal(entry, start, 0.0, note_of(need), price_cap=cap)
                        gathered.rows.append(row)
    gathered.closed.update(_frozen(columns, gathered.rows))
    return gathered


def _frozen(columns: Columns, rows: list[RowData]) -> set[int]:
    """Return the columns of pairs of rows that leave less room between them than one share.

    A sector that is above one limit and below another may neither grow nor shrink: only purchases and
    sales of the very same value could go together, so that nothing in it trades.
    """
    found: set[int] = set()
    rooms: dict[tuple[bytes, bytes], float] = {}
    for row in rows:
        if row.price_cap < INF:
            continue
        amounts = np.round(row.entry.amounts, 9) + 0.0
        room = row.start - row.low
        names = row.entry.columns.tobytes()
        opposite = rooms.get((names, (0.0 - amounts).tobytes()))
        key = (names, amounts.tobytes())
        rooms[key] = min(room, rooms.get(key, INF))
        steps = columns.steps[row.entry.columns] * np.abs(amounts)
        if opposite is not None and opposite + room < 0.5 * float(steps.min()):
            found.update(int(column) for column in row.entry.columns)
    return found


SOFT_PRICE = 0.5
"""Price of a rule that warns, per unit outside, where a demand for cash may let it go."""

WISH_PRICE = 0.25
"""Price of leaving a breach that warns uncured, per unit outside: above any tax on the way."""


def _add_position(gathered: Gathered, columns: Columns, need: Requirement, part: Linear) -> bool:
    """Add the bound of a hard row with room over one position, or over none, and say whether it was one.

    Most rows are of this kind: one company, nothing else that trades move.
    """
    if need.now is None or part is not need.form:
        return False
    place, size = -1, 0.0
    for term, factor in part.terms:
        if term.kind is TermKind.NET_ASSETS:
            continue
        if term.kind is not TermKind.VALUE or term.symbol is None:
            return False
        index = columns.places.get((term.account, term.symbol))
        if index is not None:
            if place >= 0:
                return False
            place, size = index, as_float(factor) * columns.unit
    if place < 0:
        return True
    room = as_float(need.now)
    if room <= 2 * GUARD * abs(size):
        return False
    bound = BoundData(index=place, is_sale=size > 0, most=room / abs(size), note=note_of(need))
    gathered.bounds.append(bound)
    return True


def _add(
    gathered: Gathered, columns: Columns, state: BookState, need: Requirement, part: Linear, *, elastic: bool
) -> None:
    entry = columns.row(part)
    if not entry.columns.size:
        return
    start = as_float(need.now if need.now is not None and part is need.form else value(part, state))
    note = note_of(need)
    stated = row_price(columns, state, need, entry)
    cap = SOFT_PRICE if elastic and need.force == "soft" else INF
    cap = cap if stated is None else stated
    if not cap:
        return
    bound = None if cap < INF else as_bound(columns, entry, start - as_float(need.least), note)
    stuck = _stuck(columns, entry, start - as_float(need.least)) if cap == INF else None
    if stuck is not None:
        gathered.closed.update(stuck)
    elif bound is not None:
        gathered.bounds.append(bound)
    elif _worst(columns, entry, start) < as_float(need.least):
        guarded = columns.is_fine(entry)
        row = normal(entry, start, as_float(need.least), note, price_cap=cap, guarded=guarded)
        gathered.rows.append(row)


def row_price(columns: Columns, state: BookState, need: Requirement, entry: Entry) -> float | None:
    """Return what one unit of the row (divided by its largest coefficient) costs where a price is stated."""
    if need.price is None:
        return None
    per_form = as_float(need.price)
    if need.limit.rule.unit == "percent":
        base = 1.0 if need.limit.base is None else as_float(value(need.limit.base, state))
        per_form *= 100 / base if base > 0 else 0.0
    return per_form * float(np.abs(entry.amounts).max()) / columns.unit


def _stuck(columns: Columns, entry: Entry, room: float) -> list[int] | None:
    """Return the open columns of a row that has no room and that no open trade could ease, else None."""
    if room > 2 * GUARD * float(np.abs(entry.amounts).max()):
        return None
    is_open = columns.most[entry.columns] > 0
    if (entry.amounts[is_open] > 0).any():
        return None
    return [int(column) for column in entry.columns[is_open]]


def note_of(need: Requirement) -> RowNote:
    """Return the note of a requirement's row."""
    limit = need.limit
    group = "" if limit.group is None else f" [{limit.group[1] or 'unknown'}]"
    target = "" if limit.target is None else f" [{limit.target}]"
    words = f"{limit.rule.rule.id}{group}{target}"
    return RowNote(kind="rule", words=words, limit=limit, side=need.side)


GUARD = 2e-6
"""Units by which hard rows with room are held inside: above what a solver rounds, below a cent."""


def normal(
    entry: Entry,
    start: float,
    least: float,
    note: RowNote,
    *,
    price_cap: float = INF,
    guarded: bool = True,
) -> RowData:
    """Return the row `start + entry >= least`, divided by its largest coefficient.

    guarded: held inside by GUARD; needless where trades are of whole shares, which may fit exactly.
    """
    size = float(np.abs(entry.amounts).max())
    with_guard = guarded and price_cap == INF and start - least > 2 * GUARD * size
    guard = GUARD if with_guard else 0.0
    return RowData(
        entry=Entry(columns=entry.columns, amounts=entry.amounts / size),
        start=start / size,
        low=least / size + guard,
        price_cap=price_cap,
        note=RowNote(kind=note.kind, words=note.words, limit=note.limit, side=note.side, scale=size),
    )


def as_bound(columns: Columns, entry: Entry, room: float, note: RowNote) -> BoundData | None:
    """Return the row as a bound where it is the value of one position and nothing else, else None."""
    first = int(entry.columns[0])
    index = first if first < columns.count else int(columns.owner[first - columns.count])
    expected = [index, *columns.sales(index)]
    if entry.columns.size != len(expected) or not np.array_equal(entry.columns, np.array(expected)):
        return None
    size = float(entry.amounts[0])
    if np.abs(entry.amounts[1:] + size).max(initial=0.0) > 1e-9 * abs(size):
        return None
    return BoundData(index=index, is_sale=size > 0, most=max(0.0, room) / abs(size), note=note)


SURELY = 1e-6
"""Money or shares above 0 from which a test is taken to be kept by every list."""


def _least_of(columns: Columns, state: BookState, form: Linear) -> float:
    return _worst(columns, columns.row(form), as_float(value(form, state)))


def _worst(columns: Columns, entry: Entry, start: float) -> float:
    """Return what a row comes to if every trade against it is done in full."""
    against = entry.amounts < 0
    return start + float(entry.amounts[against] @ columns.most[entry.columns[against]])
