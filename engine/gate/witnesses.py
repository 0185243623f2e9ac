"""Witnesses: which measures both evaluators of the gate know, and what follows where one does not.

A verdict has two witnesses where the rules engine and the reference evaluator reach it independently.
A measure whose plain twin is not in the reference has one: `check` says so (I0603), the gate notes it
beside the verdict, and where two are demanded it blocks.
"""

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic, finding
from dsl.policy import CheckedPolicy, Limit, MeasureTerm
from engine.gate.verdict import Fault

CODE = "I0603"


def one_witness(policy: CheckedPolicy, shipped: frozenset[str]) -> tuple[Diagnostic, ...]:
    """Return a note for each measure of a policy's own rules that only one evaluator knows, once a measure.

    shipped: measures that are known to have two, so that nothing is loaded to find that out.
    """
    terms = {term.measure: term for term in _terms(policy) if term.measure not in shipped}
    if not terms:
        return ()
    from engine.gate.reference import WITNESSED

    return tuple(_note(term) for name, term in terms.items() if name not in WITNESSED)


def _terms(policy: CheckedPolicy) -> Iterator[MeasureTerm]:
    for rule in reversed(policy.rules):  # of several places the first stays in the table
        if rule.policy == policy.id and isinstance(rule.obligation, Limit):
            yield from rule.obligation.measure.terms


def _note(term: MeasureTerm) -> Diagnostic:
    assert term.span is not None, "a term of an author's rule has a place"
    return finding(
        CODE,
        f"the measure `{term.measure}` has one witness",
        term.span,
        label="the reference evaluator does not know it",
        help="write its twin in the reference; until then `gate --witnesses 2` blocks",
    )


def lacking_fault(unknown: frozenset[str], *, witnesses: int) -> Fault | None:
    """Return the fault where two witnesses are demanded and rules have one; None where all is well.

    unknown: ids of the rules that the reference evaluator does not know.
    """
    if witnesses < 2 or not unknown:
        return None
    rules = ", ".join(sorted(unknown))
    return Fault(reason=f"two witnesses are demanded, and the reference does not know {rules}", bundle="")
