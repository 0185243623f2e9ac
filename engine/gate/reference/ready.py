"""Rules laid out over a book, and which of them a list has to be held against.

50 rules, the list buys ACME     the ten that read ACME or cash are judged again, and those whose base
                                 it moves; the others answer as they do on a list that moves nothing
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from engine.facts.ids import AccountId
from engine.gate.reference.answer import Part, RuleKey
from engine.gate.reference.asked import View
from engine.gate.reference.cases import judge_limit, unmoved
from engine.gate.reference.limits import LimitPlan
from engine.gate.reference.setting import Listed, Setting, ViewName
from engine.gate.reference.state import State
from engine.gate.reference.verdicts import Key, NoWitness, ReferenceVerdict

Judge = Callable[[Listed], list[ReferenceVerdict]]
"""A rule in one scope, ready for any list."""


@dataclass(slots=True, kw_only=True, eq=False)
class Ready:
    """One rule in one scope, ready for any list. limit: its plan, where it is a limit."""

    key: RuleKey
    judge: Judge | None = None
    limit: LimitPlan | None = None
    unwitnessed: Callable[[str], ReferenceVerdict] | None = None
    _last: tuple[list[ReferenceVerdict], Part] | None = None
    _said: Part | None = None  # on the list before

    @property
    def is_local(self) -> bool:
        """Whether only a move of the positions that it reads, or of its base, can change its answer."""
        return self.limit is not None and self.limit.is_local

    def part(self, done: Listed, touched: Sequence[Key]) -> Part:
        """Return the rule's verdicts on a list; touched: the positions of the list that a limit reads."""
        if self.limit is None:
            return self._of(done)
        try:
            part = judge_limit(self.limit, done, touched)
        except NoWitness as unknown:
            return self._unknown(unknown)
        if self._said is None or not part.says_the_same(self._said):
            self._said = part
        return self._said

    def quiet(self, done: Listed) -> Part:
        """Return the verdicts of a local limit on a list that does not move it."""
        assert self.limit is not None
        try:
            return unmoved(self.limit, done)
        except NoWitness as unknown:
            return self._unknown(unknown)

    def _unknown(self, unknown: NoWitness) -> Part:
        if self.unwitnessed is None:
            raise unknown
        return Part(self.key, (self.unwitnessed(str(unknown)),))

    def _of(self, done: Listed) -> Part:
        """Return the verdicts of what is no limit; the same value where the rule says the same."""
        assert self.judge is not None
        try:
            found = self.judge(done)
        except NoWitness as unknown:
            return self._unknown(unknown)
        if self._last is None or found is not self._last[0]:
            self._last = found, Part(self.key, tuple(found))
        return self._last[1]


@dataclass(slots=True, kw_only=True, eq=False)
class Prepared:
    """One policy over a book, with its rules ready to judge.

    What is kept is bounded by the book: rules are numbered, and nothing of a list outlasts its answer.
    """

    setting: Setting
    rules: tuple[Ready, ...]
    _always: tuple[int, ...] = field(init=False)  # rules whose answer any list may change
    _readers: dict[Key, list[int]] = field(init=False)  # limits that read a position
    _by_base: dict[AccountId, list[tuple[View, list[int]]]] = field(
        init=False
    )  # local limits, by weight base
    _quiet: list[Part] = field(default_factory=list)  # the answers on a list that moves nothing

    def __post_init__(self) -> None:
        """Find out what each rule reads."""
        self._always = tuple(number for number, rule in enumerate(self.rules) if not rule.is_local)
        self._readers = _readers(self.rules, self.setting.before)
        self._by_base = _by_base(self.rules)

    def judged(self, done: Listed) -> list[Part]:
        """Return each rule's verdicts on a list."""
        touched = self._touched(done)
        parts = self._unmoved(done).copy()
        for number, keys in touched.items():
            parts[number] = self.rules[number].part(done, keys)
        return parts

    def _touched(self, done: Listed) -> dict[int, list[Key]]:
        """Return the rules that the list may move, with the positions of it that they read."""
        found: dict[int, list[Key]] = {number: [] for number in self._always}
        for key in done.after.positions:
            for number in self._readers_of(key):
                if number in found:
                    found[number].append(key)
                else:
                    found[number] = [key]
        for account in {account for account, _ in done.after.positions}:
            for view, numbers in self._by_base.get(account, ()):
                if done.seen(view).is_base_moved:
                    for number in numbers:
                        found.setdefault(number, [])
        return found

    def _unmoved(self, done: Listed) -> list[Part]:
        if not self._quiet:
            self._quiet = [rule.quiet(done) if rule.is_local else Part(rule.key, ()) for rule in self.rules]
        return self._quiet

    def _readers_of(self, key: Key) -> list[int]:
        """Return the limits that read a position; those that cannot tell are among them."""
        known = self._readers.get(key)
        if known is None:
            known = [number for number, rule in enumerate(self.rules) if _reads(rule, key)]
            self._readers[key] = known
        return known


def _readers(rules: Sequence[Ready], before: State) -> dict[Key, list[int]]:
    """Return the limits that read each position that is held, which each of them then has placed."""
    found: dict[Key, list[int]] = {key: [] for key in before.positions if before.holds(key)}
    for number, rule in enumerate(rules):
        if rule.limit is not None:
            tables = rule.limit.reach.tables()
            held = (
                keys for table in tables for part in (table.held, table.unknown) for keys in part.values()
            )
            for key in dict.fromkeys(chain.from_iterable(held)):
                found[key].append(number)
                rule.limit.reach.place((key,))
    return found


def _by_base(rules: Sequence[Ready]) -> dict[AccountId, list[tuple[View, list[int]]]]:
    """Return the limits that only their own positions and their weight base move, by that base."""
    of_view: dict[ViewName, tuple[View, list[int]]] = {}
    for number, rule in enumerate(rules):
        if rule.limit is not None and rule.is_local:
            view = rule.limit.view
            of_view.setdefault((view.scope, view.base, view.valued_at), (view, []))[1].append(number)
    found: dict[AccountId, list[tuple[View, list[int]]]] = {}
    for view, numbers in of_view.values():
        for account in view.scope.holds:
            found.setdefault(account, []).append((view, numbers))
    return found


def _reads(rule: Ready, key: Key) -> bool:
    try:
        return rule.limit is not None and any(
            table.belongs(key).is_somewhere for table in rule.limit.reach.tables()
        )
    except NoWitness:
        return True
