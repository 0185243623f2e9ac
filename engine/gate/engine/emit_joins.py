"""Joins in the one form that the engine answers rightly.

Each match lists: its kind; constants; what ties it to facts before it, at least one equality of texts;
and, where anything ties it, a group that repeats the kind. The engine skips over a list whose last
comparison is false by looking for an end mark; that group puts one there. No `or`, no negation, no
comparison of two fields of one fact, at most five facts.

    loss(sec, low, high) meets buy(sec, day) when low <= day
    {"all": [{"a0": {"k": "k0"}},
             {"a1": {"$and": [{"k": "k1"}, {"sec": {"a0": "sec"}}, {"$gte": {"day": {"a0": "low"}}},
                              {"$and": [{"k": "k1"}]}]}}], "cap": 4096, "pri": 0}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from engine.gate.engine.dialect import (
    CAP,
    MAX_EDGES,
    MAX_FIELDS,
    MAX_JOINED,
    MAX_TIES,
    Vocabulary,
    canary,
    compared,
    constant,
    ruleset_text,
    single,
)
from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.program import Compare, Derive, JoinRule, Match, Of, Op, Single


@dataclass(frozen=True, slots=True, kw_only=True)
class EmittedJoins:
    """All joins of a program as one ruleset; see `emit.Shard` and `emit.Emitted` for the fields."""

    text: str
    fields: Mapping[str, tuple[str, ...]]
    tallies: Mapping[str, str]
    needed: Mapping[str, frozenset[str]]


def emit_joins(joins: tuple[JoinRule, ...], words: Vocabulary) -> EmittedJoins:
    """Return joins as one ruleset, since what one derives another may use."""
    used = {match.kind for join in joins for match in join.matches}
    made = {join.then.kind for join in joins if isinstance(join.then, Derive)}
    tallies = {f"_n{index}": kind for index, kind in enumerate(sorted(used | made))}
    ruleset: dict[str, Any] = {"_c": canary()}
    ruleset.update({name: single(words.guard(kind)) for name, kind in tallies.items()})
    ruleset.update({f"j{index}": _join(join, words) for index, join in enumerate(joins)})
    needed = _needed(joins)
    fields = {kind: _fields(joins, kind) | needed.get(kind, frozenset()) for kind in tallies.values()}
    _check_sizes(joins, fields)
    return EmittedJoins(
        text=ruleset_text(ruleset),
        fields={kind: tuple(sorted(names)) for kind, names in fields.items()},
        tallies=tallies,
        needed=needed,
    )


def tied(condition: Single) -> TypeGuard[Compare]:
    """Return whether a comparison is with an earlier fact."""
    return isinstance(condition, Compare) and isinstance(condition.right, Of)


def _join(join: JoinRule, words: Vocabulary) -> dict[str, Any]:
    aliases = {match.alias: f"a{index}" for index, match in enumerate(join.matches)}
    if not 1 <= len(aliases) == len(join.matches) <= MAX_JOINED:
        raise EmissionFault(f"join {join.name}: one to {MAX_JOINED} facts, each with its own alias")
    expressions = []
    for index, match in enumerate(join.matches):
        if index and not any(c.op is Op.EQ for c in match.where if tied(c)):
            raise EmissionFault(f"join {join.name}: `{match.alias}` meets no earlier fact by equality")
        known = {alias: code for alias, code in aliases.items() if code < f"a{index}"}
        expressions.append({f"a{index}": _match(match, known, words)})
    _check_conclusion(join)
    return {"all": expressions, "cap": CAP, "pri": join.priority}


def _match(match: Match, known: Mapping[str, str], words: Vocabulary) -> dict[str, Any]:
    guard = words.guard(match.kind)
    constants = [constant(condition, words) for condition in match.where if not tied(condition)]
    ties = [_tie(condition, known, words) for condition in match.where if tied(condition)]
    if len(ties) > MAX_TIES:
        raise EmissionFault(f"`{match.alias}` is compared with earlier facts {len(ties)} times")
    if ties:
        return {"$and": [guard, *constants, *ties, {"$and": [guard]}]}
    return {"$and": [guard, *constants]} if constants else guard


def _tie(condition: Compare, known: Mapping[str, str], words: Vocabulary) -> dict[str, Any]:
    """Write a comparison with an earlier fact: equal or different texts, or a range of numbers."""
    right = condition.right
    assert isinstance(right, Of)
    if right.alias not in known:
        raise EmissionFault(f"`{right.alias}` does not stand earlier in the join")
    held = "text" if condition.op in (Op.EQ, Op.NEQ) else "number"
    words.declared(right.field, held)
    return compared(condition.op, words.declared(condition.field, held), {known[right.alias]: right.field})


def _check_conclusion(join: JoinRule) -> None:
    aliases = {match.alias for match in join.matches}
    if isinstance(join.then, Derive):
        unknown = {v.alias for _, v in join.then.fields if isinstance(v, Of)} - aliases
        if unknown:
            raise EmissionFault(f"join {join.name} derives from unknown `{min(unknown)}`")


def _needed(joins: tuple[JoinRule, ...]) -> dict[str, frozenset[str]]:
    """Per kind, the fields that other facts need: where one is absent the engine loses matches."""
    needed: dict[str, set[str]] = {}
    for join in joins:
        kinds = {match.alias: match.kind for match in join.matches}
        for match in join.matches:
            for condition in filter(tied, match.where):
                assert isinstance(condition.right, Of)
                needed.setdefault(match.kind, set()).add(condition.field)
                needed.setdefault(kinds[condition.right.alias], set()).add(condition.right.field)
        if isinstance(join.then, Derive):
            for _, value in join.then.fields:
                if isinstance(value, Of):
                    needed.setdefault(kinds[value.alias], set()).add(value.field)
    return {kind: frozenset(fields) for kind, fields in needed.items()}


def _fields(joins: tuple[JoinRule, ...], kind: str) -> frozenset[str]:
    matches = [match for join in joins for match in join.matches if match.kind == kind]
    return frozenset(condition.field for match in matches for condition in match.where)


def _check_sizes(joins: tuple[JoinRule, ...], fields: Mapping[str, frozenset[str]]) -> None:
    for kind, names in fields.items():
        lists = {
            tuple(condition for condition in match.where if not tied(condition))
            for join in joins
            for match in join.matches
            if match.kind == kind
        }
        if sum(map(len, lists)) > MAX_EDGES or len(names) > MAX_FIELDS:
            raise EmissionFault(f"the joins ask too much of kind {kind} for one ruleset")
