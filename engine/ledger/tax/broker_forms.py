"""The broker's Form 1099-B beside the true figures: what differs, box by box, and why.

A broker reports wash sales of one account and one CUSIP; the taxpayer must report all of them. So the lot
that took a loss over from another account has a true basis, and perhaps a term, that its broker does not
know. Where the forms are at hand (`form_1099b.csv`) they are compared line by line, and with what the law
asks of the broker: a line without a sale, or a sale without a line, is told too.
Source: 26 U.S.C. 6045(g)(2)(B)(ii); Instructions for Form 8949 (2025), columns (e) to (g).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Replacement, Term
from engine.facts.securities import Security
from engine.ledger.tax.form8949 import taxable_of
from engine.ledger.tax.reported import Reported, reported


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxDifference:
    """A sale of which a broker's figures and the true ones differ."""

    sale: TransactionId
    lot: LotId
    account: AccountId
    symbol: Symbol
    box_1g: Decimal
    disallowed: Decimal
    needs_statement: bool  # the true disallowed loss is less than the broker's
    because: str
    box_1d: Decimal
    proceeds: Decimal
    box_1e: Decimal | None  # None: left empty
    basis: Decimal
    box_2: Term | None
    term: Term | None
    is_at_hand: bool  # from a form; else what the broker must report


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The forms at hand beside the records of a year."""

    lines: int
    agreeing: int  # disposals of which every box is the true figure
    unmatched: tuple[BrokerForm, ...]  # lines about which the records know nothing
    missing: tuple[Disposal, ...]  # sales of an account with forms that stand on none


def box_differences(
    disposals: Iterable[Disposal],
    securities: Mapping[Symbol, Security],
    *,
    year: int,
    forms: Iterable[BrokerForm] | None = None,
) -> tuple[BoxDifference, ...]:
    """Return the taxable sales of a year that the broker's form tells differently."""
    rows = taxable_of(disposals, year=year)
    return tuple(
        _difference(row, seen, securities)
        for row, seen in zip(rows, reported(rows, forms).told, strict=True)
        if not seen.is_missing and not _agrees(row, seen)
    )


def reconciliation(
    disposals: Iterable[Disposal], *, year: int, forms: tuple[BrokerForm, ...] | None
) -> Reconciliation | None:
    """Return how the forms at hand meet the records; None where there are none."""
    if forms is None:
        return None
    rows = taxable_of(disposals, year=year)
    found = reported(rows, forms)
    pairs = tuple(zip(rows, found.told, strict=True))
    return Reconciliation(
        lines=len(forms),
        agreeing=sum(seen.is_at_hand and _agrees(row, seen) for row, seen in pairs),
        unmatched=found.unmatched,
        missing=tuple(row for row, seen in pairs if seen.is_missing),
    )


def _agrees(row: Disposal, seen: Reported) -> bool:
    return (
        (seen.proceeds, seen.box_1g, seen.term) == (row.proceeds, row.disallowed, row.term)
        and seen.basis in (row.basis, None)
        and not seen.box_1f
    )


def _difference(row: Disposal, seen: Reported, securities: Mapping[Symbol, Security]) -> BoxDifference:
    return BoxDifference(
        sale=row.sale,
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        box_1g=seen.box_1g,
        disallowed=row.disallowed,
        needs_statement=row.disallowed < seen.box_1g,
        because="; ".join(_because(row, seen, securities)),
        box_1d=seen.proceeds,
        proceeds=row.proceeds,
        box_1e=seen.basis,
        basis=row.basis,
        box_2=seen.term,
        term=row.term,
        is_at_hand=seen.is_at_hand,
    )


def _because(row: Disposal, seen: Reported, securities: Mapping[Symbol, Security]) -> list[str]:
    found = []
    if seen.basis not in (row.basis, None):
        taken_over = seen.basis == row.broker_basis
        found.append(
            "the broker's basis lacks losses taken over from other accounts"
            if taken_over
            else "the broker has another basis than the records"
        )
    if seen.term != row.term:
        taken_over = seen.term == row.broker_term
        found.append(
            "the broker's term lacks the days taken over with them"
            if taken_over
            else "the broker has another date of purchase than the records"
        )
    if seen.box_1g != row.disallowed:
        found.append(_of_box_1g(row, seen, securities))
    if seen.proceeds != row.proceeds:
        found.append("the broker tells other proceeds; selling expenses are one reason")
    if seen.box_1f:
        found.append("accrued market discount is interest, not gain")
    return found


def _of_box_1g(row: Disposal, seen: Reported, securities: Mapping[Symbol, Security]) -> str:
    unseen = [part for part in row.replacements if not _is_seen(row, part, securities)]
    if seen.is_at_hand and seen.box_1g != row.broker_disallowed:
        must = f"{row.broker_disallowed:,.2f}"
        return f"by the records the broker must report {must} in box 1g: ask for a corrected form"
    if row.disallowed < seen.box_1g:
        return "the broker does not know the household's earlier purchases, or its reading of the law"
    if not unseen:
        return "on its figures the loss that meets a replacement is smaller"
    places = ", ".join(dict.fromkeys(f"`{part.lot}` in {part.account}" for part in unseen))
    return f"the broker does not see {places}"


def _is_seen(row: Disposal, part: Replacement, securities: Mapping[Symbol, Security]) -> bool:
    return part.account == row.account and _cusip(part.symbol, securities) == _cusip(row.symbol, securities)


def _cusip(symbol: Symbol, securities: Mapping[Symbol, Security]) -> str:
    security = securities.get(symbol)
    return symbol if security is None or security.cusip is None else security.cusip
