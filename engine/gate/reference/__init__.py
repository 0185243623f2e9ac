"""The reference evaluator: every verdict of the gate, reached a second time by plain arithmetic.

It reads the *checked* policy, loops over holdings, and shares no code with the rulebook's forms, the
gate's measuring or the rules it sends to the engine. The gate runs it on every decision; where the two
differ, the answer is a fault, which blocks.

    weight of Acme Corp at most 5%      (45,000 + 4,000 + 50 · 100) / 1,000,000 = 5.4%  -> breach, active

Laid out over a book once (`prepare`), it judges any number of lists. The order of reading:
`market` (prices, rows), `predicates`, `tables` (subjects and groups), `state` (before and after),
`answer`, `measures`, `figures` (limits), `room` (headroom), `reach` (what a limit reads), `limits`, `case`,
`cases`, `bans`, `happenings`, `windows`, `requires`, `per_trade`, `built_in`, `ready` (which rules a list
has to be held against).
"""

from engine.gate.reference.answer import Answer, Part, answer_of
from engine.gate.reference.judging import ReferenceBook, evaluate, judge, prepare
from engine.gate.reference.measures import MEASURES, PER_TRADE
from engine.gate.reference.verdicts import ReferenceVerdict

WITNESSED = frozenset(MEASURES) | PER_TRADE
"""Names of the measures that have a second witness."""

__all__ = [
    "WITNESSED",
    "Answer",
    "Part",
    "ReferenceBook",
    "ReferenceVerdict",
    "answer_of",
    "evaluate",
    "judge",
    "prepare",
]
