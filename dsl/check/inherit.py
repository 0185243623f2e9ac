"""What a policy takes over from those that it extends or uses.

The parent is parsed and checked by itself, with the child's `set` values in place of its own; its
rules, definitions, lists and sets then count in the child. Rules only add up, so a child can only
tighten; what relaxes is an `exception to`, a waiver, or a parameter moved inside its range.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dsl import policy as p
from dsl import syntax as s
from dsl.check.context import Context, ListTable
from dsl.diagnostics import Diagnostic, Label, Severity
from dsl.library import Library, LibraryPolicy
from dsl.near import did_you_mean

MOST_GENERATIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a child hands down: values of `set`, and the header lines that the parent leaves open."""

    values: Mapping[str, p.Amount]
    currency: str | None = None
    base: str | None = None
    missing: p.Response | None = None
    path: tuple[tuple[str, str], ...] = ()  # the policies on the way down, against circles


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """A checked parent with the tables that its lists were read into."""

    policy: p.CheckedPolicy
    lists: Mapping[str, ListTable]


def find(
    ctx: Context, node: s.Bring, library: Library, path: tuple[tuple[str, str], ...]
) -> LibraryPolicy | None:
    """Return the policy that a statement brings in; None with a finding."""
    key = (node.id.text, node.version.text)
    if key in path or len(path) > MOST_GENERATIONS:
        ring = " -> ".join(f"{id_} {version}" for id_, version in (*path, key))
        ctx.add("E0214", "policies extend each other in a circle", node.id.span, label=ring[:200])
        return None
    found = library.find(*key)
    if found is not None:
        return found
    versions = library.versions(node.id.text)
    if versions:
        ctx.add(
            "E0213",
            f"there is no version {node.version.text} of policy `{node.id.text}`",
            node.version.span,
            help=f"at hand: {', '.join(versions)}",
        )
    else:
        ctx.add(
            "E0213",
            f"there is no policy `{node.id.text}`",
            node.id.span,
            help=did_you_mean(node.id.text, library.ids) or "put its file beside this one",
        )
    return None


def faulty(ctx: Context, node: s.Bring, found: tuple[Diagnostic, ...]) -> None:
    """Record that a parent has errors of its own."""
    first = next(d for d in found if d.severity is Severity.ERROR)
    if first.code == "E0214":
        ctx.add("E0214", first.message, node.id.span, label=first.label)
        return
    ctx.add(
        "E0222",
        f"policy `{node.id.text}` {node.version.text} has errors of its own",
        node.id.span,
        secondary=(Label(span=first.span, text=first.message),),
        help="mend that file first",
    )


def dated(policy: p.CheckedPolicy) -> p.CheckedPolicy:
    """Return a parent whose rules carry its own days, so that they are not in force before or after it."""
    start, until = policy.effective_from, policy.effective_until
    rules = tuple(
        replace(
            rule,
            effective_from=max((d for d in (rule.effective_from, start) if d is not None), default=None),
            effective_until=min((d for d in (rule.effective_until, until) if d is not None), default=None),
        )
        for rule in policy.rules
    )
    return replace(policy, rules=rules)


def fold(ctx: Context, parent: Parent) -> None:
    """Make a parent's names known in the child."""
    for definition in parent.policy.definitions:
        ctx.subjects.setdefault(definition.name, definition.subject)
    for parameter in parent.policy.parameters:
        ctx.parameters.setdefault(parameter.name, parameter)
    for name, table in parent.lists.items():
        ctx.lists.setdefault(name, table)


def with_values(
    parameters: Mapping[str, p.Parameter], values: Mapping[str, p.Amount]
) -> dict[str, p.Parameter]:
    """Return the parameters with the values that a child sets."""
    return {
        name: replace(parameter, value=values[name]) if name in values else parameter
        for name, parameter in parameters.items()
    }
