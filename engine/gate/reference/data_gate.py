"""BOOK-DATA, a second time: nothing trades in a security whose data are not in order.

A price that is older than five days or not there, an asset class or instrument that is not known, a
corporate action that nothing in the book explains. The worst of the policies' responses to missing data.
"""

from dataclasses import dataclass, field

from dsl.policy import Response
from engine.facts.ids import Symbol
from engine.gate.reference.answer import RuleKey
from engine.gate.reference.market import STALE_DAYS
from engine.gate.reference.responses import RANKS, on_missing
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.telling import book_key, told_of_book
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Outcome

DATA_RULE = "BOOK-DATA"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """The data gate of one account; settings: of the policies that govern it."""

    settings: tuple[Setting, ...]
    scope: Scope
    _passes: list[ReferenceVerdict] = field(default_factory=list)
    _silent: list[ReferenceVerdict] = field(default_factory=list)

    @property
    def key(self) -> RuleKey:
        """What the rule in this scope is known by."""
        return book_key(DATA_RULE, self.scope)

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return missing data for the trades in what is not in order; nothing for an idle account."""
        own = [trade for trade in done.trades if trade.account == self.scope.account]
        if not own or done.setting.book.absent == "no_value":
            return self._silent
        lame = frozenset(trade.number for trade in own if not self._is_in_order(trade.symbol))
        if lame:
            return [self._told(lame)]
        if not self._passes:
            self._passes.append(self._told(lame))
        return self._passes

    def _is_in_order(self, symbol: Symbol) -> bool:
        first = self.settings[0]
        book, account = first.book, self.scope.account
        assert account is not None
        row, price = book.securities[symbol], book.prices.get(symbol)
        if symbol in book.doubts or not (row.asset_class and row.instrument):
            return False
        if price is None:
            return False
        if (
            first.market.unit(account, symbol) is None
            and first.old_worths.market.unit(account, symbol) is None
        ):
            return False
        asks = any(own.market.takes_old for own in self.settings)
        return asks or (book.as_of - price.date).days <= STALE_DAYS

    def _response(self) -> Response:
        said = [own.policy.missing for own in self.settings]
        return max(said, key=lambda r: RANKS.index(r.kind) if r.kind in RANKS else -1)

    def _told(self, lame: frozenset[int]) -> ReferenceVerdict:
        outcome = Outcome.MISSING_DATA if lame else Outcome.PASS
        decision = on_missing(self._response(), lame)
        return told_of_book(DATA_RULE, self.scope, outcome, trades=lame, decision=decision)
