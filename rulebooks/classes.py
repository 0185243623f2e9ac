"""How a rule reaches the optimizer: its class, from the shape of its forms.

limit weight to at most 5%                                  linear
limit weight of the 5 largest issuers to at most 40%        linear with helpers
limit weight of issuers whose weight is more than 5% …      integer
limit tracking_error to at most 100 bps                     convex
forbid buying securities where …                            bounds
require price_age is at most 3 days                         gate only
"""

from typing import assert_never

from dsl.policy import (
    Action,
    AllowOnly,
    AnyAmount,
    CheckedRule,
    Forbid,
    Greater,
    GroupsWhose,
    LargestGroups,
    Limit,
    MeasureTerm,
    PercentOf,
    Require,
    Smaller,
    Times,
)
from rulebooks.catalogue import MEASURES
from rulebooks.forms import FormClass

_ORDER = (
    FormClass.BOUNDS,
    FormClass.LINEAR,
    FormClass.HELPERS,
    FormClass.CONVEX,
    FormClass.INTEGER,
    FormClass.GATE_ONLY,
)


def hardest(classes: list[FormClass]) -> FormClass:
    """Return the class that asks most of a solver."""
    return max(classes, key=_ORDER.index)


def class_of(rule: CheckedRule) -> FormClass:
    """Return the class of a rule."""
    match rule.obligation:
        case Limit():
            return hardest(_limit_classes(rule.obligation))
        case Forbid(actions=actions) | AllowOnly(actions=actions):
            holding_only = actions == (Action.HOLDING,)
            return FormClass.LINEAR if holding_only or rule.look_through else FormClass.BOUNDS
        case Require():
            return FormClass.GATE_ONLY
        case _:
            assert_never(rule.obligation)


def _limit_classes(limit: Limit) -> list[FormClass]:
    found: list[FormClass] = []
    for side, is_ceiling in ((limit.high, True), (limit.low, False)):
        if side is None:
            continue
        found.extend(_term_class(term, is_ceiling=is_ceiling) for term in limit.measure.terms)
        found.append(_bound_class(side, is_ceiling=is_ceiling))
    return found


def _term_class(term: MeasureTerm, *, is_ceiling: bool) -> FormClass:
    module = MEASURES[term.measure]
    own = module.at_most if is_ceiling else module.at_least
    match term.of:
        case GroupsWhose():
            return hardest([own, FormClass.INTEGER])
        case LargestGroups():
            return hardest([own, FormClass.HELPERS if is_ceiling else FormClass.INTEGER])
        case _:
            return own


def _bound_class(amount: AnyAmount, *, is_ceiling: bool) -> FormClass:
    """A ceiling at the smaller of two is two rows; at the greater it is a choice, unless both are fixed."""
    match amount:
        case Smaller(parts=parts) | Greater(parts=parts):
            inner = [_bound_class(part, is_ceiling=is_ceiling) for part in parts]
            chooses = isinstance(amount, Greater) is is_ceiling
            free = chooses and any(_is_moving(part) for part in parts)
            return hardest([*inner, FormClass.INTEGER] if free else inner)
        case Times(of=of):
            return _bound_class(of, is_ceiling=is_ceiling)
        case _:
            return FormClass.BOUNDS


def _is_moving(amount: AnyAmount) -> bool:
    """Return whether a list can change an amount other than through the base."""
    match amount:
        case PercentOf():
            return True
        case Times(of=of):
            return _is_moving(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            return any(_is_moving(part) for part in parts)
        case _:
            return False
