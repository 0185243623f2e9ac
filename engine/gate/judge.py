"""The gate: judges exactly one list against an opened book, twice, and explains what it found.

    settle -> measure -> infer -> compare with the reference -> verdicts -> decisions

While the rules engine infers, this process finds the largest quantities and asks the reference.
Equal inputs give equal answers. Where no answer can be reached, or the two evaluators differ, the
answer is a fault: everything is blocked and the bundle says how to reach the same point again.
"""

from dataclasses import replace
from fractions import Fraction

from engine.facts.trades import Trade
from engine.gate.agree import agreement, bundle_of
from engine.gate.approvals import Approval, approved, decision_id
from engine.gate.ban_items import ban_items, require_items
from engine.gate.builtin import short_items
from engine.gate.data_items import data_items
from engine.gate.engine.plain import Plain
from engine.gate.engine.port import InferenceEngine
from engine.gate.facts import Measured
from engine.gate.fingerprint import facts_hash
from engine.gate.infer import Concluded, Inferred, inference, inferred
from engine.gate.items import Item
from engine.gate.limit_items import limit_items
from engine.gate.measure import Listed, OpenBook
from engine.gate.reference import judge as reference_judge
from engine.gate.remedy import max_quantity
from engine.gate.riding_items import riding_items
from engine.gate.telling import verdict_of
from engine.gate.trade_items import trade_items
from engine.gate.verdict import (
    Decision,
    Fault,
    GateAnswer,
    Outcome,
    TradeDecision,
    Verdict,
    worst,
)
from engine.gate.window_items import WindowCase, missing_window_items, window_cases
from engine.gate.witnesses import lacking_fault
from engine.ledger.uncollected import uncollected
from rulebooks.ground import GroundBook

RULES_ENGINE = "durable-rules"
REFERENCE = "reference"


@uncollected()
def judge(
    opened: OpenBook,
    trades: tuple[Trade, ...],
    *,
    engine: InferenceEngine,
    approvals: tuple[Approval, ...] = (),
    every_group: bool = False,
    explained: bool = True,
    second: bool = True,
    witnesses: int = 1,
) -> GateAnswer:
    """Return the gate's answer for exactly this list.

    approvals: a person's yes to this very list. every_group: a verdict for each group of each rule.
    explained: with contributors, what would pass and the largest quantities. second: ask the reference
    evaluator too; without it the answer names one evaluator. witnesses: how many evaluators must know
    every rule; with 2 a rule that the reference does not know blocks.
    Raises InputErrors for a trade that cannot be judged: unknown account or security, no price, no policy.
    """
    listed = opened.listed(trades)
    measured = measure(listed, every_group=every_group)
    fresh, proven = _split(opened, measured, explained=explained)
    with inference(engine, trades, fresh, known=opened.responses) as asked:
        largest = [max_quantity(listed, trade) if explained else None for trade in trades]
        reference = reference_judge(opened.reference, trades, listed.settlement) if second else None
        named = decision_id(opened.ground.rulebook.hash, trades)
        concluded = inferred(asked, fresh)
    if isinstance(concluded, Fault):
        return _faulty(opened, listed, concluded, _evaluators(engine, second=False))
    told = [(item, verdict_of(listed, item, explained=explained)) for item in concluded.concluded]
    _remember(opened, told, explained=explained)
    told += proven
    fault = None
    if reference is not None:
        fault, unknown = agreement(
            listed, told, reference, about=about(opened), agreed=opened.agreed, kept=opened.order
        )
        told = _noted(told, unknown) if unknown else told
        fault = fault or lacking_fault(unknown, witnesses=witnesses)
    verdicts = _ordered(opened, [verdict for _, verdict in told])
    naming = _by_trade(verdicts)
    fault = fault or _inconsistent(concluded, naming)
    if fault is not None:
        return _faulty(opened, listed, fault, _evaluators(engine, second=True), verdicts)
    if approvals:
        today = opened.book.as_of
        given = [approved(verdict, approvals, decision=named, today=today) for verdict in verdicts]
        verdicts = _ordered(opened, given)
        naming = _by_trade(verdicts)
    decided = tuple(
        [
            _decided(trade, naming.get(trade.number, []), most)
            for trade, most in zip(trades, largest, strict=True)
        ]
    )
    return _answer(
        opened,
        listed,
        decision=_of_list(decided, verdicts),
        trades=decided,
        verdicts=verdicts,
        evaluators=_evaluators(engine, second=second),
        named=named,
    )


Told = tuple[Concluded, Verdict]


def _split(opened: OpenBook, measured: Measured, *, explained: bool) -> tuple[Measured, list[Told]]:
    """Return what must be inferred, and what was for an earlier list: rules that the list does not move."""
    known = opened.proven[explained]
    proven: list[Told] = []
    items: list[Item] = []
    windows: list[WindowCase] = []
    for item in measured.items:
        if (told := known.get(id(item))) is None:
            items.append(item)
        else:
            proven.append(told)
    for case in measured.windows:
        if (told := known.get(id(case.item))) is None:
            windows.append(case)
        else:
            proven.append(told)
    return Measured(items=tuple(items), windows=tuple(windows)), proven


def _remember(opened: OpenBook, told: list[Told], *, explained: bool) -> None:
    """Keep what was concluded of the rules that the list does not move; they are the same for the next."""
    known, quiet = opened.proven[explained], opened.quiet_ids
    for pair in told:
        name = id(pair[0].item)
        if name in quiet:
            known[name] = pair
            opened.order[id(pair[1])] = _order(pair[1])


def _evaluators(engine: InferenceEngine, *, second: bool) -> tuple[str, ...]:
    """Return who reaches the verdicts: without the rules engine only the reference counts."""
    if isinstance(engine, Plain):
        return (REFERENCE,)
    return (RULES_ENGINE, REFERENCE) if second else (RULES_ENGINE,)


def measure(listed: Listed, *, every_group: bool = False) -> Measured:
    """Return everything measured for a list."""
    opened = listed.opened
    return Measured(
        items=(
            *limit_items(listed, every_group=every_group),
            *short_items(opened.ground, opened.state, listed.trades),
            *trade_items(listed),
            *ban_items(listed),
            *require_items(listed),
            *data_items(listed),
            *riding_items(listed),
            *missing_window_items(listed),
        ),
        windows=tuple(window_cases(listed)),
    )


def about(opened: OpenBook) -> dict[str, str]:
    """Return what names book and rulebook in a bundle."""
    rulebook = opened.ground.rulebook
    return {
        "as_of": opened.book.as_of.isoformat(),
        "rulebook": rulebook.id,
        "rulebook_hash": rulebook.hash,
        "book": opened.fingerprint,
    }


def _noted(told: list[tuple[Concluded, Verdict]], unknown: frozenset[str]) -> list[tuple[Concluded, Verdict]]:
    words = "one evaluator only: the reference does not know this measure"
    return [
        (
            item,
            verdict._replace(considered=(*verdict.considered, words)) if verdict.rule in unknown else verdict,
        )
        for item, verdict in told
    ]


def _inconsistent(concluded: Inferred, naming: dict[int, list[Verdict]]) -> Fault | None:
    """Return a fault where the trades' decisions are not the worst of the verdicts that name them."""
    for number, decision in concluded.trades.items():
        mine = worst([verdict.decision for verdict in naming.get(number, [])])
        if mine is not decision:
            reason = f"trade {number}: the inference decides {decision.value}, its verdicts {mine.value}"
            return Fault(reason=reason, bundle="")
    return None


def _by_trade(verdicts: tuple[Verdict, ...]) -> dict[int, list[Verdict]]:
    """Return the verdicts that name each trade, in order."""
    naming: dict[int, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.trades:
            for number in dict.fromkeys(verdict.trades):
                naming.setdefault(number, []).append(verdict)
    return naming


_RANKS = {Outcome.BREACH: 0, Outcome.MISSING_DATA: 1, Outcome.WAIVED: 2}
"""The outcomes that are told first; the others follow in the order of their names in `Outcome`."""

_RANK = {outcome: _RANKS.get(outcome, 3 + place) for place, outcome in enumerate(Outcome)}


def _ordered(opened: OpenBook, verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    """Return verdicts with breaches first, the worst of them at the top, then by rule and group."""
    known = opened.order
    return tuple(sorted(verdicts, key=lambda verdict: known.get(id(verdict)) or _order(verdict)))


def _order(verdict: Verdict) -> str:
    """Return a text that sorts as a verdict does; of what is held and what is traded, what is held first."""
    group = "".join([f"{name}\0{value or ''}\0" for name, value in verdict.group])
    return (
        f"{_RANK[verdict.outcome]}{Decision.BLOCK.rank - verdict.decision.rank}{verdict.rule}\0"
        f"{verdict.account or ''}\0{verdict.household or ''}\0{verdict.groups_passed is not None:d}"
        f"{group}\0{not verdict.limit_words:d}{verdict.policy or ''}"
    )


def _decided(trade: Trade, naming: list[Verdict], most: Fraction | None) -> TradeDecision:
    speaking = [v for v in naming if v.decision is not Decision.PASS or v.outcome is Outcome.BREACH]
    return TradeDecision(
        trade=trade,
        decision=worst([verdict.decision for verdict in naming]),
        rules=tuple(dict.fromkeys(verdict.rule for verdict in speaking)),
        max_quantity=most,
    )


def _of_list(decided: tuple[TradeDecision, ...], verdicts: tuple[Verdict, ...]) -> Decision:
    warnings = [verdict.decision for verdict in verdicts if verdict.decision is Decision.WARN]
    unnamed = [verdict.decision for verdict in verdicts if verdict.breach == "active" and not verdict.trades]
    return worst([*(trade.decision for trade in decided), *warnings, *unnamed])


def _answer(
    opened: OpenBook,
    listed: Listed,
    *,
    decision: Decision,
    trades: tuple[TradeDecision, ...],
    verdicts: tuple[Verdict, ...],
    evaluators: tuple[str, ...],
    fault: Fault | None = None,
    named: str = "",
) -> GateAnswer:
    rulebook = opened.ground.rulebook
    return GateAnswer(
        as_of=opened.book.as_of,
        decision=decision,
        rulebook_id=rulebook.id,
        rulebook_version=rulebook.version,
        rulebook_hash=rulebook.hash,
        facts_hash=facts_hash(opened.fingerprint, listed.trades),
        policies=tuple([(policy.id, policy.version, policy.digest) for policy in rulebook.policies]),
        trades=trades,
        verdicts=verdicts,
        evaluators=evaluators,
        fault=fault,
        decision_id=named,
    )


def _faulty(
    opened: OpenBook,
    listed: Listed,
    fault: Fault,
    evaluators: tuple[str, ...],
    verdicts: tuple[Verdict, ...] = (),
) -> GateAnswer:
    """Return the answer that blocks everything because none could be reached; its bundle is never empty."""
    if not fault.bundle:
        fault = replace(fault, bundle=bundle_of(listed.trades, [fault.reason], about(opened)))
    blocked = tuple(
        TradeDecision(trade=trade, decision=Decision.BLOCK, rules=(), max_quantity=Fraction(0))
        for trade in listed.trades
    )
    return _answer(
        opened,
        listed,
        decision=Decision.BLOCK,
        trades=blocked,
        verdicts=verdicts,
        evaluators=evaluators,
        fault=fault,
    )


def open_book(ground: GroundBook) -> OpenBook:
    """Return a grounded rulebook, opened for any number of lists."""
    return OpenBook(ground)
