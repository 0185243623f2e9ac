"""Payment: when trades settle, what cash is settled, and which lots are not paid for yet.

A trade settles some business days of the exchange after it: three before 2017-09-05, two before
2024-05-28, one since. Until then the proceeds of a sale are not settled cash, and what was bought with
them is not paid for:

    Monday      sold for 10,000, nothing else in cash; bought ACME for 8,000 with it
    Tuesday     the proceeds settle: ACME is paid for. Sold on Monday, it would be free-riding

Cash is taken backwards from what the account holds today, over the days that matter; an account with rows
of those days whose cash is not told here (options exercised and the like) is left out.

Source: 17 CFR 240.15c6-1; 12 CFR 220.8(a)(1), (c) (Regulation T, cash accounts).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.calendar import add_business_days
from engine.facts.ids import AccountId, LotId
from engine.facts.transactions import Transaction, TransactionType

EXCHANGE = "NYSE"

_CYCLES = ((date(2024, 5, 28), 1), (date(2017, 9, 5), 2), (date.min, 3))
_BACK_DAYS = 8
_ZERO = Fraction(0)
_IN = frozenset(
    {
        TransactionType.SELL,
        TransactionType.SHORT_SELL,
        TransactionType.DIVIDEND,
        TransactionType.INTEREST,
        TransactionType.DEPOSIT,
        TransactionType.RETURN_OF_CAPITAL,
    }
)
_OUT = frozenset(
    {
        TransactionType.BUY,
        TransactionType.BUY_TO_COVER,
        TransactionType.WITHDRAWAL,
        TransactionType.FEE,
    }
)
_NO_CASH = frozenset(
    {
        TransactionType.REINVEST,
        TransactionType.AWARD,
        TransactionType.TRANSFER_IN,
        TransactionType.TRANSFER_OUT,
        TransactionType.GIFT_IN,
        TransactionType.SPLIT,
        TransactionType.STOCK_DIVIDEND,
        TransactionType.SPIN_OFF,
        TransactionType.NAME_CHANGE,
    }
)
_PROCEEDS = frozenset({TransactionType.SELL, TransactionType.SHORT_SELL})


def settles_on(traded: date) -> date:
    """Return the day on which a trade of a day settles.

    Source: 17 CFR 240.15c6-1, as in force on the day of the trade.
    """
    days = next(count for since, count in _CYCLES if traded >= since)
    return add_business_days(traded, days, EXCHANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Money to come (or to go, negative) on a day, in the account's currency."""

    day: date
    amount: Fraction
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CashStanding:
    """An account's cash: what is settled today, and what is to come, earliest first."""

    account: AccountId
    settled: Fraction
    coming: tuple[Coming, ...]


def cash_standing(book: Book, account: AccountId) -> CashStanding:
    """Return settled cash, proceeds not settled yet, and the dividends and withdrawals of events.csv."""
    coming = [
        Coming(day=settles_on(row.date), amount=_flow(row), what=f"proceeds of {row.symbol}")
        for row in _recent(book, account)
        if row.type in _PROCEEDS and settles_on(row.date) > book.as_of
    ]
    unsettled = sum((part.amount for part in coming), start=_ZERO)
    for event in book.events:
        if event.amount is not None and event.date > book.as_of and event.account == account:
            sign = -1 if event.event == "withdrawal" else 1
            words = event.event if event.symbol is None else f"{event.event} of {event.symbol}"
            coming.append(Coming(day=event.date, amount=sign * Fraction(event.amount), what=words))
    return CashStanding(
        account=account,
        settled=Fraction(book.accounts[account].cash) - unsettled,
        coming=tuple(sorted(coming, key=lambda part: (part.day, part.what))),
    )


def unpaid_lots(book: Book) -> Mapping[tuple[AccountId, LotId], date]:
    """Return the lots that are not paid for with settled cash yet, and the day on which they will be.

    Accounts on margin (`margin` is yes in accounts.csv) and books without history have none.
    """
    found: dict[tuple[AccountId, LotId], date] = {}
    for account, row in book.accounts.items():
        if row.attributes.get("margin") != "yes" and book.transactions is not None:
            found.update(_unpaid_of(book, account))
    return found


def _unpaid_of(book: Book, account: AccountId) -> Mapping[tuple[AccountId, LotId], date]:
    rows = _recent(book, account)
    if any(row.type not in _IN | _OUT | _NO_CASH for row in rows):
        return {}
    cash = Fraction(book.accounts[account].cash) - sum(map(_flow, rows), start=_ZERO)
    found: dict[tuple[AccountId, LotId], date] = {}
    for number, row in enumerate(rows):
        if row.type is TransactionType.BUY and settles_on(row.date) > book.as_of:
            day = _paid_on(row, cash, rows[:number])
            if day > book.as_of:
                found[(account, LotId(row.id))] = day
        cash += _flow(row)
    return found


def _paid_on(purchase: Transaction, cash: Fraction, before: Iterable[Transaction]) -> date:
    """Return the day by which settled cash covers a purchase; its own settlement where none does."""
    owed = [
        (settles_on(row.date), _flow(row))
        for row in before
        if row.type in _PROCEEDS and settles_on(row.date) > purchase.date
    ]
    settled = cash - sum((amount for _, amount in owed), start=_ZERO)
    needed = -_flow(purchase)
    if settled >= needed:
        return purchase.date
    for day, amount in sorted(owed):
        settled += amount
        if settled >= needed:
            return day
    return settles_on(purchase.date)


def _recent(book: Book, account: AccountId) -> list[Transaction]:
    """Return the rows of an account on the days whose trades may not have settled, in order."""
    first = add_business_days(book.as_of, -_BACK_DAYS, EXCHANGE)
    rows = [
        row for row in book.transactions or () if row.account == account and first <= row.date <= book.as_of
    ]
    return sorted(rows, key=lambda row: row.date)


def _flow(row: Transaction) -> Fraction:
    """Return what a row adds to cash."""
    if row.type in _IN:
        return Fraction(row.total) - Fraction(row.fees)
    return -Fraction(row.total) - Fraction(row.fees) if row.type in _OUT else _ZERO
