"""Exceptions: each relaxes a rule that exists, and no two of them disagree on the same holdings.

Two exceptions to one rule overlap for certain where one selects part of what the other selects: every
condition of the wider one stands in the narrower one too. `government` and `government where country
is "US"` overlap; `government` and `covered_bonds` may, but need not, and are left alone: where both
select a holding, both limits hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dsl import policy as p
from dsl import syntax as s
from dsl.check.context import Context
from dsl.diagnostics import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    clause: s.ExceptionTo
    rule: p.CheckedRule
    attribute: str | None
    conditions: frozenset[object]


def check_exceptions(
    ctx: Context, nodes: Sequence[s.Rule], known: Mapping[str, p.CheckedRule | None]
) -> None:
    """Record exceptions to unknown rules and to themselves, and pairs that disagree."""
    seen: dict[str, list[_Seen]] = {}
    for node in nodes:
        clause = next((c for c in node.clauses if isinstance(c, s.ExceptionTo)), None)
        if clause is None:
            continue
        base = clause.rule.text
        if base not in known:
            ctx.unknown("E0207", "rule", clause.rule, known)
        elif base == node.id.text:
            ctx.add(
                "E0316",
                f"rule `{base}` is an exception to itself",
                clause.rule.span,
                help="name the rule that it relaxes",
            )
        rule = known.get(node.id.text)
        found = _seen(clause, rule) if rule is not None else None
        if found is not None:
            _compare(ctx, found, seen.setdefault(base, []))


def _seen(clause: s.ExceptionTo, rule: p.CheckedRule) -> _Seen | None:
    if not isinstance(rule.obligation, p.Limit):
        return None
    of = rule.each.within if rule.each is not None else rule.obligation.measure.terms[0].of
    if not isinstance(of, p.Subject):
        return None
    attribute = rule.each.attribute if rule.each is not None else None
    return _Seen(clause=clause, rule=rule, attribute=attribute, conditions=_conditions(of.where))


def _conditions(where: p.Predicate) -> frozenset[object]:
    parts = where.parts if isinstance(where, p.And) else (where,)
    return frozenset(_key(part) for part in parts)


def _key(predicate: p.Predicate) -> object:
    """Return a condition without its place, so that equal conditions meet wherever they stand."""
    match predicate:
        case p.Comparison():
            return predicate.path, predicate.op, predicate.right
        case p.And():
            return "and", frozenset(_key(part) for part in predicate.parts)
        case p.Or():
            return "or", frozenset(_key(part) for part in predicate.parts)
        case p.Not():
            return "not", _key(predicate.part)


def _compare(ctx: Context, found: _Seen, earlier: list[_Seen]) -> None:
    for other in earlier:
        nested = found.conditions <= other.conditions or other.conditions <= found.conditions
        if nested and found.attribute == other.attribute and _differ(found.rule, other.rule):
            ctx.add(
                "E0317",
                f"exceptions `{other.rule.id}` and `{found.rule.id}` overlap and disagree",
                found.clause.span,
                secondary=(
                    Label(span=other.clause.span, text=f"`{other.rule.id}` relaxes the same rule here"),
                ),
                help="keep one of them, or let them select different holdings",
            )
            break
    earlier.append(found)


def _differ(first: p.CheckedRule, second: p.CheckedRule) -> bool:
    one, two = first.obligation, second.obligation
    if not isinstance(one, p.Limit) or not isinstance(two, p.Limit) or one.measure.name != two.measure.name:
        return False
    return (_bound(one.low), _bound(one.high)) != (_bound(two.low), _bound(two.high))


def _bound(amount: p.AnyAmount | None) -> object:
    return amount.value if isinstance(amount, p.Amount) else amount
