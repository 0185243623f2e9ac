"""The whole rulebook laid out over a book: one pass over rules and scopes.

Nothing here knows a trade. The work is linear in rules times securities: every subject is evaluated
once per scope, and what rules share (rows, scenes, memberships) is shared.
"""

from dataclasses import dataclass, field
from typing import assert_never

from dsl.policy import Action, AllowOnly, Forbid, Limit, Require
from engine.facts.book import Book
from engine.facts.ids import AccountId
from engine.ledger.committed import committed
from rulebooks.ground import (
    CompiledRule,
    GroundBan,
    GroundBook,
    GroundLimit,
    GroundRequire,
    GroundWindow,
    PerTrade,
    Rulebook,
    Scope,
)
from rulebooks.grounding.bans import ground_bans
from rulebooks.grounding.before import measure_before
from rulebooks.grounding.laying import Laying, currency_of, open_laying
from rulebooks.grounding.limits import ground_holding, ground_limits
from rulebooks.grounding.per_trade import ground_per_trade, is_per_trade
from rulebooks.grounding.requires import ground_requires
from rulebooks.grounding.windows import ground_window
from rulebooks.state import BookState, book_state


@dataclass(slots=True)
class _Laid:
    """What has been laid out so far."""

    limits: list[GroundLimit] = field(default_factory=list)
    per_trade: list[PerTrade] = field(default_factory=list)
    bans: list[GroundBan] = field(default_factory=list)
    windows: list[GroundWindow] = field(default_factory=list)
    requires: list[GroundRequire] = field(default_factory=list)


def ground(rulebook: Rulebook, book: Book, *, accounts: tuple[AccountId, ...] | None = None) -> GroundBook:
    """Return the rulebook laid out over a book; with `accounts`, only rules that stop trades in them.

    What is left of open orders counts as done: the book laid out over holds it.
    """
    book = committed(book, rulebook.tax)
    laying = open_laying(rulebook, book, accounts, measure=measure_before)
    laid = _Laid()
    for rule in rulebook.rules:
        for scope in laying.scopes(rule):
            _lay(laying, rule, scope, laid)
    return GroundBook(
        book=book,
        rulebook=rulebook,
        accounts=laying.accounts,
        limits=tuple(laid.limits),
        per_trade=tuple(laid.per_trade),
        bans=tuple(laid.bans),
        windows=tuple(laid.windows),
        requires=tuple(laid.requires),
        governed=dict(laying.governed),
    )


def ground_state(grounded: GroundBook) -> BookState:
    """Return the state before trading in the currency that the rulebook's figures are told in."""
    return book_state(grounded.book, currency_of(grounded.rulebook))


def _lay(laying: Laying, rule: CompiledRule, scope: Scope, laid: _Laid) -> None:
    obligation = rule.rule.obligation
    match obligation:
        case Limit() if is_per_trade(rule.rule):
            laid.per_trade.extend(ground_per_trade(laying, rule, scope))
        case Limit():
            laid.limits.extend(ground_limits(laying, rule, scope))
        case Forbid(window=window) if window is not None:
            laid.windows.append(ground_window(laying, rule, scope))
        case Forbid() | AllowOnly():
            laid.bans.extend(ground_bans(laying, rule, scope))
            if Action.HOLDING in obligation.actions:
                laid.limits.append(ground_holding(laying, rule, scope))
        case Require():
            laid.requires.extend(ground_requires(laying, rule, scope))
        case _:
            assert_never(obligation)
