"""No loss vanishes on the short side either: short sales, written and bought options, at random prices."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.readings import TaxReading, WashReadings
from engine.facts.securities import Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.replay import replay
from tests.ledger.histories import ACCOUNTS

X, CALL = Symbol("X"), Symbol("XC")
SECURITIES = {
    CALL: Security(
        symbol=CALL,
        asset_class="option",
        instrument="option",
        issuer=None,
        attributes={"right": "call", "strike": "1"},
        multiplier=Decimal(100),
        underlying=X,
    )
}
OPENING = {
    "short": (TransactionType.SHORT_SELL, X),
    "written": (TransactionType.OPTION_WRITE, CALL),
    "bought": (TransactionType.OPTION_BUY, CALL),
}
CLOSING = {
    "short": TransactionType.BUY_TO_COVER,
    "written": TransactionType.OPTION_CLOSE,
    "bought": TransactionType.OPTION_CLOSE,
}


def dealings(seed: int, *, kinds: tuple[str, ...], rows: int = 20) -> list[Transaction]:
    """Return a history that opens and closes positions in two taxable accounts."""
    random = Random(seed)
    open_here: dict[tuple[AccountId, str], int] = {}
    day, made = date(2024, 1, 2), list[Transaction]()
    while len(made) < rows:
        day += timedelta(days=random.choice((0, 1, 4, 9)))
        account, kind = AccountId(random.choice("AB")), random.choice(kinds)
        there = open_here.get((account, kind), 0)
        closes = there > 0 and random.random() < 0.5
        size = random.randint(1, there) if closes else random.randint(1, 6)
        open_here[(account, kind)] = there - size if closes else there + size
        opening, symbol = OPENING[kind]
        made.append(
            Transaction(
                id=TransactionId(f"t{len(made)}"),
                date=day,
                account=account,
                type=CLOSING[kind] if closes else opening,
                symbol=symbol,
                quantity=Decimal(size),
                amount=Decimal(random.randint(100, 900)) / 7 // Decimal("0.01") / 100,
                fees=Decimal(random.choice(("0", "0.07"))),
                note=kind,
            )
        )
    return made


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    kinds=st.sampled_from((("short",), ("written",), ("bought",), ("short", "written"))),
    puts=st.booleans(),
)
def test_no_loss_vanishes(seed: int, kinds: tuple[str, ...], puts: bool) -> None:
    rows = dealings(seed, kinds=kinds)
    ledger = replay(
        rows,
        accounts=ACCOUNTS,
        securities=SECURITIES,
        reading=TaxReading(wash=WashReadings(written_puts=puts)),
        until=date(2099, 1, 1),
    )
    recognized = sum((row.recognized for row in ledger.disposals), Decimal(0))
    permanent = sum((row.permanently_disallowed for row in ledger.disposals), Decimal(0))
    carried = sum((short.carried for short in ledger.open_shorts), Decimal(0)) + ledger.deferred
    flows = sum((_flow(row) for row in rows), Decimal(0))
    still_short = sum((short.proceeds for short in ledger.open_shorts), Decimal(0))
    still_long = sum((lot.original_basis for lot in ledger.open_lots), Decimal(0))
    economic = flows - still_short + still_long
    assert recognized == economic + permanent + carried
    assert all(0 <= row.disallowed <= max(Decimal(0), -row.gain) for row in ledger.disposals)


def _flow(row: Transaction) -> Decimal:
    """Return the cash of a row: in for what is sold or written, out for what is bought."""
    receives = row.type in (TransactionType.SHORT_SELL, TransactionType.OPTION_WRITE)
    if row.type is TransactionType.OPTION_CLOSE:
        receives = row.note == "bought"
    return row.total - row.fees if receives else -(row.total + row.fees)
