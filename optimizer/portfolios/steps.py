"""The step that shows it: where to start from so that a list of trades leads into a breach.

    wanted: 22.5% tech, and 20% at most under the old rule
    before: 20% tech, 80% cash    list: buy 2.5% tech    -> the old rule is actively breached

The start is as near to the portfolio as can be, so that the list is short; it meets the limit that the
list will breach, or where nothing does, misses it by less.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import Symbol
from engine.facts.trades import Side, Trade
from optimizer.portfolios.encode import POINTS, NotRowsError, Sheet, sheet_for
from optimizer.portfolios.program import Program, UnsettledError
from optimizer.portfolios.room import CENT, reader
from optimizer.portfolios.world import Position, World, worth_of
from optimizer.scale import as_decimal, as_float
from rulebooks.evaluate import value
from rulebooks.forms import Form, constant, less

Holdings = Mapping[Position, Decimal]
_NEAR = 1e-3
"""What a point of distance costs beside a point of headroom, where the limit can never be met."""


def start_of(
    world: World,
    after: Holdings,
    form: Form,
    *,
    kept_down: frozenset[Position] = frozenset(),
    kept_up: frozenset[Position] = frozenset(),
    overdraft: bool = False,
    lesser: tuple[Form, ...] = (),
) -> Holdings | None:
    """Return a portfolio near to `after` in which `form` is at least 0, or nearer to it.

    kept_down: positions that the list may not buy (held before at least as much as after); kept_up:
    positions that it may not sell. lesser: forms that the list may newly miss, but not miss by more where
    they were missed before: they are met before, or missed by no less.
    """
    for must_meet in (True, False):
        found = _solved(world, after, form, lesser, kept_down, kept_up, overdraft, must_meet)
        if found is not None and value(form, reader(world, found)) > value(form, reader(world, after)):
            return found
    return None


def _solved(
    world: World,
    after: Holdings,
    form: Form,
    lesser: tuple[Form, ...],
    kept_down: frozenset[Position],
    kept_up: frozenset[Position],
    overdraft: bool,
    must_meet: bool,
) -> Holdings | None:
    now = world.situation
    symbols = tuple(Symbol(symbol) for symbol in world.made.securities)
    places = tuple((account, symbol) for account in now.accounts for symbol in symbols)
    sheet = sheet_for(places, now.accounts, worth=worth_of(now), overdraft=overdraft)
    points = [as_float(after.get(place, Decimal(0)) / now.worth * 100) for place in places]
    far = [sheet.column(0.0, 2 * POINTS) for _ in places]
    for index, place in enumerate(places):
        _distance(sheet, index, far[index], points[index])
        if place in kept_down:
            sheet.low[index] = points[index]
        if place in kept_up:
            sheet.high[index] = points[index]
    met = sheet.column(0.0, 0.0) if must_meet else sheet.column(-1e6, 0.0)
    try:
        sheet.need(sheet.bounded(form, below=True), plus={met: -1.0})
        for other in lesser:
            _no_worse(sheet, other, value(other, reader(world, after)))
    except NotRowsError:
        return None
    program = Program()
    program.add_columns(sheet.low, sheet.high, sheet.whole)
    program.add_rows([(row.parts, row.low) for row in sheet.rows])
    for column in far:
        program.price(column, -_NEAR)
    program.price(met, 1.0)
    try:
        answer = program.solve()
    except UnsettledError:
        return None
    if answer is None:
        return None
    unit = now.worth / 100
    found = {
        place: (as_decimal(float(answer[index]), 9) * unit).quantize(CENT)
        for index, place in enumerate(places)
    }
    for index, place in enumerate(places):
        if abs(float(answer[index]) - points[index]) < 1e-7:
            found[place] = after.get(place, Decimal(0))
    return {place: money for place, money in found.items() if money > 0}


def _no_worse(sheet: Sheet, form: Form, afterwards: Fraction) -> None:
    """Let a form be met before, or missed by no less than it is afterwards."""
    kept = sheet.bounded(form, below=True)
    missed = sheet.bounded(less(constant(afterwards), form), below=True)
    pick = sheet.column(0, 1, whole=True)
    slack, other = max(0.0, -kept.low), max(0.0, -missed.low)
    sheet.need(sheet.join((1.0, kept), (-slack, sheet.single(pick)), constant=slack))
    sheet.need(sheet.join((1.0, missed), (other, sheet.single(pick))))


def _distance(sheet: Sheet, here: int, far: int, there: float) -> None:
    sheet.need(sheet.affine({far: 1.0, here: -1.0}, there))
    sheet.need(sheet.affine({far: 1.0, here: 1.0}, -there))


def list_between(before: Holdings, after: Holdings) -> tuple[Trade, ...]:
    """Return the trades that lead from one portfolio to another at a price of 1, sales first."""
    changes = {
        place: after.get(place, Decimal(0)) - before.get(place, Decimal(0))
        for place in sorted({*before, *after})
    }
    moved = sorted((place for place in changes if changes[place]), key=lambda p: (changes[p] > 0, p))
    return tuple(
        Trade(
            number=number,
            account=place[0],
            side=Side.BUY if changes[place] > 0 else Side.SELL,
            symbol=place[1],
            quantity=abs(changes[place]),
        )
        for number, place in enumerate(moved, start=1)
    )
