"""One question to a measure: of what, in which state, for whom, in which unit.

A figure is kept as a *reading*, an amount over a base, so that a weight decides even where the base is
zero: 0 of 0 passes any limit, 5 of 0 passes no upper limit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from dsl.policy import AnySubject, Period, Unit, ValuedAt
from engine.facts.ids import AccountId, Symbol
from engine.gate.reference.market import ONE, Market, cash_symbol, is_cash
from engine.gate.reference.scopes import Scope
from engine.gate.reference.state import NOTHING, Done, Position, State, Sum, Worth, market_worth
from engine.gate.reference.tables import PieceWorth, Table
from engine.gate.reference.values import Absent
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, Gap, Group, Key

SHARES_OF_ONE = (Unit.SHARE, Unit.POINTS, Unit.BPS)
"""Units of figures that are a part of the weight base."""


class Reading(NamedTuple):
    """A figure: `amount` over `base`, where base is 1 for what is no share."""

    amount: Fraction
    base: Fraction = ONE

    @property
    def told(self) -> Fraction | None:
        """The figure, None where its base is not positive."""
        if self.base is ONE:
            return self.amount
        return self.amount / self.base if self.base > 0 else None

    def plus(self, other: "Reading") -> "Reading":
        """Return the sum of two figures of one unit."""
        if self.base == other.base:
            return Reading(self.amount + other.amount, self.base)
        return Reading(self.amount * other.base + other.amount * self.base, self.base * other.base)


@dataclass(slots=True, eq=False)
class Worths:
    """The ways in which positions are added up, one object for each, so that sums are remembered."""

    market: Market
    takes_old: bool = False
    _known: dict[tuple[ValuedAt | str, str | None], PieceWorth] = field(default_factory=dict)

    def of(self, valued_at: ValuedAt | str, coefficient: str | None = None) -> PieceWorth:
        """Return what positions are worth `at` market, cost, par, notional or as a `quantity`.

        coefficient: an attribute that each value is multiplied by; `known:X` is 1 where X has a value.
        """
        key = (valued_at, coefficient)
        if key not in self._known:
            if coefficient is None:
                self._known[key] = PieceWorth(worth=self._worth(valued_at))
            else:
                factor = _coefficient(self.market, coefficient)
                self._known[key] = PieceWorth(worth=self.of(valued_at).worth, coefficient=factor)
        return self._known[key]

    def _worth(self, valued_at: ValuedAt | str) -> Worth:
        at_market = market_worth(self.market, takes_old=self.takes_old)
        match valued_at:
            case "market":
                return at_market
            case "size" | "securities":
                return _securities(at_market, is_size=valued_at == "size")
            case "quantity":
                return _quantity
            case "cost" | "basis":
                return _cost(self.market, is_basis=valued_at == "basis", takes_old=self.takes_old)
            case _:
                name: ValuedAt = "par" if valued_at == "par" else "notional"
                return _at_face(self.market, name, takes_old=self.takes_old)


def _quantity(key: Key, position: Position) -> Sum:
    return NOTHING if is_cash(key[1]) else position.quantity, frozenset()


def _securities(signed: Worth, *, is_size: bool) -> Worth:
    """Return market value with cash left out, as a size where short positions count like long ones."""

    def worth(key: Key, position: Position) -> Sum:
        if is_cash(key[1]):
            return NOTHING, frozenset()
        amount, missing = signed(key, position)
        return abs(amount) if is_size else amount, missing

    return worth


def _cost(market: Market, *, is_basis: bool, takes_old: bool) -> Worth:
    """Return what positions cost; as a basis cash counts for nothing.

    takes_old: cash that trades at an old price have moved counts at that price. 0 shares have no cost,
    whatever basis a sale from a lot smaller than itself has left.
    """

    def worth(key: Key, position: Position) -> Sum:
        if is_basis and is_cash(key[1]):
            return NOTHING, frozenset()
        rate = market.rate(market.book.accounts[key[0]].currency)
        unknown = frozenset[Key]() if takes_old else position.unknown
        if (position.cost == 0 or position.quantity == 0) and not unknown:
            return NOTHING, frozenset()
        if unknown or rate is None:
            return NOTHING, unknown or frozenset({key})
        return position.cost * rate, frozenset()

    return worth


def _at_face(market: Market, valued_at: ValuedAt, *, takes_old: bool) -> Worth:
    def worth(key: Key, position: Position) -> Sum:
        unit = market.unit(*key, valued_at)
        unknown = frozenset[Key]() if takes_old else position.unknown
        if position.quantity == 0 and not unknown:
            return NOTHING, frozenset()
        if unit is None or unknown:
            return NOTHING, unknown or frozenset({key})
        return position.quantity * unit, frozenset()

    return worth


def _coefficient(market: Market, name: str) -> Callable[[AccountId, Symbol], Fraction | Absent]:
    if name.startswith("known:"):
        path = name.removeprefix("known:")

        def is_there(account: AccountId, symbol: Symbol) -> Fraction | Absent:
            found = market.figure(account, symbol, path)
            return found if isinstance(found, Absent) else ONE

        return is_there
    if name.startswith("one over:"):
        path = name.removeprefix("one over:")

        def inverse(account: AccountId, symbol: Symbol) -> Fraction | Absent:
            found = market.figure(account, symbol, path)
            return Absent.UNKNOWN if found == 0 else found if isinstance(found, Absent) else 1 / found

        return inverse
    return lambda account, symbol: market.figure(account, symbol, name)


class View(NamedTuple):
    """Where figures are taken: a state of a scope, and the list that led to it (None: before it)."""

    market: Market
    worths: Worths
    scope: Scope
    state: State
    before: State
    done: Done | None
    everything: Table
    classes: Callable[[], tuple[tuple[Table, Fraction], ...]]  # of the policy's targets, with the target
    base: str
    valued_at: ValuedAt
    old_worths: Worths  # at the last known prices, however old
    gaps: set[Key] | None = None  # where given, what is missing is noted here and left out

    def missing(self, why: str, keys: frozenset[Key]) -> None:
        """Note positions of which something is missing; raises Gap where nobody takes notes."""
        if self.gaps is None:
            raise Gap(why, keys)
        self.gaps.update(keys)

    def total(self, table: Table, group: Group, worth: PieceWorth) -> Fraction:
        """Return a sum over a group; raises Gap (or leaves out) where a part of it is missing."""
        amount, missing = table.total(self.state, group, worth)
        if missing:
            self.missing("a price or figure is missing", missing)
        return amount

    def value(self, table: Table, group: Group) -> Fraction:
        """Return the value of a group as the rule values it."""
        return self.total(table, group, self.worths.of(self.valued_at))

    def base_amount(self, name: str | None = None) -> Fraction:
        """Return a weight base of the scope in this state, the header's unless named."""
        if self.gaps is not None:
            return self._find_base(name or self.base)
        bases, key = self.state.bases, (self.everything, name or self.base, self.valued_at)
        if key not in bases:
            bases[key] = self._find_base(name or self.base)
        return bases[key]

    def _find_base(self, name: str) -> Fraction:
        net = self.value(self.everything, EVERYTHING_IN_SCOPE)
        if self.gaps:
            worth = self.old_worths.of(self.valued_at)
            net, _ = self.everything.total(self.state, EVERYTHING_IN_SCOPE, worth)
        match name:
            case "total_assets":
                return net + self.borrowing()
            case "invested_assets":
                return net - self.cash()
            case _:
                return net

    def cash(self) -> Fraction:
        """Return the cash of the scope in the policy's currency."""
        return sum(self.cash_of_accounts(), NOTHING)

    def borrowing(self) -> Fraction:
        """Return the size of negative cash, account by account."""
        return sum((-amount for amount in self.cash_of_accounts() if amount < 0), NOTHING)

    def cash_of_accounts(self) -> list[Fraction]:
        """Return each account's cash; missing where a trade has no price or a currency no rate."""
        worth = self.worths.of("market").worth
        found: list[Fraction] = []
        for account in self.scope.holds:
            key = (account, cash_symbol(self.market.book, account))
            amount, missing = worth(key, self.state.position(key))
            if missing:
                self.missing("cash is unknown", missing)
                amount, _ = self.old_worths.of("market").worth(key, self.state.position(key))
            found.append(amount)
        return found

    def at(self, state: State, done: Done | None) -> "View":
        """Return the same view of another state."""
        return View(
            self.market,
            self.worths,
            self.scope,
            state,
            self.before,
            done,
            self.everything,
            self.classes,
            self.base,
            self.valued_at,
            self.old_worths,
            self.gaps,
        )


class Asked(NamedTuple):
    """A measure asked of a group: `subject` is what the term names, None for the group itself."""

    view: View
    table: Table
    group: Group
    unit: Unit
    subject: AnySubject | None
    derived: Table | None  # the groups within which a derived set, or capped issuers, are found
    period: Period | None

    def money(self, amount: Fraction) -> Reading:
        """Return money as a reading in the measure's unit: over the base where that is a share."""
        return Reading(amount, self.view.base_amount()) if self.unit in SHARES_OF_ONE else Reading(amount)

    def value(self) -> Fraction:
        """Return the value of the group."""
        view = self.view
        return view.total(self.table, self.group, view.worths.of(view.valued_at))

    def total(self, valued_at: str, coefficient: str | None = None) -> Fraction:
        """Return the sum of the group's positions, each in the given worth times a coefficient."""
        return self.view.total(self.table, self.group, self.view.worths.of(valued_at, coefficient))
