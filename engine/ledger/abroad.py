"""Ledgers of other countries: which rules, and what they leave as rows."""

from datetime import date

from engine.facts.failure import InputError, NotModelled
from engine.facts.ids import LotId
from engine.facts.lots import Acquisition, Lot
from engine.facts.transactions import Transaction
from engine.ledger.cents import exact_decimal
from engine.ledger.countries import canada, uk
from engine.ledger.countries.dealings import PURCHASES
from engine.ledger.ledger import Ledger
from engine.ledger.state import State, shares_of, symbol_of


def replay_abroad(
    state: State, rows: tuple[Transaction, ...], *, opening: tuple[Lot, ...], until: date
) -> Ledger:
    """Return the ledger of a country with pooled costs.

    Raises NotModelled for lots to start with and for Australia, InputError where more is sold than held.
    """
    setting = state.setting
    if opening:
        raise NotModelled("a pooled cost cannot start from lots", cure="give the transactions from the start")
    match setting.reading.country:
        case "canada":
            disposals, lots, short = canada.pooled(rows, setting)
        case "uk":
            disposals, lots, short = uk.matched(rows, setting)
        case _:
            raise NotModelled(
                "Australia's rule asks for the purpose of a sale (Part IVA; TR 2008/1) and is not computed",
                cure="use a rule with a window and a required reason, and have the cases looked at",
            )
    if short and setting.strict:
        first = short[0]
        raise InputError(
            f"{exact_decimal(first.quantity)} shares of `{first.symbol}` are sold that are not held then",
            place=f"transactions.csv row {first.row}, transaction `{first.transaction}`",
            cure="give the purchases before it",
        )
    return Ledger(
        until=until,
        reading=setting.reading,
        open_lots=lots,
        disposals=disposals,
        acquisitions=tuple(_acquisition(row) for row in rows if row.type in PURCHASES),
        shortfalls=short,
        open_shorts=(),
        state=state,
    )


def _acquisition(row: Transaction) -> Acquisition:
    return Acquisition(
        lot=LotId(row.id),
        account=row.account,
        symbol=symbol_of(row),
        date=row.date,
        quantity=exact_decimal(shares_of(row)),
        kind=row.type.value,
        order=row.order,
    )
