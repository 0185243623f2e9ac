"""Tickets: the smallest and largest trade in a security that the rules for each trade allow.

limit trade_value to at least 1,000 USD, to at most 1% of net_assets (2,000,000)   1,000 to 20,000
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side
from optimizer.locks import force_of, response_force
from rulebooks.forms import Form, Least, Linear, Most, Term, TermKind
from rulebooks.ground import GroundBook, PerTrade
from rulebooks.state import BookState

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Sizes that the rules for each trade allow, in money; most None: no largest."""

    least: Fraction = ZERO
    most: Fraction | None = None
    closing_exempt: bool = False  # a sale of all that is held may be smaller


def tickets_of(ground: GroundBook) -> Mapping[AccountId, tuple[PerTrade, ...]]:
    """Return the rules for each trade that apply, by account."""
    found: dict[AccountId, tuple[PerTrade, ...]] = {}
    for rule in ground.per_trade:
        if rule.standing == "applies" and not (rule.waiver is not None and rule.waived is None):
            found[rule.account] = (*found.get(rule.account, ()), rule)
    return found


def tighter(
    ticket: Ticket, rule: PerTrade, symbol: Symbol, side: Side, unit: Fraction, state: BookState
) -> Ticket:
    """Return the ticket with one rule added; unknown figures close the ticket altogether."""
    member = rule.members.get((symbol, side), False)
    if member is False or rule.closing == "only":
        return ticket
    missing = member is None or symbol in rule.missing
    if missing:
        closes = response_force((rule.rule.rule.missing,)) != "none"
        return replace(ticket, most=ZERO) if closes else ticket
    if force_of(rule.rule.rule) == "none":
        return ticket
    low, high = rule.bounds.get(symbol, (None, None))
    moving = rule.moving.get(symbol)
    if moving is not None:
        # a part of what the list itself moves: the widest that any list can make it; rows say the rest
        low = low if moving.low is None else highest(moving.low, state)
        high = high if moving.high is None else highest(moving.high, state)
        if low is None and moving.low is not None:
            return replace(ticket, most=ZERO)
    scale = unit if rule.measure.value == "trade_quantity" else Fraction(1)
    least, most, exempt = ticket.least, ticket.most, ticket.closing_exempt
    if low is not None and low * scale > least:
        least, exempt = low * scale, rule.closing == "excluded"
    if high is not None:
        most = high * scale if most is None else min(most, high * scale)
    return Ticket(least=least, most=most, closing_exempt=exempt)


def highest(form: Form, state: BookState) -> Fraction | None:
    """Return what no list without borrowing can take a form above; None where that is not known.

    Values and cash share the net assets of their accounts, which trades at the book's prices leave as
    they are: 1% of equities is at most 1% of net assets, and the smaller of that and 3,000 at most 3,000.
    """
    match form:
        case Linear():
            return _highest_sum(form, state)
        case Least():
            return min(
                (top for part in form.parts if (top := highest(part, state)) is not None), default=None
            )
        case Most():
            tops = [top for part in form.parts if (top := highest(part, state)) is not None]
            return max(tops) if len(tops) == len(form.parts) else None
        case _:
            return None


def _highest_sum(form: Linear, state: BookState) -> Fraction | None:
    total = form.constant
    best: dict[AccountId, Fraction] = {}
    for read, factor in form.terms:
        if read.kind is TermKind.NET_ASSETS:
            total += factor * state(read)
        elif read.kind in (TermKind.VALUE, TermKind.CASH):
            best[read.account] = max(best.get(read.account, ZERO), factor)
        else:
            return None
    whole = (best[account] * state(Term(TermKind.NET_ASSETS, account)) for account in best)
    return total + sum(whole, ZERO)
