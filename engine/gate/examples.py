"""Examples in a mandate, run: each is a small book, a list and what is expected of the gate.

    example "a buy that lifts Acme to 5.4% is blocked"
      expect block by IPS-4.1          the response is among the rule's, other rules may say more
      expect IPS-4.1 measured 5.4%     after the list, at the decimals written

Rules that match nothing given, or need data that is not given, are not tried unless expected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from dsl.policy import (
    CheckedPolicy,
    CheckedRule,
    Example,
    Expectation,
    ExpectMeasured,
    ExpectPass,
    ExpectRebalance,
    ExpectResponse,
    Limit,
    Response,
    Span,
)
from engine.facts.book import Book
from engine.facts.failure import GuardbandError
from engine.facts.money import plain, rounded
from engine.gate.drift import drift
from engine.gate.engine.port import InferenceEngine
from engine.gate.example_book import example_book, example_trades
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.verdict import Decision, GateAnswer, Outcome, Verdict
from rulebooks.compile import compile_rulebook
from rulebooks.ground import GroundBook, GroundLimit
from rulebooks.grounding import ground


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleResult:
    """One example: what was expected of it and what the gate answered, in words."""

    policy: str
    title: str
    passed: bool
    expected: tuple[str, ...]
    got: tuple[str, ...]
    span: Span
    exercised: frozenset[str] = frozenset()  # ids of the rules that had something to judge


def run_examples(policy: CheckedPolicy, *, engine: InferenceEngine) -> tuple[ExampleResult, ...]:
    """Return the result of every example of a policy, in the order of the file."""
    return tuple(run_example(policy, example, engine=engine) for example in policy.examples)


def run_example(policy: CheckedPolicy, example: Example, *, engine: InferenceEngine) -> ExampleResult:
    """Return the result of one example; what cannot be judged at all has failed."""
    expected = tuple(map(expectation_words, example.expects))
    try:
        opened = example_opened(policy, example)
        answer = judge(opened, example_trades(policy, example), engine=engine, explained=False)
    except GuardbandError as problem:
        return ExampleResult(
            policy=policy.id,
            title=example.title,
            passed=False,
            expected=expected,
            got=(f"not judged: {problem}",),
            span=example.span,
        )
    checks = [_check(opened, answer, expect) for expect in example.expects]
    return ExampleResult(
        policy=policy.id,
        title=example.title,
        passed=answer.fault is None and all(met for met, _ in checks),
        expected=expected,
        got=tuple(got for _, got in checks) if answer.fault is None else (f"fault: {answer.fault.reason}",),
        span=example.span,
        exercised=_exercised(answer, example),
    )


# ------------------------------------------------------------------ what is tried


def example_opened(policy: CheckedPolicy, example: Example) -> OpenBook:
    """Return the example's book opened under those rules that are tried."""
    book = example_book(policy, example)
    governing = policy
    grounded = ground(compile_rulebook((governing,)), book)
    if not grounded.accounts:
        governing = replace(policy, applies_to=None)
        grounded = ground(compile_rulebook((governing,)), book)
    expected = {name for expect in example.expects if (name := _named(expect)) is not None}
    tried = _tried(grounded, book, expected)
    governing = replace(
        governing,
        rules=tuple(rule for rule in governing.rules if rule.id in tried),
        targets=tuple(targets for targets in governing.targets if targets.name in tried),
    )
    return open_book(ground(compile_rulebook((governing,)), book))


def _named(expect: Expectation) -> str | None:
    match expect:
        case ExpectPass():
            return None
        case ExpectResponse(rule=rule) | ExpectMeasured(rule=rule):
            return rule
        case ExpectRebalance(targets=targets):
            return targets
        case _:
            assert_never(expect)


def _tried(grounded: GroundBook, book: Book, expected: set[str]) -> set[str]:
    """Return the ids of the rules and targets that the example can try."""
    tried = set(expected)
    given = set(book.securities)
    for limit in grounded.limits:
        if limit.missing is None and _matches(limit, given):
            tried.add(limit.rule.rule.id)
    for per_trade in grounded.per_trade:
        if not per_trade.missing & given:
            tried.add(per_trade.rule.rule.id)
    for window in grounded.windows:
        if window.missing is None:
            tried.add(window.rule.rule.id)
    tried.update(ban.rule.rule.id for ban in grounded.bans)
    for require in grounded.requires:
        if all(require.facts.values()):
            tried.add(require.rule.rule.id)
    untested = {id_ for id_ in _lacking(grounded, given) if id_ not in expected}
    return tried - untested


def _matches(limit: GroundLimit, given: set[Any]) -> bool:
    """Return whether a limit is on something given, or on the account as a whole."""
    if any(symbol in given for _, symbol in (*limit.members, *limit.unknown)):
        return True
    rule = limit.rule.rule
    whole = isinstance(rule.obligation, Limit) and all(
        term.of is None for term in rule.obligation.measure.terms
    )
    return whole and rule.each is None


def _lacking(grounded: GroundBook, given: set[Any]) -> Iterator[str]:
    """Yield the ids of rules that need data which the example does not give."""
    for limit in grounded.limits:
        if limit.missing is not None and _matches(limit, given):
            yield limit.rule.rule.id
    for per_trade in grounded.per_trade:
        if per_trade.missing & given:
            yield per_trade.rule.rule.id


# ------------------------------------------------------------------ what is expected


def _check(opened: OpenBook, answer: GateAnswer, expect: Expectation) -> tuple[bool, str]:
    match expect:
        case ExpectPass():
            return answer.decision is Decision.PASS, _decision_words(answer)
        case ExpectResponse(response=response, rule=rule):
            said = [r for v in answer.verdicts if v.rule == rule for r in v.responses]
            words = ", ".join(dict.fromkeys(r.words for r in said)) or _rule_words(answer, rule)
            return any(_is_like(response, other) for other in said), f"{rule}: {words}"
        case ExpectMeasured(rule=rule):
            told = [(v, v.after) for v in answer.verdicts if v.rule == rule and v.after is not None]
            hit = [v for v, after in told if _at_decimals(expect, v, after)]
            words = ", ".join(_figure(v, after) for v, after in told) or "nothing measured"
            return bool(hit), f"{rule} measured {words}"
        case ExpectRebalance(targets=targets):
            due = [row for row in drift(opened) if targets in row.triggered]
            why = "; ".join(reason for row in drift(opened) if row.target == targets for reason in row.why)
            return bool(due), f"rebalance {targets}: {why}" if due else f"no trigger of {targets} holds"
        case _:
            assert_never(expect)


def _is_like(wanted: Response, said: Response) -> bool:
    if wanted.kind != said.kind:
        return False
    pairs = ((wanted.role, said.role), (wanted.who, said.who), (wanted.within, said.within))
    return all(one is None or one == other for one, other in pairs)


def _at_decimals(expect: ExpectMeasured, verdict: Verdict, after: Fraction) -> bool:
    value = expect.value.value * (100 if verdict.unit == "percent" else 1)
    places = _decimals(expect.value.written)
    return rounded(after, places=places) == Decimal(value).quantize(Decimal(1).scaleb(-places))


def _decimals(written: str) -> int:
    number = written.replace(",", "").split(" ")[0].rstrip("%")
    return len(number.partition(".")[2])


def _figure(verdict: Verdict, after: Fraction) -> str:
    sign = "%" if verdict.unit == "percent" else f" {verdict.unit}"
    return f"{plain(rounded(after, places=6))}{sign}"


def _decision_words(answer: GateAnswer) -> str:
    loud = [v for v in answer.verdicts if v.decision is not Decision.PASS]
    rules = ", ".join(dict.fromkeys(v.rule for v in loud))
    return f"{answer.decision.value} by {rules}" if rules else answer.decision.value


def _rule_words(answer: GateAnswer, rule: str) -> str:
    outcomes = [v.outcome.value for v in answer.verdicts if v.rule == rule]
    return ", ".join(dict.fromkeys(outcomes)) or "not tried"


def expectation_words(expect: Expectation) -> str:
    """Return an expectation as the mandate writes it."""
    match expect:
        case ExpectPass():
            return "expect pass"
        case ExpectResponse(response=response, rule=rule):
            return f"expect {response.words} by {rule}"
        case ExpectMeasured(rule=rule, value=value):
            return f"expect {rule} measured {value.written}"
        case ExpectRebalance(targets=targets):
            return f"expect rebalance {targets}"
        case _:
            assert_never(expect)


# ------------------------------------------------------------------ coverage and telling


def _exercised(answer: GateAnswer, example: Example) -> frozenset[str]:
    """Return the rules that had something to judge: a group touched, or a breach."""
    quiet = (Outcome.NOT_APPLICABLE, Outcome.EXCEPTED)
    judged = {v.rule for v in answer.verdicts if v.outcome not in quiet and v.groups_passed is None}
    return frozenset(judged | {name for expect in example.expects if (name := _named(expect)) is not None})


def coverage(policies: tuple[CheckedPolicy, ...], results: tuple[ExampleResult, ...]) -> Mapping[str, Any]:
    """Return how many rules the policies have, how many an example exercises, and which none does."""
    rules = {rule.id for policy in policies for rule in policy.rules if _is_own(policy, rule)}
    exercised = {rule for result in results for rule in result.exercised} & rules
    return {
        "rules": len(rules),
        "exercised": len(exercised),
        "not_exercised": sorted(rules - exercised),
    }


def _is_own(policy: CheckedPolicy, rule: CheckedRule) -> bool:
    return rule.policy == policy.id


def examples_answer(
    policies: tuple[CheckedPolicy, ...], results: tuple[ExampleResult, ...]
) -> dict[str, Any]:
    """Return the results as plain data: `guardband/test/1`."""
    return {
        "schema": "guardband/test/1",
        "examples": [
            {
                "policy": result.policy,
                "title": result.title,
                "passed": result.passed,
                "expected": "; ".join(result.expected),
                "got": "; ".join(result.got),
                "where": {
                    "file": result.span.file,
                    "line": result.span.line,
                    "column": result.span.column,
                },
            }
            for result in results
        ],
        "coverage": dict(coverage(policies, results)),
    }
