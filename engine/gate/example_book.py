"""The book that an example in a mandate describes.

    given holding "ACME" weight 4.9% with issuer "Acme Corp"   value 1,000,000 unless given
      -> 49,000 ACME at price 1, and 951,000 of cash, which matches no subject and pays for what is bought

A holding without a lot has no gain and was bought long ago; a lot has the cost, worth and day given.
What an example does not say has no value, and history that it does not give is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from dsl.policy import CheckedPolicy, Example, GivenEvent, GivenHolding, GivenLot
from engine.facts.accounts import Account
from engine.facts.book import Book, Coverage, Event
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.lots import Acquisition, Disposal, Lot
from engine.facts.money import read_decimal, read_share
from engine.facts.securities import Price, Security
from engine.facts.trades import Side, Trade

VALUE = Decimal(1_000_000)
"""What an account of an example is worth unless it says otherwise."""

LONG_AGO_DAYS = 3660
"""How long ago a holding without a lot was bought: beyond any window and holding period."""

_ONE = Decimal(1)
_PLACES = frozenset({"account", "portfolio", "fund"})
_PURCHASES = frozenset({"purchase", "buy"})
_SALES = frozenset({"sale", "loss_sale", "gain_sale"})
_ACCOUNT = "account."


@dataclass(slots=True)
class _Draft:
    """What is gathered from an example, statement by statement."""

    policy: CheckedPolicy
    example: Example
    day: date
    main: AccountId
    household: HouseholdId
    accounts: dict[AccountId, dict[str, str]] = field(default_factory=dict)
    securities: dict[Symbol, dict[str, str]] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    disposals: list[Disposal] = field(default_factory=list)
    acquisitions: list[Acquisition] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    weights: list[tuple[AccountId, GivenHolding]] = field(default_factory=list)


def example_book(policy: CheckedPolicy, example: Example) -> Book:
    """Return the book before the example's trades."""
    draft = _draft(policy, example)
    for holding in example.holdings:
        draft.weights.append((_place(draft, holding.account, holding.attributes, holding.symbol), holding))
    for number, lot in enumerate(example.lots, start=1):
        _add_lot(draft, lot, number)
    for number, event in enumerate(example.events, start=1):
        _add_event(draft, event, number)
    for trade in example.trades:
        _place(draft, trade.account, (), trade.symbol)
    cash = {account: _hold(draft, account) for account in draft.accounts}
    return _book(draft, cash)


def example_trades(policy: CheckedPolicy, example: Example) -> tuple[Trade, ...]:
    """Return the example's list; amounts of money are shares at a price of 1."""
    main, _ = _names(policy)
    return tuple(
        Trade(
            number=number,
            account=AccountId(trade.account or main),
            side=Side(trade.side),
            symbol=Symbol(trade.symbol),
            quantity=trade.amount,
        )
        for number, trade in enumerate(example.trades, start=1)
    )


def _names(policy: CheckedPolicy) -> tuple[AccountId, HouseholdId]:
    """Return the account under test and its household, by the names the policy uses."""
    applies = policy.applies_to
    named = applies.id if applies is not None else None
    if applies is not None and named is not None and applies.noun not in _PLACES:
        return AccountId("account under test"), HouseholdId(named)
    return AccountId(named or "account under test"), HouseholdId("household under test")


def _draft(policy: CheckedPolicy, example: Example) -> _Draft:
    main, household = _names(policy)
    facts = {path: value for path, value in example.facts if path.startswith(_ACCOUNT)}
    own = {path.removeprefix(_ACCOUNT): value for path, value in facts.items()}
    return _Draft(policy, example, _day(policy, example), main, household, accounts={main: own})


def _day(policy: CheckedPolicy, example: Example) -> date:
    """Return the example's day: given, or the first on which the policy and the rules named are in force."""
    if example.day is not None:
        return example.day
    named = {rule for expect in example.expects if (rule := getattr(expect, "rule", None)) is not None}
    starts = [rule.effective_from for rule in policy.rules if rule.id in named]
    known = [start for start in (policy.effective_from, *starts) if start is not None]
    return max(known, default=date(2026, 1, 2))


def _place(
    draft: _Draft, account: str | None, attributes: Iterable[tuple[str, str]], symbol: str
) -> AccountId:
    """Note a security's attributes, and return the account that a statement is about.

    One that is said to be of another kind than the account under test is another account of the household.
    """
    rows = dict(attributes)
    of_account = {p.removeprefix(_ACCOUNT): v for p, v in rows.items() if p.startswith(_ACCOUNT)}
    own = {path: value for path, value in rows.items() if not path.startswith(_ACCOUNT)}
    draft.securities.setdefault(Symbol(symbol), {}).update(own)
    if account is not None:
        place = AccountId(account)
    elif of_account.get("kind", _kind(draft.accounts[draft.main])) != _kind(draft.accounts[draft.main]):
        place = AccountId(f"{of_account['kind']} of the household")
    else:
        place = draft.main
    draft.accounts.setdefault(place, {}).update(of_account)
    return place


def _kind(row: Mapping[str, str]) -> str:
    return row.get("kind", "taxable")


def _add_lot(draft: _Draft, given: GivenLot, number: int) -> None:
    account = _place(draft, given.account, given.attributes, given.symbol)
    lot = Lot(
        lot=LotId(f"lot {number}"),
        account=account,
        symbol=Symbol(given.symbol),
        quantity=given.worth,
        basis=given.cost,
        acquired=given.bought,
        adjusted_acquired=given.bought,
        original_basis=given.cost,
    )
    draft.lots.append(lot)
    draft.acquisitions.append(_acquisition(lot.lot, account, given.symbol, given.bought, given.worth))


def _acquisition(lot: LotId, account: AccountId, symbol: str, day: date, quantity: Decimal) -> Acquisition:
    return Acquisition(
        lot=lot, account=account, symbol=Symbol(symbol), date=day, quantity=quantity, kind="buy"
    )


def _add_event(draft: _Draft, given: GivenEvent, number: int) -> None:
    account = _place(draft, given.account, given.attributes, given.symbol)
    name, rows = f"event {number}", dict(given.attributes)
    quantity = read_decimal(rows.get("quantity", "1"))
    if given.event in _PURCHASES:
        draft.acquisitions.append(_acquisition(LotId(name), account, given.symbol, given.day, quantity))
    elif given.event in _SALES:
        size = read_decimal(rows.get("loss", rows.get("gain", "1")))
        gain = {"loss_sale": -size, "gain_sale": size}.get(given.event, Decimal(0))
        draft.disposals.append(_disposal(name, account, given, quantity, gain))
    else:
        event = Event(date=given.day, event=given.event, symbol=Symbol(given.symbol), account=account)
        draft.events.append(event)


def _disposal(name: str, account: AccountId, given: GivenEvent, quantity: Decimal, gain: Decimal) -> Disposal:
    bought = _long_before(given.day)
    return Disposal(
        sale=TransactionId(name),
        lot=LotId(f"sold in {name}"),
        account=account,
        symbol=Symbol(given.symbol),
        quantity=quantity,
        proceeds=quantity,
        basis=quantity - gain,
        gain=gain,
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(0),  # what the year has realized so far is a fact of its own
        broker_disallowed=Decimal(0),
        term="long",
        acquired=bought,
        adjusted_acquired=bought,
        sold=given.day,
        unreplaced=Decimal(0),
    )


def _long_before(day: date) -> date:
    """Return a day long enough ago to be in no window, or the first that there is."""
    return date.fromordinal(max(1, day.toordinal() - LONG_AGO_DAYS))


def _hold(draft: _Draft, account: AccountId) -> Decimal:
    """Turn an account's weights into lots; return what is left of its value."""
    lots = sum((lot.quantity for lot in draft.lots if lot.account == account), start=Decimal(0))
    value = draft.example.value if draft.example.value is not None else max(VALUE, lots)
    used = lots
    for place, holding in draft.weights:
        worth = value * holding.weight
        if place != account or not worth:
            continue
        used += worth
        bought = _long_before(draft.day)
        lot = Lot(
            lot=LotId(f"holding {holding.symbol}"),
            account=account,
            symbol=Symbol(holding.symbol),
            quantity=worth,
            basis=worth,
            acquired=bought,
            adjusted_acquired=bought,
            original_basis=worth,
        )
        draft.lots.append(lot)
    return value - used


def _book(draft: _Draft, cash: Mapping[AccountId, Decimal]) -> Book:
    securities = {symbol: _security(symbol, rows) for symbol, rows in draft.securities.items()}
    volumes = {
        symbol: read_decimal(rows["average_daily_volume"])
        for symbol, rows in draft.securities.items()
        if "average_daily_volume" in rows
    }
    accounts = {
        account: _account(draft, account, rows, cash[account]) for account, rows in draft.accounts.items()
    }
    return Book(
        as_of=draft.day,
        accounts=accounts,
        securities=securities,
        prices={symbol: Price(symbol=symbol, date=draft.day, price=_ONE) for symbol in securities},
        lots=tuple(draft.lots),
        transactions=(),
        disposals=tuple(sorted(draft.disposals, key=lambda row: row.sold)),
        acquisitions=tuple(draft.acquisitions),
        volumes=volumes,
        events=tuple(draft.events),
        coverage=Coverage(accounts=tuple(sorted(accounts)), since=None, until=draft.day),
        absent="no_value",
        stated=dict(draft.example.facts),
    )


def _account(draft: _Draft, account: AccountId, rows: Mapping[str, str], cash: Decimal) -> Account:
    stated = {path: value for path, value in draft.example.facts if not path.startswith(_ACCOUNT)}
    own = {**stated, **rows} if account == draft.main else dict(rows)
    row = Account(
        account=account,
        household=draft.household,
        owner=rows.get("owner", "self"),
        kind=_kind(rows),
        currency=draft.policy.currency,
        cash=cash,
        fractional=True,
        attributes={**own, "account": account, "kind": _kind(rows), "household": draft.household},
    )
    return replace(
        row,
        tax_status=rows.get("tax_status", row.tax_status),
        short_term_rate=_rate(rows, "short_term_rate"),
        long_term_rate=_rate(rows, "long_term_rate"),
    )


def _rate(rows: Mapping[str, str], name: str) -> Decimal | None:
    """Return a rate that an example gives, as a fraction of one; None, and a tax is not known, without."""
    return read_share(rows[name]) if name in rows else None


def _security(symbol: Symbol, rows: Mapping[str, str]) -> Security:
    return Security(
        symbol=symbol,
        asset_class=rows.get("asset_class", ""),
        instrument=rows.get("instrument", ""),
        issuer=rows.get("issuer"),
        attributes={**rows, "symbol": symbol},
    )
