"""A limit on one list: its figures in each view, taken again only where the list may have moved them.

500 issuers, the list trades ACME    Acme Corp is read after the list, the other 499 as before it
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.facts.trades import Trade
from engine.gate.reference.asked import Reading, View
from engine.gate.reference.limits import Bounds, LimitPlan
from engine.gate.reference.room import Figures, figures
from engine.gate.reference.setting import Listed
from engine.gate.reference.verdicts import Group, Key


@dataclass(slots=True, eq=False)
class Case:
    """One limit on one list.

    touched: positions that the list touches and the limit reads; told: the groups that the rule tells of
    for their sake. moved: groups of which the list trades something; None: any may be. is_sure: of
    everything held and traded it is known where it belongs.
    """

    plan: LimitPlan
    done: Listed
    touched: Sequence[Key]
    after: View
    is_base_moved: bool
    moved: frozenset[Group] | None
    told: frozenset[Group]
    is_sure: bool
    _bounds: dict[int, Bounds] = field(default_factory=dict)
    _without: dict[int, View] = field(default_factory=dict)
    _moved: dict[int, frozenset[Group] | None] = field(default_factory=dict)  # by trade
    _movers: dict[Group | None, list[Trade]] | None = None

    def figures(self, view: View, group: Group, *, upper_only: bool = False) -> Figures:
        """Return a group's figures in a view; raises Gap where data are missing."""
        reading = self.plan.reading(view, group)
        low, high = self.plan.fixed or self.bounds(view, group)
        return figures(reading, None if upper_only else low, high)

    def bounds(self, view: View, group: Group) -> Bounds:
        """Return the bounds of a group in a view, read once for all groups where they are the same."""
        plan = self.plan
        if plan.fixed is not None:
            return plan.fixed
        if not plan.is_common or view.gaps is not None:
            return plan.bound(plan.low, view, group), plan.bound(plan.high, view, group)
        if id(view) not in self._bounds:
            self._bounds[id(view)] = plan.bound(plan.low, view, group), plan.bound(plan.high, view, group)
        return self._bounds[id(view)]

    def before(self, group: Group) -> Figures:
        """Return a group's figures before the list; they are the same for every list."""
        known = self.plan.before.get(group)
        if known is None:
            known = self.plan.before[group] = self.figures(self.plan.view, group)
        return known

    def of_list(self, group: Group) -> Figures:
        """Return a group's figures after the list."""
        if self.moved is None or group in self.moved or self.is_base_moved:
            return self.figures(self.after, group)
        low, high = self.bounds(self.after, group)
        return figures(self.before(group).reading, low, high)

    def without(self, trade: Trade, group: Group, after: Figures, *, known_only: bool) -> Figures | None:
        """Return a group's figures without one trade; None where the trade cannot have moved them."""
        if len(self.done.trades) == 1 and not known_only:
            return self.before(group)
        groups = self._moved_by(trade)
        if not known_only and groups is not None and group in groups:
            added = self.done.adds_to(trade, self.plan.terms[0].table, group) if self.plan.is_value else None
            if added is not None:
                amount, base = after.reading
                return figures(Reading(amount - added, base), after.low, after.high)
        view = self.view_without(trade)
        if known_only:
            return self.figures(view._replace(gaps=set()), group, upper_only=True)
        if groups is None or group in groups:
            return self.figures(view, group)
        low, high = self.bounds(view, group)
        return None if (low, high) == (after.low, after.high) else figures(after.reading, low, high)

    def movers(self, group: Group) -> Sequence[Trade]:
        """Return the trades without any one of which a group might read otherwise."""
        if not self.plan.is_fixed or len(self.done.trades) == 1:
            return self.done.trades
        if self._movers is None:
            self._movers = {}
            for trade in self.done.trades:
                groups = self._moved_by(trade)
                for moved in (None,) if groups is None else groups:
                    self._movers.setdefault(moved, []).append(trade)
        own, any_group = self._movers.get(group, []), self._movers.get(None, [])
        return [*own, *any_group]

    def view_without(self, trade: Trade) -> View:
        """Return the view without one trade."""
        if trade.number not in self._without:
            done = self.done.done.without(trade.number)
            self._without[trade.number] = self.after.at(self.done.without(trade), done)
        return self._without[trade.number]

    def _moved_by(self, trade: Trade) -> frozenset[Group] | None:
        """Return the groups that a trade may move; None: any."""
        if trade.number not in self._moved:
            self._moved[trade.number] = self._find_moved(trade)
        return self._moved[trade.number]

    def _find_moved(self, trade: Trade) -> frozenset[Group] | None:
        if not self.plan.is_local or self.done.trade_moves_base(trade, self.after):
            return None
        holds = self.plan.scope.holds
        return self.plan.reach.place([key for key in self.done.keys_of(trade) if key[0] in holds]).groups


def case_of(plan: LimitPlan, done: Listed, touched: Sequence[Key]) -> Case:
    """Return a limit on a list; touched: the positions that the list touches and the limit reads."""
    seen, place = done.seen(plan.view), plan.reach.place(touched)
    moved = place.groups if plan.is_local else None
    is_sure = place.is_sure and plan.reach.is_sure
    return Case(plan, done, touched, seen.after, seen.is_base_moved, moved, place.told, is_sure)
