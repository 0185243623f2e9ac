"""Bans and required facts: a trade that may not happen, a fact without which nothing trades.

    forbid buying securities where issuer is "Contoso Corp"; buy 100 at 12 -> after 1,200 USD, limit 0

A ban counts the list alone: what is already held is no breach of it.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from dsl.policy import Waiver
from engine.facts.trades import Trade
from engine.gate.acts import covered, covered_lots, value_of
from engine.gate.items import Item, Told
from engine.gate.measure import Listed
from engine.gate.still import kept
from engine.gate.unknowns import is_weighed_blindly
from engine.gate.verdict import Contributor
from engine.ledger.exact import exact
from rulebooks.ground import GroundBan, GroundRequire

NONE_OF_IT = exact(0)


def ban_items(listed: Listed) -> Iterator[Item]:
    """Yield what each ban says of the list."""
    for source, ban in enumerate(listed.opened.ground.bans):
        if ban.waived is None and _is_free_of(listed, ban):
            yield from kept(listed.opened, ("ban", source), partial(_ban, listed, ban, source))
        else:
            yield from _ban(listed, ban, source)


def _is_free_of(listed: Listed, ban: GroundBan) -> bool:
    """Return whether no trade of the list is what the ban is about, or may be."""
    about = (trade for trade in listed.trades if trade.account in ban.scope.stops)
    return all(_answer(listed, ban, trade) is False for trade in about)


def _answer(listed: Listed, ban: GroundBan, trade: Trade) -> bool | None:
    return covered(listed, trade, actions=ban.actions, securities=ban.securities, lots=ban.lots)


def _ban(listed: Listed, ban: GroundBan, source: int) -> Iterator[Item]:
    stoppable = [trade for trade in listed.trades if trade.account in ban.scope.stops]
    answers = [(trade, _answer(listed, ban, trade)) for trade in stoppable]
    item = Item(
        kind="ban",
        rule=ban.rule,
        scope=ban.scope,
        standing=ban.standing,
        why_not=ban.why_not,
        touched=any(answer is not False for _, answer in answers),
        source=source,
    )
    hit = [trade for trade, answer in answers if answer]
    unknown = [trade for trade, answer in answers if answer is None]
    if unknown and ban.standing == "applies":
        yield unknown_item(item, unknown)
    if hit or not unknown or ban.standing != "applies":
        yield hit_item(listed, item, hit)._replace(waiver=ban.waiver, waived=_waived(listed, ban))


def unknown_item(item: Item, trades: list[Trade]) -> Item:
    """Return the item for trades of which it is not known whether they are the rule's subject."""
    symbols = ", ".join(dict.fromkeys(trade.symbol for trade in trades))
    return item._replace(
        missing=f"whether it is the rule's subject, for {symbols}",
        trades=tuple(trade.number for trade in trades),
        concerned=tuple(dict.fromkeys((trade.account, trade.symbol) for trade in trades)),
        waiver=None,
    )


def hit_item(listed: Listed, item: Item, hit: list[Trade]) -> Item:
    """Return the item measured: the shares or the value of the trades that are forbidden."""
    sizes = [(trade, size_of(listed, item, trade)) for trade in hit]
    total = sum((size for _, size in sizes), start=NONE_OF_IT)
    return item._replace(
        before=NONE_OF_IT,
        after=-total,
        trades=tuple(trade.number for trade in hit),
        told=Told(before=NONE_OF_IT, after=total, limit=NONE_OF_IT, headroom=-total, high=NONE_OF_IT),
        contributors=tuple(
            Contributor(symbol=trade.symbol, amount=size, account=trade.account) for trade, size in sizes
        ),
    )


def size_of(listed: Listed, item: Item, trade: Trade) -> Fraction:
    """Return the forbidden part of a trade: of a sale from lots, that of the lots covered."""
    ground = listed.opened.ground
    lots = ground.bans[item.source].lots if item.kind == "ban" and item.source is not None else None
    quantity = exact(trade.quantity)
    if lots is not None:
        quantity = sum((row.quantity for row in covered_lots(listed, trade, lots)), start=NONE_OF_IT)
    if item.rule.unit == "shares":
        return quantity
    return value_of(listed, trade) * quantity / exact(trade.quantity)


def _waived(listed: Listed, ban: GroundBan) -> Fraction | None:
    if ban.waived is None:
        return None
    if is_weighed_blindly(listed, ban):
        return exact(-1)
    limit = listed.opened.limits.detached(ban.waived)
    return listed.opened.limits.reading(limit, listed.after).headroom


def require_items(listed: Listed) -> Iterator[Item]:
    """Yield what each required fact says: it stops the trades that it is missing for."""
    for source, require in enumerate(listed.opened.ground.requires):
        about = (trade for trade in listed.trades if trade.account in require.scope.stops)
        if all(fact_of(require, trade) is True for trade in about):
            yield from kept(listed.opened, ("require", source), partial(_require, listed, require, source))
        else:
            yield from _require(listed, require, source)


def _require(listed: Listed, require: GroundRequire, source: int) -> Iterator[Item]:
    item = Item(
        kind="require",
        rule=require.rule,
        scope=require.scope,
        standing=require.standing,
        why_not=require.why_not,
        source=source,
    )
    answers = [
        (trade, fact_of(require, trade)) for trade in listed.trades if trade.account in require.scope.stops
    ]
    unknown = [trade for trade, fact in answers if fact is None]
    failing = [trade for trade, fact in answers if fact is False]
    blind = any(fact is None for (_, symbol), fact in require.facts.items() if symbol is None)
    if (unknown or blind) and require.standing == "applies":
        yield unknown_item(item, unknown)._replace(missing=_unknown_words(unknown))
    if failing or _lacks(require) or not (unknown or blind) or require.standing != "applies":
        waiver = waiver_of_require(listed, require)
        yield _required(require, item, failing)._replace(waiver=waiver)


def waiver_of_require(listed: Listed, require: GroundRequire) -> Waiver | None:
    """Return the waiver, of any size and in force, that covers a required fact."""
    rule, scope = require.rule, require.scope
    for policy in listed.opened.ground.rulebook.policies:
        for waiver in policy.waivers if policy.id == rule.governed_by else ():
            place = scope.household if waiver.noun == "household" else scope.account
            covers = waiver.rule == rule.rule.id and waiver.id == place and waiver.up_to is None
            if covers and listed.opened.book.as_of <= waiver.until:
                return waiver
    return None


def _unknown_words(trades: list[Trade]) -> str:
    names = ", ".join(dict.fromkeys(trade.symbol for trade in trades))
    return f"the fact required{f', for {names}' if names else ''}"


def fact_of(require: GroundRequire, trade: Trade) -> bool | None:
    """Return whether the fact holds for a trade; None where that is unknown."""
    for key in ((trade.account, trade.symbol), (trade.account, None)):
        if key in require.facts:
            return require.facts[key]
    return True


def _lacks(require: GroundRequire) -> bool:
    """Return whether an account lacks the fact, whatever is traded."""
    return any(fact is False for (_, symbol), fact in require.facts.items() if symbol is None)


def _required(require: GroundRequire, item: Item, failing: list[Trade]) -> Item:
    lacking = _lacks(require)
    after = exact(-1) if failing or lacking else exact(0)
    return item._replace(
        before=exact(-1) if lacking and not failing else exact(0),
        after=after,
        trades=tuple(trade.number for trade in failing),
        contributors=tuple(
            Contributor(symbol=trade.symbol, amount=exact(0), account=trade.account) for trade in failing
        ),
        touched=bool(failing),
    )
