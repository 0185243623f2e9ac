"""Random household histories: a pure function of a seed.

A household of two taxable accounts, a spouse's and an IRA trades one or two securities for four months while
prices mostly fall, so that losses, replacements and chains of them are common; with fractions, fees, orders
of several fills, splits, and lots named in sales.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType

START = date(2024, 1, 2)
KINDS = {"A": ("self", "taxable"), "B": ("self", "taxable"), "S": ("spouse", "taxable"), "I": ("self", "ira")}
ACCOUNTS = {
    AccountId(name): Account(
        account=AccountId(name),
        household=HouseholdId("H"),
        owner=owner,
        kind=kind,
        currency="USD",
        cash=Decimal(0),
    )
    for name, (owner, kind) in KINDS.items()
}
SYMBOLS = (Symbol("X"), Symbol("Y"))


@dataclass(slots=True)
class Draft:
    """A history being drawn: what is held of each lot, in shares of the day."""

    random: Random
    rows: list[Transaction]
    held: dict[tuple[AccountId, Symbol, LotId], Decimal]
    price: dict[Symbol, Decimal]

    def name(self) -> TransactionId:
        return TransactionId(f"t{len(self.rows) + 1}")


def history(seed: int, *, rows: int = 24, most_splits: int = 2) -> list[Transaction]:
    """Return a history in the order in which it happened."""
    random = Random(seed)
    draft = Draft(random=random, rows=[], held={}, price={s: Decimal(20) for s in SYMBOLS})
    day = START
    splits = 0
    while len(draft.rows) < rows:
        day += timedelta(days=random.choice((0, 0, 1, 2, 5, 9)))
        for symbol in SYMBOLS:
            change = Decimal(random.choice((-11, -7, -3, -1, 2, 6))) / 100
            draft.price[symbol] = max(Decimal("0.37"), round(draft.price[symbol] * (1 + change), 2))
        symbol = SYMBOLS[0] if random.random() < 0.8 else SYMBOLS[1]
        if splits < most_splits and random.random() < 0.04:
            day += timedelta(days=1)
            splits += _split(draft, day, symbol)
            day += timedelta(days=1)
        elif random.random() < 0.55 or not _sell(draft, day, symbol):
            _buy(draft, day, symbol)
    return draft.rows


def _buy(draft: Draft, day: date, symbol: Symbol) -> None:
    random = draft.random
    account = AccountId(random.choice("AAABSI"))
    fills = 2 if random.random() < 0.15 else 1
    order = f"b{len(draft.rows)}" if fills > 1 else None
    for _ in range(fills):
        name = draft.name()
        quantity = Decimal(random.choice(("1", "2", "3", "4", "5", "7", "0.5", "2.25")))
        draft.rows.append(
            Transaction(
                id=name,
                date=day,
                account=account,
                type=random.choice((TransactionType.BUY, TransactionType.BUY, TransactionType.REINVEST)),
                symbol=symbol,
                quantity=quantity,
                price=draft.price[symbol],
                fees=Decimal(random.choice(("0", "0", "0.01", "1"))),
                order=order,
            )
        )
        draft.held[(account, symbol, LotId(name))] = quantity


def _sell(draft: Draft, day: date, symbol: Symbol) -> bool:
    """Sell from an account that holds the security; False where none does."""
    random = draft.random
    places = sorted({account for account, held, _ in draft.held if held == symbol})
    if not places:
        return False
    account = random.choice(places)
    fills = 2 if random.random() < 0.15 else 1
    order = f"s{len(draft.rows)}" if fills > 1 else None
    for _ in range(fills):
        lots = [key for key in draft.held if key[:2] == (account, symbol)]
        if not lots:
            break
        named = random.random() < 0.3
        chosen = random.sample(lots, k=min(len(lots), random.choice((1, 1, 2)))) if named else lots
        pairs = _sizes(random, [(key, draft.held[key]) for key in chosen], everything=random.random() < 0.4)
        for key, size in pairs:
            draft.held[key] -= size
            if not draft.held[key]:
                del draft.held[key]
        draft.rows.append(
            Transaction(
                id=draft.name(),
                date=day,
                account=account,
                type=TransactionType.SELL,
                symbol=symbol,
                quantity=sum((size for _, size in pairs), Decimal(0)),
                price=draft.price[symbol],
                fees=Decimal(random.choice(("0", "0.03"))),
                order=order,
                lots=tuple((key[2], size) for key, size in pairs) if named else (),
            )
        )
    return True


def _sizes(
    random: Random, lots: list[tuple[tuple[AccountId, Symbol, LotId], Decimal]], *, everything: bool
) -> list[tuple[tuple[AccountId, Symbol, LotId], Decimal]]:
    """Sell the lots given from the first on: all of them, or a part of the last one taken."""
    if everything:
        return lots
    stop = random.randrange(len(lots))
    last, held = lots[stop]
    part = held if random.random() < 0.3 else held / 2
    return [*lots[:stop], (last, part)]


def _split(draft: Draft, day: date, symbol: Symbol) -> int:
    ratio = Decimal(draft.random.choice(("2", "3", "0.5")))
    draft.rows.append(
        Transaction(
            id=draft.name(),
            date=day,
            account=AccountId("A"),
            type=TransactionType.SPLIT,
            symbol=symbol,
            quantity=ratio,
        )
    )
    for key in draft.held:
        if key[1] == symbol:
            draft.held[key] *= ratio
    draft.price[symbol] = round(draft.price[symbol] / ratio, 2)
    return 1
