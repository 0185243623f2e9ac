"""Merging: a statement meets a book, and what comes out is what the book does not say yet.

    merge(statement, known, choice)  ->  Merged(new=113 transactions, unchanged=0, unread=(…), checks=(…))

Nothing is written here. A row whose account, currency or lots the book cannot place is unread, with place
and cure, like a row that the importer did not understand. Importing the same again finds every row there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from engine.facts.accounts import Account
from engine.facts.book import FxRate, Records
from engine.facts.failure import InputError
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, HouseholdId, Symbol
from engine.facts.money import plain
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction
from engine.shell.importers.booking import booked, sorted_out
from engine.shell.importers.corrections import Correction, Corrections, applied, compared, left_unread
from engine.shell.importers.holdings import holdings
from engine.shell.importers.naming import described, symbols_in
from engine.shell.importers.statement import Statement, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the person says of the accounts of a file."""

    account: str | None = None  # for rows that name no account, or a single one
    accounts: Mapping[str, str] = field(default_factory=dict)  # the file's name -> the book's
    kind: str | None = None  # of accounts that the book does not hold; None: there must be none
    household: str | None = None  # of such accounts; None: one of their own name
    corrections: Corrections = Corrections.TELL  # what is done with rows that were told otherwise before


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a book says already."""

    accounts: Mapping[AccountId, Account]
    securities: Mapping[Symbol, Security]
    transactions: tuple[Transaction, ...]
    forms: tuple[BrokerForm, ...] = ()
    prices: Mapping[tuple[Symbol, date], Price] = field(default_factory=dict)
    fx: tuple[FxRate, ...] = ()


def known_in(records: Records) -> Known:
    """Return what a folder or database says, for a statement to meet."""
    return Known(
        accounts=records.accounts,
        securities=records.securities,
        transactions=records.transactions or (),
        forms=records.broker_forms or (),
        prices={(row.symbol, row.date): row for row in records.prices},
        fx=records.fx,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A position that the file states beside what the book's transactions come to."""

    account: AccountId
    symbol: Symbol
    stated: Decimal
    derived: Fraction | None  # None: no transaction of the book is about it

    @property
    def agrees(self) -> bool:
        """Whether the two are the same to the last digit."""
        return self.derived == Fraction(self.stated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a statement adds to a book."""

    statement: Statement
    touched: tuple[AccountId, ...]
    accounts: tuple[Account, ...] = ()  # new ones
    securities: tuple[Security, ...] = ()  # new ones
    new: tuple[Transaction, ...] = ()
    changed: tuple[Transaction, ...] = ()  # known by id, and saying something else now
    unchanged: int = 0
    forms: tuple[BrokerForm, ...] = ()  # new ones
    prices: tuple[Price, ...] = ()  # new ones, and those that market data replace
    left_out: int = 0  # prices of securities that the book does not hold
    unread: tuple[Unread, ...] = ()
    corrections: tuple[Correction, ...] = ()  # rows that were told otherwise before
    gone: tuple[Transaction, ...] = ()  # rows that this file should tell and does not
    checks: tuple[Check, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the book would say anything else after it."""
        return bool(self.accounts or self.securities or self.new or self.changed or self.forms or self.prices)


def merge(statement: Statement, known: Known, choice: Choice) -> Merged:
    """Return what a statement adds to a book. Raises InputError where an account cannot be placed."""
    places = _places(statement, known, choice)
    named = [name for d in statement.drafts for name in (d.symbol, d.from_symbol) if name]
    symbols = symbols_in(known.securities, statement.papers, named)
    new_accounts = _new_accounts(statement, known, choice, places)
    accounts = {**known.accounts, **{row.account: row for row in new_accounts}}
    rows, unread = booked(statement, known.fx, accounts, places, symbols)
    new, changed, unchanged = sorted_out(rows, known.transactions)
    met = compared(new, rows, known.transactions)
    new, unchanged = met.new, unchanged + met.same
    match choice.corrections:
        case Corrections.TELL:
            unread = [*unread, *left_unread(met)]
        case Corrections.APPLY:
            more, mended = applied(met)
            new, changed = (*new, *more), (*changed, *mended)
        case Corrections.ADD:
            new = (*new, *(row for one in met.corrections for row in one.after))
        case _:
            assert_never(choice.corrections)
    used = {name for row in rows for name in (row.symbol, row.from_symbol) if name}
    used |= {Symbol(symbols.get(row.symbol, row.symbol)) for row in statement.held}
    used |= {Symbol(symbols.get(row.symbol or "", row.symbol or "")) for _, row in statement.forms}
    prices, left_out = _new_prices(statement, known, symbols)
    used |= {row.symbol for row in prices}
    securities = _new_securities(statement, known, symbols, used)
    every = {**known.securities, **{row.symbol: row for row in securities}}
    gone = {row.id for row in changed}
    history = (*(row for row in known.transactions if row.id not in gone), *changed, *new)
    return Merged(
        statement=statement,
        touched=tuple(sorted({AccountId(name) for name in places.values()})),
        accounts=new_accounts,
        securities=securities,
        new=new,
        changed=changed,
        unchanged=unchanged,
        forms=_new_forms(statement, known, places, symbols),
        prices=prices,
        left_out=left_out,
        unread=(*statement.unread, *unread),
        corrections=met.corrections,
        gone=met.gone,
        checks=_checks(statement, places, symbols, history, every),
    )


def _places(statement: Statement, known: Known, choice: Choice) -> Mapping[str, str]:
    """Return the book's account for each name of the file."""
    names = sorted(
        {row.account for row in statement.drafts}
        | {row.account for row in statement.held}
        | {row.account for row in statement.cash}
        | {name for name, _ in statement.forms}
    )
    places = {}
    for name in names:
        place = choice.accounts.get(name) or (choice.account if len(names) == 1 or not name else None)
        place = place or (name if AccountId(name) in known.accounts else None)
        if place is None and choice.kind is not None and name:
            place = name
        if place is None or (AccountId(place) not in known.accounts and choice.kind is None):
            raise _unplaced(statement, name, place, len(names))
        places[name] = place
    return places


def _unplaced(statement: Statement, name: str, place: str | None, count: int) -> InputError:
    if place is not None:
        reason = f"the book has no account `{place}`"
        cure = "add it to accounts.csv, or say `--new taxable` (or another kind) to have it added"
    elif name:
        reason = f"the file is about account `{name}`, which the book does not have"
        said = f"--account '{name}=TAX-1'" if count > 1 else "--account TAX-1"
        cure = f"say which account of the book that is: {said}"
    else:
        reason, cure = "the file does not name its account", "say whose it is: --account TAX-1"
    return InputError(reason, place=statement.source, cure=cure)


def _new_accounts(
    statement: Statement, known: Known, choice: Choice, places: Mapping[str, str]
) -> tuple[Account, ...]:
    made = []
    for place in sorted(set(places.values()) - set(known.accounts)):
        assert choice.kind is not None, "an account without a kind was refused before"
        names = [name for name, book in places.items() if book == place]
        cash = sum((row.amount for row in statement.cash if row.account in names), Decimal(0))
        currency = statement.currency or "USD"
        household = choice.household or place
        cells = {
            "account": place,
            "household": household,
            "owner": "self",
            "kind": choice.kind,
            "currency": currency,
            "cash": plain(cash),
        }
        made.append(
            Account(
                account=AccountId(place),
                household=HouseholdId(household),
                owner="self",
                kind=choice.kind,
                currency=currency,
                cash=cash,
                attributes=cells,
            )
        )
    return tuple(made)


def _new_securities(
    statement: Statement, known: Known, symbols: Mapping[str, str], used: set[Symbol]
) -> tuple[Security, ...]:
    papers = tuple(replace(paper, symbol=symbols[paper.symbol]) for paper in statement.papers)
    wanted = sorted({Symbol(name) for name in used if name} - set(known.securities))
    made = {name: described(name, papers, statement.currency) for name in wanted}
    for security in tuple(made.values()):
        of = security.underlying
        if of is not None and of not in made and of not in known.securities:
            made[of] = described(of, papers, security.currency)
    return tuple(made[name] for name in sorted(made))


def _new_forms(
    statement: Statement, known: Known, places: Mapping[str, str], symbols: Mapping[str, str]
) -> tuple[BrokerForm, ...]:
    left = [replace(row, row=0) for row in known.forms]
    made = []
    for name, form in statement.forms:
        symbol = symbols.get(form.symbol or "", form.symbol)
        placed = replace(form, account=AccountId(places[name]), symbol=Symbol(symbol) if symbol else None)
        said = replace(placed, row=0)
        if said in left:
            left.remove(said)
        else:
            made.append(placed)
    return tuple(made)


def _new_prices(
    statement: Statement, known: Known, symbols: Mapping[str, str]
) -> tuple[tuple[Price, ...], int]:
    """Return prices that the book does not have, and how many are of securities it does not hold.

    A custodian's price fills a day without one; market data replace what differs.
    """
    made: dict[tuple[Symbol, date], Price] = {}
    left_out = 0
    for row in statement.prices:
        named = replace(row, symbol=Symbol(symbols.get(row.symbol, row.symbol)))
        key = (named.symbol, named.date)
        before = known.prices.get(key)
        if statement.is_market_data and named.symbol not in known.securities:
            left_out += 1
        elif before is None or (statement.is_market_data and before != named):
            made[key] = named
    return tuple(made[key] for key in sorted(made)), left_out


def _checks(
    statement: Statement,
    places: Mapping[str, str],
    symbols: Mapping[str, str],
    history: tuple[Transaction, ...],
    securities: Mapping[Symbol, Security],
) -> tuple[Check, ...]:
    touched = {(row.account, name) for row in history for name in (row.symbol, row.from_symbol)}
    counted: dict[date | None, Mapping[tuple[AccountId, Symbol], Fraction]] = {}
    checks = []
    for row in statement.held:
        account = AccountId(places[row.account])
        symbol = Symbol(symbols.get(row.symbol, row.symbol))
        if row.day not in counted:
            counted[row.day] = holdings(history, securities, until=row.day)
        derived = counted[row.day].get((account, symbol), Fraction(0))
        checks.append(
            Check(
                account=account,
                symbol=symbol,
                stated=row.quantity,
                derived=derived if (account, symbol) in touched else None,
            )
        )
    return tuple(checks)
