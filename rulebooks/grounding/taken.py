"""What a measure is taken of, group by group: `for each`, `of`, and derived sets.

for each issuer in equities, weight                the slices of equities with that issuer
for each issuer in holdings, weight of paper       the slices of paper with that issuer
weight of issuers in ordinary whose weight is more than 5%      guarded groups of ordinary
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from dsl.policy import (
    AnySubject,
    GroupsWhose,
    GroupTest,
    LargestGroups,
    Op,
    Subject,
    ValuedAt,
)
from rulebooks.catalogue import MEASURES
from rulebooks.forms import Condition, Form, Linear, less
from rulebooks.grounding.amounts import Laid, Ruler, bound_form, is_groupless
from rulebooks.grounding.exceptions import Leaving, excepted_slices, plain_subject, without
from rulebooks.measures.groups import by_attribute, group_of
from rulebooks.members import both, memberships, selects_all, universe_of
from rulebooks.scene import Ask, Figure, Group, Position, Scene, Taken
from rulebooks.universe import Slice


@dataclass(slots=True)
class Part:
    """What a subject selects, in one group: surely, maybe, and what exceptions took away."""

    sure: list[Slice] = field(default_factory=list)
    maybe: list[Slice] = field(default_factory=list)
    gone: list[Slice] = field(default_factory=list)  # what exceptions took

    @property
    def is_excepted(self) -> bool:
        """Whether exceptions left nothing."""
        return bool(self.gone) and not self.sure and not self.maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How a rule looks at its scope: through funds or not, without what its exceptions select."""

    scene: Scene
    look_through: bool
    valued_at: ValuedAt
    excepted: tuple[Leaving, ...] = ()


def parts_of(lens: Lens, subjects: tuple[Subject, ...], attribute: str | None) -> dict[str | None, Part]:
    """Return what all of the subjects select, by group (one group None where there is no attribute).

    A slice whose group is unknown forms the group None and is never added up.
    """
    slices = universe_of(lens.scene, look_through=lens.look_through)
    found = [memberships(lens.scene, subject, look_through=lens.look_through) for subject in subjects]
    members = found[0] if len(found) == 1 else tuple(both(row) for row in zip(*found, strict=True))
    gone = excepted_slices(lens.scene, lens.excepted, look_through=lens.look_through)
    parts: dict[str | None, Part] = {} if attribute is not None else {None: Part()}
    for part, before, after in zip(slices, members, without(members, gone), strict=True):
        if before is False:
            continue
        grouped, name = (True, None) if attribute is None else group_of(part, attribute)
        if not grouped:
            continue
        into = parts.setdefault(name, Part())
        if after is False:
            into.gone.append(part)
        elif after is None or (name is None and attribute is not None):
            into.maybe.append(part)
        else:
            into.sure.append(part)
    return parts


def taken_of(lens: Lens, of: AnySubject | None, part: Part, *, whole: bool) -> Taken:
    """Return what a measure is taken of, given what the plain subject selects."""
    sure, maybe = tuple(part.sure), tuple(part.maybe)
    kind = plain_subject(of).kind
    match of:
        case None | Subject():
            return Taken(slices=sure, unknown=maybe, whole=whole and not part.gone, kind=kind)
        case GroupsWhose(attribute=attribute, tests=tests):
            groups, unknown = _groups(lens, sure, attribute, tests)
            return Taken(slices=sure, unknown=(*maybe, *unknown), kind=kind, groups=groups)
        case LargestGroups(attribute=attribute, count=count):
            groups, unknown = _groups(lens, sure, attribute, ())
            return Taken(slices=sure, unknown=(*maybe, *unknown), kind=kind, groups=groups, largest=count)
        case _:
            assert_never(of)


def is_whole(of: AnySubject | None) -> bool:
    """Return whether a measure is taken of everything in scope."""
    return of is None or (isinstance(of, Subject) and selects_all(of))


def _groups(
    lens: Lens, slices: tuple[Slice, ...], attribute: str, tests: Iterable[GroupTest]
) -> tuple[tuple[Group, ...], tuple[Slice, ...]]:
    """Return the groups of a derived set that may count, and slices of which that is not known."""
    groups: list[Group] = []
    unknown: list[Slice] = []
    asked = [_Asked(test, lens) for test in tests]
    for name, members in by_attribute(slices, attribute).items():
        if name is None:
            unknown.extend(members)
            continue
        conditions, lacking = _conditions(asked, members)
        unknown.extend(lacking)
        if conditions is not None:
            groups.append(Group(name=name, slices=members, tests=conditions))
    return tuple(groups), tuple(unknown)


class _Asked:
    """One test of a derived set, ready to be asked of each group; a bound that all share is laid out once."""

    def __init__(self, test: GroupTest, lens: Lens) -> None:
        self.test = test
        self.lens = lens
        self.module = MEASURES[test.measure]
        self.ask = Ask(name=test.measure, unit=self.module.unit, valued_at=lens.valued_at)
        self._shared: tuple[Form | None, Laid] | None = None

    def figure(self, members: tuple[Slice, ...]) -> Figure:
        """Return the measure of a group."""
        return self.module.figure(self.lens.scene, Taken(slices=members), self.ask)

    def bound(self, figure: Figure, members: tuple[Slice, ...]) -> Laid:
        """Return the bound that a group's figure is compared with."""
        if self._shared is not None and self._shared[0] is figure.base:
            return self._shared[1]
        ruler = Ruler(base=figure.base, money=figure.money, unit=self.module.unit, group=members)
        laid = bound_form(self.lens.scene, self.test.bound, ruler)
        if is_groupless(self.test.bound):
            self._shared = (figure.base, laid)
        return laid


def _conditions(
    asked: list[_Asked], members: tuple[Slice, ...]
) -> tuple[tuple[Condition, ...] | None, tuple[Slice, ...]]:
    """Return the conditions that a list can change; None where the group never counts."""
    conditions: list[Condition] = []
    lacking: set[Position] = set()
    for one in asked:
        figure = one.figure(members)
        bound = one.bound(figure, members)
        lacking.update(figure.unknown, bound.unknown)
        if bound.form is None or figure.missing is not None:
            return None, members
        condition = _condition(one.test.op, figure.measure, bound.form)
        settled = _settled(condition)
        if settled is False:
            return None, ()
        if settled is None:
            conditions.append(condition)
    return tuple(conditions), tuple(part for part in members if part.position in lacking) if lacking else ()


def _settled(condition: Condition) -> bool | None:
    """Return the truth of a condition that no list can change, else None."""
    form = condition.form
    if not isinstance(form, Linear) or form.terms:
        return None
    return form.constant > 0 if condition.strict else form.constant >= 0


def _condition(op: Op, measure: Form, bound: Form) -> Condition:
    match op:
        case Op.MORE:
            return Condition(form=less(measure, bound), strict=True)
        case Op.AT_LEAST:
            return Condition(form=less(measure, bound), strict=False)
        case Op.LESS:
            return Condition(form=less(bound, measure), strict=True)
        case _:
            assert op is Op.AT_MOST, "a derived set is tested with at least, at most, more or less than"
            return Condition(form=less(bound, measure), strict=False)
