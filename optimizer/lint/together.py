"""Contradictions between mandates: rules of two files that no portfolio can keep at once.

    house.mandate   FIRM-3   technology at most 20%
    client.mandate  IPS-2.1  technology at least 25%

Only mandates that could govern one and the same account are set against each other, and only what
neither says by itself is told: each file's own contradictions are its own findings.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations

from dsl.policy import Applies, CheckedPolicy, CheckedRule
from engine.gate.engine.port import InferenceEngine
from optimizer.lint.contradictions import contradictions
from optimizer.lint.finding import Finding
from optimizer.lint.reach import Securities
from optimizer.lint.worlds import cases, compiled_by_name
from optimizer.portfolios.proof import gate_with
from rulebooks.compile import compile_rulebook


def between(
    policies: tuple[CheckedPolicy, ...],
    *,
    engine: InferenceEngine,
    today: date,
    universe: Securities | None = None,
) -> Iterator[Finding]:
    """Yield the contradictions of each pair of policies that neither of the two has by itself."""
    ask = gate_with(engine)
    for one, other in combinations(policies, 2):
        joined = _joined(one, other)
        if joined is None:
            continue
        rules = compiled_by_name(compile_rulebook((joined,)))
        owners = {name: rule.rule.policy for name, rule in rules.items()}
        every = tuple(rule.rule for rule in rules.values())
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for case in cases(joined, every, today=today, universe=universe):
            for row in contradictions(joined, case, rules, ask):
                key = (row.diagnostic.code, row.rules)
                if key not in seen and len({owners[name] for name in row.rules}) > 1:
                    seen.add(key)
                    yield row


def _joined(one: CheckedPolicy, other: CheckedPolicy) -> CheckedPolicy | None:
    """Return both as one policy; None where they measure otherwise or never govern one account."""
    same = (one.currency, one.base) == (other.currency, other.base)
    if not same or one.id == other.id or not _may_meet(one.applies_to, other.applies_to):
        return None
    named = {rule.id for rule in one.rules} | {targets.name for targets in one.targets}
    own = tuple(rule for rule in other.rules if rule not in one.rules)

    def name(written: str) -> str:
        return f"{other.id}:{written}" if written in named else written

    return replace(
        one,
        applies_to=one.applies_to or other.applies_to,
        rules=one.rules + tuple(_renamed(rule, name) for rule in own),
        targets=one.targets + tuple(replace(row, name=name(row.name)) for row in other.targets),
        waivers=one.waivers + tuple(replace(row, rule=name(row.rule)) for row in other.waivers),
        examples=(),
    )


def _renamed(rule: CheckedRule, name: Callable[[str], str]) -> CheckedRule:
    """Return a rule under a name of its own where both files have one of that name."""
    base = None if rule.exception_to is None else name(rule.exception_to)
    return replace(rule, id=name(rule.id), exception_to=base)


def _may_meet(one: Applies | None, other: Applies | None) -> bool:
    """Return whether it is sure that an account may be under both."""
    return one is None or other is None or one == other
