"""Policies laid out over a book, and a list over both: what every rule is judged with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dsl.policy import EVERYTHING, CheckedPolicy, ValuedAt
from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.trades import Trade
from engine.gate.reference.asked import View, Worths
from engine.gate.reference.market import Market, market_of
from engine.gate.reference.scopes import Scope, governed
from engine.gate.reference.state import Done, State, after, without
from engine.gate.reference.tables import Subjects, Table, table
from engine.gate.reference.verdicts import Gap, Key

LotName = tuple[AccountId, Symbol, LotId]
"""What names the parts of one lot."""


def by_name(lots: tuple[Lot, ...]) -> dict[LotName, list[Lot]]:
    """Return open lots by account, symbol and name."""
    found: dict[LotName, list[Lot]] = {}
    for lot in lots:
        found.setdefault((lot.account, lot.symbol, lot.lot), []).append(lot)
    return found


@dataclass(slots=True, kw_only=True, eq=False)
class Setting:
    """One policy over a book before the list."""

    policy: CheckedPolicy
    market: Market
    worths: Worths
    before: State
    accounts: tuple[AccountId, ...]
    lots: Mapping[LotName, list[Lot]]
    old_worths: Worths
    _everything: dict[Scope, Table] = field(default_factory=dict)
    _classes: dict[Scope, tuple[tuple[Table, Fraction], ...]] = field(default_factory=dict)

    @property
    def book(self) -> Book:
        """The book."""
        return self.market.book

    def view(self, scope: Scope, *, base: str, valued_at: ValuedAt = "market") -> View:
        """Return the view of a scope before the list."""
        return View(
            market=self.market,
            worths=self.worths,
            scope=scope,
            state=self.before,
            before=self.before,
            done=None,
            everything=self.everything(scope),
            classes=lambda: self.classes(scope),
            base=base,
            valued_at=valued_at,
            old_worths=self.old_worths,
        )

    def everything(self, scope: Scope) -> Table:
        """Return all positions of a scope."""
        if scope not in self._everything:
            whole = Subjects(market=self.market, parts=(EVERYTHING,), is_whole=True)
            self._everything[scope] = table(whole, scope, self.before)
        return self._everything[scope]

    def classes(self, scope: Scope) -> tuple[tuple[Table, Fraction], ...]:
        """Return the classes of the policy's targets that have a target."""
        if scope not in self._classes:
            self._classes[scope] = tuple(
                (
                    table(Subjects(market=self.market, parts=(row.subject,)), scope, self.before),
                    Fraction(row.target),
                )
                for targets in self.policy.targets
                for row in targets.classes
                if row.target is not None
            )
        return self._classes[scope]


def setting(policy: CheckedPolicy, book: Book, before: State) -> Setting:
    """Return a policy laid out over a book."""
    market = market_of(policy, book)
    old = market.with_old_prices()
    return Setting(
        policy=policy,
        market=market,
        worths=Worths(market),
        before=before,
        accounts=governed(policy, market),
        lots=by_name(book.lots),
        old_worths=Worths(old, True),
    )


@dataclass(slots=True, kw_only=True, eq=False)
class Listed:
    """A list over one policy's setting: the state after it, and after all of it but one trade."""

    setting: Setting
    done: Done
    after: State
    _without: dict[int, State] = field(default_factory=dict)
    _moves: dict[tuple[int, Scope, str, ValuedAt], bool] = field(default_factory=dict)
    _moves_any: dict[tuple[Scope, str, ValuedAt], bool] = field(default_factory=dict)
    _touched: dict[Scope, list[Key]] = field(default_factory=dict)

    @property
    def trades(self) -> tuple[Trade, ...]:
        """The trades of the list."""
        return self.done.trades

    def touched(self, scope: Scope) -> list[Key]:
        """Return the positions of a scope that the list touches, cash included."""
        if scope not in self._touched:
            self._touched[scope] = [key for key in self.after.changed if key[0] in scope.holds]
        return self._touched[scope]

    def without(self, trade: Trade) -> State:
        """Return the state after the list without one of its trades."""
        if trade.number not in self._without:
            self._without[trade.number] = without(self.after, trade, self.done, self.setting.market)
        return self._without[trade.number]

    def moves_base(self, view: View) -> bool:
        """Return whether the list, or any trade of it by itself, moves the weight base of a view."""
        name = (view.scope, view.base, view.valued_at)
        if name not in self._moves_any:
            self._moves_any[name] = self._does_move_base(view.at(self.after, self.done))
        return self._moves_any[name]

    def _does_move_base(self, after: View) -> bool:
        try:
            if after.base_amount() != after.at(after.before, None).base_amount():
                return True
        except Gap:
            return True
        if len(self.trades) == 1:
            return False
        return any(self.trade_moves_base(trade, after) for trade in self.trades)

    def trade_moves_base(self, trade: Trade, after: View) -> bool:
        """Return whether the list without one trade has another weight base; true where it is missing."""
        name = (trade.number, after.scope, after.base, after.valued_at)
        if name not in self._moves:
            try:
                other = after.at(self.without(trade), self.done).base_amount()
                self._moves[name] = other != after.base_amount()
            except Gap:
                self._moves[name] = True
        return self._moves[name]

    def numbers(self, keys: Iterable[Key], scope: Scope) -> frozenset[int]:
        """Return the trades in some positions, in accounts where the policy may stop them."""
        among = frozenset(keys)
        return frozenset(
            trade.number
            for trade in self.trades
            if (trade.account, trade.symbol) in among and trade.account in scope.stops
        )


def listed(own: Setting, done: Done) -> Listed:
    """Return a list laid out over a policy's setting."""
    return Listed(setting=own, done=done, after=after(own.before, done, own.market))


def nothing_listed(own: Setting, done: Done) -> Listed:
    """Return the empty list, whose after is the before."""
    nothing = replace(done, listed=())
    return Listed(setting=own, done=nothing, after=State({}, own.before))
