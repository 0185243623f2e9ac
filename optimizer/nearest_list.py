"""The nearest list that passes: fewest trades touched, then least money, proven where rules allow it.

Every trade of the given list keeps its quantity, or is touched: then it may have any smaller number of
steps, or none. Linear rules and rules for each trade are rows of a small integer program; what else stops
a list is learned from the gate, one cut at a time.

    buy 50 ACME where the cap leaves room for 10, and sell 5 of it back: one trade touched, 40 shares less

A cut says: as it stands, at least one of the trades that lowered the headroom must become smaller, or one
of the others larger. It holds for every rule that more of a trade moves one way only, which all of the
shipped measures do; so the answer is the nearest unless the rounds run out, and `proven` says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.facts.trades import Side, Trade
from engine.gate.builtin import book_limits
from engine.gate.deltas import settlement_of, unit_deltas
from engine.gate.verdict import Decision, GateAnswer, Verdict
from optimizer.locks import force_of
from optimizer.nearest_cuts import Bent, bent_rules
from optimizer.requirements import Requirement, requirements
from optimizer.scale import as_float, exact_decimal
from optimizer.shape import linear_parts
from optimizer.solvers.mixed import MixedProgram
from optimizer.tradable import FINE_STEP
from optimizer.trade_columns import Own, Piece, add_ticket, merge
from rulebooks.evaluate import value
from rulebooks.forms import Linear, Term, TermKind
from rulebooks.ground import GroundBook
from rulebooks.state import BookState

Judge = Callable[[tuple[Trade, ...]], GateAnswer]
Quantities = Mapping[int, Fraction]
"""Shares by trade number; 0: the trade is dropped."""

ZERO = Fraction(0)
MOST_ROUNDS = 60
MOST_NODES = 20_000
CLEARLY = Fraction(1, 1_000_000)
"""Part of its reach by which a list must break a row to be told from one that just keeps it."""

GAP = 1e-7
"""Of a program in which each touched trade costs 1 and all money of the list together 0.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The nearest list: quantities that the gate passes, and whether none is nearer."""

    quantities: Quantities
    answer: GateAnswer
    rounds: int
    proven: bool


def nearest_list(ground: GroundBook, state: BookState, trades: tuple[Trade, ...], judge: Judge) -> Nearest:
    """Return the nearest list to `trades` that the gate passes; the empty one where no part does."""
    problem = _Problem(ground, state, trades)
    quantities: Quantities = {trade.number: Fraction(trade.quantity) for trade in trades}
    for number in range(1, MOST_ROUNDS + 1):
        answer = judge(problem.listed(quantities))
        if passes(answer):
            return Nearest(quantities=quantities, answer=answer, rounds=number, proven=problem.proven)
        if answer.fault is not None:
            break
        problem.learn(quantities, answer, judge, first=number == 1)
        found = problem.solve()
        if found is None:
            break
        quantities = found
    return _dropping(problem, quantities, judge)


def passes(answer: GateAnswer) -> bool:
    """Return whether the list needs no block lifted and no approval."""
    return answer.fault is None and answer.decision.rank <= Decision.WARN.rank


def stopping(answer: GateAnswer) -> tuple[Verdict, ...]:
    """Return the verdicts that stop a list, each naming trades."""
    return tuple(v for v in answer.verdicts if v.decision.rank > Decision.WARN.rank and v.trades)


def _dropping(problem: "_Problem", quantities: Quantities, judge: Judge) -> Nearest:
    """Drop the trades that verdicts name until the gate passes; the empty list always does."""
    left, rounds = dict(quantities), MOST_ROUNDS
    while True:
        answer = judge(problem.listed(left))
        rounds += 1
        if passes(answer) or not any(left.values()):
            return Nearest(quantities=left, answer=answer, rounds=rounds, proven=False)
        named = {number for verdict in stopping(answer) for number in verdict.trades}
        for number in named or set(left):
            left[number] = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A list that is stopped: one of `down` must become smaller than here, or one of `up` larger."""

    at: Quantities
    down: Mapping[int, Fraction]  # what a trade may at most be if it alone changes
    up: frozenset[int]


class _Problem:
    """The integer program as it is known so far."""

    def __init__(self, ground: GroundBook, state: BookState, trades: tuple[Trade, ...]) -> None:
        self.ground, self.state, self.trades = ground, state, trades
        self.given = {trade.number: Fraction(trade.quantity) for trade in trades}
        self.accounts = {trade.number: trade.account for trade in trades}
        self.steps = {trade.number: _step(ground, trade) for trade in trades}
        self.caps = dict(self.given)
        self.cuts: list[_Cut] = []
        self.proven = True
        self.units = {trade.number: _unit(state, trade) for trade in trades}
        self.pieces = self._pieces()
        accounts = tuple(sorted(set(self.accounts.values())))
        limits = (*ground.limits, *book_limits(ground, state.currency))
        wanted = requirements(limits, state, accounts)
        least: dict[int, Fraction] = {}
        for need in wanted:
            least[id(need.limit)] = min(need.least, least.get(id(need.limit), need.least))
        self.rows = [
            row for need in wanted if _is_plain(need) for row in self._rows(need, least[id(need.limit)])
        ]
        plain = [need for need in wanted if _is_plain(need)]
        self.bent = bent_rules(((need, least[id(need.limit)]) for need in plain), self._least_of)
        self.tickets = tuple(
            rule
            for rule in ground.per_trade
            if rule.standing == "applies" and rule.waiver is None and force_of(rule.rule.rule) == "hard"
        )
        exact = (need.limit.rule.rule.id for need in plain if linear_parts(need.form))
        self.known = frozenset((*exact, *(rule.rule.rule.id for rule in self.tickets)))

    # -------------------------------------------------------------- facts

    def _pieces(self) -> dict[int, tuple[Piece, ...]]:
        """Return the lots that each sale takes when the whole list is done."""
        book = self.ground.book
        settlement = settlement_of(book, self.trades, self.ground.rulebook.tax)
        found: dict[int, tuple[Piece, ...]] = {}
        for trade in self.trades:
            rate = self.state.rate_of(trade.account)
            parts = []
            for row in settlement.of_trade(trade.number):
                self.proven = self.proven and not row.disallowed
                deltas = {Term(TermKind.COST, row.account, row.symbol): -row.basis * rate / row.quantity}
                if row.term is not None:
                    kind = TermKind.GAIN_LONG if row.term == "long" else TermKind.GAIN_SHORT
                    deltas[Term(kind, row.account)] = row.recognized * rate / row.quantity
                parts.append(Piece(shares=row.quantity, deltas=deltas))
            found[trade.number] = tuple(parts)
        return found

    def _rows(self, need: Requirement, least: Fraction) -> list[tuple[Linear, Fraction]]:
        """Return (form, room): the change of the form must be at least -room.

        least: of both sides of a limit; a list that leaves a band on one side is no worse as long as it
        is no further out than the account was on the other.
        """
        parts = linear_parts(need.form)
        return [(part, value(part, self.state) - least) for part in parts or ()]

    def _moved(self, form: Linear, number: int) -> Fraction:
        """Return by how much one share of a trade moves a form, sold lots left out."""
        return sum((f * self.units[number].get(t, ZERO) for t, f in form.terms), ZERO)

    def _least_of(self, form: Linear) -> Fraction:
        """Return the least that a form comes to, whatever part of the list is done, sold lots left out."""
        moves = (self._moved(form, number) * shares for number, shares in self.given.items())
        return value(form, self.state) + sum((min(ZERO, move) for move in moves), ZERO)

    def listed(self, quantities: Quantities) -> tuple[Trade, ...]:
        """Return the trades that are left, with the numbers of the given list."""
        return tuple(
            trade
            if quantities[trade.number] == self.given[trade.number]
            else replace(trade, quantity=exact_decimal(quantities[trade.number]))
            for trade in self.trades
            if quantities[trade.number] > 0
        )

    # -------------------------------------------------------------- learning from the gate

    def learn(self, at: Quantities, answer: GateAnswer, judge: Judge, *, first: bool) -> None:
        """Add what the gate's answer for the list `at` says of every other list.

        first: nothing has been solved yet, so that what the rows say already needs no learning.
        """
        verdicts = stopping(answer)
        if first and any(verdict.rule in self.known for verdict in verdicts):
            verdicts = tuple(verdict for verdict in verdicts if verdict.rule not in self.known)
            if not verdicts:
                return
        bent = self._bend(at)
        for verdict in verdicts:
            if not any(one.speaks(verdict) for one in bent):
                self._learn(at, verdict, judge)
        if not verdicts:
            everything = frozenset(self.given)
            self.cuts.append(_Cut(at=at, down={n: q for n, q in at.items() if q}, up=everything))
            self.proven = False

    def _bend(self, at: Quantities) -> list[Bent]:
        """Add a row for each bent rule that the list `at` breaks by more than a row's slack; return these."""

        def after(term: Term) -> Fraction:
            return self.state(term) + sum((self.units[n].get(term, ZERO) * q for n, q in at.items()), ZERO)

        found: list[Bent] = []
        for one in self.bent:
            cut = one.cut(after)
            if cut is None:
                continue
            form, least = cut
            room = value(form, self.state) - least
            reach = abs(room) + sum(abs(self._moved(form, n)) * shares for n, shares in self.given.items())
            if least - value(form, after) > CLEARLY * reach:
                self.rows.append((form, room))
                found.append(one)
        return found

    def _learn(self, at: Quantities, verdict: Verdict, judge: Judge) -> None:
        named = [number for number in verdict.trades if at.get(number)]
        best = {n: (ZERO if n in verdict.trades else q) for n, q in self.given.items()}
        for number in named:
            self.caps[number] = min(self.caps[number], self._largest(number, best, verdict, judge))
        if any(at[number] > self.caps[number] for number in named):
            return
        down = {number: self._largest(number, dict(at), verdict, judge) for number in named}
        up = frozenset(n for n, q in at.items() if n not in verdict.trades and q < self.given[n])
        self.cuts.append(_Cut(at=at, down=down, up=up))

    def _largest(self, number: int, others: dict[int, Fraction], verdict: Verdict, judge: Judge) -> Fraction:
        """Return the most of one trade at which the verdict does not stop the list, `others` as they are."""
        others = dict(others)

        def stops(shares: Fraction) -> bool:
            others[number] = shares
            return any(_same(verdict, other) for other in stopping(judge(self.listed(others))))

        whole = self.caps[number]
        if not stops(whole):
            return whole
        step = self.steps[number]
        low, high = 0, int(-(-whole // step))  # stops at `high` steps or at the whole; not at `low`
        if high <= 1 or stops(step):
            return ZERO
        low = 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if stops(middle * step) else (middle, high)
        return low * step

    # -------------------------------------------------------------- the program

    def solve(self) -> Quantities | None:
        """Return the nearest quantities that nothing known forbids, or None where none were found."""
        program = MixedProgram()
        money = {t.number: as_float(abs(self._worth(t))) for t in self.trades}
        whole = sum(money[n] * as_float(q) for n, q in self.given.items()) or 1.0
        columns = {t.number: self._columns(program, t, 0.5 * money[t.number] / whole) for t in self.trades}
        for part, room in self.rows:
            self._row(program, columns, part, room)
        for rule in self.tickets:
            for trade in self.trades:
                add_ticket(program, columns[trade.number], rule, trade, self.state)
        for cut in self.cuts:
            self._cut(program, columns, cut)
        answer = program.solve(gap=GAP, nodes=MOST_NODES)
        if answer is None:
            return None
        self.proven = self.proven and answer.cost - answer.bound <= 2 * GAP
        found = {}
        for number, own in columns.items():
            touched, steps = answer.values[own.touched], answer.values[own.steps]
            found[number] = round(float(steps)) * self.steps[number] if touched > 0.5 else self.given[number]
        return found

    def _worth(self, trade: Trade) -> Fraction:
        return self.state.unit_value(trade.account, trade.symbol) or ZERO

    def _columns(self, program: MixedProgram, trade: Trade, price: float) -> Own:
        number = trade.number
        given, step = as_float(self.given[number]), as_float(self.steps[number])
        most = int(-(-self.given[number] // self.steps[number])) - 1
        touched = program.column(high=1.0, whole=True, cost=1.0 + price * given)
        steps = program.column(high=float(max(0, most)), whole=True, cost=-price * step)
        dropped = program.column(high=1.0, whole=True)
        program.row({steps: 1.0, touched: -float(max(0, most))}, high=0.0)
        program.row({dropped: 1.0, touched: -1.0}, high=0.0)
        program.row({steps: 1.0, dropped: float(max(0, most))}, high=float(max(0, most)))
        program.row({steps: 1.0, dropped: 1.0, touched: -1.0}, low=0.0)
        if self.caps[number] < self.given[number]:
            program.row({touched: 1.0}, low=1.0)
            program.row({steps: step}, high=as_float(self.caps[number]) + step / 1000)
        own = Own(touched=touched, steps=steps, dropped=dropped, given=given, step=step, pieces=())
        return replace(own, pieces=self._split(program, own, self.pieces[number]))

    def _split(
        self, program: MixedProgram, own: Own, parts: tuple[Piece, ...]
    ) -> tuple[tuple[int, Piece], ...]:
        """Add how much of each lot is taken: a lot only when those before it are taken whole."""
        if not parts:
            return ()
        columns = [program.column(high=as_float(part.shares)) for part in parts]
        total: dict[int, float] = dict.fromkeys(columns, 1.0)
        program.row({**total, **own.quantity(-1.0)}, low=own.given, high=own.given)
        for before, after, part, following in zip(columns, columns[1:], parts, parts[1:], strict=False):
            begun = program.column(high=1.0, whole=True)
            program.row({before: 1.0, begun: -as_float(part.shares)}, low=0.0)
            program.row({after: 1.0, begun: -as_float(following.shares)}, high=0.0)
        return tuple(zip(columns, parts, strict=True))

    def _row(self, program: MixedProgram, columns: Mapping[int, Own], part: Linear, room: Fraction) -> None:
        factors = dict(part.terms)
        terms: dict[int, float] = {}
        fixed = ZERO
        for number, own in columns.items():
            amount = sum((f * self.units[number].get(t, ZERO) for t, f in factors.items()), ZERO)
            if amount:
                fixed += amount * self.given[number]
                merge(terms, own.quantity(as_float(amount)))
            for column, piece in own.pieces:
                change = sum((f * piece.deltas.get(t, ZERO) for t, f in factors.items()), ZERO)
                merge(terms, {column: as_float(change)})
            counted = factors.get(Term(TermKind.TRADES, self.accounts[number]), ZERO)
            if counted:
                fixed += counted
                merge(terms, {own.dropped: -as_float(counted)})
        terms = {column: amount for column, amount in terms.items() if amount}
        if terms:
            size = max(abs(amount) for amount in terms.values())
            slack = 1e-7 * max(1.0, abs(as_float(room + fixed)) / size)
            low = -as_float(room + fixed) / size - slack
            program.row({column: amount / size for column, amount in terms.items()}, low=low)

    def _cut(self, program: MixedProgram, columns: Mapping[int, Own], cut: _Cut) -> None:
        down = {n: program.column(high=1.0, whole=True) for n in cut.down}
        up = {n: program.column(high=1.0, whole=True) for n in cut.up}
        program.row(dict.fromkeys((*down.values(), *up.values()), 1.0), low=1.0)
        for number, switch in down.items():
            own, at = columns[number], as_float(cut.at[number])
            below = at - own.step if at < own.given else own.most
            program.row({**own.quantity(1.0), switch: own.given - below}, high=own.step / 1000)
            alone = as_float(cut.down[number])
            others = [s for n, s in (*down.items(), *up.items()) if n != number]
            program.row(
                {**own.quantity(1.0), switch: own.given - alone, **dict.fromkeys(others, alone - own.given)},
                high=own.step / 1000,
            )
        for number, switch in up.items():
            own, at = columns[number], as_float(cut.at[number])
            program.row({**own.quantity(1.0), switch: -(at + own.step / 2)}, low=-own.given)


def _same(one: Verdict, other: Verdict) -> bool:
    return (one.rule, one.account, one.household, one.group) == (
        other.rule,
        other.account,
        other.household,
        other.group,
    )


def _is_plain(need: Requirement) -> bool:
    """Whether the requirement's rows say exactly what the gate says."""
    return need.force == "hard" and not need.limit.purchase_only


def _unit(state: BookState, trade: Trade) -> Mapping[Term, Fraction]:
    """Return what one share of a trade changes, sold lots left out."""
    deltas = unit_deltas(state, trade)
    if trade.side is Side.BUY:
        paid = -deltas[Term(TermKind.CASH, trade.account)]
        deltas[Term(TermKind.COST, trade.account, trade.symbol)] = paid
    return deltas


def _step(ground: GroundBook, trade: Trade) -> Fraction:
    if ground.book.accounts[trade.account].fractional:
        return FINE_STEP
    return Fraction(ground.book.securities[trade.symbol].lot_size or 1)
