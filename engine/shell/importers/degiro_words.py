"""What DEGIRO's descriptions mean: Dutch, English, French, German, Italian, Portuguese, Spanish.

`Verkoop 1 @ 63,97 USD`                            a sale of 1
`Compra 6 ISHARES MSCI WOR A@49,785 EUR (IE00…)`   a purchase of 6
`Dividendbelasting`                                tax withheld
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from engine.shell.importers import text

_BUYS = "Koop|Buy|Compra|Achat|Kauf|Acquisto"
_SELLS = "Verkoop|Sell|Venda|Venta|Vente|Verkauf|Vendita"
_TRADE = re.compile(
    rf"(?P<before>.*?: *)?(?:(?P<buys>{_BUYS})|(?:{_SELLS})) (?P<quantity>[\d.,\u00a0 ]*\d)"
    r"(?: (?P<name>[^@]*?))? ?@ ?(?P<price>[\d.,]+) (?P<currency>[A-Z]{3})(?: \([A-Z0-9]+\))?"
)


class Kind(Enum):
    """What a row is."""

    TRADE = auto()
    COSTS = auto()
    DIVIDEND = auto()
    TAX = auto()
    CURRENCY = auto()
    SWEEP = auto()  # between the account and its bank
    SAID_AGAIN = auto()  # a row of words about a sweep
    RESERVED = auto()  # booked for the time being, and back; or between own accounts
    FUND = auto()  # the change in value of the money market fund that holds the cash
    INTEREST = auto()
    OUTSIDE = auto()
    UNKNOWN = auto()


_WORDS = (
    (Kind.FUND, ("money market", "fonds monétaires", "geldmarktfonds")),
    (Kind.SAID_AGAIN, ("overboeking ", "transfer from your cash account", "transfer to your cash account")),
    (Kind.SWEEP, ("cash sweep",)),
    (Kind.RESERVED, ("reservation ", "processed flatex", "degiro courtesy", "compensat")),
    (
        Kind.COSTS,
        ("transactiekosten", "taxas de terceiros", "frais degiro", "kosten", "fee", "costs", "gebühr",
         "comisi", "comiss", "commissioni", "frais"),
    ),
    (Kind.TAX, ("dividendbelasting", "impôts sur dividende", "dividend tax", "withholding tax",
                "imposto", "dividendensteuer", "retención", "ritenuta")),
    (Kind.DIVIDEND, ("dividend", "dividende", "dividendo")),
    (
        Kind.CURRENCY,
        ("valuta ", "cambio de divisa", "levantamento de divisa", "crédito de divisa", "crã©dito de divisa",
         "fx credit", "fx debit", "währungswechsel", "opération de change"),
    ),
    (Kind.INTEREST, ("rente", "interest", "intérêts", "zinsen", "juros", "interés", "interessi")),
    (
        Kind.OUTSIDE,
        ("deposit", "storting", "ingreso", "terugstorting", "withdrawal", "levantamento", "retirada",
         "dépôt", "einzahlung", "auszahlung", "depósito"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade as its description tells it."""

    buys: bool
    quantity: Decimal
    price: Decimal | None  # per share; None where it is in a hundredth of a currency
    is_dividend: bool
    is_change: bool


def trade_of(words: str) -> Trade | None:
    """Return the trade that a description tells, None where it tells none."""
    found = _TRADE.fullmatch(words.strip())
    if found is None or kind_before(found["before"] or "") is Kind.FUND:
        return None
    quantity, price = text.comma(found["quantity"]), text.comma(found["price"])
    assert quantity is not None, "the pattern asks for digits"
    before = (found["before"] or "").upper()
    return Trade(
        buys=found["buys"] is not None,
        quantity=quantity,
        price=None if found["currency"] == "GBX" else price,
        is_dividend="STOCK DIVIDEND" in before,
        is_change=bool(before) and "DIVIDEND" not in before,
    )


def kind_before(words: str) -> Kind:
    """Return what the words before a trade are about."""
    low = words.lower()
    return Kind.FUND if any(part in low for part in _WORDS[0][1]) else Kind.UNKNOWN


def kind_of(words: str) -> Kind:
    """Return what a description means, by the first of its words that is known."""
    if trade_of(words) is not None:
        return Kind.TRADE
    low = words.lower()
    return next((kind for kind, parts in _WORDS if any(part in low for part in parts)), Kind.UNKNOWN)
