"""What is not known of a limit: members whose membership is unknown, positions without a fresh price.

    equities where sector is "Technology", ACME held with an empty sector  ->  ACME concerns the rule
    ACME held, its price eight days old  ->  every figure that needs net assets lacks it

What is unknown and neither held nor traded leaves the figure as it is, and is left out.
"""

from collections.abc import Iterator

from dsl.policy import AllowOnly, Forbid, Limit
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.limits import OpenLimit, Position
from engine.gate.measure import Listed, OpenBook
from rulebooks.ground import CompiledRule, GroundBan, GroundLimit
from rulebooks.state import exchange_rate


def belonging(listed: Listed, limit: OpenLimit) -> frozenset[Position]:
    """Return the positions that belong to a group or may: members, and those of unknown membership."""
    if limit.belonging is None:
        limit.belonging = frozenset((*limit.ground.members, *limit.ground.maybe))
    return limit.belonging


def concerned(listed: Listed, limit: OpenLimit) -> tuple[Position, ...]:
    """Return the unknown positions that are held or traded: the others leave the figure as it is."""
    known = listed.concerned.get(limit.index)
    if known is None:
        known = listed.concerned[limit.index] = _concerned(listed, limit)
    return known


def _concerned(listed: Listed, limit: OpenLimit) -> tuple[Position, ...]:
    held, traded = listed.opened.state.quantities, listed.positions
    rule = limit.ground.rule
    lacking = limit.ground.unknown
    if limit.ground.gaps and is_present(listed, limit):
        lacking = tuple(dict.fromkeys((*lacking, *limit.ground.gaps)))
    unknown = [p for p in lacking if p in held or p in traded]
    if not limit.priced:
        needed = frozenset((*limit.ground.maybe, *limit.ground.of_bound))  # else the base lacks a price alone
        unknown = [
            p for p in unknown if p in needed or lacks_rate(listed, p[0]) or not lacks_price(listed, rule, *p)
        ]
    for account in sorted(limit.worths):
        unknown += [p for p in unpriced(listed.opened, rule, account) if p not in unknown]
    if limit.flows or limit.worths:
        unknown += [p for p in _unpriced_trades(listed, limit) if p not in unknown]
    if limit.gains:
        unknown += [p for p in _unsettled_sales(listed, limit) if p not in unknown]
    return tuple(unknown)


def _unsettled_sales(listed: Listed, limit: OpenLimit) -> Iterator[Position]:
    """Yield what the list sells without that the ledger can say what the sale would come to."""
    for number in listed.settlement.unsettled:
        trade = listed.by_number[number]
        if trade.side is Side.SELL and trade.account in limit.ground.scope.holds:
            yield (trade.account, trade.symbol)


def unpriced(opened: OpenBook, rule: CompiledRule, account: AccountId) -> tuple[Position, ...]:
    """Return what an account holds of which the price is missing or too old for the rule's policy."""
    key = (opened.price_age_of(rule.governed_by, account), account)
    known = opened.unpriced.get(key)
    if known is None:
        positions = (position for position in opened.state.quantities if position[0] == account)
        lacking = (p for p in positions if opened.state.missing(*p, age_days=key[0]) is not None)
        known = opened.unpriced[key] = tuple(lacking)
    return known


def _unpriced_trades(listed: Listed, limit: OpenLimit) -> Iterator[tuple[AccountId, Symbol]]:
    """Yield what is traded at a price too old to rely on, where the limit reads what it pays or is worth."""
    for trade in stale_trades(listed, limit.ground.rule):
        pays = trade.price is None and trade.account in limit.flows
        if pays or trade.account in limit.worths | limit.turns:
            yield (trade.account, trade.symbol)


def stale_trades(listed: Listed, rule: CompiledRule) -> tuple[Trade, ...]:
    """Return the trades in what has no price, or one too old for the rule's policy."""
    known = listed.stale.get(rule.governed_by)
    if known is None:
        found = (t for t in listed.trades if lacks_price(listed, rule, t.account, t.symbol))
        known = listed.stale[rule.governed_by] = tuple(found)
    return known


def is_present(listed: Listed, limit: OpenLimit) -> bool:
    """Return whether a group is one: something of it is held or traded, as far as its membership is known
    or not, or it is measured against a benchmark that holds of it.
    """
    ground = limit.ground
    if ground.group is None or ground.in_benchmark:
        return True
    held, traded = listed.opened.state.quantities, listed.positions
    accounts = listed.opened.book.accounts
    cash = {(account, accounts[account].currency) for account in ground.scope.holds}
    return any(p in held or p in traded or p in cash for p in belonging(listed, limit))


def is_weighed_blindly(listed: Listed, ban: GroundLimit | GroundBan) -> bool:
    """Return whether a ban's waiver up to a weight is for accounts that trade what has no fresh price."""
    is_ban = isinstance(ban.rule.rule.obligation, Forbid | AllowOnly)
    return is_ban and not listed.lame.isdisjoint(ban.scope.holds)


def is_excepted(listed: Listed, limit: OpenLimit) -> bool:
    """Return whether exceptions took all of a group that is held or traded."""
    ground = limit.ground
    if ground.standing != "applies" or not ground.excepted:
        return ground.standing == "excepted"
    state = listed.opened.state
    present = state.quantities.keys() | listed.positions
    traded = {trade.account for trade in listed.trades}
    for account in ground.scope.holds:
        row = listed.opened.book.accounts[account]
        if row.cash or account in traded:
            present.add((account, Symbol(row.currency)))
    left = belonging(listed, limit)
    return left.isdisjoint(present) and not present.isdisjoint(ground.excepted)


def lacks_price(listed: Listed, rule: CompiledRule, account: AccountId, symbol: Symbol) -> bool:
    """Return whether the price of a position is missing or too old for the policy."""
    opened, key = listed.opened, (rule.governed_by, account, symbol)
    known = opened.unreliable.get(key)
    if known is None:
        known = opened.unreliable[key] = _is_unreliable(opened, *key)
    return known


def _is_unreliable(opened: OpenBook, policy: str, account: AccountId, symbol: Symbol) -> bool:
    if symbol not in opened.book.securities:
        return False
    age = opened.price_age_of(policy, account)
    return opened.state.missing(account, symbol, age_days=age) is not None


def lacks_rate(listed: Listed, account: AccountId) -> bool:
    """Return whether money of an account cannot be told in the currency of the policy, its cost neither."""
    book, into = listed.opened.book, listed.opened.state.currency
    return exchange_rate(book, book.accounts[account].currency, into=into) is None


def is_of_everything(ground: GroundLimit) -> bool:
    """Return whether a limit is on the whole scope, not on a subject or on groups of one."""
    rule = ground.rule.rule
    if rule.each is not None or not isinstance(rule.obligation, Limit):
        return False
    return all(term.of is None for term in rule.obligation.measure.terms)
