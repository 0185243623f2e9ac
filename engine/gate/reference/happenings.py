"""What a window looks at: purchases, sales lot by lot and events, and those near a security.

Bought on 3 March by the list as trade 2: the acquisition `trade 2`, of the order `list ACME`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Acquisition
from engine.facts.trades import Trade
from engine.gate.reference.lots import LIST_ORDER
from engine.gate.reference.predicates import Truth
from engine.gate.reference.setting import Setting

PURCHASE_KINDS = frozenset({"buy", "reinvest", "award", "exercise"})
"""Acquisitions that are a purchase; gifts, transfers and splits are none."""


class Happening(NamedTuple):
    """A purchase, a disposal of one lot, or an event of events.csv.

    trade: its number where it is of the list. lot, order: of the acquisition. covered: whether the rule
    is about it, where it is looked at as an action.
    """

    day: date
    account: AccountId | None
    symbol: Symbol | None
    lot: LotId | None = None
    order: str | None = None
    trade: int | None = None
    covered: Truth = True
    is_sale: bool = False


@dataclass(slots=True, eq=False)
class Nearby:
    """Happenings, found by the security that they are of; those of none are near everything."""

    of_all: list[Happening] = field(default_factory=list)
    by_name: dict[str, list[Happening]] = field(default_factory=dict)

    def add(self, name: str | None, one: Happening) -> None:
        """Keep a happening under the name that its security is looked up by."""
        if name is None:
            self.of_all.append(one)
        else:
            self.by_name.setdefault(name, []).append(one)

    def of(self, names: Iterable[str]) -> Iterable[Happening]:
        """Return what may be related to any of some names."""
        yield from self.of_all
        for name in names:
            yield from self.by_name.get(name, ())

    def every(self) -> Iterable[Happening]:
        """Return all of them."""
        yield from self.of_all
        for found in self.by_name.values():
            yield from found


def opened_by(trade: Trade) -> LotId:
    """Return the name of the lot that a purchase of the list opens."""
    return LotId(f"trade {trade.number}")


def order_of(trade: Trade) -> str:
    """Return the order of a purchase: those of one security in one account are one."""
    return f"{LIST_ORDER} {trade.symbol}"


def is_same_acquisition(action: Happening, event: Happening) -> bool:
    """Return whether a purchase is that of the shares sold, or of other shares of the same order."""
    if action.account != event.account:
        return False
    return action.lot == event.lot or (action.order is not None and action.order == event.order)


def purchases(setting: Setting) -> Iterable[Acquisition]:
    """Return the purchases that the records know, those of open lots of which they tell nothing else too."""
    book = setting.book
    known = {(row.account, row.lot) for row in book.acquisitions}
    yield from (row for row in book.acquisitions if row.kind in PURCHASE_KINDS)
    for lot in book.lots:
        if (lot.account, lot.lot) not in known:
            yield Acquisition(
                lot=lot.lot,
                account=lot.account,
                symbol=lot.symbol,
                date=lot.acquired,
                quantity=lot.quantity,
                kind="buy",
                order=lot.order,
            )
