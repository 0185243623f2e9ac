"""What the rules speak of: targets with their bands, dials with their ranges, defined sets and lists."""

from dataclasses import dataclass

from markupsafe import Markup

from dsl import syntax as s
from dsl.policy import AnyAmount, CheckedPolicy, TargetClass, Targets, Waiver
from dsl.walk import nodes_of
from engine.gate.amounts import words as amount_words
from reports.charts.targets import TargetRow, targets_chart
from reports.page import Section, fill
from rulebooks.words import subject_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One `targets` statement with its chart."""

    name: str
    chart: Markup
    classes: tuple[TargetClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A named thing, what it means, and the rules whose text names it."""

    name: str
    value: str
    within: str
    used_by: tuple[str, ...]


def targets_section(policy: CheckedPolicy) -> Section | None:
    """Return the section on target weights and their bands; None where the policy has none."""
    if not policy.targets:
        return None
    count = sum(len(targets.classes) for targets in policy.targets)
    return Section(
        anchor="targets",
        title="Targets and bands",
        first=f"{count} classes, each with the range it may move in; every level of nesting is tested.",
        body=fill("handbook_targets.html.j2", drawn=tuple(_drawn(t) for t in policy.targets)),
        new_page=True,
    )


def _drawn(targets: Targets) -> Drawn:
    depths: dict[str, int] = {}
    parents = {one.name: one.within for one in targets.classes}
    for one in targets.classes:
        depth, above, seen = 0, one.within, {one.name}
        while above is not None and above not in seen:
            seen.add(above)
            depth, above = depth + 1, parents.get(above)
        depths[one.name] = depth
    rows = tuple(_row(one, depths[one.name]) for one in targets.classes)
    chart = targets_chart(rows, question=f"{targets.name}: what may each class weigh?")
    return Drawn(name=targets.name, chart=Markup(chart), classes=targets.classes)


def _row(one: TargetClass, depth: int) -> TargetRow:
    return TargetRow(
        label=one.name.replace("_", " "),
        low=float(one.low * 100),
        high=float(one.high * 100),
        target=None if one.target is None else float(one.target * 100),
        depth=depth,
    )


def names_section(policy: CheckedPolicy, trees: tuple[s.File, ...]) -> Section | None:
    """Return the section on parameters, definitions, lists and waivers; None where there are none."""
    parameters = tuple(
        Named(
            name=one.name,
            value=one.value.written,
            within=_range(one.low, one.high),
            used_by=_users(trees, one.name),
        )
        for one in policy.parameters
    )
    definitions = tuple(
        Named(name=one.name, value=subject_words(one.subject), within="", used_by=_users(trees, one.name))
        for one in policy.definitions
    )
    lists = tuple(
        Named(
            name=one.name,
            value=", ".join(sorted(one.values.values)) or "empty",
            within=one.file or "",
            used_by=_users(trees, one.name),
        )
        for one in policy.lists
    )
    if not (parameters or definitions or lists or policy.waivers):
        return None
    return Section(
        anchor="names",
        title="Dials, names and waivers",
        first="A dial may be turned inside its range without a new policy; a name stands for exactly what "
        "is written beside it; a waiver ends by itself.",
        body=fill(
            "handbook_names.html.j2",
            parameters=parameters,
            definitions=definitions,
            lists=lists,
            waivers=tuple((waiver, _up_to(waiver)) for waiver in policy.waivers),
        ),
    )


def _range(low: AnyAmount | None, high: AnyAmount | None) -> str:
    if low is None or high is None:
        return "fixed"
    return f"{amount_words(low)} to {amount_words(high)}"


def _up_to(waiver: Waiver) -> str:
    return "" if waiver.up_to is None else amount_words(waiver.up_to)


def _users(trees: tuple[s.File, ...], name: str) -> tuple[str, ...]:
    """Return the ids of the rules and targets that name something; `x_weight` is the weight of `x`."""
    found = (
        node.id.text if isinstance(node, s.Rule) else node.name.text
        for tree in trees
        for node in tree.statements
        if isinstance(node, s.Rule | s.TargetsOf) and _names(node, name)
    )
    return tuple(dict.fromkeys(found))


def _names(node: s.Rule | s.TargetsOf, name: str) -> bool:
    words = {word.text for word in nodes_of(node, s.Word)}
    return name in words or f"{name}_weight" in words
