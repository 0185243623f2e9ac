"""Where accounts stand, at a glance: drift, breaches, and losses that could be harvested today.

    standing = standing_of(desk)         every rule judged once on the book as it is, without a trade
    standing.accounts[0].harvestable     money of losses that the mandate harvests and nothing disallows

A standing belongs to one open book; the last few are kept, so that a page costs what it shows.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from threading import Lock
from typing import Any

from engine.facts.ids import AccountId
from engine.facts.lots import Lot
from engine.gate.drift import AccountDrift, ClassDrift
from engine.ledger.ahead import SaleAhead, sales_ahead
from engine.shell import work
from engine.shell.desk.told import Told, verdicts_of
from rulebooks.forms import Term, TermKind
from rulebooks.predicates import Setting, holds
from rulebooks.rows import AccountRow, Facts, LotRow, SecurityRow

ZERO = Fraction(0)
KEPT = 4
KINDS = {"ira": "IRA", "roth_ira": "Roth IRA", "hsa": "HSA", "401k": "401(k)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLot:
    """One open lot at today's price; gain is signed; harvest: the mandate would sell it for its loss.

    note: why a loss is not to be had today, or when the lot turns long-term.
    """

    lot: Lot
    price: Decimal | None
    value: Fraction | None
    gain: Fraction | None
    days_to_long: int
    harvest: bool
    disallowed: Fraction
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One security held; weight in percent of the account's net assets."""

    symbol: str
    name: str
    asset_class: str
    quantity: Decimal
    price: Decimal | None
    value: Fraction
    weight: Fraction
    gain: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStanding:
    """One account; money in its currency. moved: the part of it that is in the wrong class, in percent."""

    account: str
    name: str
    household: str
    kind: str
    currency: str
    policy: str
    net: Fraction
    cash: Decimal
    drift: AccountDrift
    moved: Fraction
    outside: tuple[ClassDrift, ...]
    breaches: tuple[Told, ...]
    open_loss: Fraction
    harvestable: Fraction
    harvest_lots: int
    is_retirement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The book as it is: accounts, and every verdict that a person should look at."""

    as_of: date
    accounts: tuple[AccountStanding, ...]
    loud: tuple[Told, ...]
    rules: int
    lots: dict[str, tuple[OpenLot, ...]]


_kept: "OrderedDict[int, tuple[work.Desk, Standing]]" = OrderedDict()
_lock = Lock()


def standing_of(desk: work.Desk) -> Standing:
    """Return where the accounts of a desk stand; only on the desk's own thread."""
    with _lock:
        found = _kept.get(id(desk))
    if found is not None and found[0] is desk:
        return found[1]
    made = _stand(desk)
    with _lock:
        _kept[id(desk)] = (desk, made)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _stand(desk: work.Desk) -> Standing:
    from engine.gate.answer import gate_answer

    answer: Any = gate_answer(desk.judge((), every_group=True))
    told = verdicts_of(answer)
    loud = tuple(one for one in told if one.is_loud)
    drifts = {row.account: row for row in desk.drift()}
    lots = _lots(desk)
    rows = []
    for account in desk.ground.accounts:
        breaches = tuple(one for one in loud if one.account == account)
        rows.append(_account(desk, account, drifts[account], breaches, lots.get(account, ())))
    return Standing(
        as_of=desk.ground.book.as_of,
        accounts=tuple(rows),
        loud=loud,
        rules=len({one.rule for one in told}),
        lots={str(name): found for name, found in lots.items()},
    )


def _account(
    desk: work.Desk,
    account: AccountId,
    drift: AccountDrift,
    breaches: tuple[Told, ...],
    lots: tuple[OpenLot, ...],
) -> AccountStanding:
    row = desk.ground.book.accounts[account]
    state = desk.opened.state
    targets = [one for one in drift.classes if one.drift is not None]
    leaves = [one for one in targets if not _is_whole(one, targets)]
    harvest = [one for one in lots if one.harvest]
    return AccountStanding(
        account=account,
        name=str(row.attributes.get("name", "")),
        household=row.household,
        kind=KINDS.get(row.kind, row.kind),
        currency=row.currency,
        policy=row.policy or drift.policy or "",
        net=Fraction(state(Term(TermKind.NET_ASSETS, account))),
        cash=row.cash,
        drift=drift,
        moved=sum((abs(one.drift or ZERO) for one in leaves), ZERO) * 50,
        outside=tuple(one for one in drift.classes if one.outside),
        breaches=breaches,
        open_loss=-sum((one.gain for one in lots if one.gain is not None and one.gain < 0), ZERO),
        harvestable=-sum((one.gain or ZERO for one in harvest), ZERO),
        harvest_lots=len(harvest),
        is_retirement=row.is_retirement,
    )


def _is_whole(one: ClassDrift, rows: list[ClassDrift]) -> bool:
    """Return whether a class is the whole of others beside it, such as equities above its sectors."""
    target = one.target or ZERO
    others = sum((row.target or ZERO for row in rows if row is not one), ZERO)
    return target > Fraction(1, 2) and others >= 1


def _lots(desk: work.Desk) -> dict[AccountId, tuple[OpenLot, ...]]:
    book, reading = desk.ground.book, desk.ground.rulebook.tax
    ahead: dict[tuple[str, str], SaleAhead] = {}
    if reading.country == "us":
        ahead = {(one.account, one.lot): one for one in sales_ahead(book, reading=reading)}
    facts = Facts(desk.opened.state, reading)
    found: dict[AccountId, list[OpenLot]] = {}
    for lot in book.lots:
        if lot.account in desk.ground.accounts:
            found.setdefault(lot.account, []).append(_lot(desk, facts, lot, ahead))
    return {account: tuple(rows) for account, rows in found.items()}


def _lot(desk: work.Desk, facts: Facts, lot: Lot, ahead: dict[tuple[str, str], SaleAhead]) -> OpenLot:
    book = desk.ground.book
    price = book.prices.get(lot.symbol)
    value = None if price is None else Fraction(lot.quantity) * Fraction(price.price)
    gain = None if value is None else value - Fraction(lot.basis)
    retired = book.accounts[lot.account].is_retirement
    sale = ahead.get((lot.account, lot.lot))
    disallowed = ZERO if sale is None else sale.disallowed
    wanted = gain is not None and gain < 0 and not retired and _selects(desk, facts, lot)
    return OpenLot(
        lot=lot,
        price=None if price is None else price.price,
        value=value,
        gain=None if retired else gain,
        days_to_long=0 if sale is None else max(0, sale.days_to_long_term),
        harvest=wanted and not disallowed,
        disallowed=disallowed,
        note=_note(sale, wanted),
    )


def _note(sale: SaleAhead | None, wanted: bool) -> str:
    if sale is None:
        return ""
    if sale.disallowed:
        until = "" if sale.safe_from is None else f", from {sale.safe_from.isoformat()} none"
        return f"a sale today would disallow {float(sale.disallowed):,.2f} of the loss{until}"
    return "the mandate harvests it" if wanted else ""


def _selects(desk: work.Desk, facts: Facts, lot: Lot) -> bool:
    """Return whether a mandate's harvest statement selects a lot."""
    book = desk.ground.book
    for policy in desk.ground.rulebook.policies:
        if policy.harvest is None:
            continue
        account = AccountRow(facts, (lot.account,))
        row = LotRow(lot, SecurityRow(facts, account, book.securities[lot.symbol]))
        setting = Setting(today=book.as_of, calendar=policy.calendar)
        if holds(policy.harvest.lots.where, row, setting) is True:
            return True
    return False


def positions_of(
    desk: work.Desk, standing: AccountStanding, lots: tuple[OpenLot, ...]
) -> tuple[Position, ...]:
    """Return what an account holds, the largest first."""
    book = desk.ground.book
    by_symbol: dict[str, list[OpenLot]] = {}
    for one in lots:
        by_symbol.setdefault(one.lot.symbol, []).append(one)
    rows = []
    for symbol, held in by_symbol.items():
        security = book.securities[held[0].lot.symbol]
        value = sum((one.value or ZERO for one in held), ZERO)
        rows.append(
            Position(
                symbol=symbol,
                name=str(security.attributes.get("name", "")),
                asset_class=str(security.attributes.get("sector") or security.asset_class),
                quantity=sum((one.lot.quantity for one in held), Decimal(0)),
                price=held[0].price,
                value=value,
                weight=100 * value / standing.net if standing.net > 0 else ZERO,
                gain=sum((one.gain or ZERO for one in held), ZERO),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.value, row.symbol)))
