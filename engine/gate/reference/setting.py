"""Policies laid out over a book, and a list over both: what every rule is judged with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dsl.policy import EVERYTHING, CheckedPolicy, ValuedAt
from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId
from engine.facts.lots import Lot
from engine.facts.trades import Trade
from engine.gate.reference.asked import View, Worths
from engine.gate.reference.market import ONE, Market, market_of
from engine.gate.reference.scopes import Scope, governed
from engine.gate.reference.state import NOTHING, Done, Positions, State, absorbed, after, changes, without
from engine.gate.reference.tables import Subjects, Table, table
from engine.gate.reference.verdicts import Gap, Group, Key

ViewName = tuple[Scope, str, ValuedAt]
"""What names a view of a policy: whose holdings, over which weight base, at which worth."""


def by_name(lots: tuple[Lot, ...]) -> dict[Key, dict[LotId, list[Lot]]]:
    """Return open lots by account and symbol, and then by name."""
    found: dict[Key, dict[LotId, list[Lot]]] = {}
    for lot in lots:
        found.setdefault((lot.account, lot.symbol), {}).setdefault(lot.lot, []).append(lot)
    return found


@dataclass(slots=True, kw_only=True, eq=False)
class Setting:
    """One policy over a book before the list."""

    policy: CheckedPolicy
    market: Market
    worths: Worths
    before: State
    accounts: tuple[AccountId, ...]
    lots: Mapping[Key, Mapping[LotId, list[Lot]]]  # by position and name
    old_worths: Worths
    tables: dict[object, Table] = field(default_factory=dict)  # by view, subject and attribute
    _views: dict[ViewName, View] = field(default_factory=dict)
    _everything: dict[Scope, Table] = field(default_factory=dict)
    _classes: dict[Scope, tuple[tuple[Table, Fraction], ...]] = field(default_factory=dict)

    @property
    def book(self) -> Book:
        """The book."""
        return self.market.book

    def lots_of(self, key: Key) -> Iterator[Lot]:
        """Yield the open lots of a position."""
        for parts in self.lots.get(key, {}).values():
            yield from parts

    def view(self, scope: Scope, *, base: str, valued_at: ValuedAt = "market") -> View:
        """Return the view of a scope before the list; rules of one scope, base and worth share it."""
        name = (scope, base, valued_at)
        if name not in self._views:
            self._views[name] = View(
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
        return self._views[name]

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
class Seen:
    """What a list does to a view.

    after: the view after the list. touched: the positions of the scope that the list touches, cash
    included. is_base_moved: whether the list, or any trade of it by itself, moves the weight base.
    """

    after: View
    touched: Sequence[Key]
    is_base_moved: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Listed:
    """A list over one policy's setting: the state after it, and after all of it but one trade."""

    setting: Setting
    done: Done
    after: State
    trades: tuple[Trade, ...]
    moves: Sequence[Positions]  # what each trade adds to the positions it touches
    _moves: dict[int, Positions] = field(default_factory=dict)  # by trade, once asked
    _without: dict[int, State] = field(default_factory=dict)
    _seen: dict[tuple[Table, str, ValuedAt], Seen] = field(default_factory=dict)
    _trade_moves: dict[tuple[int, Table, str, ValuedAt], bool] = field(default_factory=dict)

    def seen(self, view: View) -> Seen:
        """Return what the list does to a view; found once for all rules that share it."""
        name = (view.everything, view.base, view.valued_at)
        known = self._seen.get(name)
        if known is None:
            after = view.at(self.after, self.done)
            touched = [key for key in self.after.positions if key[0] in view.scope.holds]
            known = Seen(
                after=after, touched=touched, is_base_moved=bool(touched) and self._moves_base(view, after)
            )
            self._seen[name] = known
        return known

    def without(self, trade: Trade) -> State:
        """Return the state after the list without one of its trades."""
        if trade.number not in self._without:
            self._without[trade.number] = without(self.after, self._own(trade), trade.number, self.done)
        return self._without[trade.number]

    def _own(self, trade: Trade) -> Positions:
        """Return what a trade adds to the positions it touches."""
        if not self._moves:
            self._moves = {one.number: own for one, own in zip(self.trades, self.moves, strict=True)}
        return self._moves[trade.number]

    def keys_of(self, trade: Trade) -> Iterable[Key]:
        """Return the positions in which the list without one of its trades differs from the whole."""
        return {**self._own(trade), **absorbed(self.done, trade.number)}

    def _moves_base(self, before: View, after: View) -> bool:
        try:
            if after.base_amount() != before.base_amount():
                return True
        except Gap:
            return True
        if len(self.trades) == 1:
            return False
        return any(self.trade_moves_base(trade, after) for trade in self.trades)

    def trade_moves_base(self, trade: Trade, after: View) -> bool:
        """Return whether the list without one trade has another weight base; true where it is missing."""
        name = (trade.number, after.everything, after.base, after.valued_at)
        known = self._trade_moves.get(name)
        if known is None:
            try:
                known = self._is_other_base(trade, after)
            except Gap:
                known = True
            self._trade_moves[name] = known
        return known

    def _is_other_base(self, trade: Trade, after: View) -> bool:
        whole, added = after.base_amount(), self._adds_worth(trade, after)
        if added is not None:
            return added != 0
        return after.at(self.without(trade), self.done).base_amount() != whole

    def _adds_worth(self, trade: Trade, after: View) -> Fraction | None:
        """Return what a trade adds to net assets at the market; None where that alone does not tell.

        Buying 20 at the book's price of 10 adds 200 of shares and takes 200 of cash: nothing.
        """
        if (after.base, after.valued_at) != ("net_assets", "market"):
            return None
        keys = [key for key in self._own(trade) if key[0] in after.scope.holds]
        return self._added(trade, keys)

    def adds_to(self, trade: Trade, table: Table, group: Group) -> Fraction | None:
        """Return what a trade adds to a group's value at the market; None where that alone does not tell.

        A position that stands for the holdings of a fund is not told by its own shares.
        """
        keys = []
        for key in self._own(trade):
            pieces = table.belongs(key).groups.get(group)
            if pieces is not None:
                if len(pieces) > 1 or pieces[0][1] is not ONE:
                    return None
                keys.append(key)
        return self._added(trade, keys)

    def _added(self, trade: Trade, keys: Iterable[Key]) -> Fraction | None:
        """Return what a trade adds at the market to some of its positions; None where that is missing."""
        added, own, unit_of = NOTHING, self._own(trade), self.setting.market.unit
        for key in keys:
            move, unit = own[key], unit_of(*key)
            if unit is None or move.unknown or self.after.position(key).unknown:
                return None
            added += move.quantity if unit is ONE else move.quantity * unit
        return added

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
    trades = done.trades
    moves = [changes(trade, own.market, done) for trade in trades]
    state = after(own.before, moves, done)
    return Listed(setting=own, done=done, after=state, trades=trades, moves=moves)


def nothing_listed(own: Setting, done: Done) -> Listed:
    """Return the empty list, whose after is the before."""
    return Listed(
        setting=own, done=replace(done, listed=()), after=State({}, own.before), trades=(), moves=()
    )
