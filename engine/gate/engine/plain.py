"""Inference without the rules engine: the same port in plain Python, for machines that cannot have it.

Every threshold rule is read off every fact; joins follow facts from a queue, each new fact tried in
every place of every join against those already known, found by the texts that must be equal. It shares
the values of `program` with the engine's side and nothing else. A gate that runs on it says that one of
its evaluators is missing.
"""

import operator
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from engine.gate.engine.answers import conclusions, ordered, rows_of
from engine.gate.engine.bundle import bundle_text
from engine.gate.engine.durable import Raw
from engine.gate.engine.faults import EmissionFault, EngineFault, FaultKind
from engine.gate.engine.program import (
    And,
    Compare,
    Conclusions,
    Condition,
    Derive,
    Differs,
    Equals,
    Fact,
    Field,
    JoinRule,
    Match,
    Of,
    Op,
    Or,
    Outcome,
    Program,
    Scalar,
)
from engine.gate.engine.written import Row

Fields = Mapping[str, Scalar]

_OPS = {
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
    Op.EQ: operator.eq,
    Op.NEQ: operator.ne,
}


class Plain:
    """An `InferenceEngine` that needs no compiler."""

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        """Return what follows from the facts."""
        try:
            rows = ordered(facts)
        except EmissionFault as fault:
            return EngineFault(kind=FaultKind.REFUSED, reason=str(fault), bundle=bundle_text(program, facts))
        return conclusions(program, rows, _Run(program, rows_of(rows)).raw())

    def close(self) -> None:
        """Hold nothing."""


def truth(condition: Condition, fields: Fields) -> bool | None:
    """Return whether a condition on one fact holds; None where a field is absent."""
    match condition:
        case Equals(field=field, value=value):
            return None if field not in fields else fields[field] == value
        case Differs(field=field, value=value):
            return None if field not in fields else fields[field] != value
        case Compare(op=op, field=field, right=right):
            other = fields.get(right.name) if isinstance(right, Field) else right
            return None if field not in fields or other is None else _compares(op, fields[field], other)
        case And(parts=parts):
            values = [truth(part, fields) for part in parts]
            return False if False in values else None if None in values else True
        case Or(parts=parts):
            values = [truth(part, fields) for part in parts]
            return True if True in values else None if None in values else False
        case _:
            assert_never(condition)


def _compares(op: Op, left: Any, right: Any) -> bool:
    return bool(_OPS[op](left, right))


_OUTCOMES = {True: Outcome.HOLDS, False: Outcome.FAILS, None: Outcome.UNKNOWN}


class _Run:
    """One run: facts by number, those known so far by kind and by the texts that joins look up."""

    def __init__(self, program: Program, rows: tuple[Row, ...]) -> None:
        self.program = program
        self.kinds = [kind for kind, _ in rows]
        self.fields: list[Fields] = [dict(fields) for _, fields in rows]
        self.sent = len(rows)
        self.joined: list[tuple[int, tuple[int, ...]]] = []
        self.derived: dict[Row, int] = {}
        self.known: dict[str, list[int]] = defaultdict(list)
        self.by_text: dict[tuple[str, str, Scalar], list[int]] = defaultdict(list)
        self.looked_up = {
            (match.kind, condition.field)
            for join in program.joins
            for match in join.matches
            for condition in match.where
            if _is_lookup(condition)
        }

    def raw(self) -> Raw:
        """Return everything that follows."""
        raw = Raw(rules=0, rows=0)
        raw.columns = [self._column(rule.kind, rule.require) for rule in self.program.rules]
        number = 0
        while number < len(self.kinds):
            self._learn(number)
            for place, join in enumerate(self.program.joins):
                for chosen in self._matches_with(join, number):
                    self.joined.append((place, chosen))
                    if isinstance(join.then, Derive):
                        self._derive(join, join.then, chosen)
            number += 1
        raw.joined, raw.derived = self.joined, list(self.derived)
        return raw

    def _column(self, kind: str, require: Condition) -> bytearray:
        return bytearray(
            _OUTCOMES[truth(require, self.fields[number])] if self.kinds[number] == kind else 0
            for number in range(self.sent)
        )

    def _learn(self, number: int) -> None:
        kind, fields = self.kinds[number], self.fields[number]
        self.known[kind].append(number)
        for field, value in fields.items():
            if (kind, field) in self.looked_up:
                self.by_text[kind, field, value].append(number)

    def _matches_with(self, join: JoinRule, number: int) -> Iterator[tuple[int, ...]]:
        """Return the matches of known facts in which fact `number` takes part."""
        for place, match in enumerate(join.matches):
            if match.kind == self.kinds[number]:
                yield from self._extended(join, (), place, number)

    def _extended(
        self, join: JoinRule, chosen: tuple[int, ...], place: int, number: int
    ) -> Iterator[tuple[int, ...]]:
        at = len(chosen)
        if at == len(join.matches):
            yield chosen
            return
        match = join.matches[at]
        bound = {earlier.alias: self.fields[n] for earlier, n in zip(join.matches, chosen, strict=False)}
        for candidate in (number,) if at == place else self._candidates(match, bound):
            if candidate in chosen or (at != place and candidate == number):
                continue
            if _meets(match, self.fields[candidate], bound):
                yield from self._extended(join, (*chosen, candidate), place, number)

    def _candidates(self, match: Match, bound: Mapping[str, Fields]) -> tuple[int, ...]:
        for condition in match.where:
            if isinstance(condition, Compare) and _is_lookup(condition):
                assert isinstance(condition.right, Of)
                value = bound[condition.right.alias].get(condition.right.field)
                if value is not None:
                    return tuple(self.by_text[match.kind, condition.field, value])
        return tuple(self.known[match.kind])

    def _derive(self, join: JoinRule, then: Derive, chosen: tuple[int, ...]) -> None:
        bound = {match.alias: self.fields[n] for match, n in zip(join.matches, chosen, strict=True)}
        fields = tuple(
            (name, bound[value.alias][value.field] if isinstance(value, Of) else value)
            for name, value in then.fields
        )
        row: Row = (then.kind, fields)
        if row not in self.derived:
            self.derived[row] = len(self.kinds)
            self.kinds.append(then.kind)
            self.fields.append(dict(fields))


def _is_lookup(condition: Condition) -> bool:
    return isinstance(condition, Compare) and condition.op is Op.EQ and isinstance(condition.right, Of)


def _meets(match: Match, fields: Fields, bound: Mapping[str, Fields]) -> bool:
    for condition in match.where:
        if isinstance(condition, Compare) and isinstance(condition.right, Of):
            other = bound[condition.right.alias].get(condition.right.field)
            mine = fields.get(condition.field)
            if mine is None or other is None or not _compares(condition.op, mine, other):
                return False
        elif truth(condition, fields) is not True:
            return False
    return True
