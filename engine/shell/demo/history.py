"""An account history under construction: rows of transactions.csv, with cash and lots kept beside.

The bookkeeping here is only as good as writing a plausible history needs (which lots are at a loss, is
there cash): the ledger derives the real lots from the rows. Cash never goes negative.

    history.buy("ALD-TAX-1", "KO", 100)   row buy 100 KO at the day's price, lot named by the row's id
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.facts.money import cents_half_up
from engine.shell.demo.universe import Company

SEC_FEE = Decimal("0.0000218")  # of proceeds, rounded to the cent: about what the exchange fee was


@dataclass(slots=True, kw_only=True)
class OpenLot:
    """Shares still held of one purchase; changes as they are sold or split."""

    lot: str
    account: str
    symbol: str
    day: date
    quantity: Decimal
    cost: Decimal  # money, of what is left


@dataclass(slots=True)
class History:
    """Rows so far, in order, and what they left behind."""

    companies: dict[str, Company]
    day: date
    rows: list[dict[str, str]] = field(default_factory=list)
    cash: dict[str, Decimal] = field(default_factory=dict)
    lots: list[OpenLot] = field(default_factory=list)

    def price(self, symbol: str) -> Decimal:
        """Return the day's price of a company."""
        return self.companies[symbol].prices[self.day]

    def row(self, account: str, kind: str, symbol: str = "", **cells: str) -> str:
        """Add a row and return its id."""
        name = f"T{len(self.rows) + 1:04d}"
        head = {"id": name, "date": self.day.isoformat(), "account": account, "type": kind, "symbol": symbol}
        self.rows.append(head | cells)
        return name

    def pay(self, account: str, kind: str, amount: Decimal, symbol: str = "", **cells: str) -> None:
        """Add a cash row: deposit, dividend and the like come in, withdrawal and fee go out."""
        amount = cents_half_up(amount)
        self.row(account, kind, symbol, amount=str(amount), **cells)
        self._move(account, -amount if kind in ("withdrawal", "fee") else amount)

    def buy(self, account: str, symbol: str, quantity: Decimal, note: str = "") -> None:
        """Buy whole shares at the day's price."""
        price = self.price(symbol)
        total, cells = _total(quantity, price)
        name = self.row(account, "buy", symbol, **cells, note=note)
        self._move(account, -total)
        self.lots.append(
            OpenLot(
                lot=name,
                account=account,
                symbol=symbol,
                day=self.day,
                quantity=quantity,
                cost=total,
            )
        )

    def sell(self, account: str, chosen: Iterable[OpenLot], note: str = "") -> None:
        """Sell the whole of some lots of one symbol in one order, each named."""
        lots = tuple(chosen)
        quantity = sum((lot.quantity for lot in lots), Decimal(0))
        total, cells = _total(quantity, self.price(lots[0].symbol))
        fee = cents_half_up(total * SEC_FEE)
        named = ";".join(f"{lot.lot}:{lot.quantity}" for lot in lots)
        self.row(account, "sell", lots[0].symbol, **cells, fees=str(fee), lots=named, note=note)
        self._move(account, total - fee)
        self.lots = [lot for lot in self.lots if lot not in lots]

    def split(self, symbol: str, factor: Decimal) -> None:
        """Give new shares for old ones, in every account; the row stands in the first that holds it."""
        holders = [lot.account for lot in self.lots if lot.symbol == symbol] or [self.lots[0].account]
        self.row(holders[0], "split", symbol, quantity=str(factor), note=f"{factor} for 1, every account")
        for lot in self.lots:
            if lot.symbol == symbol:
                lot.quantity = (lot.quantity * factor).normalize() + 0

    def shares(self, account: str, symbol: str) -> Decimal:
        """Return the shares held of a symbol."""
        held = (lot.quantity for lot in self.lots if lot.account == account and lot.symbol == symbol)
        return sum(held, Decimal(0))

    def symbols(self, account: str) -> tuple[str, ...]:
        """Return the symbols held, in order."""
        return tuple(sorted({lot.symbol for lot in self.lots if lot.account == account}))

    def loss(self, lot: OpenLot) -> Decimal:
        """Return the size of a lot's loss at the day's price, 0 where it has none."""
        return max(lot.cost - lot.quantity * self.price(lot.symbol), Decimal(0))

    def value(self, account: str) -> Decimal:
        """Return net assets at the day's prices."""
        held = (lot.quantity * self.price(lot.symbol) for lot in self.lots if lot.account == account)
        return sum(held, self.cash.get(account, Decimal(0)))

    def _move(self, account: str, amount: Decimal) -> None:
        self.cash[account] = self.cash.get(account, Decimal(0)) + amount
        assert self.cash[account] >= 0, f"{account} has no cash for {self.rows[-1]}"


def _total(quantity: Decimal, price: Decimal) -> tuple[Decimal, dict[str, str]]:
    """Return a trade's money in cents and its cells; `amount` only where the product is no whole cents."""
    total = cents_half_up(quantity * price)
    cells = {"quantity": str(quantity), "price": str(price)}
    return total, cells if total == quantity * price else cells | {"amount": str(total)}
