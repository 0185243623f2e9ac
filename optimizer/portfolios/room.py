"""The room that rules leave: is there a portfolio that meets them all and misses one other?

A `Room` holds the demands of one rulebook as a program that is solved again and again: what is asked is
added, answered and taken away. Each answer comes as candidates, a roomy one and one on the edge, in
cents; exact arithmetic over the forms says which of them is one.

    rules: tech at most 25%; asked: tech more than 20%      -> 500,000.00 … tech 22.5%, cash the rest
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import AccountId
from optimizer.model import Floats
from optimizer.portfolios.demands import Demand, measures_of
from optimizer.portfolios.encode import POINTS, NotRowsError, sheet_for
from optimizer.portfolios.program import Program, UnsettledError
from optimizer.portfolios.world import Position, World, worth_of
from optimizer.scale import as_decimal, as_float
from rulebooks.evaluate import Read, value
from rulebooks.forms import Form, Linear, Term, TermKind

CENT = Decimal("0.01")
MOST_ASKED = 1.0
"""Points: how much more than the limit a witness is asked to show, and how much room it is given."""

_FREE = 1e5
_SPARE = Fraction(1, 50)
"""The part of an account that is cash where a list is to start and the rules let it."""

_NEAR = 1e-3
"""What a point of distance from a start costs beside a point of room."""

LEAST_SEEN = 1e-6
"""Points: a hundredth of a millionth of the account; less cannot be told from an error of the solver."""


class Room:
    """The portfolios that meet a set of demands in one world."""

    def __init__(
        self,
        world: World,
        demands: Iterable[Demand],
        *,
        overdraft: bool = False,
        ticket: Decimal = Decimal(0),
    ) -> None:
        """Lay the demands out. ticket: the least that a trade may be, in money."""
        now = world.situation
        self.world = world
        self.places: tuple[Position, ...] = _places(world)
        self._sheet = sheet_for(self.places, now.accounts, worth=worth_of(now), overdraft=overdraft)
        self._sheet.ticket = as_float(Fraction(ticket) * 100 / worth_of(now))
        self.demands: list[Demand] = []
        self.left_out: dict[str, str] = {}  # name of a rule -> what it reads that has no rows
        self._off: dict[str, int] = {}
        self._left: set[str] = set()
        self._some: tuple[Mapping[Position, Decimal] | None] | None = None
        self._slack = self._sheet.column(0.0, MOST_ASKED)
        self._more = self._sheet.column(0.0, MOST_ASKED)
        for demand in demands:
            self._take(demand)
        self._program = Program()
        self._sent = (0, 0)
        self._send()
        self._home = (len(self._sheet.low), len(self._sheet.rows), self._program.mark())

    def _take(self, demand: Demand) -> None:
        before = (len(self._sheet.low), len(self._sheet.rows))
        try:
            left = self._sheet.bounded(demand.form, below=True)
        except NotRowsError as problem:
            self._cut(*before)
            self.left_out[demand.name] = str(problem)
            return
        if demand.name not in self._off:
            self._off[demand.name] = self._sheet.column(0.0, 0.0)
        counts = "count" in measures_of(demand.limit.rule.rule)
        # whole numbers need no room to spare, and what is forbidden outright never has any
        spare = {} if counts or left.high <= 0 else {self._slack: -1.0}
        self._sheet.need(left, plus={**spare, self._off[demand.name]: 1.0})
        self.demands.append(demand)

    def _cut(self, columns: int, rows: int) -> None:
        sheet = self._sheet
        del sheet.low[columns:], sheet.high[columns:], sheet.whole[columns:], sheet.rows[rows:]

    def _send(self) -> None:
        columns, rows = self._sent
        sheet = self._sheet
        self._program.add_columns(sheet.low[columns:], sheet.high[columns:], sheet.whole[columns:])
        self._program.add_rows([(row.parts, row.low) for row in sheet.rows[rows:]])
        self._sent = (len(sheet.low), len(sheet.rows))

    def _reset(self) -> None:
        columns, rows, mark = self._home
        self._cut(columns, rows)
        self._program.back_to(mark)
        self._sent = (columns, rows)

    def leave_out(self, names: Iterable[str]) -> None:
        """Let these rules, and no others, demand nothing from now on."""
        wanted = {name for name in names if name in self._off}
        for name in self._left ^ wanted:
            self._program.bound(self._off[name], 0.0, _FREE if name in wanted else 0.0)
        self._left = wanted

    def find(
        self,
        *,
        missing: Iterable[Form] = (),
        meeting: Iterable[Form] = (),
        barred: frozenset[Position] = frozenset(),
    ) -> tuple[Floats, ...]:
        """Return candidates that meet the demands and `meeting`, and miss every form of `missing`.

        barred: positions that are not to be held.
        Raises NotRowsError where what is asked has no rows.
        """
        asked, wanted, sheet = tuple(missing), tuple(meeting), self._sheet
        sheet.shortened, sheet.few = False, True
        try:
            found = self._found(asked, wanted, barred)
        except NotRowsError:
            if not sheet.shortened:
                raise
            found = ()
        finally:
            sheet.few = False
        return self._found(asked, wanted, barred) if sheet.shortened and not found else found

    def _found(
        self, asked: tuple[Form, ...], meeting: tuple[Form, ...], barred: frozenset[Position]
    ) -> tuple[Floats, ...]:
        try:
            for form in asked:
                over = self._sheet.bounded(form, below=False)
                self._sheet.need(self._sheet.join((-1.0, over)), plus={self._more: -1.0})
            for form in meeting:
                self._sheet.need(self._sheet.bounded(form, below=True), plus={self._slack: -1.0})
            self._send()
            self._bar(barred, 0.0)
            return self._solve(bool(asked))
        except UnsettledError:
            raise NotRowsError("more choices than the solver settles in its time") from None
        finally:
            self._bar(barred, None)
            self._reset()

    def _bar(self, places: frozenset[Position], most: float | None) -> None:
        for place in places:
            column = self._sheet.places.get(place)
            if column is not None:
                self._program.bound(column, 0.0, self._sheet.high[column] if most is None else most)

    def is_left(self, form: Form) -> bool:
        """Return whether some portfolio meets the demands and misses a form: `find` without its candidates.

        Raises NotRowsError where the form has no rows, or the solver reaches no verdict.
        """
        try:
            over = self._sheet.bounded(form, below=False)
            self._sheet.need(self._sheet.join((-1.0, over)), plus={self._more: -1.0})
            self._send()
            edge = self._edge()
            return edge is not None and bool(edge[self._more] > LEAST_SEEN)
        except UnsettledError:
            raise NotRowsError("more choices than the solver settles in its time") from None
        finally:
            self._reset()

    def farthest(self, form: Form) -> Floats | None:
        """Return a portfolio that meets the demands and has as much of a form as can be."""
        try:
            top = self._sheet.column(-1e6, 1e6)
            self._sheet.need(self._sheet.bounded(form, below=True), plus={top: -1.0})
            self._send()
            self._program.bound(self._slack, 0.0, 0.0)
            self._program.bound(self._more, 0.0, 0.0)
            self._program.price(self._slack, 0.0)
            self._program.price(self._more, 0.0)
            self._program.price(top, 1.0)
            return self._program.solve()
        except UnsettledError:
            return None
        finally:
            self._reset()

    def near(
        self, start: Mapping[Position, Decimal], form: Form, *, barred: frozenset[Position] = frozenset()
    ) -> Floats | None:
        """Return a candidate near to `start` that misses a form by about as much as it has room to spare.

        barred: positions that are not to grow. None where nothing with room on both sides was found.
        Raises NotRowsError where the form has no rows.
        """
        sheet, unit = self._sheet, worth_of(self.world.situation) / 100
        held = {p: as_float(Fraction(m) / unit) for p, m in start.items() if p in sheet.places}
        away = [column for place, column in sheet.places.items() if place not in held]
        sheet.few = True
        try:
            over = sheet.bounded(form, below=False)
            sheet.need(sheet.join((-1.0, over)), plus={self._more: -1.0})
            both = sheet.column(0.0, MOST_ASKED)
            sheet.need(sheet.affine({both: -1.0}), plus={self._more: 1.0})
            sheet.need(sheet.affine({both: -1.0}), plus={self._slack: 1.0})
            moved = [self._moved(sheet.places[place], points) for place, points in held.items()]
            self._send()
            self._start(both, (*away, *moved))
            for place in barred & set(sheet.places):
                self._program.bound(sheet.places[place], 0.0, held.get(place, 0.0))
            found = self._program.solve(rough=True)
            return None if found is None or found[both] <= LEAST_SEEN else found
        except UnsettledError:
            return None
        finally:
            sheet.few = False
            self._program.prices(away, 0.0)
            self._bar(barred, None)
            self._reset()

    def _moved(self, column: int, points: float) -> int:
        """Return a column that is at least how far another is from where it started."""
        far = self._sheet.column(0.0, 2 * POINTS)
        self._sheet.need(self._sheet.affine({far: 1.0, column: -1.0}, points))
        self._sheet.need(self._sheet.affine({far: 1.0, column: 1.0}, -points))
        return far

    def _start(self, wanted: int, distances: tuple[int, ...]) -> None:
        program = self._program
        for column in (self._slack, self._more):
            program.bound(column, 0.0, MOST_ASKED)
            program.price(column, 0.0)
        program.price(wanted, 1.0)
        program.prices(distances, -_NEAR)

    def some(self) -> Mapping[Position, Decimal] | None:
        """Return a portfolio that meets the demands, with room to spare where there is any; found once."""
        if self._some is None:
            forms = [demand.form for demand in self.demands]
            asked = (self._with_cash(), ())
            candidates = (
                h for more in asked for points in self.find(meeting=more) for h in self.portfolios(points)
            )
            found = next((held for held in candidates if meets(self.world, held, forms)), None)
            self._some = (found,)
        return self._some[0]

    def _with_cash(self) -> tuple[Form, ...]:
        """Return the wish that each account has a little cash, for a list to spend."""
        now = self.world.situation
        spare = -worth_of(now) * _SPARE
        return tuple(
            Linear(terms=((Term(TermKind.CASH, account), Fraction(1)),), constant=spare)
            for account in now.accounts
        )

    def _edge(self) -> Floats | None:
        """Return a point that misses what is asked by half as much as can be, or more.

        Raises UnsettledError where none was found and there may be one.
        """
        program = self._program
        program.bound(self._slack, 0.0, 0.0)
        program.bound(self._more, 0.0, MOST_ASKED)
        program.price(self._slack, 0.0)
        program.price(self._more, 1.0)
        try:
            found = program.solve(rough=True)
        except UnsettledError:
            found = program.solve()
        if found is not None and found[self._more] <= LEAST_SEEN and not program.settled:
            return program.solve()
        return found

    def _solve(self, asks: bool) -> tuple[Floats, ...]:
        program, slack, more = self._program, self._slack, self._more
        edge = self._edge()
        if edge is None or (asks and edge[more] <= LEAST_SEEN):
            return ()
        program.bound(more, float(edge[more]) / 2 if asks else 0.0, MOST_ASKED)
        program.bound(slack, 0.0, MOST_ASKED)
        program.price(slack, 1.0)
        program.price(more, 0.0)
        try:
            roomy = program.solve(rough=True)
        except UnsettledError:
            roomy = None
        return (edge,) if roomy is None else (roomy, edge)

    def portfolios(self, points: Floats) -> tuple[Mapping[Position, Decimal], ...]:
        """Return a solution in cents: as rounded, and with the cents that are over taken from the largest."""
        worth = self.world.situation.worth
        unit = worth / 100
        held = {
            place: money
            for place, column in zip(self.places, range(len(self.places)), strict=True)
            if (money := (as_decimal(float(points[column]), 9) * unit).quantize(CENT)) > 0
        }
        return (held, *_evened(held, worth, self.world.situation.accounts))


def _evened(
    held: Mapping[Position, Decimal], worth: Decimal, accounts: tuple[AccountId, ...]
) -> Iterable[Mapping[Position, Decimal]]:
    """Yield the portfolio with a few cents of cash, over or short, put into the largest position."""
    changed = dict(held)
    for account in accounts:
        own = {place: money for place, money in held.items() if place[0] == account}
        cash = worth - sum(own.values(), Decimal(0))
        if own and cash and abs(cash) <= CENT * len(own):
            largest = max(own, key=lambda place: (own[place], place))
            changed[largest] = own[largest] + cash
    if changed != held:
        yield changed


def _places(world: World) -> tuple[Position, ...]:
    book = world.book()
    return tuple((account, symbol) for account in world.situation.accounts for symbol in book.securities)


# ------------------------------------------------------------------ exact


def reader(
    world: World,
    holdings: Mapping[Position, Decimal],
    *,
    before: Mapping[Position, Decimal] | None = None,
    gains: Mapping[tuple[TermKind, AccountId], Fraction] | None = None,
) -> Read:
    """Return the exact value of every term in a portfolio whose prices are 1 and whose basis is its value.

    before: where the list that led here started; None: nothing was traded. gains: what was realized on
    the way, by kind and account, where lots did not cost what they are worth.
    """
    trades = {} if before is None else {**_traded(before, holdings), **(gains or {})}
    worth = worth_of(world.situation)
    held = {place: Fraction(money) for place, money in holdings.items()}
    totals: dict[AccountId, Fraction] = {}
    for (account, _), money in held.items():
        totals[account] = totals.get(account, Fraction(0)) + money

    def read(term: Term) -> Fraction:
        match term.kind:
            case TermKind.VALUE | TermKind.COST | TermKind.QUANTITY:
                assert term.symbol is not None
                return held.get((term.account, term.symbol), Fraction(0))
            case TermKind.CASH:
                return worth - totals.get(term.account, Fraction(0))
            case TermKind.NET_ASSETS:
                return worth
            case _:
                return trades.get((term.kind, term.account), Fraction(0))

    return read


def _traded(
    before: Mapping[Position, Decimal], after: Mapping[Position, Decimal]
) -> dict[tuple[TermKind, AccountId], Fraction]:
    found: dict[tuple[TermKind, AccountId], Fraction] = {}
    for place in {*before, *after}:
        change = Fraction(after.get(place, Decimal(0)) - before.get(place, Decimal(0)))
        if change:
            kind = TermKind.BOUGHT if change > 0 else TermKind.SOLD
            for key, amount in (((kind, place[0]), abs(change)), ((TermKind.TRADES, place[0]), Fraction(1))):
                found[key] = found.get(key, Fraction(0)) + amount
    return found


def meets(
    world: World, holdings: Mapping[Position, Decimal], forms: Iterable[Form], *, overdraft: bool = False
) -> bool:
    """Return whether a portfolio meets every form exactly, and overdraws no cash."""
    read = reader(world, holdings)
    covered = overdraft or all(
        read(Term(TermKind.CASH, account)) >= 0 for account in world.situation.accounts
    )
    return covered and all(value(form, read) >= 0 for form in forms)
