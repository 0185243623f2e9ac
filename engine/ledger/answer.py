"""The answer of `guardband lots`: disposals, open lots, sums by year and in total, and what was covered.

Decimals are plain text, money in cents. Sales inside retirement accounts are listed and counted nowhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.facts.accounts import Account
from engine.facts.book import Coverage
from engine.facts.ids import AccountId
from engine.facts.lots import Disposal, Lot, OpenShort, Replacement
from engine.facts.money import plain
from engine.facts.transactions import Transaction
from engine.ledger.cents import from_cents, to_cents

SCHEMA = "guardband/lots/1"


def lots_answer(
    disposals: Iterable[Disposal],
    open_lots: Iterable[Lot],
    *,
    accounts: Mapping[AccountId, Account],
    coverage: Coverage | None,
    shorts: Iterable[OpenShort] = (),
) -> dict[str, Any]:
    """Return the object that `guardband lots --format json` prints, keys in their fixed order."""
    sold, held = tuple(disposals), tuple(open_lots)
    taxable = tuple(row for row in sold if row.term is not None)
    owed = tuple(shorts)
    embedded = [lot.deferred for lot in held if not accounts[lot.account].is_retirement]
    embedded += [short.carried for short in owed]
    return {
        "schema": SCHEMA,
        "disposals": [_disposal(row) for row in sold],
        "open_lots": [_lot(lot) for lot in _joined(held)],
        "open_shorts": [_short(short) for short in owed],
        "by_year": _by_year(taxable),
        "totals": {
            "disallowed": money(_sum(row.disallowed for row in taxable)),
            "permanently_disallowed": money(_sum(row.permanently_disallowed for row in taxable)),
            "deferred": money(_sum(embedded)),
            "recognized": money(_sum(row.recognized for row in taxable)),
        },
        "coverage": coverage_answer(coverage),
    }


def coverage_answer(coverage: Coverage | None) -> dict[str, Any] | None:
    """Return what the history covers; None where there is no history."""
    if coverage is None:
        return None
    return {
        "accounts": list(coverage.accounts),
        "from": coverage.since.isoformat() if coverage.since is not None else None,
        "until": coverage.until.isoformat(),
    }


def coverage_of(
    transactions: Iterable[Transaction], accounts: Mapping[AccountId, Account], *, until: date
) -> Coverage:
    """Return what a history covers: every account of the book, from its first row."""
    since = min((row.date for row in transactions if row.date <= until), default=None)
    return Coverage(accounts=tuple(sorted(accounts)), since=since, until=until)


def money(amount: Decimal) -> str:
    """Return money in cents as plain text."""
    return plain(from_cents(to_cents(Fraction(amount))))


def _disposal(row: Disposal) -> dict[str, Any]:
    return {
        "sale": row.sale,
        "lot": row.lot,
        "account": row.account,
        "symbol": row.symbol,
        "quantity": plain(row.quantity),
        "proceeds": money(row.proceeds),
        "basis": money(row.basis),
        "gain": money(row.gain),
        "disallowed": money(row.disallowed),
        "permanently_disallowed": money(row.permanently_disallowed),
        "recognized": money(row.recognized),
        "broker_disallowed": money(row.broker_disallowed),
        "term": row.term,
        "acquired": row.acquired.isoformat(),
        "adjusted_acquired": row.adjusted_acquired.isoformat(),
        "sold": row.sold.isoformat(),
        "replacements": [_replacement(part) for part in row.replacements],
        "because": list(row.because),
    }


def _replacement(part: Replacement) -> dict[str, Any]:
    """Return a replacement; `absorbed` is the loss it took over, which is gone where `permanent` is true."""
    return {
        "lot": part.lot,
        "account": part.account,
        "symbol": part.symbol,
        "acquired": part.acquired.isoformat(),
        "quantity": plain(part.quantity),
        "absorbed": money(part.disallowed),
        "permanent": part.permanent,
    }


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "lot": lot.lot,
        "account": lot.account,
        "symbol": lot.symbol,
        "quantity": plain(lot.quantity),
        "basis": money(lot.basis),
        "original_basis": money(lot.original_basis),
        "acquired": lot.acquired.isoformat(),
        "adjusted_acquired": lot.adjusted_acquired.isoformat(),
    }


def _short(short: OpenShort) -> dict[str, Any]:
    return {
        "lot": short.lot,
        "account": short.account,
        "symbol": short.symbol,
        "quantity": plain(short.quantity),
        "proceeds": money(short.proceeds),
        "opened": short.opened.isoformat(),
        "carried": money(short.carried),
    }


def _joined(lots: tuple[Lot, ...]) -> list[Lot]:
    """Join unadjusted rows of one lot, of which some replaced other shares for good."""
    rows: dict[tuple[object, ...], Lot] = {}
    for number, lot in enumerate(lots):
        key = (lot.account, lot.lot, lot.adjusted_acquired, number if lot.deferred else None)
        rows[key] = lot if key not in rows else _both(rows[key], lot)
    return list(rows.values())


def _both(one: Lot, other: Lot) -> Lot:
    return replace(
        one,
        quantity=one.quantity + other.quantity,
        basis=one.basis + other.basis,
        original_basis=one.original_basis + other.original_basis,
        deferred=one.deferred + other.deferred,
    )


def _by_year(taxable: tuple[Disposal, ...]) -> dict[str, dict[str, str]]:
    years = sorted({row.sold.year for row in taxable})
    return {
        str(year): {
            term: money(_sum(r.recognized for r in taxable if r.sold.year == year and r.term == term))
            for term in ("short", "long")
        }
        for year in years
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
