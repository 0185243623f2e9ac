"""The lines of the ledger's case files, each as the fact that it tells."""

from datetime import date, time
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from engine.facts.accounts import Account
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.readings import TaxReading, WashReadings
from engine.facts.securities import Security
from engine.facts.transactions import Transaction, TransactionType

NUMBERS = (
    "short_term_rate",
    "long_term_rate",
    "carryover_short",
    "carryover_long",
    "adjusted_taxable_income",
    "magi",
    "investment_income",
)
_KEYS = {"for", "at", "fees", "as", "lots", "order", "time", "from", "basis", "since", "share", "ex", "note"}


def pairs_of(text: str) -> dict[str, str]:
    """Return `key value` pairs, a comma between them."""
    words = (part.strip().partition(" ") for part in text.split(",") if part.strip())
    return {key: value.strip() for key, _, value in words}


def account_of(line: str) -> Account:
    """Return the account of a line under `accounts`."""
    name, owner, kind, *rest = line.split()
    pairs = dict(zip(rest[::2], rest[1::2], strict=True))
    household = pairs.pop("household", "H")
    stated = {key: Decimal(pairs.pop(key)) for key in NUMBERS if key in pairs}
    return Account(
        account=AccountId(name),
        household=HouseholdId(household),
        owner=owner,
        kind=kind,
        currency="USD",
        cash=Decimal(0),
        tax_status=pairs.pop("tax_status", "investor"),
        filing_status=pairs.pop("filing_status", None),
        average_cost=pairs.pop("average_cost", "").replace("_", " ") or None,
        **stated,  # type: ignore[arg-type]
    )


def security_of(line: str) -> tuple[Symbol, Security]:
    """Return the security of a line under `securities`, by its symbol."""
    name, *rest = line.split()
    attributes = {"symbol": name, **dict(zip(rest[::2], rest[1::2], strict=True))}
    return Symbol(name), Security(
        symbol=Symbol(name),
        asset_class=attributes.get("asset_class", "equity"),
        instrument=attributes.get("instrument", "common_stock"),
        issuer=attributes.get("issuer"),
        attributes=attributes,
        cusip=attributes.get("cusip"),
        multiplier=Decimal(attributes.get("multiplier", "1")),
        underlying=Symbol(attributes["underlying"]) if "underlying" in attributes else None,
    )


def form_of(line: str) -> BrokerForm:
    """Return the line of a Form 1099-B."""
    head, _, rest = line.partition(":")
    account, sale, *lot = head.replace(" of ", " ").split()
    pairs = pairs_of(rest)
    term = pairs.get("term")
    assert term in ("short", "long", None)
    return BrokerForm(
        account=AccountId(account),
        sale=TransactionId(sale),
        lot=LotId(lot[0]) if lot else None,
        term="short" if term == "short" else "long" if term == "long" else None,
        proceeds=_number(pairs.get("proceeds")),
        basis=_number(pairs.get("basis")),
        box_1f=Decimal(pairs.get("box_1f", "0")),
        box_1g=Decimal(pairs.get("box_1g", "0")),
        basis_reported={"yes": True, "no": False, None: None}[pairs.get("basis_reported")],
    )


def transaction_of(number: int, line: str) -> Transaction:
    """Return what a line under `happened` tells; `number` names it where it has no `as`."""
    day, account, kind, *rest = line.split()
    quantity, symbol = (rest[0], rest[1]) if len(rest) > 1 and _is_number(rest[0]) else (None, None)
    words = rest[2:] if quantity is not None else rest
    if quantity is None and words and words[0] not in _KEYS:
        symbol, words = words[0], words[1:]
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    assert set(pairs) <= _KEYS, f"`{line}` has unknown words"
    return Transaction(
        id=TransactionId(pairs.get("as", str(number))),
        date=date.fromisoformat(day),
        account=AccountId("" if account == "-" else account),
        type=TransactionType(kind),
        symbol=None if symbol in (None, "-") else Symbol(symbol),
        quantity=None if quantity is None else Decimal(quantity),
        price=_number(pairs.get("at")),
        amount=_number(pairs.get("for")),
        fees=Decimal(pairs.get("fees", "0")),
        order=pairs.get("order"),
        lots=_lots(pairs.get("lots", "")),
        time=time.fromisoformat(pairs["time"]) if "time" in pairs else None,
        ex_date=date.fromisoformat(pairs["ex"]) if "ex" in pairs else None,
        from_symbol=Symbol(pairs["from"]) if "from" in pairs else None,
        basis=_number(pairs.get("basis")),
        acquired=date.fromisoformat(pairs["since"]) if "since" in pairs else None,
        basis_share=_number(pairs.get("share")),
        note=pairs["note"].replace("_", " ") if "note" in pairs else None,
        row=number + 1,
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isdigit()


def _lots(text: str) -> tuple[tuple[LotId, Decimal], ...]:
    pairs = (pair.rpartition(":") for pair in text.split(";") if pair)
    return tuple((LotId(lot), Decimal(size)) for lot, _, size in pairs)


def reading_of(head: str, groups: list[str]) -> TaxReading:
    """Return the readings that the head of an `expect` names."""
    identical = {Symbol(symbol): name for name, *symbols in map(str.split, groups) for symbol in symbols}
    wash: dict[str, Any] = {}
    relief: Any = "fifo"
    country: Any = "us"
    types = get_type_hints(WashReadings)
    for key, value in pairs_of(head.removeprefix("expect").removeprefix(" with")).items():
        if key == "relief":
            relief = value
        elif key == "country":
            country = value
        elif types[key] is bool:
            wash[key] = {"yes": True, "no": False}[value]
        else:
            assert value in get_args(types[key]), f"{key} has no reading {value}"
            wash[key] = value
    return TaxReading(wash=WashReadings(**wash), relief=relief, identical=identical, country=country)
