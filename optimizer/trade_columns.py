"""The columns of one given trade in the program of `nearest_list`: how much of it is kept, lot by lot.

quantity = given * (1 - touched) + step * steps, and a touched trade without steps is dropped
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.facts.trades import Trade
from optimizer.scale import as_float
from optimizer.solvers.mixed import MixedProgram
from rulebooks.forms import Term, TermKind
from rulebooks.ground import PerTrade
from rulebooks.state import BookState


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Shares of one lot that a sale would take, in the order in which it takes them."""

    shares: Fraction
    deltas: Mapping[Term, Fraction]  # for each share


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The columns of one trade: quantity = given * (1 - touched) + step * steps."""

    touched: int
    steps: int
    dropped: int
    given: float
    step: float
    pieces: tuple[tuple[int, Piece], ...]

    @property
    def most(self) -> float:
        """The largest quantity of a touched trade."""
        count = -(-self.given // self.step) - 1
        return max(0.0, count * self.step)

    def quantity(self, factor: float) -> dict[int, float]:
        """Return `factor` times the quantity less what was given, as coefficients."""
        return {self.touched: -factor * self.given, self.steps: factor * self.step}


def merge(terms: dict[int, float], more: Mapping[int, float]) -> None:
    """Add coefficients to `terms`."""
    for column, amount in more.items():
        terms[column] = terms.get(column, 0.0) + amount


def add_ticket(program: MixedProgram, own: Own, rule: PerTrade, trade: Trade, state: BookState) -> None:
    """Add a rule for each trade: a touched trade is dropped or between its bounds."""
    if rule.account != trade.account or rule.closing == "only" or trade.symbol in rule.moving:
        return
    if rule.members.get((trade.symbol, trade.side)) is not True or trade.symbol in rule.missing:
        return
    unit = (
        Fraction(1)
        if rule.measure is TermKind.TRADE_QUANTITY
        else state.unit_value(trade.account, trade.symbol)
    )
    low, high = rule.bounds.get(trade.symbol, (None, None))
    if not unit:
        return
    if low is not None:
        least = as_float(low / unit)
        program.row({own.steps: own.step, own.touched: -least, own.dropped: least}, low=-own.step / 1000)
    if high is not None:
        most = as_float(high / unit)
        program.row(own.quantity(1.0), high=most - own.given + own.step / 1000)
