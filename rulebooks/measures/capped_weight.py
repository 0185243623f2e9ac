"""Capped weight: the part of a portfolio that counts as diversified.

Each issuer counts up to 5% of the base, and not at all where more than 10% of its votes are held. Of a base
below nothing, 5% are nothing: whoever owes more than he has counts no issuer.

    issuers at 8%, 3% and 4% (12% of its votes): 5% + 3% + 0% = 8%

Source: 15 U.S.C. 80a-5(b)(1).
"""

from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import Condition, Form, FormClass, Guarded, constant, least, less, most, scaled, total
from rulebooks.measures.groups import by_attribute
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.measures.ownership import VOTING, ownership_form
from rulebooks.scene import Ask, Figure, Position, Scene, Taken
from rulebooks.universe import positions_in

ISSUER_CAP = Fraction(5, 100)
"""What one issuer counts at most, of the base."""

VOTING_CAP = Fraction(10, 100)
"""Above this share of an issuer's votes nothing of it counts."""


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the sum over issuers of the smaller of their value and 5% of the base, nothing at the least."""
    parts: list[Form] = []
    unknown: list[Position] = []
    cap = most(scaled(scene.base, ISSUER_CAP), constant(0))
    for issuer, slices in by_attribute(taken.slices, "issuer").items():
        worth, lacking = scene.worth(slices, ask.valued_at)
        if issuer is None:
            unknown.extend(positions_in(slices))
            continue
        votes, gaps = ownership_form(scene, slices, VOTING)
        unknown.extend((*lacking, *gaps))
        test = Condition(form=less(constant(VOTING_CAP), votes), strict=False)
        counted = least(worth, cap)
        parts.append(counted if votes == constant(0) else Guarded(tests=(test,), form=counted))
    return Figure(
        measure=total(*((1, part) for part in parts)),
        base=scene.base,
        members=positions_in(taken.slices),
        unknown=unknown_of(taken, tuple(unknown)),
    )


CAPPED_WEIGHT = MeasureModule(
    name="capped_weight",
    definition="weight in which each issuer counts up to 5%, and not at all above 10% of its votes",
    unit=Unit.SHARE,
    figure=figure,
    needs=("voting_shares_outstanding",),
    at_most=FormClass.INTEGER,
    at_least=FormClass.HELPERS,
)

MEASURES = (CAPPED_WEIGHT,)
