"""Lint: everything that is legal in a policy and yet wrong.

`check` finds what makes the text wrong by itself; here rules are set against each other, examples are
run, and sources are gone through. A proven contradiction is an error, the rest are warnings.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from dsl.diagnostics import Diagnostic, in_order
from dsl.policy import CheckedPolicy
from engine.gate.engine.port import InferenceEngine
from optimizer.lint.amounts import confused
from optimizer.lint.contradictions import contradictions
from optimizer.lint.finding import Finding
from optimizer.lint.idle import idle
from optimizer.lint.reach import Securities, empty_lists, empty_selectors, wide_exceptions
from optimizer.lint.sides import one_sided
from optimizer.lint.sources import short_digests, uncited, uncovered
from optimizer.lint.worlds import cases, compiled_by_name
from optimizer.portfolios.proof import gate_with
from rulebooks.compile import compile_rulebook


def lint(
    policy: CheckedPolicy,
    text: str,
    *,
    engine: InferenceEngine,
    today: date,
    documents: Mapping[str, str] | None = None,
    securities: Securities | None = None,
    examples: bool = True,
    universe: Securities | None = None,
) -> tuple[Finding, ...]:
    """Return what is found, by place.

    text: the policy's own text. documents: the text of each source that is at hand, by its name.
    securities: attributes by symbol of a book, to see whether selectors match anything in it. examples:
    whether the policy's examples are run. universe: attributes by symbol, to solve over instead of
    securities that are made up.
    """
    found = [
        *solved(policy, engine=engine, today=today, universe=universe),
        *wide_exceptions(policy, today=today),
        *empty_selectors(policy, today=today, securities=securities),
        *empty_lists(policy),
        *confused(policy, text),
        *uncited(policy, text),
        *uncovered(policy, text, documents or {}),
        *short_digests(policy, text),
        *(one_sided(policy, engine=engine) if examples else ()),
    ]
    empty = {name for row in found if row.diagnostic.code == "W0710" for name in row.rules}
    first: dict[Diagnostic, Finding] = {}
    for row in found:
        if row.diagnostic.code != "W0703" or not empty & set(row.rules[:1]):
            first.setdefault(row.diagnostic, row)
    return tuple(first[diagnostic] for diagnostic in in_order(first))


def solved(
    policy: CheckedPolicy, *, engine: InferenceEngine, today: date, universe: Securities | None = None
) -> Iterator[Finding]:
    """Yield what solving finds: conflicts, targets that cannot be met, rules that never bind."""
    rulebook = compile_rulebook((policy,))
    rules = compiled_by_name(rulebook)
    if not rules:
        return
    ask = gate_with(engine)
    named = tuple(rule.rule for rule in rulebook.rules)
    every = tuple(cases(policy, named, today=today, universe=universe))
    seen: set[tuple[str, tuple[str, ...]]] = set()
    blamed: set[str] = set()
    for case in every:
        for row in contradictions(policy, case, rules, ask):
            key = (row.diagnostic.code, row.rules)
            blamed.update(row.rules)
            if key not in seen:
                seen.add(key)
                yield row
    yield from idle(policy, every, rules, today=today, but=frozenset(blamed), universe=universe)
