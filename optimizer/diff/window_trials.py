"""Trials for windows: something happened on a day that one version's window reaches and the other's does not.

within 45 days after a loss_sale, before 30: a loss sale 31 days ago, and a purchase today
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from engine.facts.book import Book, Event
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Acquisition, Disposal
from rulebooks.ground import GroundBook, GroundWindow

_SALES = frozenset({"sale", "loss_sale", "gain_sale"})
_TAXED = frozenset({"loss_sale", "gain_sale"})
_LONG_BEFORE = timedelta(days=3660)
_ONE = timedelta(days=1)
_HUNDRED = Decimal(100)


def days_of(window: GroundWindow, admits: GroundBook) -> tuple[date, ...]:
    """Return the days within a window on which the other version may not look."""
    others = [other for other in admits.windows if other.window.event == window.window.event]
    marks = {window.first, window.last}
    marks |= {day for other in others for day in (other.first - _ONE, other.last + _ONE)}
    return tuple(sorted(day for day in marks if window.first <= day <= window.last))


def with_event(book: Book, window: GroundWindow, day: date, account: AccountId, symbol: Symbol) -> Book:
    """Return the book with the window's event in it on a day."""
    event = window.window.event
    if event in _TAXED and book.accounts[account].is_retirement:
        book, account = _with_account(book, account, "taxable")
    if event == "purchase":
        bought = Acquisition(
            lot=LotId("bought before"),
            account=account,
            symbol=symbol,
            date=day,
            quantity=_HUNDRED,
            kind="buy",
        )
        return replace(book, acquisitions=(*book.acquisitions, bought))
    if event in _SALES:
        gain = {"loss_sale": -_HUNDRED, "gain_sale": _HUNDRED}.get(event, Decimal(0))
        return replace(book, disposals=(*(book.disposals or ()), _sold(day, account, symbol, gain)))
    return replace(book, events=(*book.events, Event(date=day, event=event, symbol=symbol, account=account)))


def past_days(window: GroundWindow, admits: GroundBook) -> tuple[date, ...]:
    """Return the days of a purchase that meets a sale of today under one version and maybe not the other."""
    today, reach = admits.book.as_of, _reach(window)
    others = [_reach(o) + 1 for o in admits.windows if o.rule.rule.id == window.rule.rule.id]
    return tuple(sorted(today - timedelta(days=back) for back in {reach, *others} if 0 <= back <= reach))


def _reach(window: GroundWindow) -> int:
    """Return how many days a window looks on from a trade to a sale; -1 where it does not, or not in days."""
    looks = window.window.before and window.window.event in _SALES and window.window.duration.unit == "days"
    return window.window.duration.count if looks else -1


def with_purchase_beside(book: Book, beside: AccountId, symbol: Symbol, day: date) -> Book:
    """Return the book with a retirement account of the same household that bought on a day."""
    changed, name = _with_account(book, beside, "ira")
    bought = Acquisition(
        lot=LotId("bought before"), account=name, symbol=symbol, date=day, quantity=_HUNDRED, kind="buy"
    )
    return replace(changed, acquisitions=(*changed.acquisitions, bought))


def _with_account(book: Book, beside: AccountId, kind: str) -> tuple[Book, AccountId]:
    """Return the book with another account of the same household: sales are taxed in some kinds alone."""
    assert book.coverage is not None, "made-up books have a history"
    name = AccountId(f"{beside}-{kind}")
    own = book.accounts[beside]
    attributes = {**own.attributes, "account": name, "kind": kind}
    account = replace(own, account=name, kind=kind, attributes=attributes)
    accounts = {**book.accounts, name: account}
    coverage = replace(book.coverage, accounts=(*book.coverage.accounts, name))
    return replace(book, accounts=accounts, coverage=coverage), name


def _sold(day: date, account: AccountId, symbol: Symbol, gain: Decimal) -> Disposal:
    return Disposal(
        sale=TransactionId("sold before"),
        lot=LotId("lot sold before"),
        account=account,
        symbol=symbol,
        quantity=_HUNDRED,
        proceeds=_HUNDRED,
        basis=_HUNDRED - gain,
        gain=gain,
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=gain,
        broker_disallowed=Decimal(0),
        term="long",
        acquired=day - _LONG_BEFORE,
        adjusted_acquired=day - _LONG_BEFORE,
        sold=day,
        unreplaced=Decimal(0),
    )


def told(window: GroundWindow, day: date, account: AccountId, symbol: Symbol, book: Book) -> str:
    """Return the event in words; book: the book with the event in it."""
    sold = next((row.account for row in book.disposals or () if row.sold == day), account)
    where = "" if sold == account else f" in {sold}"
    return f"{window.window.event} of {symbol}{where} on {day.isoformat()}"


def kinds_covered(window: GroundWindow, kind_of: dict[str, int]) -> Iterator[tuple[AccountId, Symbol]]:
    """Yield one position of each kind of security that the window covers."""
    seen: set[int] = set()
    for position, covered in window.securities.items():
        kind = kind_of.get(position[1], -1)
        if covered and kind not in seen:
            seen.add(kind)
            yield position
