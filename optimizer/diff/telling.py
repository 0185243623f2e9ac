"""Telling: what the search found of each rule, as values of a difference."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dsl.policy import Limit
from optimizer.diff.difference import ChangedRule, Direction, Told, Unmoved, Witness
from optimizer.diff.versions import Pair
from optimizer.portfolios.proof import Judged
from optimizer.portfolios.world import Position, World
from rulebooks.ground import CompiledRule
from rulebooks.grounding.per_trade import is_per_trade

SIDES: tuple[Direction, Direction] = ("loosened", "tightened")


@dataclass(slots=True)
class Findings:
    """What is known of one pair so far."""

    witnesses: dict[Direction, Witness] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)
    tried: bool = False
    trials: dict[Direction, int] = field(default_factory=dict)  # lists that may still be put to the gate
    settled: frozenset[Direction] = frozenset()  # in which the words alone show no difference

    def wants(self, direction: Direction) -> bool:
        """Return whether a proof of a direction is still to be looked for."""
        return direction not in self.witnesses and direction not in self.settled


def witness_of(
    direction: Direction,
    world: World,
    before: Mapping[Position, Decimal],
    after: Mapping[Position, Decimal],
    judged: Judged,
    *,
    history: tuple[str, ...] = (),
) -> Witness:
    """Return a list that was judged under both versions, with what was held before and after."""
    verdict, now = judged.verdict, world.situation
    forbidden, admitted = judged.forbidding.decision.value, judged.admitting.decision.value
    trades = tuple(decided.trade for decided in judged.forbidding.trades)
    symbols = sorted({symbol for _, symbol in (*before, *after)} | {trade.symbol for trade in trades})
    return Witness(
        direction=direction,
        day=now.day,
        worth=now.worth,
        facts=now.facts,
        securities={symbol: world.made.securities.get(symbol, {}) for symbol in symbols},
        before=before,
        after=after,
        trades=trades,
        old=forbidden if direction == "loosened" else admitted,
        new=admitted if direction == "loosened" else forbidden,
        told=Told(
            rule=verdict.rule,
            group=verdict.group,
            measure=verdict.measure,
            unit=verdict.unit,
            before=verdict.before,
            after=verdict.after,
            limit=verdict.limit,
            reason=verdict.reason,
        ),
        history=history,
    )


def changed_rule(pair: Pair, known: Findings) -> ChangedRule:
    """Return a rule for which there is a proof."""
    directions = tuple(direction for direction in SIDES if direction in known.witnesses)
    return ChangedRule(
        rule=pair.name,
        title=pair.present.rule.title,
        change="both" if len(directions) == 2 else directions[0],
        was=None if pair.old is None else in_words(pair.old),
        now=None if pair.new is None else in_words(pair.new),
        was_at=None if pair.old is None else pair.old.rule.where,
        now_at=None if pair.new is None else pair.new.rule.where,
        because=pair.because,
        witnesses=tuple(known.witnesses[direction] for direction in directions),
    )


def in_words(rule: CompiledRule) -> str:
    """Return a rule in one line, as its record has it."""
    row = dict(rule.record)
    parts = [
        f"for each {row['for_each']} in {row['in']}:" if row["for_each"] else "",
        row["obligation"],
        f"when {row['when']}" if row["when"] else "",
        f"unless {row['unless']}" if row["unless"] else "",
        f"warn from {row['warn_from']}" if row["warn_from"] else "",
        f"(on active breach {row['active']})" if row["active"] != "block" else "",
    ]
    return " ".join(part for part in parts if part)


def is_tried_only(rule: CompiledRule) -> bool:
    """Return whether a rule is looked at by trials alone, which prove a difference and never its absence."""
    return not isinstance(rule.rule.obligation, Limit) or is_per_trade(rule.rule)


def unmoved_rule(pair: Pair, known: Findings, *, left: tuple[str, ...]) -> Unmoved:
    """Return a rule for which there is none, and whether that is settled.

    left: why a proof may be among what was tried for no rule; it is settled only where this is empty.
    """
    reasons = list(known.untried)
    if not reasons and any(is_tried_only(rule) for rule in (pair.old, pair.new) if rule is not None):
        reasons.append("it judges trades; of the lists that were tried none was judged differently")
    why = "; ".join(dict.fromkeys((*reasons, *left)))
    decided = known.tried and not why
    if decided:
        why = "no portfolio is admitted by one version and forbidden by the other"
    return Unmoved(rule=pair.name, fields=pair.fields, why=why or "nothing could be tried", decided=decided)
