"""Ownership: shares held of an issuer over the shares that exist.

`voting_ownership` and `non_voting_ownership` count lines of stock of that kind only: a line is
non-voting where its `voting` is no, or where it is preferred stock and does not say. The denominator
is the column `voting_shares_outstanding` (`non_voting_…`), the issuer's total, else the sum of
`shares_outstanding` over the issuer's lines of that kind in the book.

    60,000 of 1,000,000 voting shares held: 6%

Bonds, cash and the like have no shares and count 0. A security that states its ownership outright
(`voting_ownership 12%`) is scaled by what is traded of it.
"""

from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import Form, Term, TermKind, constant, total
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.measures.quantity import quantity_terms
from rulebooks.predicates import cell_number
from rulebooks.scene import Ask, Figure, Position, Scene, Taken, each_symbol
from rulebooks.universe import Slice, merged, positions_in

NO_SHARES = frozenset({"fixed_income", "cash", "commodity", "crypto", "option"})
"""Asset classes that give no share of an issuer."""

_COLUMN = {
    True: ("voting_ownership", "voting_shares_outstanding"),
    False: ("non_voting_ownership", "non_voting_shares_outstanding"),
    None: ("ownership", "shares_outstanding"),
}


def is_voting(part: Slice) -> bool:
    """Return whether a line of stock votes."""
    said = part.row.read("voting")
    return said == "yes" or (said != "no" and part.row.read("instrument") != "preferred_stock")


def ownership_form(
    scene: Scene, slices: tuple[Slice, ...], *, voting: bool | None
) -> tuple[Form, tuple[Position, ...]]:
    """Return the share of an issuer that is held (voting None: of all its shares), and what is unknown."""
    stated_as, column = _COLUMN[voting]
    lines = [s for s in slices if not s.is_cash and s.row.read("asset_class") not in NO_SHARES]
    stated = [s for s in lines if s.row.attributes.get(stated_as) is not None]
    lines = [s for s in lines if s not in stated and (voting is None or is_voting(s) is voting)]
    outstanding, lacking = _outstanding(scene, lines, column)
    parts: list[tuple[Fraction | int, Form]] = [(1, _stated_form(scene, s, stated_as)) for s in stated]
    if outstanding:
        known = tuple(s for s in lines if s not in lacking)
        parts.append((1 / outstanding, merged(quantity_terms(known))))
    return total(*parts), positions_in(lacking)


def _outstanding(scene: Scene, lines: list[Slice], column: str) -> tuple[Fraction, list[Slice]]:
    """Return the shares that exist of the issuer's lines, and the lines that do not tell."""
    totals: list[Fraction] = []
    by_line: list[Fraction] = []
    lacking: list[Slice] = []
    for parts in each_symbol(lines).values():
        issuer_total = cell_number(parts[0].row.read(column), Unit.NUMBER, scene.setting)
        own = cell_number(parts[0].row.read("shares_outstanding"), Unit.NUMBER, scene.setting)
        if issuer_total is not None and column != "shares_outstanding":
            totals.append(issuer_total)
        elif own is not None:
            by_line.append(own)
        elif scene.facts.book.absent == "unknown":
            lacking.extend(parts)
    return (max(totals) if totals else sum(by_line, Fraction(0))), lacking


def _stated_form(scene: Scene, part: Slice, column: str) -> Form:
    share = cell_number(part.row.read(column), Unit.SHARE, scene.setting) or Fraction(0)
    quantity = Term(TermKind.QUANTITY, part.account, part.symbol)
    held = scene.facts.state(quantity)
    return constant(share) if not held else merged([(quantity, share / held)])


def _figure(scene: Scene, taken: Taken, *, voting: bool | None) -> Figure:
    measure, lacking = ownership_form(scene, taken.slices, voting=voting)
    return Figure(
        measure=measure,
        base=None,
        members=positions_in(s for s in taken.slices if not s.is_cash),
        unknown=unknown_of(taken, lacking),
        money=False,
    )


def all_shares(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the share of all shares that is held."""
    return _figure(scene, taken, voting=None)


def voting_shares(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the share of the voting shares that is held."""
    return _figure(scene, taken, voting=True)


def non_voting_shares(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the share of the non-voting shares that is held."""
    return _figure(scene, taken, voting=False)


OWNERSHIP = MeasureModule(
    name="ownership",
    definition="shares held over shares outstanding",
    unit=Unit.SHARE,
    figure=all_shares,
    needs=("shares_outstanding",),
)
VOTING_OWNERSHIP = MeasureModule(
    name="voting_ownership",
    definition="voting shares held over voting shares outstanding",
    unit=Unit.SHARE,
    figure=voting_shares,
    needs=("voting_shares_outstanding",),
)
NON_VOTING_OWNERSHIP = MeasureModule(
    name="non_voting_ownership",
    definition="non-voting shares held over non-voting shares outstanding",
    unit=Unit.SHARE,
    figure=non_voting_shares,
    needs=("non_voting_shares_outstanding",),
)
