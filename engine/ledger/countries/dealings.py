"""What pooled rules read: purchases and sales of one security, in today's shares, by person.

Shares of all days are restated as they are after the last split, so that a pool needs no splits of its own;
rows give them back as of their day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.facts.failure import InputError, NotModelled
from engine.facts.ids import AccountId, Symbol
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.pieces import ONE
from engine.ledger.state import Setting, money_of, place_of, shares_of, symbol_of

PURCHASES = frozenset({TransactionType.BUY, TransactionType.REINVEST, TransactionType.AWARD})
CASH = frozenset(
    {
        TransactionType.DIVIDEND,
        TransactionType.INTEREST,
        TransactionType.FEE,
        TransactionType.DEPOSIT,
        TransactionType.WITHDRAWAL,
    }
)

Person = tuple[str, str]
"""Household and owner; registered accounts of a person are another one, `plan` after the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """One purchase or sale."""

    row: Transaction
    person: Person
    account: AccountId
    symbol: Symbol
    day: date
    is_sale: bool
    quantity: Fraction  # today's shares
    money: Fraction  # cost with fees, or proceeds after fees
    factor: Fraction  # today's shares for one of its day


def dealings(rows: Iterable[Transaction], setting: Setting) -> dict[Symbol, list[Dealing]]:
    """Return purchases and sales by security, in the order in which they happened.

    Raises NotModelled for events that pooled rules do not know here.
    """
    ordered = list(rows)
    found: dict[Symbol, list[Dealing]] = {}
    later: dict[Symbol, Fraction] = {}
    seen: set[tuple[Symbol, date]] = set()
    for row in reversed(ordered):
        if row.type in CASH:
            continue
        symbol = symbol_of(row)
        if row.type is TransactionType.SPLIT:
            if (symbol, row.date) not in seen:
                seen.add((symbol, row.date))
                later[symbol] = later.get(symbol, ONE) * shares_of(row)
            continue
        if row.type not in PURCHASES and row.type is not TransactionType.SELL:
            raise NotModelled(
                f"a {row.type.value} is not modelled for this country",
                place=place_of(row),
                cure="leave out the security, or have it computed by hand",
            )
        found.setdefault(symbol, []).append(_dealing(row, setting, later.get(symbol, ONE)))
    return {symbol: dealt[::-1] for symbol, dealt in found.items()}


def _dealing(row: Transaction, setting: Setting, factor: Fraction) -> Dealing:
    account = setting.accounts.get(row.account)
    if account is None:
        raise InputError(
            f"account `{row.account}` is unknown", place=place_of(row), cure="add it to accounts.csv"
        )
    is_sale = row.type is TransactionType.SELL
    fees = Fraction(row.fees)
    owner = f"{account.owner} plan" if account.is_retirement else account.owner
    return Dealing(
        row=row,
        person=(account.household, owner),
        account=row.account,
        symbol=symbol_of(row),
        day=row.date,
        is_sale=is_sale,
        quantity=shares_of(row) * factor,
        money=money_of(row) - fees if is_sale else money_of(row) + fees,
        factor=factor,
    )


def is_plan(person: Person) -> bool:
    """Return whether a person is in fact a registered plan, whose gains are not taxed."""
    return person[1].endswith(" plan")
