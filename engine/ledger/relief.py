"""Which shares a sale takes: specific identification, else the order that the policy states.

    lots of 100 at 10 (oldest), 12 and 9; sell 150
      fifo 100 at 10, 50 at 12; lifo 100 at 9, 50 at 12; highest_cost 100 at 12, 50 at 10

A lot may be named as `LOT` or, where only a part of it was adjusted, as `LOT@2013-09-05`, the adjusted
date of the part meant. Where the part is not named, the adjusted part goes first (or the highest basis:
`partly_adjusted`).

Source: 26 CFR 1.1012-1(c).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain
from typing import NamedTuple, assert_never

from engine.facts.ids import LotId
from engine.facts.readings import Relief, TaxReading
from engine.ledger.exact import exact_ratio
from engine.ledger.holdings import Holding, Position
from engine.ledger.pieces import ZERO, Piece
from engine.ledger.terms import term

TOP_SHORT_RATE = exact_ratio(408, 1000)
"""Short-term rate where the account states none: 37% and 3.8% net investment income tax."""

TOP_LONG_RATE = exact_ratio(238, 1000)
"""Long-term rate where the account states none: 20% and 3.8% net investment income tax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleTerms:
    """What a choice of lots depends on besides the lots: day, price per share, rates of tax."""

    day: date
    price: Fraction  # per share, after fees
    short_rate: Fraction
    long_rate: Fraction


class Pick(NamedTuple):
    """Shares of one piece that a sale takes."""

    piece: Piece
    quantity: Fraction


def take_named(
    position: Position, named: tuple[tuple[LotId, Fraction], ...], reading: TaxReading
) -> tuple[tuple[Pick, ...], tuple[tuple[LotId, Fraction], ...]]:
    """Return the shares of the lots named, and what of each is not held."""
    picks: list[Pick] = []
    missing: list[tuple[LotId, Fraction]] = []
    for name, quantity in named:
        found, short = _take(_pieces_named(position, name, reading), quantity, already=picks)
        picks.extend(found)
        if short:
            missing.append((name, short))
    return tuple(picks), tuple(missing)


def take_by_relief(
    position: Position, quantity: Fraction, *, relief: Relief, reading: TaxReading, terms: SaleTerms
) -> tuple[tuple[Pick, ...], Fraction]:
    """Return the shares that a sale takes which names no lot, and how many are not held."""
    picks, short = _take(_in_relief_order(position, relief, reading, terms), quantity, already=[])
    return tuple(picks), short


def _take(pieces: Iterator[Piece], quantity: Fraction, *, already: list[Pick]) -> tuple[list[Pick], Fraction]:
    taken: list[Pick] = []
    left = quantity
    for piece in pieces:
        if not left:
            break
        free = piece.quantity
        for pick in already:
            if pick.piece is piece:
                free -= pick.quantity
        if not free:
            continue
        if left <= free:
            taken.append(Pick(piece, left))
            return taken, ZERO
        taken.append(Pick(piece, free))
        left -= free
    return taken, left


def _pieces_named(position: Position, name: LotId, reading: TaxReading) -> Iterator[Piece]:
    named = position.lots.get(name)
    if named is not None:
        return chain.from_iterable(_within_lot(holding, reading) for holding in named)
    lot, _, day = name.rpartition("@")
    parts = position.lots.get(LotId(lot), [])
    pieces = chain.from_iterable(_within_lot(holding, reading) for holding in parts)
    return (piece for piece in pieces if piece.adjusted.isoformat() == day)


def _within_lot(holding: Holding, reading: TaxReading) -> list[Piece]:
    if len(holding.pieces) == 1:
        return holding.pieces
    if reading.wash.partly_adjusted == "highest_basis":
        return sorted(holding.pieces, key=lambda p: (-p.unit, p.adjusted))
    return sorted(holding.pieces, key=lambda p: (not p.is_adjusted, p.adjusted))


def _in_relief_order(
    position: Position, relief: Relief, reading: TaxReading, terms: SaleTerms
) -> Iterator[Piece]:
    match relief:
        case "fifo" if reading.wash.fifo_date == "tacked":
            return iter(sorted(_all_pieces(position, reading), key=lambda p: (p.adjusted, p.sequence)))
        case "fifo":
            return _all_pieces(position, reading)
        case "lifo":
            by_lot = (_within_lot(holding, reading) for holding in position.newest_first())
            return chain.from_iterable(by_lot)
        case "highest_cost":
            return iter(sorted(_all_pieces(position, reading), key=lambda p: -p.unit))
        case "minimum_tax":
            return iter(sorted(_all_pieces(position, reading), key=lambda p: _tax(p, terms)))
        case "specific":
            return iter(())
        case _:
            assert_never(relief)


def _all_pieces(position: Position, reading: TaxReading) -> Iterator[Piece]:
    by_lot = (_within_lot(holding, reading) for holding in position.oldest_first())
    return chain.from_iterable(by_lot)


def _tax(piece: Piece, terms: SaleTerms) -> Fraction:
    """Return the tax per share that selling would cost now, negative for a loss."""
    is_long = term(piece.adjusted, terms.day) == "long"
    return (terms.price - piece.unit) * (terms.long_rate if is_long else terms.short_rate)
