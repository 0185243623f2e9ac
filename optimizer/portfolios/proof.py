"""The proof: a portfolio and a list are put to the gate, once under each rulebook.

Only what is held or traded is in the book that the gate sees; prices are 1, lots were bought long ago
at their value, and there is no history.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.facts.book import Book
from engine.facts.failure import GuardbandError
from engine.facts.trades import Trade
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.verdict import GateAnswer, Outcome, Verdict
from optimizer.portfolios.world import Position, World
from rulebooks.ground import Rulebook
from rulebooks.grounding import ground

Judge = Callable[[Rulebook, Book, tuple[Trade, ...], bool], GateAnswer | None]
"""Judges a list on a book under a rulebook; the last says whether both evaluators are asked."""


_MOST_OPEN = 16


def gate_with(engine: InferenceEngine) -> Judge:
    """Return a function that judges one list on one book; None where it cannot be judged.

    The books that were opened last stay open: the next list that starts from the same book costs less.
    """
    kept: dict[tuple[int, int], tuple[Rulebook, Book, OpenBook]] = {}

    def opened(rulebook: Rulebook, book: Book) -> OpenBook:
        key = (id(rulebook), id(book))
        known = kept.get(key)
        if known is None:
            while len(kept) >= _MOST_OPEN:
                del kept[next(iter(kept))]
            known = kept[key] = (rulebook, book, open_book(ground(rulebook, book)))
        return known[2]

    def ask(rulebook: Rulebook, book: Book, trades: tuple[Trade, ...], second: bool) -> GateAnswer | None:
        try:
            answer = judge(opened(rulebook, book), trades, engine=engine, explained=False, second=second)
        except GuardbandError:
            return None
        return None if answer.fault is not None else answer

    return ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One list under two rulebooks: the one that forbids and the one that admits."""

    forbidding: GateAnswer
    admitting: GateAnswer
    verdict: Verdict  # of the rule that forbids


def book_of(world: World, before: Mapping[Position, Decimal], trades: tuple[Trade, ...]) -> Book:
    """Return the book before a list, with the securities that are held or traded."""
    symbols = {symbol for _, symbol in before} | {trade.symbol for trade in trades}
    return world.book(before, only=symbols)


def proven(
    ask: Judge,
    *,
    forbids: Rulebook,
    admits: Rulebook,
    book: Book,
    trades: tuple[Trade, ...],
    rule: str,
    level: int,
    screens: tuple[Rulebook, Rulebook] | None = None,
) -> Judged | None:
    """Return both answers where `rule` stops the list at a level under one rulebook and the other lets it by.

    screens: both rulebooks cut down to the rule, which one evaluator is asked first where most lists are
    expected to fail; the answers are of both evaluators and of all rules.
    """
    if screens is not None and _judged(ask, *screens, book, trades, rule, level, False) is None:
        return None
    return _judged(ask, forbids, admits, book, trades, rule, level, True)


def _judged(
    ask: Judge,
    forbids: Rulebook,
    admits: Rulebook,
    book: Book,
    trades: tuple[Trade, ...],
    rule: str,
    level: int,
    second: bool,
) -> Judged | None:
    against = ask(forbids, book, trades, second)
    if against is None or against.decision.rank < level:
        return None
    verdict = next(
        (
            v
            for v in against.verdicts
            if v.rule == rule and v.decision.rank >= level and v.outcome in (Outcome.BREACH, Outcome.PASS)
        ),
        None,
    )
    if verdict is None:
        return None
    in_favour = ask(admits, book, trades, second)
    if in_favour is None or in_favour.decision.rank >= level:
        return None
    return Judged(forbidding=against, admitting=in_favour, verdict=verdict)
