"""The broker's view: what the broker of an account must report in box 1g of Form 1099-B.

A broker sees one account and one CUSIP. A loss replaced in the spouse's account is 0 to the broker and the
whole loss to the taxpayer; where both see a purchase, the figures can agree, and the taxpayer's is right.
So the basis and the term of what replaced it differ too: the broker of the spouse knows the price paid alone.

Source: 26 U.S.C. 6045(g)(2)(B)(ii).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from engine.facts.ids import LotId, TransactionId
from engine.facts.lots import Disposal, Term
from engine.ledger.cents import apportion, from_cents, to_cents

SaleOfLot = tuple[TransactionId, LotId]


def with_broker_view(rows: tuple[Disposal, ...], seen: Iterable[Disposal]) -> tuple[Disposal, ...]:
    """Return the disposals with what the brokers of their accounts must report.

    seen: the disposals of the same transactions, each account replayed alone.
    """
    told: dict[SaleOfLot, list[Disposal]] = {}
    for row in seen:
        told.setdefault((row.sale, row.lot), []).append(row)
    mine: dict[SaleOfLot, list[Disposal]] = {}
    for row in rows:
        mine.setdefault((row.sale, row.lot), []).append(row)
    done = {key: iter(_beside(parts, told.get(key, []))) for key, parts in mine.items()}
    return tuple(next(done[(row.sale, row.lot)]) for row in rows)


def _beside(mine: list[Disposal], told: list[Disposal]) -> list[Disposal]:
    """Return the rows of one lot of one sale with the broker's figures for the same shares."""
    cents = _divide(sum(to_cents(Fraction(row.disallowed)) for row in told), mine)
    reported = [_with(row, part) for row, part in zip(mine, cents, strict=True)]
    alike = [(row.basis, row.term) for row in mine] == [(row.basis, row.term) for row in told]
    if alike or not told:
        return reported
    bases = _bases(mine, told)
    return [
        row
        if _is_same(row, basis, other)
        else replace(row, broker_basis=from_cents(basis), broker_term=other)
        for row, basis, other in zip(reported, bases, _terms(mine, told), strict=True)
    ]


def _is_same(row: Disposal, basis: int, other: Term | None) -> bool:
    return row.term is None or (basis == to_cents(Fraction(row.basis)) and other in (row.term, None))


def _bases(mine: list[Disposal], told: list[Disposal]) -> tuple[int, ...]:
    """Divide what the broker reports as basis, share by share in the order of the rows."""
    exact = [Fraction(0)] * len(mine)
    for place, other, shares in _overlaps(mine, told):
        exact[place] += Fraction(other.basis) * 100 * shares / Fraction(other.quantity)
    total = sum(to_cents(Fraction(row.basis)) for row in told)
    return apportion(total, tuple(exact))


def _terms(mine: list[Disposal], told: list[Disposal]) -> list[Term | None]:
    """Return the broker's term of each row; where a row has shares of both, the other one than is true."""
    found = [row.term for row in mine]
    for place, other, _ in _overlaps(mine, told):
        if other.term != mine[place].term:
            found[place] = other.term
    return found


def _overlaps(mine: list[Disposal], told: list[Disposal]) -> Iterator[tuple[int, Disposal, Fraction]]:
    """Yield which row has how many shares in common with which of the broker's, both laid side by side."""
    others = [(other, Fraction(other.quantity)) for other in told if other.quantity]
    for place, row in enumerate(mine):
        left = Fraction(row.quantity)
        while left and others:
            other, there = others.pop(0)
            shares = min(left, there)
            yield place, other, shares
            left -= shares
            if there > shares:
                others.insert(0, (other, there - shares))


def _divide(cents: int, rows: list[Disposal]) -> tuple[int, ...]:
    if len(rows) == 1 or not cents:
        return (cents, *(0 for _ in rows[1:]))
    whole = sum((Fraction(row.quantity) for row in rows), Fraction(0))
    return apportion(cents, tuple(cents * Fraction(row.quantity) / whole for row in rows))


def _with(row: Disposal, cents: int) -> Disposal:
    return row if not cents else replace(row, broker_disallowed=from_cents(cents))
