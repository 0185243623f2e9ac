"""Measuring: a book opened once, and a list measured by what it changes.

`OpenBook` holds every form's value before; `Listed` holds one list's deltas and the values after. The
state with one trade dropped or resized starts from the values after, so that asking "without trade 3"
costs what trade 3 touches:

    value(Acme) after 54,000; trade 3 bought 5,000 of it; without it 49,000
"""

from collections.abc import Mapping, Set
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from engine.facts.book import Book
from engine.facts.failure import InputErrors
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Trade
from engine.gate.admission import problems
from engine.gate.agreed import Agreed
from engine.gate.builtin import book_limits, borrowers
from engine.gate.deltas import (
    Deltas,
    add,
    settled_deltas,
    settlement_of,
    trade_deltas,
)
from engine.gate.fingerprint import book_fingerprint
from engine.gate.graph import Graph
from engine.gate.items import Item
from engine.gate.limits import Limits, OpenLimit
from engine.gate.reference import ReferenceBook, prepare
from engine.gate.resized import with_quantity
from engine.gate.states import NOTHING, Values
from engine.ledger.exact import exact
from engine.ledger.payment import unpaid_lots
from engine.ledger.settle import Settlement
from rulebooks.ground import GroundBook, PerTrade
from rulebooks.grounding.laying import checks_price_age
from rulebooks.state import PRICE_AGE_DAYS, BookState, book_currency, book_state


class OpenBook:
    """A grounded rulebook with every form's value before: opened once, asked for any number of lists."""

    def __init__(self, ground: GroundBook) -> None:
        self.ground = ground
        self.book: Book = ground.book
        self.reading = ground.rulebook.tax
        self.currency = currency_of(ground)
        self.state: BookState = book_state(self.book, self.currency)
        self.graph = Graph(self.state)
        waived = tuple(ban.waived for ban in ground.bans if ban.waived is not None)
        bounds = (*ground.limits, *book_limits(ground, self.currency))
        self.limits = Limits(self.graph, bounds, detached=waived)
        self._own_ages = {p.id for p in ground.rulebook.policies if checks_price_age(p)}
        self.quiet: dict[int, tuple[Item, ...]] = {}  # by the number of the rule and scope
        self.kept: dict[tuple[object, ...], tuple[Item, ...]] = {}  # other items that are always the same
        self.unpriced: dict[tuple[int | None, AccountId], tuple[tuple[AccountId, Symbol], ...]] = {}
        self.unreliable: dict[tuple[str, AccountId, Symbol], bool] = {}  # by policy: prices it does not take
        self.disorder: dict[tuple[AccountId, Symbol], str | None] = {}  # of the data of what was traded
        self.blind: frozenset[int] | None = None  # limits whose base lacks a price; found when asked for
        # limits that a trade may move and that may stop it, by its place and the nodes that it moves
        self.moved_by: dict[tuple[AccountId, Symbol, frozenset[int]], tuple[OpenLimit, ...]] = {}
        self._ties: dict[Symbol, frozenset[Symbol]] = {}
        self.quiet_ids: set[int] = set()
        # by whether it is explained, and the identity of a quiet item: what was concluded and told of it
        self.proven: dict[bool, dict[int, Any]] = {True: {}, False: {}}
        self.order: dict[int, str] = {}  # by identity of a verdict told of it: its place
        self.words: dict[int, Any] = {}  # by identity of a rule: what verdicts always say of it
        self.responses: dict[str, Any] = {}  # of each rule, as the inference is told them
        self.agreed = Agreed()  # what the two evaluators have agreed on so far
        self._calendars = {policy.id: policy.calendar for policy in ground.rulebook.policies}
        self.settles = self.limits.settles
        for ticket in ground.per_trade:
            self._lay_out(ticket)

    def _lay_out(self, ticket: PerTrade) -> None:
        """Lay out the bounds that a list moves, before any list is measured."""
        for bound in (*ticket.moving.values(), *ticket.warn_moving.values(), ticket.waived_moving):
            for side in () if bound is None else (bound.low, bound.high):
                if side is not None:
                    self.graph.add(side)

    @cached_property
    def unpaid(self) -> Mapping[tuple[AccountId, LotId], date]:
        """The lots of cash accounts that are not paid for with settled cash yet, and when they will be."""
        lots = unpaid_lots(self.book)
        may_borrow = borrowers(self.ground) if lots else frozenset[AccountId]()
        return {key: day for key, day in lots.items() if key[0] not in may_borrow}

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the book's facts."""
        return book_fingerprint(self.book)

    @cached_property
    def reference(self) -> ReferenceBook:
        """The same book as the second evaluator sees it."""
        return prepare(self.ground.rulebook.policies, self.book)

    @cached_property
    def largest(self) -> tuple[tuple[AccountId, Symbol], ...]:
        """What is held long, the largest value first."""
        state = self.state
        held = ((position, quantity) for position, quantity in state.quantities.items() if quantity > 0)
        worth = {position: quantity * (state.unit_value(*position) or 0) for position, quantity in held}
        return tuple(sorted(worth, key=lambda position: (-worth[position], position)))

    @cached_property
    def bending(self) -> Set[int]:
        """The nodes, with all their parts, of limits that are not made of lines alone."""
        bent = (limit.nodes for limit in self.limits.all if not limit.straight)
        return self.graph.below(frozenset[int]().union(*bent))

    @cached_property
    def lot_orders(self) -> Mapping[tuple[AccountId, LotId], str]:
        """The order of the acquisition that opened each lot, where one is known."""
        return {(lot.account, lot.lot): lot.order for lot in self.book.lots if lot.order is not None}

    @cached_property
    def met_before(self) -> tuple[frozenset[Symbol], ...]:
        """Of each window, the securities of which an event may meet what was done before."""
        return tuple(
            frozenset(
                met
                for act in window.past_actions
                if act.symbol is not None
                for met in window.partners.get(act.symbol, ())
            )
            for window in self.ground.windows
        )

    def calendar_of(self, policy: str) -> str | None:
        """Return the exchange calendar of a policy."""
        return self._calendars.get(policy)

    def tied_to(self, symbol: Symbol) -> frozenset[Symbol]:
        """Return the symbols that some window ties to this one, either way round."""
        known = self._ties.get(symbol)
        if known is None:
            tied: set[Symbol] = set()
            for window in self.ground.windows:
                tied |= window.partners.get(symbol, frozenset())
                tied |= {other for other, partners in window.partners.items() if symbol in partners}
            known = self._ties[symbol] = frozenset(tied)
        return known

    def price_age_of(self, policy: str, account: AccountId) -> int | None:
        """Return how many days old a price may be for a policy; None where it has a rule of its own.

        policy: empty for the rules of the book, which follow any policy that governs the account.
        """
        if policy:
            return None if policy in self._own_ages else PRICE_AGE_DAYS
        scopes = ((require.scope, require.rule.governed_by) for require in self.ground.requires)
        governing = {name for scope, name in scopes if account in scope.stops}
        return None if governing & self._own_ages else PRICE_AGE_DAYS

    def listed(self, trades: tuple[Trade, ...]) -> "Listed":
        """Return a list measured against this book; raises InputErrors for what cannot be judged."""
        if found := [problem for trade in trades for problem in problems(self.ground, self.state, trade)]:
            raise InputErrors(tuple(found))
        return Listed(self, trades)


class Listed:
    """One list on an opened book."""

    def __init__(self, opened: OpenBook, trades: tuple[Trade, ...], *, like: "Listed | None" = None) -> None:
        """like: another list, of whose trades what is unchanged is taken over."""
        self.opened = opened
        self._like = like
        self.trades = tuple(sorted(trades, key=lambda trade: trade.number))
        self.by_number: Mapping[int, Trade] = {trade.number: trade for trade in trades}
        self.own: dict[int, Deltas] = {t.number: _own_deltas(opened, t, like) for t in trades}
        self.positions = {(trade.account, trade.symbol) for trade in trades}
        self.concerned: dict[int, tuple[tuple[AccountId, Symbol], ...]] = {}  # by limit
        self.stale: dict[str, tuple[Trade, ...]] = {}  # by policy
        self.memo: dict[tuple[str, int], object] = {}  # what other modules have worked out for this list
        self._without: dict[tuple[int, bool], Values] = {}
        self._pools: dict[tuple[tuple[Trade, ...], int | None], Deltas] = {}
        self._settlements: dict[tuple[Trade, ...], Settlement] = {}
        self._nodes: dict[int, frozenset[int]] = {}
        self._shifts: dict[int, Mapping[int, Fraction]] = {}

    @cached_property
    def settlement(self) -> Settlement:
        """What the list does to the lots."""
        return settlement_of(self.opened.book, self.trades, self.opened.reading)

    @cached_property
    def deltas(self) -> Deltas:
        """The change of every term."""
        if not self.opened.settles:
            return self.flows
        settled = settled_deltas(self.opened.state, self.trades, self.settlement)
        return add((1, settled), on=self.flows)

    @cached_property
    def flows(self) -> Deltas:
        """The change of every term, what depends on lots aside."""
        own, like = self.own, self._like
        if like is not None:
            gone = [(-1, theirs) for number, theirs in like.own.items() if own.get(number) is not theirs]
            come = [(1, mine) for number, mine in own.items() if like.own.get(number) is not mine]
            if len(gone) + len(come) < len(own):
                return add(*gone, *come, on=like.flows)
        if len(own) == 1:
            (alone,) = own.values()
            return alone if all(alone.values()) else add((1, alone))
        return add(*((1, mine) for mine in own.values()))

    @cached_property
    def after(self) -> Values:
        """The values of all nodes that the list changes."""
        if len(self.trades) == 1 and not self.opened.settles:
            return self.opened.graph.shifted(self.shifts_of(self.trades[0].number))
        return self.opened.graph.after(self.deltas)

    @cached_property
    def reached(self) -> frozenset[int]:
        """The nodes that read what some trade changes, whether they move or not."""
        reached = frozenset[int]().union(*(self.nodes_of(number) for number in self.by_number))
        return reached | self.opened.graph.touched(self.deltas) if self.opened.settles else reached

    @cached_property
    def lame(self) -> Set[AccountId]:
        """The accounts that trade what has no price, or one that is old."""
        missing = self.opened.state.missing
        return {t.account for t in self.trades if missing(t.account, t.symbol) is not None}

    def shifts_of(self, number: int) -> Mapping[int, Fraction]:
        """Return how much one trade moves each linear node, what depends on lots aside."""
        known = self._shifts.get(number)
        if known is None:
            known = self._shifts[number] = self.opened.graph.shifts(self.own[number])
        return known

    def nodes_of(self, number: int) -> frozenset[int]:
        """Return the nodes that one trade may change, what depends on lots aside."""
        known = self._nodes.get(number)
        if known is None:
            known = self._nodes[number] = self.opened.graph.above(self.shifts_of(number))
        return known

    @cached_property
    def movers(self) -> Mapping[int, list[int]]:
        """By node, the numbers of the trades that may change it, what depends on lots aside."""
        found: dict[int, list[int]] = {}
        for number in self.by_number:
            for node in self.nodes_of(number):
                found.setdefault(node, []).append(number)
        return found

    @cached_property
    def pushes(self) -> Mapping[int, list[tuple[int, Fraction]]]:
        """By linear node, the trades that move it, and by how much; what depends on lots aside."""
        found: dict[int, list[tuple[int, Fraction]]] = {}
        for trade in self.trades:
            for node, shift in self.shifts_of(trade.number).items():
                found.setdefault(node, []).append((trade.number, shift))
        return found

    def without(self, number: int, *, settled: bool) -> Values:
        """Return the values with one trade left out, every other one standing as it was settled."""
        known = self._without.get((number, settled))
        if known is None:
            alone = len(self.trades) == 1
            known = NOTHING if alone else self.dropped(number, self.after, settled=settled)
            self._without[(number, settled)] = known
        return known

    def on_line(self, limit: OpenLimit, number: int, factor: Fraction) -> Values:
        """Return the values that a limit of linear nodes reads, so many times one trade's move added."""
        value, shifts = self.opened.graph.value, self.shifts_of(number)
        found = {node: value(node, self.after) for node in limit.nodes}
        for node in found:
            if node in shifts:
                found[node] += factor * shifts[node]
        return found

    def dropped(
        self, number: int, state: Values, *, settled: bool, quantity: Fraction | None = None
    ) -> Values:
        """Return a state of the list, in which a trade has this quantity, with that trade left out of it."""
        trade = self.by_number[number]
        factor = exact(1) if quantity is None else quantity / exact(trade.quantity)
        if not (settled and self.opened.settles):
            return self._scaled(number, -factor, state)
        shift: Deltas = {term: -factor * delta for term, delta in self.own[number].items()}
        pool = self.pool_of(trade)
        if quantity is not None:
            pool = with_quantity(pool, trade, quantity)
        shift = add((1, shift), (1, self._settled(pool, less=number)), (-1, self._settled(pool)))
        return self.opened.graph.after(shift, on=state)

    def resized(self, number: int, quantity: Fraction, *, settled: bool) -> Values:
        """Return the values with one trade done at another quantity, 0 to leave it out.

        settled: with gains, losses and cost settled anew; without, the nodes that read them are not right.
        """
        trade = self.by_number[number]
        factor = quantity / exact(trade.quantity) - 1
        if not (settled and self.opened.settles):
            return self._scaled(number, factor, self.after)
        shift: Deltas = {term: factor * delta for term, delta in self.own[number].items()}
        shift = add((1, shift), (1, self._settled_shift(trade, quantity)))
        return self.opened.graph.after(shift, on=self.after)

    def _scaled(self, number: int, factor: Fraction, state: Values) -> Values:
        """Return a state once as many times what one trade moves is added to it."""
        shifts = {node: factor * shift for node, shift in self.shifts_of(number).items()}
        return self.opened.graph.shifted(shifts, state)

    def _settled_shift(self, trade: Trade, quantity: Fraction) -> Deltas:
        """Return how gains and cost change where one trade is resized: its own pool is settled again."""
        now = self.pool_of(trade)
        then = with_quantity(now, trade, quantity)
        return add((1, self._settled(then)), (-1, self._settled(now)))

    def _settled(self, pool: tuple[Trade, ...], *, less: int | None = None) -> Deltas:
        known = self._pools.get((pool, less))
        if known is None:
            opened = self.opened
            settlement = self._settlements.get(pool)
            if settlement is None:
                settlement = settlement_of(opened.book, pool, opened.reading)
                self._settlements[pool] = settlement
            known = settled_deltas(opened.state, pool, settlement, less=less)
            self._pools[(pool, less)] = known
        return known

    def pool_of(self, trade: Trade) -> tuple[Trade, ...]:
        """Return the trades of the list that meet this one in the ledger: same household, identical."""
        household = self.opened.book.accounts[trade.account].household
        return self.pools.get((household, self.opened.reading.identity(trade.symbol)), ())

    @cached_property
    def pools(self) -> Mapping[tuple[str, str], tuple[Trade, ...]]:
        """The trades by household and what is identical."""
        accounts, identity = self.opened.book.accounts, self.opened.reading.identity
        found: dict[tuple[str, str], list[Trade]] = {}
        for trade in self.trades:
            pool = (accounts[trade.account].household, identity(trade.symbol))
            found.setdefault(pool, []).append(trade)
        return {pool: tuple(trades) for pool, trades in found.items()}

    @cached_property
    def by_symbol(self) -> Mapping[tuple[str, Symbol], tuple[Trade, ...]]:
        """The trades by household and symbol."""
        accounts = self.opened.book.accounts
        found: dict[tuple[str, Symbol], list[Trade]] = {}
        for trade in self.trades:
            found.setdefault((accounts[trade.account].household, trade.symbol), []).append(trade)
        return {place: tuple(trades) for place, trades in found.items()}

    def replaced(self, changed: Trade) -> "Listed":
        """Return the list with one trade replaced by another of the same number."""
        trades = tuple(changed if t.number == changed.number else t for t in self.trades)
        return Listed(self.opened, trades, like=self)

    def without_trade(self, number: int) -> "Listed":
        """Return the list without one trade."""
        trades = tuple(trade for trade in self.trades if trade.number != number)
        return Listed(self.opened, trades, like=self)

    def around(self, changed: Trade) -> "Listed":
        """Return the part of the list that a trade may meet in a window or a lot, with it replaced.

        That is: the trades of its household in what is identical to it, or tied to it by a window.
        """
        return Listed(self.opened, (*self.near(changed), changed), like=self)

    def near(self, trade: Trade) -> tuple[Trade, ...]:
        """Return the other trades that a trade may meet in a window or a lot."""
        if len(self.by_number) == 1 and trade.number in self.by_number:
            return ()
        household = self.opened.book.accounts[trade.account].household
        near = {other.number: other for other in self.pool_of(trade)}
        for symbol in self.opened.tied_to(trade.symbol):
            near.update((other.number, other) for other in self.by_symbol.get((household, symbol), ()))
        near.pop(trade.number, None)
        return tuple(near.values())


def _own_deltas(opened: OpenBook, trade: Trade, like: Listed | None) -> Deltas:
    if like is not None and like.by_number.get(trade.number) is trade:
        return like.own[trade.number]
    return trade_deltas(opened.state, trade)


def currency_of(ground: GroundBook) -> str:
    """Return the currency that figures are told in: the policies', else the book's."""
    currencies = sorted({policy.currency for policy in ground.rulebook.policies})
    return currencies[0] if currencies else book_currency(ground.book)
