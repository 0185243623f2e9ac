"""Limits, measured for one list: which groups are told, which stand in the rest.

Told are groups that the list touches and those that do not pass; of a rule's other groups the tightest
is told for all of them: where it holds, those with more headroom hold too.

    rule IPS-4.1 over 500 issuers, the list buys ACME: one item for Acme Corp, one for the other 499
"""

from collections.abc import Iterable, Iterator, Set
from fractions import Fraction
from itertools import takewhile

from engine.facts.ids import AccountId, Symbol
from engine.gate.compare import compared, lowering, reached, told_of
from engine.gate.items import NO_GROUP, Item, Told
from engine.gate.known_part import known_item
from engine.gate.limits import Limits, OpenLimit
from engine.gate.measure import Listed
from engine.gate.readings import Sides
from engine.gate.still import Still, kept
from engine.gate.unknowns import (
    belonging,
    concerned,
    is_excepted,
    is_of_everything,
    is_present,
    is_weighed_blindly,
    unpriced,
)
from engine.ledger.exact import exact
from rulebooks.forms import TermKind

EXCEPTED = "an exception governs all of it"
NOBODY: set[int] = set()
ABSENT = "nothing of it is held or traded"
AT_PURCHASE = "tested at purchase: the list buys nothing in it, net"


def limit_items(listed: Listed, *, every_group: bool) -> list[Item]:
    """Return the items of all limits; every group has its own where `every_group`."""
    limits = listed.opened.limits
    touched = _touched(listed)
    moved = {index for node in listed.after for index in limits.watchers.get(node, ())}
    still = Still(listed, moved, blind(listed))
    lacking = blind(listed) | blinded(listed) | _unsettled(listed)
    silent = (moved | limits.loud | lacking | _stirred(listed)) - touched
    told = touched | {index for index in silent if _speaks(listed, limits.all[index], still)}
    if every_group:
        told |= {limit.index for limit in limits.all if _is_a_group(listed, limit)}
    items: list[Item] = []
    for index in sorted(told):
        items += _told(listed, limits.all[index], still, touched=index in touched)
    return items if every_group else items + _untold(listed, told, moved, still)


def _untold(listed: Listed, told: set[int], moved: set[int], still: Still) -> list[Item]:
    """Return what stands for the groups of each rule that are not told."""
    limits, quiet = listed.opened.limits, listed.opened.quiet
    stirred, named = _by_key(limits, told | moved), _by_key(limits, told)
    items: list[Item] = []
    for key in range(len(limits.tested)):
        if key not in stirred:
            items += quiet[key] if key in quiet else _quiet(listed, key)
        elif len(named.get(key, NOBODY)) < len(limits.tested[key]) + len(limits.idle[key]):
            items += _rest(listed, key, named.get(key, NOBODY), stirred[key], still)
    return items


def _told(listed: Listed, limit: OpenLimit, still: Still, *, touched: bool) -> Iterable[Item]:
    """Return the items of a group that is told; what every list would say of it is made once."""
    if not still(limit):
        if still.is_sure(limit):
            return (measured_item(listed, limit, touched=touched),)
        return _items_of(listed, limit, touched=touched)
    return kept(listed.opened, (limit.index, touched), lambda: _items_of(listed, limit, touched=touched))


def _by_key(limits: Limits, indexes: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for index in indexes:
        found.setdefault(limits.key_of[index], set()).add(index)
    return found


def blinded(listed: Listed) -> frozenset[int]:
    """Return the limits that read the net assets of an account that trades what has no fresh price, or what
    such a trade pays: at cost, its cash and what it buys may cancel out in the base.
    """
    lame, limits = listed.lame, listed.opened.limits.all
    if not lame:
        return frozenset()
    return frozenset(limit.index for limit in limits if lame & limit.worths or lame & limit.flows)


def blind(listed: Listed) -> frozenset[int]:
    """Return the limits that read the net assets of an account which holds something without a price."""
    opened = listed.opened
    if opened.blind is None:
        opened.blind = frozenset(
            limit.index
            for limit in opened.limits.all
            if any(unpriced(opened, limit.ground.rule, account) for account in limit.worths)
        )
    return opened.blind


def _unsettled(listed: Listed) -> Set[int]:
    """Return the limits that read gains of the list, where what some trade comes to is not known.

    A loss of one of two identical securities beside a short sale of the other is a straddle, not modelled.
    """
    of_gains = listed.opened.limits.of_gains
    return of_gains if of_gains and listed.settlement.unsettled else NOBODY


def _touched(listed: Listed) -> set[int]:
    limits, positions = listed.opened.limits, listed.positions
    touched = {index for position in positions for index in limits.touched_by.get(position, ())}
    for index in limits.unsure:
        if not positions.isdisjoint(belonging(listed, limits.all[index])):
            touched.add(index)
    measured_by = limits.measured_by
    for node in _reached_by_flows(listed):
        if node in measured_by:
            touched.update(measured_by[node])
    return touched


def _reached_by_flows(listed: Listed) -> Set[int]:
    """Return the nodes that the list reaches otherwise than by what it adds to the net assets."""
    owns = (*listed.own.values(), listed.deltas)
    if not any(term.kind is TermKind.NET_ASSETS for own in owns for term in own):
        return listed.reached
    terms = {term for own in owns for term in own if term.kind is not TermKind.NET_ASSETS}
    return listed.opened.graph.touched(terms)


def _speaks(listed: Listed, limit: OpenLimit, still: Still) -> bool:
    """Return whether a group has more to say than that it passes."""
    ground = limit.ground
    if still.is_sure(limit):
        beyond = listed.opened.limits.headroom(limit, listed.after) < 0 or _warns(listed, limit)
        return beyond and is_present(listed, limit)
    if ground.standing == "not_applicable" or not _is_tested(listed, limit):
        return False
    if is_excepted(listed, limit):
        return True
    if not is_present(listed, limit):
        return False
    if ground.missing is not None or concerned(listed, limit):
        return True
    return listed.opened.limits.reading(limit, listed.after).headroom < 0 or _warns(listed, limit)


def _warns(listed: Listed, limit: OpenLimit) -> bool:
    """Return whether a trade takes a group to the level that is warned from, by moving its base alone."""
    if limit.warn is None or listed.opened.limits.against(limit, limit.warn, listed.after) > 0:
        return False
    return bool(lowering(listed, listed.opened.limits.bounded(limit, limit.warn)))


def _stirred(listed: Listed) -> Set[int]:
    """Return the limits with a warning that some trade moves, though the list as a whole may not.

    A sale that pays for a purchase leaves total assets as they were: without it there were borrowed money
    beside them, and all weights smaller.
    """
    limits = listed.opened.limits
    if not limits.warned or len(listed.trades) == 1:
        return NOBODY
    return {
        index for node in listed.reached for index in limits.watchers.get(node, ()) if index in limits.warned
    }


def _is_a_group(listed: Listed, limit: OpenLimit) -> bool:
    """Return whether a group may be told: one of which nothing is held or traded may only pass."""
    if is_present(listed, limit):
        return True
    if limit.ground.missing is not None or concerned(listed, limit):
        return False
    return listed.opened.limits.reading(limit, listed.after).headroom >= 0


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
        start=exact(0),
    )


def _items_of(listed: Listed, limit: OpenLimit, *, touched: bool) -> Iterator[Item]:
    ground = limit.ground
    item = measured_item(listed, limit, touched=touched)
    if ground.standing == "not_applicable":
        yield item._replace(standing=ground.standing, why_not=ground.why_not)
        return
    if not _is_tested(listed, limit):
        yield item._replace(standing="not_applicable", why_not=AT_PURCHASE)
        return
    if is_excepted(listed, limit):
        yield item._replace(standing="excepted", why_not=EXCEPTED)
        return
    unknown = concerned(listed, limit)
    if ground.missing is None and not unknown:
        yield item
        return
    yield _missing_item(listed, limit, item, unknown)
    nameless = ground.group is not None and ground.group[1] is None
    if ground.missing is None and not nameless and limit.bound.high is not None:
        known = known_item(listed, limit, item, unknown)
        if known.after is not None and known.after < 0:
            yield known


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
    return item._replace(
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


def measured_item(listed: Listed, limit: OpenLimit, *, touched: bool) -> Item:
    """Return a group with its figures before and after, and the trades that lowered its headroom."""
    limits, ground = listed.opened.limits, limit.ground
    after = limits.reading(limit, listed.after)
    before_headroom, after_headroom = compared(limit.before, after)
    item = Item(
        kind="limit",
        rule=ground.rule,
        scope=ground.scope,
        group=limit.group,
        target=ground.target,
        before=before_headroom,
        after=after_headroom,
        waiver=ground.waiver,
        waived=None if limit.waived is None else _waived(listed, limit, limit.waived),
        trades=lowering(listed, limit),
        told=told_of(limit.before, after),
        touched=touched,
        source=limit.index,
    )
    return item if limit.warn is None else _warned(listed, limit, item)


def _waived(listed: Listed, limit: OpenLimit, waived: Sides) -> Fraction:
    """Return the headroom to the waiver's bound; none where a ban's is weighed without a price."""
    if is_weighed_blindly(listed, limit.ground):
        return exact(-1)
    return listed.opened.limits.against(limit, waived, listed.after)


def _warned(listed: Listed, limit: OpenLimit, item: Item) -> Item:
    assert limit.warn is not None
    warners = lowering(listed, listed.opened.limits.bounded(limit, limit.warn))
    if not warners:
        return item
    level = listed.opened.limits.against(limit, limit.warn, listed.after)
    return item._replace(early=reached(level), warned_by=warners)


def _quiet(listed: Listed, key: int) -> tuple[Item, ...]:
    """Return the items of a rule of which no list so far has moved anything: they are always the same."""
    known = listed.opened.quiet.get(key)
    if known is None:
        known = listed.opened.quiet[key] = tuple(_rest(listed, key, set(), set(), None))
        listed.opened.quiet_ids.update(map(id, known))
    return known


def _rest(listed: Listed, key: int, told: set[int], moved: set[int], still: Still | None) -> Iterator[Item]:
    """Yield what stands for the groups of a rule that are not told; moved: those that are, or that move."""
    limits = listed.opened.limits
    absent = _absent(listed, key, told, moved)
    named = len([index for index in told if limits.is_tested(index)])
    count = len(limits.tested[key]) - named - len(absent)
    if absent:
        told = told | absent
    if count:
        limit = limits.all[_tightest(listed, key, told, moved)]
        if still is not None and still(limit):
            name = ("rest", limit.index, count)
            yield from kept(listed.opened, name, lambda: (_standing_for(listed, limit, count),))
        else:
            yield _standing_for(listed, limit, count)
    elif absent and not named:
        item = measured_item(listed, limits.all[min(absent)], touched=False)
        yield item._replace(group=NO_GROUP, standing="not_applicable", why_not=ABSENT, target=None)
    if limits.idle[key] and (idle := [index for index in limits.idle[key] if index not in told]):
        limit = limits.all[idle[0]]
        item = measured_item(listed, limit, touched=False)
        why = limit.ground.why_not if limit.ground.standing != "applies" else AT_PURCHASE
        group = limit.group if len(idle) == 1 and not count else NO_GROUP
        yield item._replace(group=group, standing="not_applicable", why_not=why, target=None)


def _absent(listed: Listed, key: int, told: set[int], moved: set[int]) -> set[int]:
    """Return the tested groups that are beyond their limit and not told: nothing of them is held or traded.

    They are no groups, so that they do not stand for the others.
    """
    limits = listed.opened.limits
    below = takewhile(lambda index: limits.all[index].before.headroom < 0, limits.tested[key])
    return {
        index
        for index in (*moved, *below)
        if index not in told
        and limits.is_tested(index)
        and limits.reading(limits.all[index], listed.after).headroom < 0
    }


def _standing_for(listed: Listed, limit: OpenLimit, count: int) -> Item:
    """Return the tightest group as what stands for all; a rule without groups stands for itself."""
    item = measured_item(listed, limit, touched=False)
    if not item.group:
        return item
    name = item.group[0][1] or ""
    return item._replace(group=NO_GROUP, groups_passed=count, tightest=name, target=None)


def _tightest(listed: Listed, key: int, told: set[int], moved: set[int]) -> int:
    """Return the tested group that is not told with the least headroom after."""
    limits = listed.opened.limits

    def headroom(index: int) -> tuple[Fraction, int]:
        reading = limits.reading(limits.all[index], listed.after)
        told = reading.told_headroom
        return (reading.headroom if told is None else told, index)

    candidates = [index for index in moved if index not in told and limits.is_tested(index)]
    for index in limits.tested[key]:
        if index not in moved and index not in told:
            candidates.append(index)  # the tightest of those that do not move
            break
    return candidates[0] if len(candidates) == 1 else min(candidates, key=headroom)
