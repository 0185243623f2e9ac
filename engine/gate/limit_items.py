"""Limits, measured for one list: which groups are told, which stand in the rest.

Told are groups that the list touches and those that do not pass; of a rule's other groups the tightest
is told for all of them: where it holds, those with more headroom hold too.

    rule IPS-4.1 over 500 issuers, the list buys ACME: one item for Acme Corp, one for the other 499
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from dsl.policy import Limit
from engine.facts.ids import AccountId, Symbol
from engine.gate.deltas import Deltas
from engine.gate.graph import NOTHING, Values
from engine.gate.items import NO_GROUP, Group, Item, Told
from engine.gate.limits import OpenLimit, Position, Reading, RuleScope
from engine.gate.measure import Listed
from rulebooks.forms import Term, TermKind
from rulebooks.ground import CompiledRule, GroundLimit

AT_PURCHASE = "tested at purchase: the list buys nothing in it, net"


def limit_items(listed: Listed, *, every_group: bool) -> Iterator[Item]:
    """Yield the items of all limits; every group has its own where `every_group`."""
    limits = listed.opened.limits
    touched = _touched(listed)
    moved = {index for node in listed.after for index in limits.watchers.get(node, ())}
    loud = {index for index in moved | limits.loud if _speaks(listed, limits.all[index])}
    told = set(range(len(limits.all))) if every_group else touched | loud
    for index in sorted(told):
        yield from _items_of(listed, limits.all[index], touched=index in touched)
    if not every_group:
        for key, group in limits.by_key.items():
            if told.isdisjoint(group) and moved.isdisjoint(group):
                yield from _quiet(listed, key)
            else:
                yield from _rest(listed, key, told, moved)


def _touched(listed: Listed) -> set[int]:
    limits, graph = listed.opened.limits, listed.opened.graph
    positions = {(trade.account, trade.symbol) for trade in listed.trades}
    touched = {index for position in positions for index in limits.touched_by.get(position, ())}
    for index in limits.unsure:
        if not positions.isdisjoint(belonging(listed, limits.all[index])):
            touched.add(index)
    terms = [term for term in listed.deltas if term.kind is not TermKind.NET_ASSETS]
    for node in graph.touched(terms):
        touched.update(index for index in limits.watchers.get(node, ()) if limits.all[index].measure == node)
    return touched


def belonging(listed: Listed, limit: OpenLimit) -> frozenset[Position]:
    """Return the positions that belong to a group or may: members, and those of unknown membership.

    What is unknown only because it has no price, and would count in the base alone, is not among them.
    """
    if limit.belonging is None:
        ground, members = limit.ground, set(limit.ground.members)
        for position in ground.unknown:
            group = ground.group
            nameless = group is not None and group[1] is None and _is_nameless(listed, position, group[0])
            if nameless or not lacks_price(listed, ground.rule, *position):
                members.add(position)
        limit.belonging = frozenset(members)
    return limit.belonging


def _speaks(listed: Listed, limit: OpenLimit) -> bool:
    """Return whether a group has more to say than that it passes."""
    ground = limit.ground
    if ground.standing == "not_applicable" or not _is_tested(listed, limit):
        return False
    if not is_present(listed, limit):
        return False
    if ground.standing == "excepted" or ground.missing is not None or concerned(listed, limit):
        return True
    return listed.opened.limits.reading(limit, listed.after).headroom < 0


def concerned(listed: Listed, limit: OpenLimit) -> tuple[tuple[AccountId, Symbol], ...]:
    """Return the unknown positions that are held or traded: the others leave the figure as it is."""
    held = listed.opened.state.quantities
    traded = {(trade.account, trade.symbol) for trade in listed.trades}
    unknown = [p for p in limit.ground.unknown if p in held or p in traded]
    if limit.flows or limit.worths:
        unknown += [p for p in _unpriced_trades(listed, limit) if p not in unknown]
    return tuple(unknown)


def _unpriced_trades(listed: Listed, limit: OpenLimit) -> Iterator[tuple[AccountId, Symbol]]:
    """Yield what is traded at a price too old to rely on, where the limit reads what it pays or is worth."""
    for trade in listed.trades:
        position = (trade.account, trade.symbol)
        pays = trade.price is None and trade.account in limit.flows
        if (pays or trade.account in limit.worths) and lacks_price(listed, limit.ground.rule, *position):
            yield position


def is_present(listed: Listed, limit: OpenLimit) -> bool:
    """Return whether anything of a group is held or traded, as far as its membership is known or not."""
    ground = limit.ground
    if ground.group is None:
        return True
    held = listed.opened.state.quantities
    traded = {(trade.account, trade.symbol) for trade in listed.trades}
    cash = {(account, listed.opened.book.accounts[account].currency) for account in ground.scope.holds}
    return not belonging(listed, limit).isdisjoint(held.keys() | traded | cash)


def _is_nameless(listed: Listed, position: tuple[AccountId, Symbol], attribute: str) -> bool:
    """Return whether the attribute that groups are made by is unknown of a position."""
    security = listed.opened.book.securities.get(position[1])
    return security is not None and attribute not in security.attributes


def _is_tested(listed: Listed, limit: OpenLimit) -> bool:
    return not limit.ground.purchase_only or net_bought(listed, limit) > 0


def net_bought(listed: Listed, limit: OpenLimit) -> Fraction:
    """Return the value that the list buys in a group, sales taken off."""
    members = belonging(listed, limit)
    return sum(
        (
            delta
            for own in listed.own.values()
            for term, delta in own.items()
            if term.kind is TermKind.VALUE and (term.account, term.symbol) in members
        ),
        start=Fraction(0),
    )


def _items_of(listed: Listed, limit: OpenLimit, *, touched: bool) -> Iterator[Item]:
    ground = limit.ground
    item = measured_item(listed, limit, touched=touched)
    if ground.standing != "applies":
        yield replace(item, standing=ground.standing, why_not=ground.why_not)
        return
    if not _is_tested(listed, limit):
        yield replace(item, standing="not_applicable", why_not=AT_PURCHASE)
        return
    unknown = concerned(listed, limit)
    if ground.missing is None and not unknown:
        yield item
        return
    yield _missing_item(listed, limit, item, unknown)
    nameless = ground.group is not None and ground.group[1] is None
    if ground.missing is None and not nameless and limit.bound.high is not None:
        known = known_item(listed, limit, unknown, touched=touched)
        if known.after is not None and known.after < 0:
            yield known


def lacks_price(listed: Listed, rule: CompiledRule, account: AccountId, symbol: Symbol) -> bool:
    """Return whether the price of a position is missing or too old for the policy."""
    opened = listed.opened
    age = opened.price_age_of(rule.governed_by, account)
    known = symbol in opened.book.securities
    return known and opened.state.missing(account, symbol, age_days=age) is not None


def known_item(
    listed: Listed, limit: OpenLimit, unknown: tuple[tuple[AccountId, Symbol], ...], *, touched: bool
) -> Item:
    """Return an upper limit measured by what is known alone.

    Members that are unknown are not in the figure; those without a price are left out of it, while the
    base takes them at their last price.
    """
    rule = limit.ground.rule
    hidden = tuple(position for position in unknown if lacks_price(listed, rule, *position))
    upper = listed.opened.limits.upper(limit)
    before = _known_reading(listed, upper, NOTHING, _worth(listed, hidden, before=True))
    upper.before = before
    after = _known_reading(listed, upper, listed.after, _worth(listed, hidden))
    lowered = []
    for trade in listed.trades:
        if trade.account not in limit.ground.scope.stops or not _may_move(listed, limit, trade.number):
            continue
        state = listed.without(trade.number, settled=limit.settles)
        other = _known_reading(listed, upper, state, _worth(listed, hidden, less=trade.number))
        without, now = compared(other, after)
        if without > now:
            lowered.append(trade.number)
    item = measured_item(listed, limit, touched=touched)
    first, last = compared(before, after)
    return replace(
        item,
        known_part=True,
        before=first,
        after=last,
        early=None,
        warned_by=(),
        waived=None if limit.waived is None else item.waived,
        trades=tuple(lowered),
        told=told_of(before, after),
    )


def _worth(
    listed: Listed,
    positions: tuple[tuple[AccountId, Symbol], ...],
    *,
    before: bool = False,
    less: int | None = None,
) -> Deltas:
    """Return what takes unpriced positions out of a state: the list done, less one trade, or before it.

    The cash of an account that trades one of them without a price of its own goes too, and so do such
    purchases and sales.
    """
    opened, gone = listed.opened, dict[Term, Fraction]()
    trades = () if before else tuple(trade for trade in listed.trades if trade.number != less)
    blind = [t for t in trades if (t.account, t.symbol) in positions]
    terms = {Term(TermKind.VALUE, account, symbol) for account, symbol in positions}
    terms |= {Term(TermKind.CASH, trade.account) for trade in blind if trade.price is None}
    for term in terms:
        gone[term] = -opened.state(term)
        for trade in trades:
            gone[term] -= listed.own[trade.number].get(term, Fraction(0))
    for trade in blind:
        for term, delta in listed.own[trade.number].items():
            if term.kind in (TermKind.BOUGHT, TermKind.SOLD):
                gone[term] = gone.get(term, Fraction(0)) - delta
    return {term: amount for term, amount in gone.items() if amount}


def _known_reading(listed: Listed, limit: OpenLimit, state: Values, hidden: Deltas) -> Reading:
    limits = listed.opened.limits
    if not hidden:
        return limits.reading(limit, state)
    return limits.reading(limit, listed.opened.graph.after(hidden, on=state))


def _missing_item(
    listed: Listed, limit: OpenLimit, item: Item, unknown: tuple[tuple[AccountId, Symbol], ...]
) -> Item:
    ground = limit.ground
    what = ground.missing or "unknown: " + ", ".join(dict.fromkeys(symbol for _, symbol in unknown))
    positions = belonging(listed, limit) if ground.missing is not None else frozenset(unknown)
    every = ground.missing is not None and is_of_everything(ground)
    trades = tuple(
        trade.number
        for trade in listed.trades
        if trade.account in ground.scope.stops and (every or (trade.account, trade.symbol) in positions)
    )
    return replace(
        item,
        missing=what,
        before=None,
        after=None,
        early=None,
        waiver=None,
        trades=trades,
        warned_by=(),
        concerned=unknown,
        told=Told(),
    )


def is_of_everything(ground: GroundLimit) -> bool:
    """Return whether a limit is on the whole scope, not on a subject or on groups of one."""
    rule = ground.rule.rule
    if rule.each is not None or not isinstance(rule.obligation, Limit):
        return False
    return all(term.of is None for term in rule.obligation.measure.terms)


def measured_item(listed: Listed, limit: OpenLimit, *, touched: bool) -> Item:
    """Return a group with its figures before and after, and the trades that lowered its headroom."""
    limits, ground = listed.opened.limits, limit.ground
    after = limits.reading(limit, listed.after)
    before_headroom, after_headroom = compared(limit.before, after)
    item = Item(
        kind="limit",
        rule=ground.rule,
        scope=ground.scope,
        group=group_of(limit),
        target=ground.target,
        before=before_headroom,
        after=after_headroom,
        waiver=ground.waiver,
        waived=None if limit.waived is None else limits.against(limit, limit.waived, listed.after),
        trades=lowering(listed, limit),
        told=told_of(limit.before, after),
        touched=touched,
        source=limit.index,
    )
    return item if limit.warn is None else _warned(listed, limit, item)


def _warned(listed: Listed, limit: OpenLimit, item: Item) -> Item:
    assert limit.warn is not None
    warners = lowering(listed, replace_bound(limit))
    if not warners:
        return item
    level = listed.opened.limits.against(limit, limit.warn, listed.after)
    return replace(item, early=reached(level), warned_by=warners)


def reached(level: Fraction) -> Fraction:
    """Return the sign of the distance to a warning level, which is reached at the level itself."""
    return Fraction(1 if level > 0 else -1)


def replace_bound(limit: OpenLimit) -> OpenLimit:
    """Return the limit as if the warning level were its bound."""
    assert limit.warn is not None
    return replace(limit, bound=limit.warn)


def lowering(listed: Listed, limit: OpenLimit) -> tuple[int, ...]:
    """Return the trades without which the headroom would be larger, in accounts the rule may stop."""
    limits = listed.opened.limits
    after = limits.reading(limit, listed.after)
    found = []
    for trade in listed.trades:
        if trade.account not in limit.ground.scope.stops or not _may_move(listed, limit, trade.number):
            continue
        state = listed.without(trade.number, settled=limit.settles)
        without, now = compared(limits.reading(limit, state), after)
        if without > now:
            found.append(trade.number)
    return tuple(found)


def _may_move(listed: Listed, limit: OpenLimit, number: int) -> bool:
    return limit.settles or not limit.nodes.isdisjoint(listed.nodes_of(number))


def compared(one: Reading, other: Reading) -> tuple[Fraction, Fraction]:
    """Return two headrooms in one unit: told where both are, else in form units."""
    left, right = one.told_headroom, other.told_headroom
    if left is None or right is None:
        return one.headroom, other.headroom
    return left, right


def told_of(before: Reading, after: Reading) -> Told:
    """Return the figures of a verdict."""
    return Told(
        before=before.figure,
        after=after.figure,
        limit=after.limit,
        headroom=after.told_headroom,
        low=after.low,
        high=after.high,
    )


def group_of(limit: OpenLimit) -> Group:
    """Return the group as answers name it; the band of a target is named by its class."""
    if limit.ground.target is not None:
        return (("class", limit.ground.target),)
    return NO_GROUP if limit.ground.group is None else (limit.ground.group,)


def _quiet(listed: Listed, key: RuleScope) -> tuple[Item, ...]:
    """Return the items of a rule of which no list so far has moved anything: they are always the same."""
    known = listed.opened.quiet.get(key)
    if known is None:
        known = listed.opened.quiet[key] = tuple(_rest(listed, key, set(), set()))
        listed.opened.quiet_ids.update(map(id, known))
    return known


def _rest(listed: Listed, key: RuleScope, told: set[int], moved: set[int]) -> Iterator[Item]:
    limits = listed.opened.limits
    others = [index for index in limits.tightest[key] if index not in told]
    if not others:
        return
    tested = [i for i in others if limits.all[i].ground.standing == "applies" and _stands(listed, i)]
    if tested:
        yield _standing_for(listed, limits.all[_tightest(listed, tested, moved)], len(tested))
    idle = [] if len(tested) == len(others) else [i for i in others if i not in set(tested)]
    if idle:
        limit = limits.all[idle[0]]
        item = measured_item(listed, limit, touched=False)
        why = limit.ground.why_not if limit.ground.standing != "applies" else AT_PURCHASE
        group = group_of(limit) if len(idle) == 1 and not tested else NO_GROUP
        yield replace(item, group=group, standing="not_applicable", why_not=why, target=None)


def _stands(listed: Listed, index: int) -> bool:
    """Return whether an untouched group is tested at all: not where only purchases are."""
    return not listed.opened.limits.all[index].ground.purchase_only


def _standing_for(listed: Listed, limit: OpenLimit, count: int) -> Item:
    """Return the tightest group as what stands for all; a rule without groups stands for itself."""
    item = measured_item(listed, limit, touched=False)
    if not item.group:
        return item
    name = item.group[0][1] or ""
    return replace(item, group=NO_GROUP, groups_passed=count, tightest=name, target=None)


def _tightest(listed: Listed, ordered: Iterable[int], moved: set[int]) -> int:
    """Return the group with the least headroom after; `ordered` by headroom before."""
    limits = listed.opened.limits

    def headroom(index: int) -> tuple[Fraction, int]:
        reading = limits.reading(limits.all[index], listed.after)
        told = reading.told_headroom
        return (reading.headroom if told is None else told, index)

    still = next((index for index in ordered if index not in moved), None)
    candidates = [index for index in ordered if index in moved]
    chosen: int = min([*candidates, *(() if still is None else (still,))], key=headroom)
    return chosen
