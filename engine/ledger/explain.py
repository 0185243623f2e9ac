"""Why a loss was or was not disallowed: every purchase considered, what it replaced, or why it did not.

    loss of 300.00 on 100 shares; purchases from 2024-05-04 to 2024-07-03 can replace them (26 U.S.C. 1091(a))
    60 of `b` (account A, 2024-06-10, 7 days after) replace 60: 180.00 disallowed, added to their basis
    `c` (account A, 2024-07-05) is not used: 2 days outside the window

Sentences are made from the rows alone, after the replay; purchases up to 15 days outside the window are told.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile

from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Acquisition, Disposal, Replacement
from engine.facts.money import plain
from engine.ledger.state import PoolKey, Setting, is_fund, pool_key, right_of
from engine.ledger.terms import WINDOW_DAYS

NEAR_DAYS = WINDOW_DAYS + 15
"""Purchases as far from a sale as this are told, so that near misses can be seen."""


@dataclass(slots=True)
class _Log:
    """What a pool acquired by day, and how many shares of each lot have replaced others or were given up."""

    bought: list[Acquisition] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    used: dict[LotId, list[tuple[Disposal, Decimal]]] = field(default_factory=dict)
    sold: dict[LotId, list[Disposal]] = field(default_factory=dict)


def with_explanations(
    disposals: tuple[Disposal, ...], acquisitions: Iterable[Acquisition], setting: Setting
) -> tuple[Disposal, ...]:
    """Return the disposals, each loss with its sentences in `because`."""
    logs = _logs(disposals, acquisitions, setting)
    return tuple(
        replace(row, because=_because(row, logs, setting)) if row.gain < 0 else row for row in disposals
    )


def _logs(
    disposals: tuple[Disposal, ...], acquisitions: Iterable[Acquisition], setting: Setting
) -> Mapping[PoolKey, _Log]:
    logs: dict[PoolKey, _Log] = {}
    for bought in acquisitions:
        log = logs.setdefault(pool_key(setting, bought.account, bought.symbol), _Log())
        log.bought.append(bought)
        log.days.append(bought.date)
    for row in disposals:
        log = logs.setdefault(pool_key(setting, row.account, row.symbol), _Log())
        log.sold.setdefault(row.lot, []).append(row)
        for part in row.replacements:
            log.used.setdefault(part.lot, []).append((row, part.quantity))
    return logs


def _because(row: Disposal, logs: Mapping[PoolKey, _Log], setting: Setting) -> tuple[str, ...]:
    if row.term is None:
        return ("a loss inside a retirement account is no loss: nothing is recognized or disallowed",)
    owner, security = setting.accounts[row.account], setting.securities.get(row.symbol)
    if owner.tax_status != "investor":
        return (f"`{row.account}` is exempt as {owner.tax_status}: the loss is not tested for wash sales",)
    if security is not None and security.asset_class == "crypto" and not is_fund(security):
        return ("coins are not stock or securities: the loss is not tested (26 U.S.C. 1091(a))",)
    log = logs[pool_key(setting, row.account, row.symbol)]
    if row.acquired == row.sold and all(bought.lot != row.lot for bought in log.bought):
        return _because_short(row)
    return (
        _opening(row),
        *(_used(row, part) for part in row.replacements),
        *_not_used(row, log, setting),
        _closing(row),
    )


def _because_short(row: Disposal) -> tuple[str, ...]:
    """Return the sentences of a loss on closing a short sale or written contracts."""
    first, last = row.sold - timedelta(days=WINDOW_DAYS), row.sold + timedelta(days=WINDOW_DAYS)
    met = [
        f"`{part.lot}` ({_when(row, part.acquired)}) disallows it for {plain(part.quantity)}: "
        + ("nothing is left that carries it" if part.permanent else f"it carries {_money(part.absorbed)}")
        for part in row.replacements
    ]
    opening = (
        f"loss of {_money(-row.gain)} on closing {plain(row.quantity)} of `{row.lot}`; "
        f"short sales and sales from {first} to {last} can disallow it (26 U.S.C. 1091(e))"
    )
    return (opening, *met, _closing(row))


def _opening(row: Disposal) -> str:
    first, last = row.sold - timedelta(days=WINDOW_DAYS), row.sold + timedelta(days=WINDOW_DAYS)
    carried = (
        "" if row.adjusted_acquired == row.acquired else f", held since {row.adjusted_acquired} by tacking"
    )
    return (
        f"loss of {_money(-row.gain)} on {plain(row.quantity)} of lot `{row.lot}`{carried}; "
        f"purchases from {first} to {last} can replace them (26 U.S.C. 1091(a))"
    )


def _used(row: Disposal, part: Replacement) -> str:
    where = f"{plain(part.quantity)} of `{part.lot}` (account {part.account}, {_when(row, part.acquired)})"
    if part.permanent:
        return f"{where} replace shares for good: their basis does not rise (Rev. Rul. 2008-5)"
    return (
        f"{where} replace shares: {_money(part.absorbed)} goes into their basis (26 U.S.C. 1091(d), 1223(3))"
    )


def _not_used(row: Disposal, log: _Log, setting: Setting) -> tuple[str, ...]:
    near = timedelta(days=NEAR_DAYS)
    start, stop = bisect_left(log.days, row.sold - near), bisect_right(log.days, row.sold + near)
    taken = {part.lot for part in row.replacements}
    sentences = [
        f"`{bought.lot}` (account {bought.account}, {_when(row, bought.date)}) is not used: {reason}"
        for bought in log.bought[start:stop]
        if bought.lot not in taken and (reason := _reason(row, bought, log, setting)) is not None
    ]
    return tuple(sentences)


def _reason(row: Disposal, bought: Acquisition, log: _Log, setting: Setting) -> str | None:
    """Return why a purchase near the sale replaced nothing of it; None for what says nothing."""
    days, wash = (bought.date - row.sold).days, setting.reading.wash
    right, sold_right = right_of(setting, bought.symbol), right_of(setting, row.symbol)
    owner = setting.accounts[bought.account]
    used = sum((quantity for _, quantity in log.used.get(bought.lot, [])), Decimal(0))
    if abs(days) > WINDOW_DAYS:
        return f"{abs(days) - WINDOW_DAYS} days outside the window"
    if bought.lot == row.lot:
        return "of the very lot that was sold (Rev. Rul. 56-602)"
    if bought.order is not None and bought.order == row.order:
        return "filled in the order that the shares sold came from (Rev. Rul. 56-602)"
    if right != sold_right and not (sold_right is None and right == "call"):
        return "not substantially identical to what was sold"
    if owner.is_retirement and owner.owner == "spouse" and wash.spouse_retirement == "not_counted":
        return "in the spouse's retirement account, which this policy does not count"
    if wash.same_day_purchases == "together" and _same_place_and_day(row, bought):
        return "bought with the shares sold on one day, which this policy takes as one lot"
    if not wash.earlier_purchase_replacement and bought.date < row.acquired:
        return "bought before the shares sold, which this policy does not count"
    if days <= 0 and _sold_before(row, bought, log) >= bought.quantity:
        return "no longer held after the sale"
    if used >= bought.quantity:
        sales = ", ".join(dict.fromkeys(f"`{other.sale}`" for other, _ in log.used[bought.lot]))
        return f"its shares have replaced those of {sales} (26 CFR 1.1091-1(e))"
    if days <= 0 and _sold_that_day(row, bought, log):
        return "given up on the same day, so not held after the sale"
    if row.unreplaced == 0:
        return "all shares sold had been replaced by earlier purchases (26 CFR 1.1091-1(d))"
    return None


def _sold_before(row: Disposal, bought: Acquisition, log: _Log) -> Decimal:
    """Return how much of a purchase was given up before a sale, or with it."""
    earlier = takewhile(lambda other: other is not row, log.sold.get(bought.lot, []))
    return sum((other.quantity for other in earlier if other.sold <= row.sold), Decimal(0))


def _sold_that_day(row: Disposal, bought: Acquisition, log: _Log) -> bool:
    given_up = (other for other in log.sold.get(bought.lot, []) if other.sold <= row.sold)
    return sum((other.quantity for other in given_up), Decimal(0)) >= bought.quantity


def _same_place_and_day(row: Disposal, bought: Acquisition) -> bool:
    here: tuple[AccountId, Symbol, date] = (row.account, row.symbol, row.acquired)
    return here == (bought.account, bought.symbol, bought.date)


def _closing(row: Disposal) -> str:
    allowed = -row.gain - row.disallowed
    lost = f", {_money(row.permanently_disallowed)} of it for good" if row.permanently_disallowed else ""
    return f"disallowed {_money(row.disallowed)}{lost}; allowed {_money(allowed)}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _when(row: Disposal, day: date) -> str:
    days = (day - row.sold).days
    if not days:
        return f"{day}, the same day"
    return f"{day}, {abs(days)} day{'s' if abs(days) != 1 else ''} {'after' if days > 0 else 'before'}"
