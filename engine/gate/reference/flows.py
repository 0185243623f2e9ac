"""What happened in a period, and what the list adds to it: turnover, realized gains, tax.

    turnover          half of (30,000 bought + 30,000 sold) over a base before of 200,000   15%
    realized gains    recognized so far 21,000, the list's sale 5,000                         26,000

A sale's recognized gain is its gain and what of its loss is disallowed. A purchase of the list that
replaces shares sold at a loss takes that loss away from what was recognized: it is that purchase's doing.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from dsl.policy import Period
from engine.facts.calendar import add_business_days, add_months
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Replacement, Term
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.gate.reference.asked import Asked, Reading, View
from engine.gate.reference.state import NOTHING, Done
from engine.gate.reference.values import number
from engine.gate.reference.verdicts import Gap, Key
from engine.ledger.settle import Restated, Taken

PURCHASES = frozenset(
    {TransactionType.BUY, TransactionType.REINVEST, TransactionType.AWARD, TransactionType.EXERCISE}
)
SALES = frozenset({TransactionType.SELL})
SHORTS = frozenset({TransactionType.SHORT_SELL, TransactionType.BUY_TO_COVER})


def first_day(period: Period | None, view: View) -> date:
    """Return the day on which a period starts; the calendar year where nothing is said."""
    today = view.market.book.as_of
    if period is None:
        return date(today.year, 1, 1)
    if period.since is not None:
        return period.since
    if period.last is not None:
        count = period.last.count
        match period.last.unit:
            case "days":
                return date.fromordinal(today.toordinal() - count)
            case "business_days":
                return add_business_days(today, -count, view.market.policy.calendar)
            case "months":
                return add_months(today, -count)
            case _:
                return add_months(today, -12 * count)
    months = {"month": 1, "quarter": 3}.get((period.name or "").removeprefix("tax_"), 12)
    return date(today.year, (today.month - 1) // months * months + 1, 1)


# ------------------------------------------------------------------ turnover


def turnover(asked: Asked) -> Reading:
    """Half of purchases plus sales of the period and the list, over the base before."""
    view = asked.view
    base = view.at(view.before, None).base_amount()
    listed = sum((_traded(trade, asked) for trade in _trades(asked)), NOTHING)
    return Reading(_turned_over(asked, base) + listed / 2, base)


def _turned_over(asked: Asked, base: Fraction) -> Fraction:
    view, book = asked.view, asked.view.market.book
    stated = book.stated.get("turnover")
    if stated is not None:
        share = number(stated)
        return share * base if isinstance(share, Fraction) else NOTHING
    if book.transactions is None:
        return sum((_stated_turnover(view, account) for account in view.scope.holds), NOTHING)
    since = first_day(asked.period, view)
    done = [t for t in book.transactions if since <= t.date <= book.as_of and _counts(t, asked)]
    return sum((_money(t, view) for t in done), NOTHING) / 2


def _stated_turnover(view: View, account: AccountId) -> Fraction:
    """Return what an account turned over by its own statement, in money."""
    row = view.market.book.accounts[account]
    if row.turnover is None:
        if view.market.book.absent == "no_value":
            return NOTHING
        raise Gap("no transaction history")
    held = [key for key in view.before.positions if key[0] == account]
    worth = view.worths.of(view.valued_at).worth
    parts = [worth(key, view.before.position(key)) for key in held]
    missing = frozenset[Key]().union(*(gap for _, gap in parts))
    if missing:
        view.missing("a price is missing", missing)
        last = view.old_worths.of(view.valued_at).worth
        parts = [last(key, view.before.position(key)) for key in held]
    return Fraction(row.turnover) * sum((amount for amount, _ in parts), NOTHING)


def _counts(row: Transaction, asked: Asked) -> bool:
    if row.account not in asked.view.scope.holds or row.symbol is None:
        return False
    if row.type not in PURCHASES | SALES | SHORTS:
        return False
    return asked.group in asked.table.belongs((row.account, row.symbol)).groups


def _money(row: Transaction, view: View) -> Fraction:
    market = view.market
    rate = market.rate(market.book.accounts[row.account].currency)
    if rate is None:
        raise Gap("no rate of exchange")
    return Fraction(row.total) * rate


def _trades(asked: Asked) -> list[Trade]:
    """Return the list's trades in the group, none before the list."""
    view = asked.view
    return [
        trade
        for trade in (view.done.trades if view.done is not None else ())
        if trade.account in view.scope.holds
        and asked.group in asked.table.belongs((trade.account, trade.symbol)).groups
    ]


def _traded(trade: Trade, asked: Asked) -> Fraction:
    unit = asked.view.market.unit(trade.account, trade.symbol)
    if unit is None:
        asked.view.missing("a price is missing", frozenset({(trade.account, trade.symbol)}))
        return NOTHING
    return Fraction(trade.quantity) * unit


# ------------------------------------------------------------------ gains


def net_realized_gains(asked: Asked) -> Reading:
    """Recognized gains less recognized losses."""
    return _gains(asked, "net_realized_gains", ("short", "long"))


def realized_short_term_gains(asked: Asked) -> Reading:
    """Recognized short-term gains less losses."""
    return _gains(asked, "realized_short_term_gains", ("short",))


def realized_long_term_gains(asked: Asked) -> Reading:
    """Recognized long-term gains less losses."""
    return _gains(asked, "realized_long_term_gains", ("long",))


def _gains(asked: Asked, name: str, terms: tuple[Term, ...]) -> Reading:
    return asked.money(_realized(asked, name, terms) + sum(_of_list(asked, terms).values(), NOTHING))


def _realized(asked: Asked, name: str, terms: tuple[Term, ...]) -> Fraction:
    """Return what was recognized so far in the period."""
    view, book = asked.view, asked.view.market.book
    stated = book.stated.get(name)
    if stated is not None:
        figure = number(stated)
        return figure if isinstance(figure, Fraction) else NOTHING
    if book.disposals is None:
        return sum((_stated_gains(view, account, terms) for account in view.scope.holds), NOTHING)
    since = first_day(asked.period, view)
    return sum(
        (
            Fraction(row.recognized) * _rate(view, row.account)
            for row in book.disposals
            if since <= row.sold <= book.as_of
            and row.term in terms
            and _is_in(row.account, row.symbol, asked)
        ),
        NOTHING,
    )


def _stated_gains(view: View, account: AccountId, terms: tuple[Term, ...]) -> Fraction:
    row = view.market.book.accounts[account]
    if row.is_retirement:
        return NOTHING
    stated = {"short": row.realized_short, "long": row.realized_long}
    amounts = [stated[term] for term in terms]
    known = [Fraction(amount) for amount in amounts if amount is not None]
    if view.market.book.absent == "no_value":
        return sum(known, NOTHING) * _rate(view, account)
    if len(known) < len(amounts):
        raise Gap("no transaction history")
    return sum(known, NOTHING) * _rate(view, account)


def _is_in(account: AccountId, symbol: Symbol, asked: Asked) -> bool:
    return account in asked.view.scope.holds and asked.group in asked.table.belongs((account, symbol)).groups


def _rate(view: View, account: AccountId) -> Fraction:
    rate = view.market.rate(view.market.book.accounts[account].currency)
    if rate is None:
        raise Gap("no rate of exchange")
    return rate


def _of_list(asked: Asked, terms: tuple[Term, ...]) -> dict[Term, Fraction]:
    """Return what the list recognizes, by term, in the policy's currency."""
    view, found = asked.view, dict.fromkeys(terms, NOTHING)
    done = view.done
    if done is None:
        return found
    _check_prices(asked, done)
    numbers = {trade.number for trade in done.trades}
    for taken in done.settlement.taken:
        if taken.trade in numbers and taken.term in terms and _is_in(taken.account, taken.symbol, asked):
            recognized = taken.gain + disallowed_by(taken, numbers)
            found[taken.term] += recognized * _rate(view, taken.account)
    since = first_day(asked.period, view)
    for old in done.settlement.restated:
        if old.term in terms and old.sold >= since and _is_in(old.account, old.symbol, asked):
            found[old.term] += (old.gain + disallowed_by(old, numbers)) * _rate(view, old.account)
    return found


def _check_prices(asked: Asked, done: Done) -> None:
    """Raise Gap where a sale of the list has no price, so that its gain is not known."""
    lost = {
        (t.account, t.symbol)
        for t in done.trades
        if t.number in done.settlement.unsettled
        and t.side is Side.SELL
        and t.account in asked.view.scope.holds
    }
    if lost:
        asked.view.missing("a price is missing", frozenset(lost))


def disallowed_by(row: Taken | Restated, numbers: set[int]) -> Fraction:
    """Return the part of a loss that replacements disallow, leaving out purchases not in the list."""
    replaced = sum((Fraction(r.quantity) for r in row.replacements), NOTHING)
    if replaced == 0:
        return NOTHING
    standing = sum((Fraction(r.quantity) for r in row.replacements if _stands(r, numbers)), NOTHING)
    return row.disallowed * standing / replaced


def _stands(replacement: Replacement, numbers: Iterable[int]) -> bool:
    """Return whether a replacement is there: bought before the list, or by a trade of it."""
    if not replacement.lot.startswith("trade "):
        return True
    return int(replacement.lot.removeprefix("trade ")) in set(numbers)


def disallowed_loss(asked: Asked) -> Reading:
    """Losses, of the list and of the past, that the list's doing disallows."""
    done = asked.view.done
    if done is None:
        return asked.money(NOTHING)
    _check_prices(asked, done)
    numbers, amount = {trade.number for trade in done.trades}, NOTHING
    for taken in done.settlement.taken:
        if taken.trade in numbers and _is_in(taken.account, taken.symbol, asked):
            amount += disallowed_by(taken, numbers) * _rate(asked.view, taken.account)
    for old in done.settlement.restated:
        if _is_in(old.account, old.symbol, asked):
            amount += disallowed_by(old, numbers) * _rate(asked.view, old.account)
    return asked.money(amount)


def tax_cost(asked: Asked) -> Reading:
    """Tax on what the list recognizes, at each account's own rates; a loss lowers it.

    A loss of this year that a purchase of the list disallows is tax that the list costs. Where a period is
    named, the tax on what was recognized in it so far counts too. Without the rates of an account whose
    gains are taxed, it is not known of any list.
    """
    view = asked.view
    for account in _taxed(view):
        for term in _TERMS:
            _tax_rate(view, account, term)
    amount = _tax_so_far(asked)
    done = view.done
    if done is None:
        return asked.money(amount)
    _check_prices(asked, done)
    numbers = {trade.number for trade in done.trades}
    for taken in done.settlement.taken:
        if taken.trade in numbers and taken.term is not None and _is_in(taken.account, taken.symbol, asked):
            recognized = taken.gain + disallowed_by(taken, numbers)
            amount += recognized * _tax_rate(view, taken.account, taken.term)
    since = first_day(asked.period, view)
    for old in done.settlement.restated:
        if old.term is not None and old.sold >= since and _is_in(old.account, old.symbol, asked):
            recognized = old.gain + disallowed_by(old, numbers)
            amount += recognized * _tax_rate(view, old.account, old.term)
    return asked.money(amount)


def _tax_so_far(asked: Asked) -> Fraction:
    """Return the tax on what was recognized in the period before the list; nothing where none is named."""
    view, book = asked.view, asked.view.market.book
    if asked.period is None:
        return NOTHING
    if book.disposals is None:
        return sum(
            (
                _stated_gains(view, a, (t,)) / _rate(view, a) * _tax_rate(view, a, t)
                for a in _taxed(view)
                for t in _TERMS
            ),
            NOTHING,
        )
    since = first_day(asked.period, view)
    return sum(
        (
            Fraction(row.recognized) * _tax_rate(view, row.account, row.term)
            for row in book.disposals
            if row.term is not None
            and since <= row.sold <= book.as_of
            and _is_in(row.account, row.symbol, asked)
        ),
        NOTHING,
    )


_TERMS: tuple[Term, ...] = ("short", "long")


def _taxed(view: View) -> list[AccountId]:
    """Return the accounts of the scope whose gains are taxed."""
    return [account for account in view.scope.holds if not view.market.book.accounts[account].is_retirement]


def _tax_rate(view: View, account: AccountId, term: Term) -> Fraction:
    """Return an account's rate of tax, in the policy's currency for one of the account's."""
    row = view.market.book.accounts[account]
    rate = row.short_term_rate if term == "short" else row.long_term_rate
    if rate is None:
        raise Gap("the account states no rate of tax")
    return Fraction(rate) * _rate(view, account)
