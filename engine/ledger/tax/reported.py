"""What the brokers' forms tell of each row: Forms 1099-B that are at hand, else what the law asks of them.

    the form: proceeds 700, basis 900, box 1g 0; the records: proceeds 700, basis 1,000
      -> the row of the sale has a reported basis 100 below the true one

Without forms the broker is taken to report as 26 U.S.C. 6045(g) asks: one account, one CUSIP. A line of a
form can be about several rows (a lot of which a part is adjusted): what it tells otherwise than the law asks
is spread over them by their shares, so that the rows add up to the line.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.facts.forms import BrokerForm
from engine.facts.lots import Disposal, Term
from engine.ledger.cents import apportion, from_cents, to_cents

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a broker reports of one disposal; money in cents.

    is_at_hand: it stands on a form, and is not only what the law asks for.
    is_missing: forms of the account are at hand, and none of them tells of this sale.
    """

    proceeds: Decimal
    basis: Decimal | None  # box 1e; None: left empty
    box_1f: Decimal
    box_1g: Decimal
    term: Term | None
    basis_reported: bool | None = None  # box 12
    is_at_hand: bool = False
    is_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What the forms come to beside the disposals of a year."""

    told: tuple[Reported, ...]  # one for each disposal, in their order
    unmatched: tuple[BrokerForm, ...]  # lines about which the records know nothing


def reported(disposals: tuple[Disposal, ...], forms: Iterable[BrokerForm] | None) -> Forms:
    """Return what brokers report of the disposals of a year."""
    computed = [_computed(row) for row in disposals]
    if forms is None:
        return Forms(told=tuple(computed), unmatched=())
    lines = tuple(forms)
    with_forms = {line.account for line in lines}
    told: dict[int, Reported] = {}
    unmatched: list[BrokerForm] = []
    places, near = Counter(map(_place, lines)), _near(disposals)
    for line in sorted(lines, key=_vagueness):
        free = [i for i in near.get(_key(line), []) if i not in told and _fits(line, disposals[i])]
        rows = _rows_of(line, free, disposals, is_alone=places[_place(line)] == 1)
        if rows:
            told |= dict(zip(rows, _spread(line, [disposals[i] for i in rows]), strict=True))
        else:
            unmatched.append(line)
    return Forms(
        told=tuple(
            told.get(i, _missing(one) if row.account in with_forms else one)
            for i, (row, one) in enumerate(zip(disposals, computed, strict=True))
        ),
        unmatched=tuple(unmatched),
    )


def _computed(row: Disposal) -> Reported:
    return Reported(
        proceeds=row.proceeds,
        basis=row.basis if row.broker_basis is None else row.broker_basis,
        box_1f=ZERO,
        box_1g=row.broker_disallowed,
        term=row.term if row.broker_term is None else row.broker_term,
    )


def _missing(one: Reported) -> Reported:
    return Reported(
        proceeds=one.proceeds,
        basis=one.basis,
        box_1f=ZERO,
        box_1g=one.box_1g,
        term=one.term,
        is_missing=True,
    )


def _vagueness(line: BrokerForm) -> int:
    """Return how little a line says of its shares; the most telling ones choose first."""
    said = (line.sale, line.lot, line.acquired, line.quantity, line.term)
    return sum(one is None for one in said)


def _near(disposals: tuple[Disposal, ...]) -> dict[tuple[object, ...], list[int]]:
    """Return where the disposals stand, by sale and by security and day."""
    found: dict[tuple[object, ...], list[int]] = {}
    for i, row in enumerate(disposals):
        found.setdefault((row.sale,), []).append(i)
        found.setdefault((row.symbol, row.sold), []).append(i)
    return found


def _key(line: BrokerForm) -> tuple[object, ...]:
    return (line.symbol, line.sold) if line.sale is None else (line.sale,)


def _rows_of(
    line: BrokerForm, rows: list[int], disposals: tuple[Disposal, ...], *, is_alone: bool
) -> list[int]:
    """Return the disposals that a line is about, of those that fit it and that no other line has taken.

    is_alone: no other line tells of the same shares.
    """
    if line.quantity is not None and sum((disposals[i].quantity for i in rows), ZERO) != line.quantity:
        exact = [i for i in rows if disposals[i].quantity == line.quantity]
        by_term = [i for i in exact if disposals[i].term == line.term]
        return (by_term or exact)[:1]
    by_term = [i for i in rows if disposals[i].term == line.term]
    return rows if is_alone or not by_term else by_term


def _place(line: BrokerForm) -> tuple[object, ...]:
    return (line.account, line.sale, line.lot, line.symbol, line.sold, line.acquired)


def _fits(line: BrokerForm, row: Disposal) -> bool:
    return (
        line.account == row.account
        and line.sale in (row.sale, None)
        and line.lot in (row.lot, None)
        and line.symbol in (row.symbol, None)
        and line.sold in (row.sold, None)
        and line.acquired in (row.acquired, row.adjusted_acquired, None)
    )


def _spread(line: BrokerForm, rows: list[Disposal]) -> list[Reported]:
    """Return what a line tells of each of its rows: what the law asks for, and a share of what differs."""
    proceeds = _moved(line.proceeds, [row.proceeds for row in rows], rows)
    bases = _moved(line.basis, [_computed(row).basis or ZERO for row in rows], rows)
    washed = _shared(line.box_1g, [row.broker_disallowed or row.disallowed for row in rows], rows)
    discount = _shared(line.box_1f, [ZERO] * len(rows), rows)
    return [
        Reported(
            proceeds=got,
            basis=None if line.basis is None else basis,
            box_1f=one_f,
            box_1g=one_g,
            term=row.term if line.term is None else line.term,
            basis_reported=line.basis_reported,
            is_at_hand=True,
        )
        for row, got, basis, one_f, one_g in zip(rows, proceeds, bases, discount, washed, strict=True)
    ]


def _moved(told: Decimal | None, due: list[Decimal], rows: list[Disposal]) -> list[Decimal]:
    """Return amounts, moved by shares so that they add up to what is told."""
    if told is None:
        return due
    moves = _shared(told - sum(due, ZERO), [ZERO] * len(rows), rows)
    return [amount + move for amount, move in zip(due, moves, strict=True)]


def _shared(amount: Decimal, weights: list[Decimal], rows: list[Disposal]) -> list[Decimal]:
    """Return an amount divided by weights, by shares where all of these are 0."""
    cents = to_cents(Fraction(amount))
    sizes = [Fraction(one) for one in (weights if any(weights) else [row.quantity for row in rows])]
    whole = sum(sizes, Fraction(0))
    if len(rows) == 1 or not cents or not whole:
        return [from_cents(cents), *([ZERO] * (len(rows) - 1))]
    parts = apportion(cents, tuple(cents * size / whole for size in sizes))
    return [from_cents(part) for part in parts]
