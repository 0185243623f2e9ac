"""The data gate: nothing trades in a security whose data are not in order. `BOOK-DATA`, on by default.

    price of ACME is 8 days old                      a price older than five days, or none
    asset class of ACME is not known                 an attribute that every rule needs
    the dividend of 38.39 on 2015-07-20 is 57.9% …   a corporate action that the book does not explain

The response is that of the policies to missing data (`missing data warn` in a header makes it a warning);
a policy that has a rule of its own on `price_age` is not asked about the age of prices here.
"""

from collections.abc import Iterator

from dsl.policy import BLOCK, Response
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Trade
from engine.gate.builtin import account_scope, book_rule
from engine.gate.items import Item
from engine.gate.measure import Listed, OpenBook
from engine.gate.still import kept
from engine.ledger.exact import exact
from rulebooks.forms import FormClass
from rulebooks.ground import CompiledRule

BOOK_DATA = "BOOK-DATA"

_RANKS = ("report", "notify", "warn", "approval", "block")
_ZERO = exact(0)


def data_items(listed: Listed) -> Iterator[Item]:
    """Yield one item for each account in which the list trades; none in the examples of a mandate."""
    opened = listed.opened
    if opened.book.absent == "no_value":
        return
    for account in sorted({trade.account for trade in listed.trades}):
        yield _item(opened, account, [t for t in listed.trades if t.account == account])


def _item(opened: OpenBook, account: AccountId, trades: list[Trade]) -> Item:
    problems = {symbol: data_problem(opened, account, symbol) for symbol in {t.symbol for t in trades}}
    told = [words for _, words in sorted(problems.items()) if words is not None]
    item = kept(opened, ("data", account), lambda: (_in_order(opened, account),))[0]
    if not told:
        return item
    stopped = [trade for trade in trades if problems[trade.symbol] is not None]
    return Item(
        kind="require",
        rule=item.rule,
        scope=item.scope,
        missing="; ".join(told),
        trades=tuple(trade.number for trade in stopped),
        concerned=tuple(dict.fromkeys((account, trade.symbol) for trade in stopped)),
    )


def _in_order(opened: OpenBook, account: AccountId) -> Item:
    """Return what is said of an account where all data are in order."""
    return Item(
        kind="require",
        rule=_rule(data_response(opened, account)),
        scope=account_scope(opened.ground, account),
        before=_ZERO,
        after=_ZERO,
    )


def data_problem(opened: OpenBook, account: AccountId, symbol: Symbol) -> str | None:
    """Return what is not in order of a security's data, or None."""
    if opened.book.absent == "no_value":
        return None
    known = opened.disorder
    if (account, symbol) not in known:
        known[(account, symbol)] = _disorder(opened, account, symbol)
    return known[(account, symbol)]


def _disorder(opened: OpenBook, account: AccountId, symbol: Symbol) -> str | None:
    book = opened.book
    stale = opened.state.missing(account, symbol, age_days=opened.price_age_of("", account))
    security = book.securities[symbol]
    if stale is None and security.asset_class and security.instrument and symbol not in book.doubts:
        return None
    lacking = [
        f"the {name.replace('_', ' ')} of {symbol} is not known"
        for name, value in (("asset_class", security.asset_class), ("instrument", security.instrument))
        if not value
    ]
    doubt = book.doubts.get(symbol)
    told = [
        *(() if stale is None else (stale,)),
        *lacking,
        *(() if doubt is None else (f"{symbol}: {doubt}",)),
    ]
    return "; ".join(told) or None


def data_response(opened: OpenBook, account: AccountId) -> Response:
    """Return the worst response to missing data among the policies that govern an account."""
    ground = opened.ground
    said = [p.missing for p in ground.rulebook.policies if account in ground.governed.get(p.id, ())]
    return max(said, key=_rank, default=BLOCK)


def data_stops(opened: OpenBook, account: AccountId, symbol: Symbol) -> bool:
    """Return whether a security's data stop a trade in it: block it, or ask for a person's yes."""
    if data_problem(opened, account, symbol) is None:
        return False
    return data_response(opened, account).kind in ("block", "approval")


def _rank(response: Response) -> int:
    return _RANKS.index(response.kind) if response.kind in _RANKS else -1


def _rule(missing: Response) -> CompiledRule:
    rule = book_rule(BOOK_DATA, "Data in order before anything trades", missing=missing)
    return CompiledRule(rule=rule, form_class=FormClass.BOUNDS, measure="data", unit="count", record=())
