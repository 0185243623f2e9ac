"""A limit on one list: its figures in each view, taken again only where the list may have moved them.

500 issuers, the list trades ACME    Acme Corp is read after the list, the other 499 as before it
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.facts.trades import Trade
from engine.gate.reference.asked import Reading, View
from engine.gate.reference.bounds import Bound
from engine.gate.reference.limits import Figures, LimitPlan, groups_of, room
from engine.gate.reference.setting import Listed
from engine.gate.reference.verdicts import Group, Key

Bounds = tuple[Bound | None, Bound | None]
"""Low and high of a limit."""


@dataclass(slots=True, kw_only=True, eq=False)
class Case:
    """One limit on one list."""

    plan: LimitPlan
    done: Listed
    touched: list[Key]  # positions of the scope that the list touches
    after: View
    moved: set[Group] | None = None  # groups of which the list trades something; None: any may be
    is_base_moved: bool = True
    _bounds: dict[int, Bounds] = field(default_factory=dict)
    _without: dict[int, tuple[View, set[Group] | None]] = field(default_factory=dict)
    _movers: dict[Group | None, list[Trade]] | None = None

    def figures(self, view: View, group: Group, *, upper_only: bool = False) -> Figures:
        """Return a group's figures in a view; raises Gap where data are missing."""
        return self.with_reading(self.plan.reading(view, group), view, group, upper_only=upper_only)

    def with_reading(
        self, reading: Reading, view: View, group: Group, *, upper_only: bool = False
    ) -> Figures:
        """Return a group's figures where the measure is known already."""
        low, high = self.bounds(view, group)
        low = None if upper_only else low
        return Figures(reading=reading, low=low, high=high, room=room(reading, low, high))

    def bounds(self, view: View, group: Group) -> Bounds:
        """Return the bounds of a group in a view, read once for all groups where they are the same."""
        plan = self.plan
        if not plan.is_common or view.gaps is not None:
            return plan.bound(plan.low, view, group), plan.bound(plan.high, view, group)
        if id(view) not in self._bounds:
            self._bounds[id(view)] = plan.bound(plan.low, view, group), plan.bound(plan.high, view, group)
        return self._bounds[id(view)]

    def before(self, group: Group) -> Figures:
        """Return a group's figures before the list; they are the same for every list."""
        if group not in self.plan.before:
            self.plan.before[group] = self.figures(self.plan.view, group)
        return self.plan.before[group]

    def of_list(self, group: Group) -> Figures:
        """Return a group's figures after the list."""
        if self.moved is not None and group not in self.moved and not self.is_base_moved:
            return self.with_reading(self.before(group).reading, self.after, group)
        return self.figures(self.after, group)

    def without(self, trade: Trade, group: Group, after: Figures, *, known_only: bool) -> Figures | None:
        """Return a group's figures without one trade; None where the trade cannot have moved them."""
        if len(self.done.trades) == 1 and not known_only:
            return self.before(group)
        view, groups = self.view_without(trade)
        if known_only:
            return self.figures(view._replace(gaps=set()), group, upper_only=True)
        if groups is None or group in groups:
            return self.figures(view, group)
        return (
            None
            if self.bounds(view, group) == (after.low, after.high)
            else self.with_reading(after.reading, view, group)
        )

    def movers(self, group: Group) -> Sequence[Trade]:
        """Return the trades without any one of which a group might read otherwise."""
        if not self.plan.is_fixed:
            return self.done.trades
        if self._movers is None:
            self._movers = {}
            for trade in self.done.trades:
                groups = self.view_without(trade)[1]
                for moved in (None,) if groups is None else groups:
                    self._movers.setdefault(moved, []).append(trade)
        own, any_group = self._movers.get(group, []), self._movers.get(None, [])
        return [*own, *any_group]

    def view_without(self, trade: Trade) -> tuple[View, set[Group] | None]:
        """Return the view without one trade, and the groups that it may have moved; None: any."""
        if trade.number not in self._without:
            state = self.done.without(trade)
            view = self.after.at(state, self.done.done.without(trade.number))
            is_any = not self.plan.is_local or self.done.trade_moves_base(trade, self.after)
            keys = [key for key in state.changed if key[0] in self.plan.scope.holds]
            self._without[trade.number] = (view, None if is_any else groups_of(self.plan, keys))
        return self._without[trade.number]


def case_of(plan: LimitPlan, done: Listed) -> Case:
    """Return a limit on a list, with what the list may have moved."""
    touched = done.touched(plan.scope)
    after = plan.view.at(done.after, done.done)
    case = Case(plan=plan, done=done, touched=touched, after=after)
    if plan.is_local:
        case.moved = groups_of(plan, touched)
        case.is_base_moved = bool(touched) and done.moves_base(plan.view)
    return case
