"""Form 8949: one row for each lot of each sale, short in part I, long in part II.

    (d) proceeds 700, (e) basis 1,000, (f) W, (g) 300, (h) 700 - 1,000 + 300 = 0

A sale of which a part is long by tacking is two rows. The date acquired is the one that the term goes by.

Where a Form 1099-B is at hand, columns (d) and (e) are what it reported to the IRS, and (g) corrects them:

    reported basis 900, true basis 1,000 -> (e) 900, (f) B, (g) -100
    B basis, D accrued market discount, E selling expenses, L another loss that is not deductible, O other,
    T the term, W wash sale; several in the order of the alphabet: BW

Only rows of boxes A and D without any adjustment, and without an amount in box 1f or 1g of Form 1099-B, may
be left off the form and added up on Schedule D; `needs_form_8949` tells the others. Where the broker must
report another basis or term than the true one, the row needs the form too.
Source: Instructions for Form 8949 (2025); Instructions for Schedule D, lines 1a and 8a.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from engine.facts.failure import NotModelled
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Disposal
from engine.facts.money import plain
from engine.facts.securities import Security
from engine.ledger.tax.fund_losses import FundLoss
from engine.ledger.tax.reported import Reported, reported

COVERED_SINCE: Mapping[str, date] = {
    "mutual_fund": date(2012, 1, 1),
    "etf": date(2012, 1, 1),
    "bond": date(2014, 1, 1),
    "option": date(2014, 1, 1),
}
"""From when brokers must report basis, by instrument; other stock since 2011 (26 U.S.C. 6045(g))."""

STOCK_COVERED_SINCE = date(2011, 1, 1)
DIGITAL_ASSETS_REPORTED_SINCE = date(2025, 1, 1)

LONG_BOX: Mapping[str, str] = {"A": "D", "B": "E", "C": "F", "G": "J", "H": "K"}
"""The box of part II for each box of part I."""

Part = Literal["I", "II"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One row of Form 8949; money in cents.

    adjustment: column (g): a disallowed loss above 0; a correction of the basis that lowers the gain below 0.
    disallowed: the part of it that code W stands for, a size; permanent: what of that is gone for good.
    """

    part: Part
    box: str
    description: str
    acquired: date
    sold: date
    proceeds: Decimal
    basis: Decimal
    code: str
    adjustment: Decimal
    gain: Decimal  # column (h), d - e + g
    sale: str
    lot: str
    account: AccountId
    needs_form_8949: bool = True  # else its amounts may go straight onto Schedule D, line 1a or 8a
    disallowed: Decimal = Decimal(0)
    permanent: Decimal = Decimal(0)


def form_rows(
    disposals: Iterable[Disposal],
    securities: Mapping[Symbol, Security],
    *,
    year: int,
    fund_losses: Iterable[FundLoss] = (),
    forms: Iterable[BrokerForm] | None = None,
) -> tuple[FormRow, ...]:
    """Return the rows of a year in the order of the form: part I, then part II, by box and day.

    fund_losses: losses on fund shares held six months or less, of which dividends change what is told.
    forms: the Forms 1099-B at hand; None where there are none.
    Raises NotModelled for such a loss where the form tells it differently.
    """
    changed = {id(one.row): one for one in fund_losses}
    of_year = taxable_of(disposals, year=year)
    rows = [
        told
        for row, seen in zip(of_year, reported(of_year, forms).told, strict=True)
        for told in _told(form_row(row, securities.get(row.symbol), seen), changed.get(id(row)))
    ]
    return tuple(sorted(rows, key=lambda row: (row.part, row.box, row.sold)))


def taxable_of(disposals: Iterable[Disposal], *, year: int) -> tuple[Disposal, ...]:
    """Return the disposals of a year that stand on the form."""
    return tuple(row for row in disposals if row.sold.year == year and row.term is not None)


def form_row(row: Disposal, security: Security | None, seen: Reported) -> FormRow:
    """Return the row of one disposal in a taxable account, beside what its broker reports."""
    assert row.term is not None, "sales inside retirement accounts are on no form"
    box = box_of(row, security, seen)
    proceeds, basis, changes = _columns(row, seen, is_reported=box in "AD")
    adjustment = sum(changes.values(), Decimal(0))
    is_plain = not changes and not seen.box_1g and not seen.box_1f
    as_reported = (seen.basis, seen.term) in ((row.basis, row.term), (None, row.term))
    return FormRow(
        part="I" if row.term == "short" else "II",
        box=box,
        description=_description(row, security),
        acquired=row.adjusted_acquired,
        sold=row.sold,
        proceeds=proceeds,
        basis=basis,
        code="".join(sorted(changes)),
        adjustment=adjustment,
        gain=proceeds - basis + adjustment,
        sale=row.sale,
        lot=row.lot,
        account=row.account,
        needs_form_8949=not (box in "AD" and is_plain and as_reported),
        disallowed=row.disallowed,
        permanent=row.permanently_disallowed,
    )


def _columns(
    row: Disposal, seen: Reported, *, is_reported: bool
) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    """Return columns (d) and (e), and what each code of (f) adds to (g).

    is_reported: the broker told the IRS the basis; else (e) has the true one, and code B adds nothing.
    """
    changes: dict[str, Decimal] = {"W": row.disallowed} if row.disallowed else {}
    if not seen.is_at_hand:
        return row.proceeds, row.basis, changes
    proceeds, basis = seen.proceeds, row.basis
    if proceeds != row.proceeds:
        changes["E" if proceeds > row.proceeds else "O"] = row.proceeds - proceeds
    if seen.basis is not None and seen.basis != row.basis:
        basis = seen.basis if is_reported else row.basis
        changes["B"] = basis - row.basis
    if seen.term != row.term:
        changes["T"] = Decimal(0)
    discount = min(max(Decimal(0), row.gain), seen.box_1f)
    if discount:
        changes["D"] = -discount
    return proceeds, basis, changes


def _told(row: FormRow, loss: FundLoss | None) -> tuple[FormRow, ...]:
    """Return a row with what a fund's exempt-interest dividends disallow, and its long part as a second row.

    Source: 26 U.S.C. 852(b)(4); Instructions for Form 8949, code L.
    """
    if loss is None:
        return (row,)
    if row.code:
        raise NotModelled(
            f"the loss of sale `{row.sale}` meets dividends of 26 U.S.C. 852(b)(4), and its Form 1099-B "
            "tells the sale differently",
            place=f"sale `{row.sale}` of {row.sold}",
            cure="have this sale computed by hand",
        )
    size = row.basis - row.proceeds
    share = (row.proceeds * loss.long / size).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    long = replace(
        row,
        part="II",
        box=LONG_BOX[row.box],
        proceeds=share,
        basis=share + loss.long,
        gain=-loss.long,
        needs_form_8949=True,
    )
    rest = replace(
        row,
        proceeds=row.proceeds - share,
        basis=row.basis - share - loss.long,
        code="L" if loss.disallowed else "",
        adjustment=loss.disallowed,
        gain=loss.long + loss.disallowed - size,
        needs_form_8949=True,
    )
    is_left = size > loss.long
    return (*((rest,) if is_left else ()), *((long,) if loss.long else ()))


def box_of(row: Disposal, security: Security | None, seen: Reported) -> str:
    """Return the box: A/D basis reported, B/E not reported, C/F without a form; G to L for coins since 2025.

    Without a form at hand it is what the law asks of the broker.
    """
    boxes = {"short": "ABCH", "long": "DEFK"}[row.term or "short"]
    if seen.is_missing:
        return boxes[2]
    if seen.basis_reported is not None:
        is_coin = security is not None and security.asset_class == "crypto"
        boxes = {"short": "GH", "long": "JK"}[row.term or "short"] if is_coin else boxes
        return boxes[0] if seen.basis_reported else boxes[1]
    if security is not None and security.asset_class == "crypto":
        return boxes[3] if row.sold >= DIGITAL_ASSETS_REPORTED_SINCE else boxes[2]
    instrument = "" if security is None else security.instrument
    covered = row.acquired >= COVERED_SINCE.get(instrument, STOCK_COVERED_SINCE)
    return boxes[0] if covered else boxes[1]


def whole_dollars(rows: Iterable[FormRow]) -> tuple[FormRow, ...]:
    """Return rows in whole dollars: each column rounded, and (h) what the rounded columns come to.

    A wash sale that is disallowed in full stays at 0: its adjustment follows the rounded loss.
    """
    return tuple(_rounded(row) for row in rows)


def _rounded(row: FormRow) -> FormRow:
    proceeds, basis = _dollars(row.proceeds), _dollars(row.basis)
    in_full = row.code == "W" and row.gain == 0
    adjustment = max(Decimal(0), basis - proceeds) if in_full else _dollars(row.adjustment)
    gain = proceeds - basis + adjustment
    washed = adjustment if row.code == "W" else _dollars(row.disallowed)
    return replace(row, proceeds=proceeds, basis=basis, adjustment=adjustment, gain=gain, disallowed=washed)


def _dollars(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _description(row: Disposal, security: Security | None) -> str:
    is_contract = security is not None and security.instrument == "option"
    if not row.quantity:
        return f"{row.symbol}, gain on shares kept"
    if not is_contract:
        return f"{plain(row.quantity)} sh. {row.symbol}"
    return f"{plain(row.quantity)} contract{'' if row.quantity == 1 else 's'} {row.symbol}"
