"""Limits of an opened book: their nodes, their readings before and after a list, the tightest of each.

A reading holds the headroom, which decides, and what is told. With 0.05 * 1,000,000 as the bound, a
value of 54,000 and net assets as base, headroom is -4,000 in form units and the told figures are 5.4,
5 and -0.4 percent. A risk measure decides on its told value, rounded to RISK_STEP.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.gate.deltas import SETTLED_KINDS
from engine.gate.graph import Graph
from engine.gate.items import NO_GROUP, Group
from engine.gate.readings import (
    HUNDRED,
    NONE,
    ONE,
    Anchor,
    Reading,
    Room,
    Sides,
    anchored,
    factor_of,
    least,
    rounded_reading,
)
from engine.gate.states import NOTHING, Over, State, Values
from engine.gate.stopping import blocks
from engine.ledger.exact import exact
from rulebooks.forms import Form, Term, TermKind, terms_of
from rulebooks.ground import Bound, GroundLimit, Scope

Position = tuple[AccountId, Symbol]

FLOWS = frozenset({TermKind.CASH, TermKind.BOUGHT, TermKind.SOLD})
"""Terms that the price of a trade moves."""

TURNED = frozenset({TermKind.BOUGHT, TermKind.SOLD})
"""Terms that tell purchases and sales, which are valued at the book's price whatever was paid."""

PRICED = frozenset({TermKind.VALUE, TermKind.NET_ASSETS})
"""Terms that need the price of what is held."""

HISTORY = frozenset({TermKind.GAIN_SHORT, TermKind.GAIN_LONG})
"""Terms that the history of the year is in."""

GAINS = frozenset({TermKind.GAIN_SHORT, TermKind.GAIN_LONG, TermKind.DISALLOWED})
"""Terms that only a sale of which the gain is known tells."""

HISTORY_WORDS = ("turnover", "realized", "gains")
"""Words in a measure's name that say it reads the history."""

RuleScope = tuple[str, str, str, Scope]
"""Governing policy, the rule's own policy, rule id and scope: whose verdicts belong together."""


@dataclass(slots=True, kw_only=True)
class OpenLimit:
    """A ground limit with its nodes and its reading before."""

    index: int
    ground: GroundLimit
    measure: int
    base: int | None
    bound: Sides
    warn: Sides | None
    waived: Sides | None
    nodes: frozenset[int]
    linear: bool
    straight: bool  # all its nodes are linear: a trade's size moves each along a line
    before: Reading
    room: Room  # before
    stops: bool = False  # an active breach of it stops a trade
    steady: bool = False  # kept before the list, and of lines alone: it ends at one quantity of a trade
    floor: Fraction = NONE  # min(0, before) per unit of the base: the headroom may not fall below it
    anchor: Anchor | None = None  # none where the base is not positive, or the figure is rounded
    settles: bool = False  # reads what only a settlement tells
    gains: bool = False  # reads gains and losses of the list
    flows: frozenset[AccountId] = frozenset()  # accounts whose cash, purchases or sales it reads
    turns: frozenset[AccountId] = (
        frozenset()
    )  # accounts whose purchases or sales it reads, at the book's price
    worths: frozenset[AccountId] = frozenset()  # accounts whose net assets it reads
    priced: bool = True  # reads what positions are worth at a price; at cost it does not
    history: bool = False  # reads what was realized or turned over before
    is_plain: bool = False  # nothing but its nodes moves what it says, as long as prices are there
    ranked: tuple[tuple[Term, Fraction], ...] | None = None  # parts of a linear measure before, largest first
    group: Group = NO_GROUP  # as answers name it; the band of a target by its class
    belonging: frozenset[Position] | None = None  # members, and what may be; found when first asked for

    @property
    def key(self) -> RuleScope:
        """What this limit's verdicts are summed up by."""
        rule = self.ground.rule
        return (rule.governed_by, rule.rule.policy, rule.rule.id, self.ground.scope)


class Limits:
    """All limits of a book over one graph.

    detached: limits that have no verdict of their own. Their nodes are laid out with the others: a list
    that is measured first would not have moved what is laid out later.
    """

    def __init__(
        self, graph: Graph, grounds: Iterable[GroundLimit], *, detached: tuple[GroundLimit, ...] = ()
    ) -> None:
        self.graph = graph
        self.all: list[OpenLimit] = []
        self._is_tested: list[bool] = []
        self.watchers: dict[int, list[int]] = {}
        self.measured_by: dict[int, list[int]] = {}
        self.touched_by: dict[Position, list[int]] = {}
        self.by_key: dict[RuleScope, list[int]] = {}
        self._before: dict[object, object] = {}  # readings before any list
        self._detached = {id(ground): self._open(ground, -1 - n) for n, ground in enumerate(detached)}
        for ground in grounds:
            self._register(self._open(ground, len(self.all)))
        self.unsure = [limit.index for limit in self.all if limit.ground.unknown or limit.ground.gaps]
        self.loud = frozenset(limit.index for limit in self.all if _is_loud(limit))
        self.warned = frozenset(limit.index for limit in self.all if limit.warn is not None)
        self.of_gains = frozenset(limit.index for limit in self.all if limit.gains)
        # by rule, as verdicts are told: what is quiet is then nearly in order
        self.by_key = dict(sorted(self.by_key.items(), key=lambda row: row[0][2]))
        numbers = {key: number for number, key in enumerate(self.by_key)}
        self.key_of = [numbers[limit.key] for limit in self.all]
        rows = [
            sorted(group, key=lambda index: (_told(self.all[index].before), index))
            for group in self.by_key.values()
        ]
        # by the number of the rule and scope, the tightest first
        self.tested = [[index for index in group if self.is_tested(index)] for group in rows]
        self.idle = [[index for index in group if not self.is_tested(index)] for group in rows]

    def detached(self, ground: GroundLimit) -> OpenLimit:
        """Return a limit that has no verdict of its own, such as the bound of a ban's waiver."""
        return self._detached[id(ground)]

    @property
    def settles(self) -> bool:
        """Whether any limit reads what only a settlement tells."""
        return any(limit.settles for limit in (*self.all, *self._detached.values()))

    def _open(self, ground: GroundLimit, index: int) -> OpenLimit:
        graph = self.graph
        measure = graph.add(ground.measure)
        base = None if ground.base is None else graph.add(ground.base)
        bound, warn, waived = (self._sides(b) for b in (ground.bound, ground.warn, ground.waived))
        assert bound is not None
        sides = (ground.base, ground.bound.low, ground.bound.high)
        forms = [ground.measure, *(form for form in sides if form is not None)]
        terms = {term for form in forms for term in terms_of(form)}
        several = (measure, base, *_of(bound), *_of(warn), *_of(waived))
        nodes = frozenset(node for node in several if node is not None)
        settles = any(term.kind in SETTLED_KINDS for term in terms)
        limit = OpenLimit(
            index=index,
            ground=ground,
            measure=measure,
            base=base,
            bound=bound,
            warn=warn,
            waived=waived,
            nodes=nodes,
            linear=not ground.rounded and all(graph.is_linear(node) for node in _of(bound) | {measure}),
            straight=not ground.rounded and not settles and all(graph.is_linear(node) for node in nodes),
            before=_NOT_YET,
            group=_group_of(ground),
            room=Room(NONE, ONE),
            settles=settles,
            gains=any(term.kind in GAINS for term in terms),
            history=any(term.kind in HISTORY for term in terms) or _reads_history(ground.rule.measure),
            flows=frozenset(term.account for term in terms if term.kind in FLOWS) | _base_at_cost(ground),
            turns=frozenset(term.account for term in terms if term.kind in TURNED),
            priced=ground.rule.rule.valued_at != "cost" or any(term.kind in PRICED for term in terms),
            worths=frozenset(term.account for term in terms if term.kind is TermKind.NET_ASSETS),
        )
        limit.is_plain = _is_plain(limit)
        self._stand(limit)
        limit.floor = _floor_of(limit)
        return limit

    def _register(self, limit: OpenLimit) -> None:
        index, ground = limit.index, limit.ground
        self.all.append(limit)
        self._is_tested.append(ground.standing == "applies" and not ground.purchase_only)
        self.by_key.setdefault(limit.key, []).append(index)
        self.measured_by.setdefault(limit.measure, []).append(index)
        for node in limit.nodes:
            self.watchers.setdefault(node, []).append(index)
        for position in ground.members:
            self.touched_by.setdefault(position, []).append(index)

    def is_tested(self, index: int) -> bool:
        """Return whether an untouched group is tested at all: not where only purchases are."""
        return self._is_tested[index]

    def upper(self, limit: OpenLimit) -> OpenLimit:
        """Return the limit with its upper bound alone."""
        return self.bounded(limit, Sides(low=None, high=limit.bound.high))

    def bounded(self, limit: OpenLimit, sides: Sides) -> OpenLimit:
        """Return the limit with other bounds in place of its own."""
        bounded = replace(limit, bound=sides, warn=None)
        self._stand(bounded)
        return bounded

    def _stand(self, limit: OpenLimit) -> None:
        """Read a limit as it is before any list."""
        limit.before = self._read(limit, limit.bound, NOTHING)
        limit.room = self.room(limit, NOTHING)
        limit.anchor = self._anchor(limit)
        limit.stops = blocks(limit.ground.rule.rule, limit.before.headroom)
        limit.steady = _is_steady(limit)

    def _anchor(self, limit: OpenLimit) -> Anchor | None:
        factor = None if limit.ground.rounded else factor_of(limit.ground.rule.unit, limit.room.base)
        if factor is None:
            return None
        sides, before = limit.bound, self.graph.before
        return Anchor(
            sides=sides,
            factor=factor,
            low=None if sides.low is None else before(sides.low),
            high=None if sides.high is None else before(sides.high),
            told_low=limit.before.low,
            told_high=limit.before.high,
        )

    def _sides(self, bound: Bound | None) -> Sides | None:
        if bound is None:
            return None
        low, high = (self._add(side) for side in (bound.low, bound.high))
        return Sides(low=low, high=high)

    def _add(self, form: Form | None) -> int | None:
        return None if form is None else self.graph.add(form)

    def reading(self, limit: OpenLimit, after: Values) -> Reading:
        """Return the limit's reading in the state that `after` leads to.

        It is kept with the state, under the limit's nodes: limits of the same nodes read the same.
        """
        kept: dict[object, object] = after.readings if isinstance(after, State | Over) else {}
        if not after:
            kept = self._before
        key = (limit.index, limit.bound.low, limit.bound.high)
        known = kept.get(key)
        if known is None:
            known = kept[key] = self._read(limit, limit.bound, after)
        assert isinstance(known, Reading)
        return known

    def room(self, limit: OpenLimit, after: Values) -> Room:
        """Return the headroom alone of the limit's reading in a state."""
        if limit.base is None or limit.ground.rounded:
            return Room(self.headroom(limit, after), ONE)
        return Room(self.headroom(limit, after), self.graph.value(limit.base, after))

    def headroom(self, limit: OpenLimit, after: Values) -> Fraction:
        """Return the headroom alone, in form units, of the limit's reading in a state."""
        if limit.ground.rounded:
            return self.reading(limit, after).headroom
        value, bound = self.graph.value, limit.bound
        measure = value(limit.measure, after)
        low = None if bound.low is None else measure - value(bound.low, after)
        high = None if bound.high is None else value(bound.high, after) - measure
        return least(low, high)

    def against(self, limit: OpenLimit, sides: Sides, after: Values) -> Fraction:
        """Return the headroom against other bounds: the early warning's or the waiver's."""
        return self._read(limit, sides, after).headroom

    def _read(self, limit: OpenLimit, sides: Sides, after: Values) -> Reading:
        value = self.graph.value
        measure = value(limit.measure, after)
        anchor = limit.anchor
        if anchor is not None and anchor.sides is sides and not _moves_bounds(limit, after):
            return anchored(anchor, measure)
        base = ONE if limit.base is None else value(limit.base, after)
        low = None if sides.low is None else value(sides.low, after)
        high = None if sides.high is None else value(sides.high, after)
        if limit.ground.rounded:
            return rounded_reading(limit.ground.rule.unit, measure, base, low, high)
        high_headroom = None if high is None else high - measure
        low_headroom = None if low is None else measure - low
        factor = factor_of(limit.ground.rule.unit, base)
        headroom = least(low_headroom, high_headroom)
        return Reading(
            headroom=headroom,
            told_headroom=None if factor is None else headroom * factor,
            high_headroom=high_headroom,
            figure=None if factor is None else measure * factor,
            low=None if factor is None or low is None else low * factor,
            high=None if factor is None or high is None else high * factor,
        )


def _moves_bounds(limit: OpenLimit, after: Values) -> bool:
    """Return whether base or bounds are other than before; of no node there is nothing to move."""
    sides = limit.bound
    return limit.base in after or sides.low in after or sides.high in after


def _group_of(ground: GroundLimit) -> Group:
    if ground.target is not None:
        return (("class", ground.target),)
    return NO_GROUP if ground.group is None else (ground.group,)


def _floor_of(limit: OpenLimit) -> Fraction:
    told = limit.before.told_headroom
    if limit.base is None or told is None:
        return min(NONE, limit.before.headroom)
    return min(NONE, told / (HUNDRED if limit.ground.rule.unit == "percent" else ONE))


def _base_at_cost(ground: GroundLimit) -> frozenset[AccountId]:
    """Return the accounts whose cost the base is: what a purchase at an old price adds to it is unknown."""
    terms = () if ground.base is None else terms_of(ground.base)
    return frozenset(term.account for term in terms if term.kind is TermKind.COST)


def _reads_history(measure: str) -> bool:
    return any(word in measure for word in HISTORY_WORDS)


def _is_loud(limit: OpenLimit) -> bool:
    """Return whether a group may have something to say though no list touches it."""
    ground = limit.ground
    return (
        bool(ground.excepted or ground.missing or ground.unknown or ground.gaps) or limit.before.headroom < 0
    )


def _is_plain(limit: OpenLimit) -> bool:
    """Return whether it depends on no list whether the limit is tested, excepted or lacks data."""
    ground = limit.ground
    if ground.standing != "applies" or ground.purchase_only or limit.gains:
        return False
    return not (ground.excepted or ground.missing or ground.unknown or ground.gaps)


def _is_steady(limit: OpenLimit) -> bool:
    is_line = limit.linear and not limit.settles and limit.ground.waiver is None
    return is_line and limit.is_plain and limit.room.headroom >= 0


def _told(reading: Reading) -> Fraction:
    told = reading.told_headroom
    return reading.headroom if told is None else told


def _of(sides: Sides | None) -> frozenset[int]:
    both = () if sides is None else (sides.low, sides.high)
    return frozenset(node for node in both if node is not None)


_NOT_YET = Reading(headroom=exact(0), high_headroom=None, figure=None, low=None, high=None)
