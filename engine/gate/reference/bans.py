"""Trades that may not happen: `forbid buying S`, `allow only buying S`.

    forbid buying or selling securities where issuer is in restricted   any such trade is a breach
    allow only buying S                                                 buying outside S is one

A trade in a security of which it is unknown whether it is in S has missing data; the other trades are
judged all the same, so one list can draw both.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dsl.policy import Action, AllowOnly, CheckedRule, Forbid, Not, Subject, Unit
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Lot
from engine.facts.trades import Side, Trade
from engine.gate.reference.asked import Asked, View
from engine.gate.reference.figures import bound
from engine.gate.reference.limits import Ceiling
from engine.gate.reference.lots import lots_sold
from engine.gate.reference.measures import weight
from engine.gate.reference.plans import (
    applies,
    bound_tables,
    ceilings,
    exceptions,
    laid_out,
    own_row,
    why_not,
)
from engine.gate.reference.predicates import Truth, all_of, any_of, opposite, truth
from engine.gate.reference.room import figures
from engine.gate.reference.rows import lot_row
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.tables import Selects, Subjects, Table
from engine.gate.reference.telling import Teller
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, Gap, Key, NoWitness, ReferenceVerdict
from engine.gate.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Which trades an obligation is about: actions in a subject, or outside it (`allow only`)."""

    setting: Setting
    actions: tuple[Action, ...]
    subject: Subject
    outside: bool
    subjects: Subjects
    less: tuple[Selects, ...]
    known: dict[Key, Truth] = field(default_factory=dict)  # whether a security is covered, once asked

    def covers(self, trade: Trade, done: Listed) -> Truth:
        """Return whether a trade is covered; None where that is unknown."""
        if not self.is_done_by(trade, done):
            return False
        if self.subject.kind == "lots":
            if trade.side is not Side.SELL:
                return False  # shares sold short are of no lot
            lots = lots_sold(trade, done)
            return None if lots is None else any_of([self.covers_lot(lot) for lot in lots])
        return self.covers_security(trade.account, trade.symbol)

    def is_done_by(self, trade: Trade, done: Listed) -> bool:
        """Return whether a trade is one of the actions."""
        return any(acts(action, trade, done) for action in self.actions)

    def covers_security(self, account: AccountId, symbol: Symbol) -> Truth:
        """Return whether a security in an account is covered."""
        key = (account, symbol)
        if key not in self.known:
            self.known[key] = self._find(account, symbol)
        return self.known[key]

    def _find(self, account: AccountId, symbol: Symbol) -> Truth:
        pieces = [piece for piece, _ in self.subjects.pieces(symbol)]
        inside = any_of([self.subjects.is_member(account, piece) for piece in pieces])
        return self._less(opposite(inside) if self.outside else inside, account, symbol)

    def leaves_nothing(self, accounts: Iterable[AccountId]) -> bool:
        """Return whether the exceptions select every security of the book that would be covered."""
        if not self.less:
            return False
        whole = replace(self, less=(), known={})
        keys = [(account, symbol) for account in accounts for symbol in self.setting.book.securities]
        covered = any(whole.covers_security(*key) is True for key in keys)
        return covered and all(self.covers_security(*key) is False for key in keys)

    def covers_lot(self, lot: Lot) -> Truth:
        """Return whether a lot is covered."""
        market = self.setting.market
        inside = truth(self.subject.where, lot_row(lot, market), today=market.book.as_of)
        return self._less(opposite(inside) if self.outside else inside, lot.account, lot.symbol)

    def _less(self, covered: Truth, account: AccountId, symbol: Symbol) -> Truth:
        return all_of([covered, *(opposite(exception(account, symbol)) for exception in self.less)])


def covered_by(setting: Setting, rule: CheckedRule, obligation: Forbid | AllowOnly, view: View) -> Covered:
    """Return which trades a rule is about."""
    subject = obligation.subject
    if rule.each is not None and rule.each.within.kind != subject.kind:
        raise NoWitness("a ban for each group")
    securities = Subject(kind="holdings", where=subject.where)
    covered = Covered(
        setting=setting,
        actions=tuple(action for action in obligation.actions if action is not Action.HOLDING),
        subject=subject,
        outside=isinstance(obligation, AllowOnly),
        subjects=Subjects(
            market=setting.market,
            parts=(securities,),
            look_through=rule.look_through,
            own=own_row(setting, view),
        ),
        less=exceptions(setting, rule, view),
    )
    if subject.kind != "lots":
        for account, symbol in setting.before.positions:
            if account in view.scope.stops:
                covered.covers_security(account, symbol)
    return covered


def acts(action: Action, trade: Trade, done: Listed) -> bool:
    """Return whether a trade is an action.

    Short sales and their covers are neither buying nor selling: `shorting` is about short sales.
    Increasing is a purchase by which the position grows.
    """
    match action:
        case Action.BUYING:
            return trade.side is Side.BUY
        case Action.SELLING:
            return trade.side is Side.SELL
        case Action.SHORTING:
            return trade.side is Side.SHORT_SELL
        case Action.INCREASING:
            key = (trade.account, trade.symbol)
            grows = done.after.position(key).quantity > done.setting.before.position(key).quantity
            return trade.side is Side.BUY and grows
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class BanPlan:
    """A ban in one scope."""

    teller: Teller
    covered: Covered
    view: View
    whole: Table | None  # the subject's holdings, for a waiver `up to` a weight
    ceilings: tuple[Ceiling, ...]
    why_not: str | None
    unsure: bool
    is_excepted: bool

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the trades that are covered, and missing data for those that may be."""
        if self.why_not is not None:
            return self.teller.nothing(self.why_not)
        if self.is_excepted:
            return [self.teller.tell(Outcome.EXCEPTED)]
        hits: set[int] = set()
        doubts: set[int] = set()
        for trade in done.trades:
            if trade.account in self.teller.scope.stops:
                covered = self.covered.covers(trade, done)
                if covered is None or (covered and self.unsure):
                    doubts.add(trade.number)
                elif covered:
                    hits.add(trade.number)
        found = []
        if doubts:
            found.append(self.teller.missing(frozenset(doubts), why="whether a trade is covered is unknown"))
        if hits:
            found.append(self._hit(done, frozenset(hits)))
        return found or self.teller.nothing(None)

    def _hit(self, done: Listed, hits: frozenset[int]) -> ReferenceVerdict:
        if any(self._is_within(ceiling, done) for ceiling in self.ceilings):
            return self.teller.tell(Outcome.WAIVED, trades=hits)
        return self.teller.active(hits, why="the trade is one that may not happen")

    def _is_within(self, ceiling: Ceiling, done: Listed) -> bool:
        """Return whether the subject's weight after the list stays within a waiver."""
        if ceiling.up_to is None:
            return True
        if self.whole is None:
            return False
        asked = Asked(
            view=self.view.at(done.after, done.done),
            table=self.whole,
            group=EVERYTHING_IN_SCOPE,
            unit=Unit.SHARE,
            subject=None,
            derived=None,
            period=None,
        )
        try:
            limit = bound(
                ceiling.up_to, asked, bound_tables(self.covered.setting, self.view, (ceiling.up_to,))
            )
            return figures(weight(asked), None, limit).sign >= 0
        except Gap:
            return False


def ban_plan(setting: Setting, rule: CheckedRule, scope: Scope) -> BanPlan:
    """Return a ban laid out over one scope."""
    obligation = rule.obligation
    assert isinstance(obligation, (Forbid, AllowOnly))
    view = setting.view(scope, base=rule.base, valued_at=rule.valued_at)
    standing = applies(setting, rule, view)
    covered = covered_by(setting, rule, obligation, view)
    return BanPlan(
        teller=Teller(rule=rule, scope=scope),
        covered=covered,
        view=view,
        whole=_holdings(setting, covered, view) if obligation.subject.kind != "lots" else None,
        ceilings=ceilings(setting, rule.id, scope),
        why_not=why_not(setting, rule, standing),
        unsure=standing is None,
        is_excepted=obligation.subject.kind != "lots" and covered.leaves_nothing(scope.stops),
    )


def _holdings(setting: Setting, covered: Covered, view: View) -> Table:
    where = Not(part=covered.subject.where) if covered.outside else covered.subject.where
    subject = Subject(kind=covered.subject.kind, where=where)
    return laid_out(setting, view, (subject,), less=covered.less, look_through=covered.subjects.look_through)
