"""What follows from the measured items: the inference asked, and its findings joined to the items.

The findings say how every item stands and what each response comes to; windows come back as pairs,
which must be the pairs that were measured. Whatever does not fit is a fault: it blocks.
"""

from dataclasses import dataclass
from typing import NamedTuple

from dsl.policy import DO_NOT_WORSEN, REPORT, CheckedRule, Response
from engine.facts.trades import Trade
from engine.gate.engine.faults import EngineFault
from engine.gate.engine.gatebase import Inference
from engine.gate.engine.gatefacts import Decision as EngineDecision
from engine.gate.engine.gatefacts import Findings, Standing
from engine.gate.engine.gatemeasure import Key
from engine.gate.engine.port import InferenceEngine
from engine.gate.facts import Known, Measured, act_name, case_of, event_name
from engine.gate.items import Item
from engine.gate.verdict import Decision, Fault
from engine.gate.window_items import WindowCase

WARN = Response(kind="warn")

_DECISIONS = {
    EngineDecision.PASS: Decision.PASS,
    EngineDecision.WARN: Decision.WARN,
    EngineDecision.APPROVAL: Decision.APPROVAL,
    EngineDecision.BLOCK: Decision.BLOCK,
}


class Concluded(NamedTuple):
    """One item with how it stands, the responses that follow, and what they come to.

    standing is None where the rule does not apply.
    """

    item: Item
    standing: Standing | None
    responses: tuple[Response, ...]
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """Everything concluded for one list."""

    concluded: tuple[Concluded, ...]
    trades: dict[int, Decision]
    decision: Decision


def inference(
    engine: InferenceEngine, trades: tuple[Trade, ...], measured: Measured, *, known: Known | None = None
) -> Inference:
    """Ask what follows from the items.

    known: the responses of rules that earlier lists on the same opened book have found.
    """
    return Inference(engine, case_of(trades, measured, known=known))


def inferred(asked: Inference, measured: Measured) -> Inferred | Fault:
    """Return what follows from the items, or the fault that kept the answer from coming."""
    findings = asked.findings()
    if isinstance(findings, EngineFault):
        return Fault(reason=f"the rules engine gave no answer: {findings.reason}", bundle=findings.bundle)
    wrong = _unexpected_pairs(measured.windows, findings)
    if wrong:
        return Fault(reason=wrong, bundle="")
    effects: Effects = {}
    for effect in findings.effects:
        effects.setdefault((effect.rule, effect.group), []).append(effect.decision)
    keys = iter(asked.keys)
    concluded = [
        _of_item(item, next(keys), findings, effects) if item.is_judged else _not_applied(item)
        for item in measured.items
    ]
    concluded += [_of_window(case, findings) for case in measured.windows]
    return Inferred(
        concluded=tuple(concluded),
        trades={int(number): _DECISIONS[decision] for number, decision in findings.decisions.items()},
        decision=_DECISIONS[findings.decision],
    )


Effects = dict[tuple[str, str], list[EngineDecision]]
"""What the responses to each rule and group come to."""


def _not_applied(item: Item) -> Concluded:
    return Concluded(item, None, (), Decision.PASS)


def _of_item(item: Item, key: Key, findings: Findings, effects: Effects) -> Concluded:
    standing = findings.standings[key]
    if standing is Standing.HOLDS and key not in effects:
        return Concluded(item, standing, (), Decision.PASS)
    told = effects.get(key, [])
    decides = bool(item.trades or item.warned_by) or standing not in (Standing.MISSING, Standing.EARLY)
    worst = max(told, default=EngineDecision.PASS) if decides else EngineDecision.PASS
    return Concluded(
        item=item,
        standing=standing,
        responses=responses_of(item.rule.rule, standing),
        decision=_DECISIONS[worst],
    )


def _of_window(case: WindowCase, findings: Findings) -> Concluded:
    item = case.item
    if item.standing != "applies":
        return _not_applied(item)
    if not item.meetings:
        return Concluded(item=item, standing=Standing.HOLDS, responses=(), decision=Decision.PASS)
    if item.waiver is not None:
        return Concluded(item=item, standing=Standing.WAIVED, responses=(), decision=Decision.PASS)
    mine = [stop for stop in findings.stops if stop.rule == item.rule_key and stop.pair is not None]
    worst = max((stop.decision for stop in mine), default=EngineDecision.PASS)
    return Concluded(
        item=item,
        standing=Standing.NEW,
        responses=responses_of(item.rule.rule, Standing.NEW),
        decision=_DECISIONS[worst],
    )


def _unexpected_pairs(cases: tuple[WindowCase, ...], findings: Findings) -> str | None:
    """Return how the pairs concluded differ from those measured, or None."""
    if not cases:
        return None
    expected = {
        (act_name(case, pair.act_index), event_name(case, pair.event_index))
        for case in cases
        for pair in case.item.meetings
    }
    in_list = {
        act_name(case, n) for case in cases for n, act in enumerate(case.acts) if act.trade is not None
    }
    in_list |= {
        event_name(case, n) for case in cases for n, e in enumerate(case.events) if e.trade is not None
    }
    found = {(p.act, p.event) for p in findings.pairs if p.act in in_list or p.event in in_list}
    if found == expected:
        return None
    return f"windows: the inference finds {len(found)} pairs, the measures {len(expected)}"


def responses_of(rule: CheckedRule, standing: Standing) -> tuple[Response, ...]:
    """Return the responses that follow from how a group stands, as the rule words them."""
    match standing:
        case Standing.NEW:
            return rule.on_active
        case Standing.WORSENED:
            keeps = DO_NOT_WORSEN in rule.on_passive and DO_NOT_WORSEN not in rule.on_active
            return (*rule.on_active, DO_NOT_WORSEN) if keeps else rule.on_active
        case Standing.PASSIVE:
            read = (REPORT if r.kind in ("block", "approval") else r for r in rule.on_passive)
            return tuple(dict.fromkeys(read))
        case Standing.MISSING:
            return (rule.missing,)
        case Standing.EARLY:
            return (WARN,)
        case _:
            return ()
