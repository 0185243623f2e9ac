"""What a rule is about: which positions belong to its subject, and to which group.

    for each issuer in equities     ACME -> group Acme Corp;  a bond -> none;
                                    an equity whose issuer cell is empty -> the group null, unknown

A position belongs to a group with *pieces*: itself, or, where a rule looks through funds, the parts of
what a fund holds. A position whose membership or group is unknown is kept apart: it is never added up,
and the group that it might belong to has missing data.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from dsl.policy import Subject, Unit
from engine.facts.ids import AccountId, Symbol
from engine.gate.reference.market import ONE, Market, is_cash
from engine.gate.reference.predicates import Truth, all_of, opposite, truth
from engine.gate.reference.scopes import Scope
from engine.gate.reference.state import NOTHING, Change, Position, State, Sum, Worth
from engine.gate.reference.values import Absent, Value, text
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, UNKNOWN_GROUP, Group, Key, NoWitness
from engine.ledger.exact import exact

Piece = tuple[Symbol, Fraction]
"""A security and the share of the position's value that it stands for."""

Selects = Callable[[AccountId, Symbol], Truth]
"""Whether an exception selects a security in an account."""

OwnRow = Callable[[AccountId, Symbol, str], Value | None]
"""Figures of a holding before the list (`value`, `weight`, …); None where the path names no such figure."""


@dataclass(frozen=True, slots=True)
class Belongs:
    """Where a position belongs: its pieces in each group, and the groups it may or may not belong to."""

    groups: Mapping[Group, tuple[Piece, ...]]
    unknown: frozenset[Group]

    @property
    def is_somewhere(self) -> bool:
        """Whether it belongs, or may belong, to any group."""
        return bool(self.groups or self.unknown)


NOWHERE = Belongs({}, frozenset())


@dataclass(slots=True, kw_only=True, eq=False)
class Subjects:
    """A subject, less its exceptions, by attribute: tells of any position where it belongs.

    parts: all must hold; less: none may. attribute: what `for each` names, None for one group.
    """

    market: Market
    parts: tuple[Subject, ...]
    less: tuple[Selects, ...] = ()
    attribute: str | None = None
    look_through: bool = False
    own: OwnRow | None = None
    is_whole: bool = False  # everything in scope, for the weight base
    _known: dict[Key, Belongs] = field(default_factory=dict)
    _members: dict[Key, Truth] = field(default_factory=dict)

    def belongs(self, key: Key) -> Belongs:
        """Return where a position belongs."""
        if key not in self._known:
            self._known[key] = self._find(key)
        return self._known[key]

    def _find(self, key: Key) -> Belongs:
        account, symbol = key
        groups: dict[Group, list[Piece]] = {}
        unknown: set[Group] = set()
        for piece, share in self.pieces(symbol):
            is_member = self.is_member(account, piece)
            if is_member is False:
                continue
            group = self.group_of(account, piece)
            if group is None:
                continue
            if is_member is None or group == UNKNOWN_GROUP:
                unknown.add(group)
            else:
                groups.setdefault(group, []).append((piece, share))
        if not groups and not unknown:
            return NOWHERE
        return Belongs({group: tuple(pieces) for group, pieces in groups.items()}, frozenset(unknown))

    def pieces(self, symbol: Symbol) -> tuple[Piece, ...]:
        """Return what a position stands for: itself, or the holdings of a fund and what they leave over."""
        inside = self.market.book.fund_holdings.get(symbol) if self.look_through else None
        if not inside:
            return ((symbol, ONE),)
        parts = [(part, exact(weight)) for part, weight in inside.items()]
        rest = ONE - sum((weight for _, weight in parts), NOTHING)
        return (*parts, (symbol, rest)) if rest else tuple(parts)

    def is_member(self, account: AccountId, symbol: Symbol) -> Truth:
        """Return whether a security in an account is in the subject; it was so before the list."""
        key = (account, symbol)
        if key not in self._members:
            self._members[key] = self._find_member(account, symbol)
        return self._members[key]

    def _find_member(self, account: AccountId, symbol: Symbol) -> Truth:
        if self.is_whole:
            return True
        if is_cash(symbol) and self.market.book.absent == "no_value":
            return False  # in an example of a mandate, cash is the rest, which matches no subject
        found = [self._satisfies(part, account, symbol) for part in self.parts]
        return all_of([*found, *(opposite(exception(account, symbol)) for exception in self.less)])

    def _satisfies(self, subject: Subject, account: AccountId, symbol: Symbol) -> Truth:
        if subject.kind not in ("holdings", "securities"):
            raise NoWitness(f"{subject.kind} where holdings are due")
        if subject.kind == "securities" and is_cash(symbol):
            return False
        return truth(
            subject.where,
            lambda path, unit: self.row(account, symbol, path, unit),
            today=self.market.book.as_of,
        )

    def row(self, account: AccountId, symbol: Symbol, path: str, unit: Unit | None) -> Value:
        """Return an attribute of a security in an account, or a figure of the holding before the list."""
        if self.own is not None:
            found = self.own(account, symbol, path)
            if found is not None:
                return found
        return self.market.of_security(account, symbol, path, unit)

    def group_of(self, account: AccountId, symbol: Symbol) -> Group | None:
        """Return the group of a security; None where it is in none, (None,) where that is unknown."""
        if self.attribute is None:
            return EVERYTHING_IN_SCOPE
        if self.attribute == "security":
            return None if is_cash(symbol) else (symbol,)
        value = text(self.row(account, symbol, self.attribute, None))
        if value is Absent.NONE:
            return None
        return UNKNOWN_GROUP if isinstance(value, Absent) else (value,)


NO_KEYS: frozenset[Key] = frozenset()


Moved = list[tuple[Key, tuple[Piece, ...]]]
"""Positions with their pieces."""


class Moves(NamedTuple):
    """Positions in which a state differs from the one it came from, by the group they are, or may be, in."""

    groups: Mapping[Group, Moved]
    unknown: Mapping[Group, list[Key]]


@dataclass(slots=True, kw_only=True, eq=False)
class Table:
    """A subject in one scope, with the positions that were held at first, by group."""

    subjects: Subjects
    scope: Scope
    held: dict[Group, list[Key]]
    unknown: dict[Group, list[Key]]
    benchmark: dict[Group, list[Piece]] | None = None  # what the scope's benchmark holds, once asked
    _held: dict[Group, Counter[Symbol]] = field(default_factory=dict)  # positions of each security at first
    _places: dict[Key, Belongs] = field(default_factory=dict)
    _nowhere: set[Key] = field(default_factory=set)  # positions of a list that turned out to be no part

    def belongs(self, key: Key) -> Belongs:
        """Return where a position belongs; nowhere where its account is out of scope."""
        known = self._places.get(key)
        if known is None:
            known = self.subjects.belongs(key) if key[0] in self.scope.holds else NOWHERE
            self._places[key] = known
        return known

    def groups(self, touched: Iterable[Key] = ()) -> dict[Group, None]:
        """Return the groups of what is held or touched, unknown ones too, in order."""
        found = dict.fromkeys([*self.held, *self.unknown])
        for key in touched:
            where = self.belongs(key)
            found.update(dict.fromkeys([*where.groups, *where.unknown]))
        return found

    def unknowns(self, group: Group, touched: Iterable[Key]) -> frozenset[Key]:
        """Return the positions held or touched that may or may not belong to a group."""
        return frozenset(
            [*self.unknown.get(group, ()), *(key for key in touched if group in self.belongs(key).unknown)]
        )

    def unknowns_in(self, state: State, group: Group) -> frozenset[Key]:
        """Return the positions held at first, or changed since, that may or may not belong to a group."""
        doubts = self._moves_in(state).unknown.get(group, ())
        held = self.unknown.get(group, ())
        return frozenset([*held, *doubts]) if held or doubts else NO_KEYS

    def all_unknowns(self, touched: Iterable[Key]) -> frozenset[Key]:
        """Return the positions held or touched that may or may not belong to any group."""
        held = (key for keys in self.unknown.values() for key in keys)
        return frozenset([*held, *(key for key in touched if self.belongs(key).unknown)])

    def moved_in(self, state: State) -> Set[Group]:
        """Return the groups that hold a position in which a state differs from the one it came from."""
        return self._moves_in(state).groups.keys()

    def _moves_in(self, state: State) -> "Moves":
        """Return the positions in which a state differs from the one it came from, by group."""
        known = state.moved.get(self)
        if known is None:
            groups: dict[Group, Moved] = {}
            unknown: dict[Group, list[Key]] = {}
            for key in state.changed - self._nowhere:
                where = self._places.get(key) or self.belongs(key)
                if where is NOWHERE:
                    self._nowhere.add(key)
                    continue
                for group, pieces in where.groups.items():
                    groups.setdefault(group, []).append((key, pieces))
                for group in where.unknown:
                    unknown.setdefault(group, []).append(key)
            known = state.moved[self] = Moves(groups, unknown)
        return known

    def _touched_of(self, state: State, group: Group) -> list[Key]:
        """Return the positions of a group in which a state may differ from the first one."""
        found: list[Key] = []
        while state.came_from is not None:
            found += [key for key, _ in self._moves_in(state).groups.get(group, ())]
            state = state.came_from
        return found

    def members(self, state: State, group: Group) -> list[tuple[Key, Position, tuple[Piece, ...]]]:
        """Return what is held or traded of a group: each position with its pieces, one by one."""
        keys = dict.fromkeys(self.held.get(group, ()))
        keys.update(dict.fromkeys(self._touched_of(state, group)))
        return [
            (key, state.position(key), self.belongs(key).groups[group])
            for key in keys
            if state.holds(key) or key in state.touched
        ]

    def has_members(self, state: State, group: Group) -> bool:
        """Return whether anything of a group was held at first or has been traded since."""
        return bool(self.held.get(group) or self._touched_of(state, group))

    def is_held(self, state: State, group: Group) -> bool:
        """Return whether anything is held of a group."""
        for key in self.held.get(group, ()):
            if state.holds(key):
                return True
        return any(state.holds(key) for key in self._touched_of(state, group))

    def securities(self, state: State, group: Group) -> int:
        """Return how many different securities are held of a group, cash left out."""
        if group not in self._held:
            parts = (self._parts(key, group) for key in self.held.get(group, ()))
            self._held[group] = Counter(symbol for part in parts for symbol in part)
        counts, changes = self._held[group], dict[Symbol, int]()
        first = state
        while first.came_from is not None:
            first = first.came_from
        for key in dict.fromkeys(self._touched_of(state, group)):
            change = state.holds(key) - first.holds(key)
            for symbol in self._parts(key, group) if change else ():
                changes[symbol] = changes.get(symbol, 0) + change
        if not changes:
            return len(counts)
        return len(counts) + sum(
            (counts[symbol] + change > 0) - (counts[symbol] > 0) for symbol, change in changes.items()
        )

    def _parts(self, key: Key, group: Group) -> set[Symbol]:
        """Return the securities, cash left out, that a position stands for in a group."""
        return {symbol for symbol, _ in self.belongs(key).groups.get(group, ()) if not is_cash(symbol)}

    def total(self, state: State, group: Group, worth: "PieceWorth") -> Sum:
        """Return the sum over a group of what its pieces are worth."""
        name = (self, group, worth)  # not their ids, which pass to others once they are gone
        known = state.sums.get(name)
        if known is None:
            earlier = state.came_from
            if earlier is None:
                known = self._first(state, group, worth)
            else:
                moved = self._moves_in(state).groups.get(group)
                known = earlier.sums.get(name) or self.total(earlier, group, worth)
                if moved is not None:
                    known = _corrected(known, state, moved, worth)
            state.sums[name] = known
        return known

    def _first(self, state: State, group: Group, worth: "PieceWorth") -> Sum:
        parts = [
            worth.of(key, state.position(key), self.belongs(key).groups[group])
            for key in self.held.get(group, ())
        ]
        return sum((amount for amount, _ in parts), NOTHING), NO_KEYS.union(*(lost for _, lost in parts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PieceWorth:
    """What the pieces of a position are worth: its own worth times their shares, times a coefficient."""

    worth: Worth
    coefficient: Callable[[AccountId, Symbol], Fraction | Absent] | None = None

    def of(self, key: Key, position: Position, pieces: tuple[Piece, ...]) -> Sum:
        """Return what the pieces add to a sum, and the position where a figure of it is missing.

        A piece that has no value of the coefficient adds nothing.
        """
        amount, missing = self.worth(key, position)
        if missing:
            return NOTHING, missing
        if self.coefficient is None and (amount == 0 or (len(pieces) == 1 and pieces[0][1] is ONE)):
            return amount, missing
        share = self._share(key[0], pieces)
        return (NOTHING, frozenset({key})) if share is None else (amount * share, missing)

    def change(self, state: State, key: Key, pieces: tuple[Piece, ...]) -> Change:
        """Return what the pieces add beyond what they did in the state that this one came from."""
        whole = state.changes.get((self.worth, key)) or state.change(key, self.worth)
        if self.coefficient is None and len(pieces) == 1 and pieces[0][1] is ONE:
            return whole
        amount, gone, lacking = whole
        share = self._share(key[0], pieces)
        if share is None:
            unknown = frozenset({key})
            return NOTHING, gone or unknown, lacking or unknown
        return amount * share, gone, lacking

    def _share(self, account: AccountId, pieces: tuple[Piece, ...]) -> Fraction | None:
        """Return what the position's worth is multiplied by; None where that is unknown."""
        share = NOTHING
        is_whole = len(pieces) == 1 and pieces[0][1] is ONE
        for symbol, part in pieces:
            factor = ONE if self.coefficient is None else self.coefficient(account, symbol)
            if factor is Absent.UNKNOWN:
                return None
            if factor is not Absent.NONE:
                share = factor if is_whole else share + part * factor
        return share


def _corrected(earlier: Sum, state: State, moved: Moved, worth: PieceWorth) -> Sum:
    """Return the earlier state's sum, corrected for the positions that have changed since."""
    amount, missing = earlier
    gone = lacking = NO_KEYS
    for key, pieces in moved:
        change, was_missing, now_missing = worth.change(state, key, pieces)
        amount += change
        if was_missing or now_missing:
            gone, lacking = gone | was_missing, lacking | now_missing
    # a security and the cash that it moves may lack the same price: all goes before anything comes
    return amount, (missing - gone) | lacking if gone or lacking else missing


def table(subjects: Subjects, scope: Scope, before: State) -> Table:
    """Return a subject laid out over what a scope holds before the list."""
    held: dict[Group, list[Key]] = {}
    unknown: dict[Group, list[Key]] = {}
    places: dict[Key, Belongs] = {}
    for key in before.positions:
        if key[0] in scope.holds and before.holds(key):
            where = places[key] = subjects.belongs(key)
            for group in where.groups:
                held.setdefault(group, []).append(key)
            for group in where.unknown:
                unknown.setdefault(group, []).append(key)
    return Table(subjects=subjects, scope=scope, held=held, unknown=unknown, _places=places)
