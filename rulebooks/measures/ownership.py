"""Ownership: shares held of an issuer over the shares that exist, line by line.

    60,000 voting shares held, voting_shares_outstanding 1,000,000: 6%

Each security is divided by its own column: `voting_shares_outstanding`, `non_voting_shares_outstanding`
or `shares_outstanding`. Where the column gives the issuer's total on each of its lines, the lines add
up to the issuer's share. An empty cell is missing data.
"""

from collections.abc import Callable
from fractions import Fraction

from dsl.policy import Unit
from rulebooks.cells import NO_VALUE
from rulebooks.comparing import cell_number
from rulebooks.forms import Form, Term
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.measures.quantity import quantity_terms
from rulebooks.scene import Ask, Figure, Position, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in

VOTING = "voting_shares_outstanding"


def ownership_form(scene: Scene, slices: tuple[Slice, ...], column: str) -> tuple[Form, tuple[Position, ...]]:
    """Return the share of an issuer that is held, and positions that do not tell."""
    pairs: list[tuple[Term, Fraction]] = []
    lacking: list[Slice] = []
    for part in slices:
        cell = part.row.read(column)
        if part.is_cash or cell is NO_VALUE:
            continue
        outstanding = cell_number(cell, Unit.NUMBER, scene.setting)
        if not outstanding:
            lacking.append(part)
            continue
        pairs.extend((term, share / outstanding) for term, share in quantity_terms((part,)))
    return merged(pairs), positions_in(lacking)


def owned(column: str) -> Callable[[Scene, Taken, Ask], Figure]:
    """Return the figure of ownership by one column."""

    def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
        measure, lacking = ownership_form(scene, taken.slices, column)
        return Figure(
            measure=measure,
            base=None,
            members=positions_in(s for s in taken.slices if not s.is_cash),
            unknown=unknown_of(taken, lacking),
            money=False,
        )

    return figure


OWNERSHIP = MeasureModule(
    name="ownership",
    definition="shares held over shares outstanding",
    unit=Unit.SHARE,
    figure=owned("shares_outstanding"),
    needs=("shares_outstanding",),
)
VOTING_OWNERSHIP = MeasureModule(
    name="voting_ownership",
    definition="voting shares held over voting shares outstanding",
    unit=Unit.SHARE,
    figure=owned(VOTING),
    needs=("voting_shares_outstanding",),
)
NON_VOTING_OWNERSHIP = MeasureModule(
    name="non_voting_ownership",
    definition="non-voting shares held over non-voting shares outstanding",
    unit=Unit.SHARE,
    figure=owned("non_voting_shares_outstanding"),
    needs=("non_voting_shares_outstanding",),
)

MEASURES = (OWNERSHIP, VOTING_OWNERSHIP, NON_VOTING_OWNERSHIP)
