"""Slices: what the accounts of a scope hold or could hold, each in the security whose attributes count.

A position is one slice of itself. Where a rule looks through funds, a fund is one slice for each of
its holdings, and what the fund's list leaves over stays the fund's own:

    FUNDX holds 60% ACME, 30% BETA  ->  0.6 of FUNDX as ACME, 0.3 as BETA, 0.1 as FUNDX

A fund whose contents the book does not list counts as itself. Cash is a slice of its account, with the
currency as symbol. Every security of the book is laid out, held or not, because a list may buy it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.facts.securities import Security
from rulebooks.forms import Linear, Term, TermKind, linear
from rulebooks.rows import AccountRow, Facts, SecurityRow
from rulebooks.state import cash_security

ONE = Fraction(1)


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A share of one position, seen as the security of `row`."""

    account: AccountId
    symbol: Symbol
    row: SecurityRow
    value: Term  # VALUE of the position, or CASH
    share: Fraction = ONE
    is_cash: bool = False

    @property
    def position(self) -> tuple[AccountId, Symbol]:
        """The position that trades."""
        return (self.account, self.symbol)


def slices_of(facts: Facts, account: AccountId, *, look_through: bool) -> tuple[Slice, ...]:
    """Return the slices of one account in symbol order, cash first."""
    row = AccountRow(facts, (account,))
    cash = cash_security(facts.book.accounts[account].currency)
    result = [
        Slice(
            account,
            cash.symbol,
            SecurityRow(facts, row, cash, is_cash=True),
            Term(TermKind.CASH, account),
            is_cash=True,
        )
    ]
    for symbol in sorted(facts.book.securities):
        security = facts.book.securities[symbol]
        value = Term(TermKind.VALUE, account, symbol)
        own = SecurityRow(facts, row, security)
        if look_through and facts.book.fund_holdings.get(symbol):
            result.extend(_fund_slices(facts, row, Slice(account, symbol, own, value)))
        else:
            result.append(Slice(account, symbol, own, value))
    return tuple(result)


def _fund_slices(facts: Facts, row: AccountRow, fund: Slice) -> Iterable[Slice]:
    holdings = facts.book.fund_holdings[fund.symbol]
    rest = ONE
    for symbol in sorted(holdings):
        share = Fraction(holdings[symbol])
        rest -= share
        security = facts.book.securities.get(symbol) or unknown_security(symbol)
        yield Slice(fund.account, fund.symbol, SecurityRow(facts, row, security), fund.value, share)
    if rest:
        yield Slice(fund.account, fund.symbol, fund.row, fund.value, rest)


def unknown_security(symbol: Symbol) -> Security:
    """Return a security of which only the symbol is known."""
    return Security(symbol=symbol, asset_class="", instrument="", issuer=None, attributes={"symbol": symbol})


def money_form(slices: Iterable[Slice]) -> Linear:
    """Return the market value of slices, cash included, as a form."""
    cash: list[tuple[Term, Fraction]] = []
    values: list[tuple[Term, Fraction]] = []
    whole = True
    for part in slices:
        whole = whole and part.share is ONE
        (cash if part.is_cash else values).append((part.value, part.share))
    if whole:
        return Linear(terms=(*cash, *values))
    return merged((*cash, *values))


def merged(pairs: Iterable[tuple[Term, Fraction]]) -> Linear:
    """Return the sum of coefficient * term where a term may come more than once."""
    coefficients: dict[Term, Fraction] = {}
    for term, factor in pairs:
        coefficients[term] = coefficients.get(term, Fraction(0)) + factor
    return linear(coefficients)


def positions_in(slices: Iterable[Slice]) -> tuple[tuple[AccountId, Symbol], ...]:
    """Return the positions of slices, each once, in order."""
    return tuple(dict.fromkeys(part.position for part in slices))
