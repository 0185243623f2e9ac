"""Subjects: sets of holdings, securities, trades or lots, with definitions replaced by their meaning.

`define government as paper where issuer.kind is sovereign` becomes holdings where both conditions of
`paper` and its own hold.
"""

from dsl import policy as p
from dsl import syntax as s
from dsl.check import predicates
from dsl.check.context import NOUNS, Context
from dsl.check.literals import number

_MOST_LINKS = 50


def subject(ctx: Context, node: s.Subject) -> p.AnySubject | None:
    """Return what a subject means; None with a finding where it means nothing."""
    match node:
        case s.Select():
            return _select(ctx, node)
        case s.Groups():
            return _groups(ctx, node)
        case s.Largest():
            return _largest(ctx, node)


def plain(ctx: Context, node: s.Select, *, default: p.SubjectKind = "holdings") -> p.Subject | None:
    """Return a plain set; None with a finding where the name stands for a set of groups."""
    found = _select(ctx, node)
    if found is None or isinstance(found, p.Subject):
        return found
    ctx.add(
        "E0218",
        f"`{node.noun.text}` is a set of groups, not a set of {default}",
        node.noun.span,
        help="name the set that the groups are made of",
    )
    return None


def both(first: p.Predicate, second: p.Predicate) -> p.Predicate:
    """Return the predicate that holds where both hold, without nesting."""
    parts = (*_conjuncts(first), *_conjuncts(second))
    return parts[0] if len(parts) == 1 else p.And(parts=parts)


def _conjuncts(predicate: p.Predicate) -> tuple[p.Predicate, ...]:
    return predicate.parts if isinstance(predicate, p.And) else (predicate,)


def _select(ctx: Context, node: s.Select) -> p.AnySubject | None:
    name = node.noun.text
    found: p.AnySubject | None
    if name in NOUNS:
        found = p.Subject(kind=next(noun for noun in NOUNS if noun == name), where=p.ALWAYS)
    elif ctx.is_defined(name):
        found = definition(ctx, name, node.noun)
    elif ctx.catalogue.singular(name) is not None:
        found = p.GroupsWhose(attribute=str(ctx.catalogue.singular(name)), within=p.EVERYTHING, tests=())
    else:
        ctx.unknown(
            "E0201", "definition", node.noun, (*ctx.definition_names, *NOUNS), help=_define_help(name)
        )
        found = None
    if node.where is None:
        return found
    kind = found.kind if isinstance(found, p.Subject) else "holdings"
    where = predicates.predicate(ctx, node.where, kind)
    if found is None or where is None:
        return None
    if not isinstance(found, p.Subject):
        ctx.add(
            "E0218",
            f"`{name}` is a set of groups: it takes no `where`",
            node.noun.span,
            help=f"write `{name} in holdings where …`",
        )
        return None
    return p.Subject(kind=found.kind, where=both(found.where, where))


def _define_help(name: str) -> str:
    return f"define it: `define {name} as holdings where …`"


def definition(ctx: Context, name: str, word: s.Word) -> p.AnySubject | None:
    """Return the meaning of a defined name, resolving it at its first use."""
    ctx.used.add(name)
    if name not in ctx.waiting:
        return ctx.subjects[name]
    if name in ctx.resolving:
        ring = " -> ".join((*ctx.resolving[ctx.resolving.index(name) :], name))
        ctx.add("E0212", f"`{name}` is defined by itself", word.span, label=ring)
        return None
    if len(ctx.resolving) >= _MOST_LINKS:
        ctx.add("E0108", f"definitions rest on each other more than {_MOST_LINKS} deep", word.span)
        return None
    ctx.resolving.append(name)
    found = subject(ctx, ctx.waiting[name].subject)
    ctx.resolving.pop()
    if isinstance(found, p.Subject):
        found = p.Subject(kind=found.kind, where=found.where, name=name)
    ctx.subjects[name] = found
    ctx.waiting.pop(name, None)
    return found


def _attribute(ctx: Context, plural: s.Word) -> str | None:
    singular = ctx.catalogue.singular(plural.text)
    if singular is None and ctx.schema is not None:
        singular = next((c for c in ctx.schema.columns if plural.text in (c, c + "s")), None)
    if singular is None:
        ctx.unknown("E0215", "kind of group", plural, ctx.catalogue.plurals)
    return singular


def _within(ctx: Context, node: s.Select | None) -> p.Subject | None:
    return p.EVERYTHING if node is None else plain(ctx, node)


def _groups(ctx: Context, node: s.Groups) -> p.GroupsWhose | None:
    attribute, within = _attribute(ctx, node.plural), _within(ctx, node.within)
    tests = tuple(predicates.group_test(ctx, test) for test in node.tests)
    if attribute is None or within is None or None in tests:
        return None
    return p.GroupsWhose(
        attribute=attribute, within=within, tests=tuple(test for test in tests if test is not None)
    )


def _largest(ctx: Context, node: s.Largest) -> p.LargestGroups | None:
    attribute, within = _attribute(ctx, node.plural), _within(ctx, node.within)
    count = number(ctx, node.count)
    if count is not None and (count != int(count) or not 0 < count <= 100_000):
        ctx.add(
            "E0303", f"`{node.count.number}` is not a count", node.count.span, help="write a whole number"
        )
        return None
    if attribute is None or within is None or count is None:
        return None
    return p.LargestGroups(count=int(count), attribute=attribute, within=within)
