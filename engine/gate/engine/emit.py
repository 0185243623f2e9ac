"""From a program to rulesets that durable-rules 2.0.28 runs exactly and safely.

The engine answers wrongly, hangs or dies on much that its documentation allows, so only a narrow form
is ever written, and each part of the form closes a measured hole:

* every condition is one dictionary with one key (of two keys the engine ignores one);
* the kind of the fact comes first, so that the engine's own state fact can match nothing;
* numbers are floats with a dot (`1e-05` is refused, and whole rule constants are 32 bit on Windows);
* texts and truth values become dense codes `s0`, `s1`, …, compared for equality only;
* a comparison of two fields is guarded by the presence of the right one;
* each requirement is written twice, as P (it holds) and F (it fails), with the negation pushed into the
  comparisons: the engine has no usable `not`, and a firing that is lost reads as UNKNOWN;
* small rulesets (shards) of at most 60 condition edges, below every limit of the engine;
* a join ends in a group that repeats the kind: without it a false last comparison reads past the end;
* every kind is tallied, and every ruleset has a canary that proves firing and number parsing.

    require after >= 0 of kind headroom
    {"r0P": {"all": [{"m": {"$and": [{"k": "k0"}, {"$gte": {"after": 0.0}}]}}], "cap": 4096},
     "r0F": {"all": [{"m": {"$and": [{"k": "k0"}, {"$lt": {"after": 0.0}}]}}], "cap": 4096}, …}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.gate.engine.conditions import branches, edges, fields_of, negated
from engine.gate.engine.dialect import (
    MAX_BRANCHES,
    MAX_EDGES,
    MAX_FIELDS,
    Vocabulary,
    canary,
    check_names,
    compared,
    constant,
    ruleset_text,
    single,
)
from engine.gate.engine.emit_joins import emit_joins
from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.program import (
    And,
    Compare,
    Condition,
    Field,
    Or,
    Outcome,
    Program,
    ThresholdRule,
)

Numbered = tuple[int, ThresholdRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One ruleset: its text, and what its rule names stand for."""

    text: str
    fields: Mapping[str, tuple[str, ...]]  # kind -> the fields that its facts carry here
    polarities: Mapping[str, tuple[int, Outcome]]  # rule name -> index of the threshold rule, outcome
    joins: Mapping[str, int]  # rule name -> index of the join
    tallies: Mapping[str, str]  # rule name -> kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted:
    """A program as rulesets, with the code of each kind and text constant.

    `numbers`, `texts`: fields by what they hold. `needed`: kind -> fields that joins compare with other
    facts or carry over, which every fact of the kind must have.
    """

    shards: tuple[Shard, ...]
    kinds: Mapping[str, str]
    codes: Mapping[str | bool, str]
    numbers: frozenset[str]
    texts: frozenset[str]
    needed: Mapping[str, frozenset[str]]


def emit(program: Program) -> Emitted:
    """Return a program as rulesets; raises EmissionFault where it has no safe form."""
    for names in ([rule.name for rule in program.rules], [join.name for join in program.joins]):
        if len(set(names)) != len(names):
            raise EmissionFault("two rules of one program have the same name")
    words = Vocabulary()
    shards = [_shard(group, words) for group in _groups(program.rules)]
    needed: Mapping[str, frozenset[str]] = {}
    if program.joins:
        joins = emit_joins(program.joins, words)
        needed = joins.needed
        shards.append(
            Shard(
                text=joins.text,
                fields=joins.fields,
                polarities={},
                joins={f"j{index}": index for index in range(len(program.joins))},
                tallies=joins.tallies,
            )
        )
    check_names(words.types)
    return Emitted(
        shards=tuple(shards),
        kinds=words.kinds,
        codes=words.codes,
        numbers=words.of_type("number"),
        texts=words.of_type("text"),
        needed=needed,
    )


def _groups(rules: tuple[ThresholdRule, ...]) -> list[list[Numbered]]:
    """Rules of one kind together, those of like fields side by side, cut where the edges are used up."""
    numbered = sorted(
        enumerate(rules), key=lambda item: (item[1].kind, sorted(fields_of(item[1].require)), item[0])
    )
    groups: list[list[Numbered]] = []
    kind, used = "", MAX_EDGES
    for index, rule in numbered:
        size = _size(rule)
        if rule.kind != kind or used + size > MAX_EDGES:
            groups.append([])
            kind, used = rule.kind, 0
        groups[-1].append((index, rule))
        used += size
    return groups


def _size(rule: ThresholdRule) -> int:
    both = (rule.require, negated(rule.require))
    size, fires = sum(map(edges, both)), max(map(branches, both))
    if size > MAX_EDGES or fires > MAX_BRANCHES:
        raise EmissionFault(f"rule {rule.name} is too large: {size} condition edges, {fires} branches")
    return size


def _shard(group: list[Numbered], words: Vocabulary) -> Shard:
    kind = group[0][1].kind
    guard = words.guard(kind)
    ruleset: dict[str, Any] = {"_c": canary(), "_n0": single(guard)}
    polarities: dict[str, tuple[int, Outcome]] = {}
    for index, rule in group:
        for name, condition, outcome in (
            (f"r{index}P", rule.require, Outcome.HOLDS),
            (f"r{index}F", negated(rule.require), Outcome.FAILS),
        ):
            ruleset[name] = single({"$and": [guard, _expression(condition, words)]})
            polarities[name] = (index, outcome)
    fields = sorted({name for _, rule in group for name in fields_of(rule.require)})
    if len(fields) > MAX_FIELDS:
        raise EmissionFault(f"kind {kind} has {len(fields)} fields in one ruleset")
    return Shard(
        text=ruleset_text(ruleset),
        fields={kind: tuple(fields)},
        polarities=polarities,
        joins={},
        tallies={"_n0": kind},
    )


def _expression(condition: Condition, words: Vocabulary) -> dict[str, Any]:
    match condition:
        case And(parts=parts) | Or(parts=parts):
            if not parts:
                raise EmissionFault("an empty `and` or `or` would fire for ever")
            word = "$and" if isinstance(condition, And) else "$or"
            return {word: [_expression(part, words) for part in parts]}
        case Compare(op=op, field=field, right=Field(name=right)):
            words.declared(right, "number")
            compare = compared(op, words.declared(field, "number"), {"$m": right})
            return {"$and": [{"$ex": {right: 1.0}}, compare]}
        case _:
            return constant(condition, words)
