"""A plain reading of programs: every fact and every combination of facts looked at in turn.

It shares only the values of `program` with the engine's side. Numbers are compared as Python compares
them, a field that is absent is unknown, joins are nested loops run until nothing new follows.
"""

import operator
from itertools import product

from engine.gate.engine.program import (
    And,
    Compare,
    Derive,
    Differs,
    Equals,
    Fact,
    Field,
    JoinRule,
    Of,
    Op,
    Or,
    Outcome,
    Program,
)

OPS = {
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
    Op.EQ: operator.eq,
    Op.NEQ: operator.ne,
}


def truth(condition, fields):
    """True, False, or None where it cannot be known."""
    match condition:
        case Equals(field=field, value=value):
            return None if field not in fields else fields[field] == value
        case Differs(field=field, value=value):
            return None if field not in fields else fields[field] != value
        case Compare(op=op, field=field, right=right):
            other = fields.get(right.name) if isinstance(right, Field) else right
            return None if field not in fields or other is None else OPS[op](fields[field], other)
        case And(parts=parts):
            values = [truth(part, fields) for part in parts]
            return False if False in values else None if None in values else True
        case Or(parts=parts):
            values = [truth(part, fields) for part in parts]
            return True if True in values else None if None in values else False


def outcomes(program: Program, facts: tuple[Fact, ...]) -> dict[tuple[str, str], Outcome]:
    named = {True: Outcome.HOLDS, False: Outcome.FAILS, None: Outcome.UNKNOWN}
    return {
        (rule.name, fact.id): named[truth(rule.require, dict(fact.fields))]
        for rule in program.rules
        for fact in facts
        if fact.kind == rule.kind
    }


def meets(rule: JoinRule, facts) -> bool:
    """Whether these facts, one for each match in turn, satisfy the join."""
    known = {match.alias: dict(fact[1]) for match, fact in zip(rule.matches, facts, strict=True)}
    for match, fact in zip(rule.matches, facts, strict=True):
        fields = dict(fact[1])
        for condition in match.where:
            if isinstance(condition, Compare) and isinstance(condition.right, Of):
                other = known[condition.right.alias][condition.right.field]
                if not OPS[condition.op](fields[condition.field], other):
                    return False
            elif truth(condition, fields) is not True:
                return False
    return True


def closure(program: Program, facts: tuple[Fact, ...]):
    """Every match of every join and every fact derived, as sets of (kind, fields)."""
    known = [(fact.kind, fact.fields, fact.id) for fact in facts]
    matches = set()
    grew = True
    while grew:
        grew = False
        for rule in program.joins:
            pools = [[fact for fact in known if fact[0] == match.kind] for match in rule.matches]
            for chosen in product(*pools):
                if len({fact[2] for fact in chosen}) < len(chosen) or not meets(rule, chosen):
                    continue
                matches.add((rule.name, tuple(fact[:2] for fact in chosen)))
                if isinstance(rule.then, Derive):
                    grew = _derive(rule, chosen, known) or grew
    return matches, {fact[:2] for fact in known[len(facts) :]}


def _derive(rule: JoinRule, chosen, known) -> bool:
    by_alias = {m.alias: dict(fact[1]) for m, fact in zip(rule.matches, chosen, strict=True)}
    fields = tuple(
        (name, by_alias[value.alias][value.field] if isinstance(value, Of) else value)
        for name, value in rule.then.fields
    )
    if any(fact[0] == rule.then.kind and fact[1] == fields for fact in known):
        return False
    known.append((rule.then.kind, fields, f"+{len(known)}"))
    return True
