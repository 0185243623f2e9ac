"""Bent rules of a given list: each list that breaks one gives a row that every list keeping it keeps.

The sum of min(value, 5%) is concave, so that its tangent at a list lies nowhere below it. Six sales that
leave 2% of each of six names, beside two of more than 5%, make 22% where 30% are wanted: the row says that
10% and the six together must be 30% or more, and the nearest list is looked for again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from engine.gate.verdict import Verdict
from optimizer.requirements import Requirement
from optimizer.shape import Curve, always, curve_of, linear_parts, patterned, tangent
from rulebooks.evaluate import value
from rulebooks.forms import Form, Linear, Term, TermKind, terms_of
from rulebooks.ground import GroundLimit

Read = Callable[[Term], Fraction]
Range = Callable[[Linear], Fraction]
"""The least that a linear form comes to, whatever part of the given list is done."""

MOVED = frozenset(
    {TermKind.VALUE, TermKind.QUANTITY, TermKind.CASH, TermKind.NET_ASSETS, TermKind.BOUGHT, TermKind.SOLD}
)
"""Terms that each share of a trade moves alike, whichever lot it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bent:
    """A concave form that must be at least a number, and the limit that asks for it."""

    limit: GroundLimit
    form: Form
    least: Fraction

    def speaks(self, verdict: Verdict) -> bool:
        """Return whether a verdict is of this rule, account and group."""
        account, group = self.limit.scope.account, self.limit.group
        return (
            self.limit.rule.rule.id == verdict.rule
            and account in (None, verdict.account)
            and (group is None or group in verdict.group)
        )

    def cut(self, after: Read) -> tuple[Linear, Fraction] | None:
        """Return (form, least) of a row that a list with the state `after` breaks; None where it keeps it."""
        if value(self.form, after) >= self.least:
            return None
        return tangent(self.form, after), self.least


def bent_rules(needs: Iterable[tuple[Requirement, Fraction]], least_of: Range) -> tuple[Bent, ...]:
    """Return the rules that are concave in too many parts for a row each, without tests that always hold."""
    found: list[Bent] = []
    sure = always(least_of)
    for need, least in needs:
        form = patterned(need.form, sure, only=True)
        is_moved = all(term.kind in MOVED for term in terms_of(form))
        if linear_parts(need.form) is None and curve_of(form) in (Curve.LINEAR, Curve.CONCAVE) and is_moved:
            found.append(Bent(limit=need.limit, form=form, least=least))
    return tuple(found)
