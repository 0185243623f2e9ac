"""Rules that do not hold: active where trades brought it about, passive where the market did.

    IPS-3.1 One company, five per cent: issuer Apple 5.40%, limit 5.00%; cure by 2026-06-08

A class outside its band is told as drift. What a waiver allows is no breach. The day by which to cure is
counted from the day on which the breach was first seen, which the store keeps.
"""

from collections.abc import Iterator
from fractions import Fraction

from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.gate.verdict import Outcome, Verdict
from engine.shell.monitoring.finding import Finding, Severity, View, verdict_key


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each rule and group in breach."""
    for verdict in view.answer.verdicts:
        if verdict.outcome is Outcome.BREACH and not is_band(view, verdict):
            yield _finding(view, verdict)


def is_band(view: View, verdict: Verdict) -> bool:
    """Return whether a verdict is about a class of targets, which drift tells."""
    names = {targets.name for policy in view.policies for targets in policy.targets}
    return verdict.rule in names and any(name == "class" for name, _ in verdict.group)


def _finding(view: View, verdict: Verdict) -> Finding:
    key = verdict_key(verdict)
    is_active = key in view.active
    household = verdict.household
    if household is None and verdict.account is not None:
        household = view.book.accounts[verdict.account].household
    responses = ", ".join(response.words for response in verdict.responses)
    return Finding(
        kind="breach",
        key=("breach", *key),
        severity=Severity.URGENT if is_active else Severity.WARNING,
        message=_message(verdict),
        account=verdict.account,
        household=household,
        policy=verdict.policy,
        rule=verdict.rule,
        due=verdict.cure_due,
        breach="active" if is_active else "passive",
        detail={
            "measure": verdict.measure,
            "unit": verdict.unit,
            "measured": _text(verdict.after),
            "limit": _text(verdict.limit),
            "headroom": _text(verdict.headroom),
            "responses": responses,
        },
    )


def _message(verdict: Verdict) -> str:
    group = ", ".join(f"{name} {value if value is not None else 'unknown'}" for name, value in verdict.group)
    measured = "" if verdict.after is None else people(verdict.after, verdict.unit)
    what = " ".join(part for part in (group, measured) if part) or verdict.reason
    limit = "" if verdict.limit is None else f", limit {people(verdict.limit, verdict.unit)}"
    title = f" {verdict.title}" if verdict.title else ""
    return f"{verdict.rule}{title}: {what}{limit}"


def _text(figure: Fraction | None) -> str:
    return "" if figure is None else figure_text(figure)
