"""A slow ledger that knows no lots, only shares: each the smallest part of a share that a history deals in.

It shares no code and no method with the ledger: all quantities are restated in the shares that exist after
the last split; a loss looks at once through everything bought in its window, also what is bought only later;
and there is nothing to divide, because a share is the unit.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import gcd, lcm

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, Symbol
from engine.facts.transactions import Transaction, TransactionType

BUYS = (TransactionType.BUY, TransactionType.REINVEST, TransactionType.AWARD)
Row = tuple[str, str]
"""Sale and lot."""


@dataclass(eq=False)
class Share:
    """One unit: bought at a place in the history, held from then until it is sold."""

    lot: str
    order: str | None
    account: AccountId
    symbol: Symbol
    group: str
    bought: date
    turn: int  # of its purchase in the history
    basis: Fraction
    paid: Fraction
    held_since: date
    used: bool = False
    is_held: bool = False


@dataclass
class Outcome:
    """What a history comes to: exact sums by sale and lot, and what is still held."""

    basis: dict[Row, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    disallowed: dict[Row, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    permanent: dict[Row, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    held: dict[tuple[str, str, date, Fraction], Fraction] = field(
        default_factory=lambda: defaultdict(Fraction)
    )
    chained: int = 0  # shares sold at a loss that is washed, and whose basis carried a loss already


def outcome(
    history: list[Transaction], accounts: Mapping[AccountId, Account], groups: Mapping[Symbol, str]
) -> Outcome:
    """Return what a history comes to, share by share; rows stand in the order in which they happened."""
    later = _factors(history)
    unit = _unit(history, later)
    shares = [s for turn, row in enumerate(history) for s in _bought(turn, row, later[turn], unit, groups)]
    result = Outcome()
    sold_together: dict[tuple[date, str, str], list[tuple[Share, Fraction, str]]] = defaultdict(list)
    for turn, row in enumerate(history):
        if row.type in BUYS:
            for share in shares:
                share.is_held |= share.turn == turn
        elif row.type is TransactionType.SELL:
            taken = _take(shares, row, later[turn], unit)
            price = (Fraction(row.total) - Fraction(row.fees)) / len(taken)
            for share in taken:
                share.is_held = False
                result.basis[(row.id, share.lot)] += share.basis
            key = (row.date, row.account, row.order or f"alone {turn}")
            sold_together[key] += [(share, price, row.id) for share in taken]
            if not _goes_on(history, turn):
                _judge(sold_together[key], row.date, turn, shares, accounts, result)
    for share in shares:
        if share.is_held:
            account, unit_basis = share.account, share.basis / unit
            result.held[(share.lot, account, share.held_since, unit_basis)] += unit
    return result


def _goes_on(history: list[Transaction], turn: int) -> bool:
    """Whether a later row of the day belongs to the same order."""
    row = history[turn]
    return row.order is not None and any(
        (o.date, o.account, o.symbol, o.order, o.type)
        == (row.date, row.account, row.symbol, row.order, row.type)
        for o in history[turn + 1 :]
    )


def _judge(
    sold: list[tuple[Share, Fraction, str]],
    day: date,
    turn: int,
    shares: list[Share],
    accounts: Mapping[AccountId, Account],
    result: Outcome,
) -> None:
    seller = sold[0][0]
    home = accounts[seller.account].household
    near = [
        share
        for share in shares
        if abs(share.bought - day) <= timedelta(days=30)
        and share.group == seller.group
        and accounts[share.account].household == home
        and (share.turn > turn or share.is_held)
        and not share.used
    ]
    rows = {sale: place for place, sale in enumerate(dict.fromkeys(sale for _, _, sale in sold))}
    for share, price, sale in sorted(sold, key=lambda one: (rows[one[2]], one[0].turn)):
        loss = share.basis - price
        if loss <= 0 or _is_retirement(accounts, share.account):
            continue
        found = _replacement(share, near)
        if found is None:
            continue
        found.used = True
        result.disallowed[(sale, share.lot)] += loss
        result.chained += share.basis != share.paid
        if _is_retirement(accounts, found.account):
            result.permanent[(sale, share.lot)] += loss
        else:
            found.basis += loss
            found.held_since -= day - share.held_since


def _replacement(sold: Share, near: list[Share]) -> Share | None:
    """The first share of another lot and order that has replaced nothing yet."""
    for share in near:
        if share.used or share.lot == sold.lot:
            continue
        same_order = share.order is not None and share.order == sold.order
        if not (same_order and (share.account, share.symbol) == (sold.account, sold.symbol)):
            return share
    return None


def _take(shares: list[Share], row: Transaction, factor: Fraction, unit: Fraction) -> list[Share]:
    here = [s for s in shares if s.is_held and (s.account, s.symbol) == (row.account, row.symbol)]
    here.sort(key=lambda s: (s.bought, s.turn, s.basis == s.paid, s.held_since))
    if not row.lots:
        assert row.quantity is not None
        return here[: _count(Fraction(row.quantity), factor, unit)]
    taken: list[Share] = []
    for lot, size in row.lots:
        taken += [s for s in here if s.lot == lot][: _count(Fraction(size), factor, unit)]
    return taken


def _bought(
    turn: int, row: Transaction, factor: Fraction, unit: Fraction, groups: Mapping[Symbol, str]
) -> list[Share]:
    if row.type not in BUYS:
        return []
    assert row.symbol is not None
    assert row.quantity is not None
    count = _count(Fraction(row.quantity), factor, unit)
    paid = (Fraction(row.total) + Fraction(row.fees)) / count
    group = groups.get(row.symbol, row.symbol)
    return [
        Share(
            lot=row.id,
            order=row.order,
            account=row.account,
            symbol=row.symbol,
            group=group,
            bought=row.date,
            turn=turn,
            basis=paid,
            paid=paid,
            held_since=row.date,
        )
        for _ in range(count)
    ]


def _count(quantity: Fraction, factor: Fraction, unit: Fraction) -> int:
    count = quantity * factor / unit
    assert count.denominator == 1
    return count.numerator


def _factors(history: list[Transaction]) -> list[Fraction]:
    """For each row, how many shares after the last split one of its shares is."""
    factors: list[Fraction] = []
    for turn, row in enumerate(history):
        factor = Fraction(1)
        for other in history[turn + 1 :]:
            if other.type is TransactionType.SPLIT and other.symbol == row.symbol and other.quantity:
                factor *= Fraction(other.quantity)
        factors.append(factor)
    return factors


def _unit(history: list[Transaction], later: list[Fraction]) -> Fraction:
    """The largest part of a share of which every quantity is a multiple."""
    sizes = [
        Fraction(size) * factor
        for row, factor in zip(history, later, strict=True)
        if row.type in BUYS or row.type is TransactionType.SELL
        for size in [row.quantity or 0, *(size for _, size in row.lots)]
    ]
    bottom = lcm(*(size.denominator for size in sizes))
    return Fraction(gcd(*(int(size * bottom) for size in sizes)), bottom)


def _is_retirement(accounts: Mapping[AccountId, Account], account: AccountId) -> bool:
    return accounts[account].kind != "taxable"
