"""Booking: what a file says as transactions of a book, with ids, in the account's currency.

    dividend 170.83, its reversal, the dividend again   ->  money in and out for the first two, and a dividend

The id is made of what the file says, before anything is converted, so a corrected rate changes a
transaction and adds none. A record that a later one takes back moves money and is no income: nothing is
left out, and a second import of either file finds both.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from engine.facts.accounts import Account
from engine.facts.book import FxRate
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.money import plain, rounded
from engine.facts.transactions import Transaction
from engine.facts.transactions import TransactionType as T
from engine.shell.importers.corrections import is_mended
from engine.shell.importers.naming import Ids
from engine.shell.importers.statement import Draft, Statement, Unread

TAKEN_BACK = "taken back"
"""What the note of a transaction says that a later record undid; it is kept when files come again."""

_RATE_DAYS = 5
_MONEY_IN = frozenset({T.DIVIDEND, T.INTEREST, T.RETURN_OF_CAPITAL})


def booked(
    statement: Statement,
    fx: tuple[FxRate, ...],
    accounts: Mapping[AccountId, Account],
    places: Mapping[str, str],
    symbols: Mapping[str, str],
) -> tuple[list[Transaction], list[Unread]]:
    """Return a file's transactions in the book's words and currency; one without a rate is unread.

    accounts: those of the book. places: the book's account for each name of the file; symbols likewise.
    """
    rates = sorted(fx, key=lambda row: row.date)
    drafts = [_placed(draft, statement, accounts, places, symbols) for draft in statement.drafts]
    ids = Ids()
    names = [ids.of(draft) for draft in drafts]
    by_key = {draft.key: name for draft, name in zip(drafts, names, strict=True) if draft.key}
    undone = _undone(drafts)
    rows, unread = [], []
    for number, (draft, name) in enumerate(zip(drafts, names, strict=True)):
        own = accounts[AccountId(draft.account)].currency
        in_own = _in(own, draft, rates)
        if in_own is None:
            unread.append(_without_rate(draft, own))
            continue
        row = _transaction(in_own, name, statement.source, by_key)
        if draft.takes_back:
            row = _neutral(row, came_in=draft.type not in _MONEY_IN, words=f"takes back: {row.note}")
        elif number in undone:
            row = _neutral(row, came_in=draft.type in _MONEY_IN, words=f"{TAKEN_BACK}: {row.note}")
        rows.append(row)
    return rows, unread


def _placed(
    draft: Draft,
    statement: Statement,
    accounts: Mapping[AccountId, Account],
    places: Mapping[str, str],
    symbols: Mapping[str, str],
) -> Draft:
    account = places[draft.account]
    return replace(
        draft,
        account=account,
        symbol=symbols.get(draft.symbol or "", draft.symbol),
        from_symbol=symbols.get(draft.from_symbol or "", draft.from_symbol),
        currency=draft.currency or statement.currency or accounts[AccountId(account)].currency,
    )


def _in(own: str, draft: Draft, rates: list[FxRate]) -> Draft | None:
    """Return a draft in the account's currency, None where no rate of its day is known."""
    assert draft.currency is not None, "a placed draft has a currency"
    if draft.currency == own or (not draft.amount and not draft.fees):
        return draft
    rate, base = _rate(rates, draft.currency, draft.day), _rate(rates, own, draft.day, base=True)
    return _converted(draft, rate / base) if rate and base else None


def _without_rate(draft: Draft, own: str) -> Unread:
    return Unread(
        line=draft.line,
        words=draft.words,
        reason=f"the row is in {draft.currency}, the account in {own}, and no rate of {draft.day} is known",
        cure=f"add the rate of {draft.currency} on {draft.day} to fx.csv, and import the file again",
    )


def _rate(rates: list[FxRate], currency: str, day: date, *, base: bool = False) -> Fraction:
    """Return the latest rate of a currency that is not older than five days; 0 where there is none.

    base: a currency that no row tells is the one that the rates are told in.
    """
    told = [row for row in rates if row.currency == currency]
    near = [row for row in told if 0 <= (day - row.date).days <= _RATE_DAYS]
    return Fraction(near[-1].rate) if near else Fraction(1 if base and not told else 0)


def _converted(draft: Draft, rate: Fraction) -> Draft:
    assert draft.amount is not None, "only money is converted"
    amount = rounded(Fraction(draft.amount) * rate, places=8)
    fees = rounded(Fraction(draft.fees) * rate, places=8)
    words = f"{draft.words}, {plain(draft.amount)} {draft.currency}"
    return replace(draft, amount=amount, fees=fees, price=None, words=words)


def _undone(drafts: list[Draft]) -> frozenset[int]:
    """Return which drafts a later one takes back: the last one of the same kind, security and money."""
    found: set[int] = set()
    for number, draft in enumerate(drafts):
        if not draft.takes_back:
            continue
        same = [
            other
            for other, one in enumerate(drafts)
            if not one.takes_back
            and other not in found
            and one.day <= draft.day
            and (one.account, one.type, one.symbol, one.amount)
            == (draft.account, draft.type, draft.symbol, draft.amount)
        ]
        before = [other for other in same if other < number] or same
        found |= set(before[-1:])
    return frozenset(found)


def _neutral(row: Transaction, *, came_in: bool, words: str) -> Transaction:
    type = T.TRANSFER_IN if came_in else T.TRANSFER_OUT
    note = f"{words}, {row.symbol}" if row.symbol else words
    return replace(row, type=type, symbol=None, note=note)


def _transaction(
    draft: Draft, name: TransactionId, source: str, by_key: Mapping[str, TransactionId]
) -> Transaction:
    return Transaction(
        id=name,
        date=draft.day,
        account=AccountId(draft.account),
        type=draft.type,
        symbol=Symbol(draft.symbol) if draft.symbol else None,
        quantity=draft.quantity,
        price=draft.price,
        amount=draft.amount,
        fees=draft.fees,
        order=draft.order,
        lots=tuple((LotId(by_key[key]), size) for key, size in draft.lots),
        time=draft.time.replace(microsecond=0) if draft.time else None,
        ex_date=draft.ex_date,
        from_symbol=Symbol(draft.from_symbol) if draft.from_symbol else None,
        note=f"{' '.join(draft.words.split())} [{source} row {draft.line}]",
        row=draft.line,
    )


def sorted_out(
    rows: list[Transaction], known: tuple[Transaction, ...]
) -> tuple[tuple[Transaction, ...], tuple[Transaction, ...], int]:
    """Return what is new, what says something else than before, and how many say the same."""
    before = {row.id: row for row in known}
    new, changed, same = [], [], 0
    for row in rows:
        old = before.get(row.id)
        if old is None:
            new.append(row)
        elif _says(old) == _says(row) or TAKEN_BACK in (old.note or "") or is_mended(old):
            same += 1
        else:
            changed.append(row)
    return tuple(new), tuple(changed), same


def _says(row: Transaction) -> Transaction:
    return replace(row, note=None, row=0, order=None, time=None)
