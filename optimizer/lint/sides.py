"""Rules without an example on each side of their limit: one that keeps it, one that breaks it.

The examples are run, and what the gate says of each rule is looked at: `pass` is one side, a breach,
missing data or a waived breach the other.
"""

from collections.abc import Iterator

from dsl.diagnostics import finding
from dsl.policy import CheckedPolicy
from engine.facts.failure import GuardbandError
from engine.gate.engine.port import InferenceEngine
from engine.gate.example_book import example_trades
from engine.gate.examples import example_opened
from engine.gate.judge import judge
from engine.gate.verdict import Outcome
from optimizer.lint.finding import Finding

_BREAKS = frozenset({Outcome.BREACH, Outcome.WAIVED, Outcome.MISSING_DATA})


def one_sided(policy: CheckedPolicy, *, engine: InferenceEngine) -> Iterator[Finding]:
    """Yield a finding for each own rule that the examples do not show kept and broken."""
    own = [rule for rule in policy.rules if rule.policy == policy.id]
    if not own:
        return
    if not policy.examples:
        yield Finding(
            diagnostic=finding(
                "W0707",
                "this policy has no examples",
                own[0].where,
                label="neither this rule nor any other is shown kept and broken",
                help='add `example "…"` with a trade that passes and one that does not',
            ),
            rules=tuple(rule.id for rule in own),
        )
        return
    kept, broken = _seen(policy, engine)
    for rule in own:
        lacking = [words for words, seen in (("keeps", kept), ("breaks", broken)) if rule.id not in seen]
        if lacking:
            words = " or ".join(lacking)
            yield Finding(
                diagnostic=finding(
                    "W0707",
                    f"no example {words} `{rule.id}`",
                    rule.where,
                    label="shown from one side only" if len(lacking) == 1 else "not shown at all",
                    help=f"add an example that {lacking[0]} it",
                ),
                rules=(rule.id,),
            )


def _seen(policy: CheckedPolicy, engine: InferenceEngine) -> tuple[set[str], set[str]]:
    kept: set[str] = set()
    broken: set[str] = set()
    for example in policy.examples:
        try:
            opened = example_opened(policy, example)
            answer = judge(
                opened, example_trades(policy, example), engine=engine, explained=False, second=False
            )
        except GuardbandError:
            continue
        for verdict in answer.verdicts:
            if verdict.outcome is Outcome.PASS:
                kept.add(verdict.rule)
            elif verdict.outcome in _BREAKS:
                broken.add(verdict.rule)
    return kept, broken
