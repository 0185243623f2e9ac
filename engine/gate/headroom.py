"""How much of a security may be bought or sold today, and which rule stops the next share.

Asked of one trade alone on the book as it stands. The closed form gives a quantity; the gate is the
judge of it: the quantity itself must pass and one step more must be stopped, else the gate is asked at
further quantities until both hold.

    value(ACME) 49,000 of at most 50,000, price 100: buy at most 10, then IPS-4.1
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from engine.facts.failure import InputErrors
from engine.facts.ids import AccountId, Symbol
from engine.facts.money import plain
from engine.facts.trades import Side, Trade
from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge
from engine.gate.measure import Listed, OpenBook
from engine.gate.remedy import max_quantity
from engine.gate.resized import resized_trade
from engine.gate.sizing import FINEST, step_of
from engine.gate.verdict import Decision, GateAnswer, Verdict
from engine.ledger.payment import cash_standing
from rulebooks.state import ZERO

SIDES = (Side.BUY, Side.SELL)

_DOUBLINGS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What stops a quantity just beyond the largest: one verdict, in short."""

    rule: str
    policy: str | None
    decision: Decision
    reason: str
    at: Fraction  # the quantity that it stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The largest quantity of one trade that passes.

    quantity: shares, a multiple of `step`; None: nothing bounds it. value: money at the book's price,
    None with `quantity` or without a price. stops: what speaks against `quantity + step` (where nothing
    passes, against the smallest ticket allowed), empty where nothing does. refused: why the trade cannot
    be judged at all.
    """

    account: AccountId
    symbol: Symbol
    side: Side
    quantity: Fraction | None
    step: Fraction
    value: Fraction | None
    currency: str
    stops: tuple[Stop, ...] = ()
    refused: str | None = None


def headroom(
    opened: OpenBook,
    *,
    engine: InferenceEngine,
    symbols: Iterable[Symbol] = (),
    accounts: Iterable[AccountId] = (),
    sides: Iterable[Side] = SIDES,
) -> tuple[Room, ...]:
    """Return the room of every trade asked for, by account, security and side.

    symbols: none named: what each account holds. accounts: none named: all that a policy governs.
    """
    wanted, chosen = tuple(symbols), tuple(accounts) or opened.ground.accounts
    asked = [
        (account, symbol, side)
        for account in chosen
        for symbol, side in product(wanted or opened.state.held(account), tuple(sides))
    ]
    return tuple(_room(opened, engine, *one) for one in asked)


def _room(opened: OpenBook, engine: InferenceEngine, account: AccountId, symbol: Symbol, side: Side) -> Room:
    trade = Trade(number=1, account=account, side=side, symbol=symbol, quantity=Decimal(1))
    try:
        listed = opened.listed((trade,))
    except InputErrors as problems:
        refused = "; ".join(problem.reason for problem in problems.problems)
        return Room(
            account=account,
            symbol=symbol,
            side=side,
            quantity=ZERO,
            step=Fraction(1),
            value=None,
            currency=opened.currency,
            refused=refused,
        )
    step = step_of(listed, trade)
    asked = _Asked(opened, engine, trade, step or FINEST)
    most = asked.largest(_closed_form(listed, trade, step))
    unit = opened.state.unit_value(account, symbol)
    return Room(
        account=account,
        symbol=symbol,
        side=side,
        quantity=most,
        step=asked.step,
        value=None if most is None or unit is None else most * unit,
        currency=opened.currency,
        stops=() if most is None else asked.stops_beyond(most),
    )


def _closed_form(listed: Listed, trade: Trade, step: Fraction | None) -> Fraction | None:
    most = max_quantity(listed, trade)
    return most if most is None or step is not None else most // FINEST * FINEST


class _Asked:
    """One trade at any quantity, put to the gate."""

    def __init__(self, opened: OpenBook, engine: InferenceEngine, trade: Trade, step: Fraction) -> None:
        self._opened, self._engine, self._trade = opened, engine, trade
        self.step = step
        self._answers: dict[Fraction, GateAnswer] = {}

    def _answer(self, quantity: Fraction) -> GateAnswer:
        known = self._answers.get(quantity)
        if known is None:
            trade = resized_trade(self._trade, quantity)
            known = judge(self._opened, (trade,), engine=self._engine, explained=False)
            self._answers[quantity] = known
        return known

    def passes(self, quantity: Fraction) -> bool:
        """Return whether the gate lets the trade pass at this quantity; nothing at all always does."""
        if quantity == 0:
            return True
        answer = self._answer(quantity)
        return answer.fault is None and not answer.decision.stops

    def stops_beyond(self, most: Fraction) -> tuple[Stop, ...]:
        """Return what speaks against one step more; where nothing passes, against the smallest ticket."""
        first = most + self.step
        if most == 0 and (ticket := self._ticket(first)) > first:
            return self.stops(ticket)
        return self.stops(first)

    def stops(self, quantity: Fraction) -> tuple[Stop, ...]:
        """Return what speaks against this quantity, the worst first."""
        answer = self._answer(quantity)
        if answer.fault is not None:
            reason = answer.fault.reason
            return (Stop(rule="FAULT", policy=None, decision=Decision.BLOCK, reason=reason, at=quantity),)
        stopping = [verdict for verdict in answer.verdicts if _is_stopping(verdict)]
        ranked = sorted(stopping, key=lambda v: (-v.decision.rank, v.rule))
        return tuple(
            Stop(rule=v.rule, policy=v.policy, decision=v.decision, reason=v.reason, at=quantity)
            for v in ranked
        )

    def _ticket(self, quantity: Fraction) -> Fraction:
        """Return the smallest quantity that the limits on single trades allow."""
        lows = [
            quantity * v.low / v.after
            for v in self._answer(quantity).verdicts
            if v.measure.startswith("trade_") and v.low and v.after and v.after < v.low
        ]
        return -(-max(lows, default=quantity) // self.step) * self.step

    def largest(self, guess: Fraction | None) -> Fraction | None:
        """Return the largest quantity that passes, the guess where the gate confirms it."""
        if guess is None:
            guess = self.step * 2**_DOUBLINGS
            if self.passes(guess):
                return None
        if self.passes(guess):
            if not self.passes(guess + self.step):
                return guess
            high = self._beyond(guess + self.step)
            return None if high is None else self._between(guess + self.step, high)
        return self._between(ZERO, guess)

    def _beyond(self, quantity: Fraction) -> Fraction | None:
        """Return a quantity that is stopped, doubling; None where none is found."""
        for _ in range(_DOUBLINGS):
            quantity *= 2
            if not self.passes(quantity):
                return quantity
        return None

    def _between(self, low: Fraction, high: Fraction) -> Fraction:
        """Return the last quantity that passes between one that does and one that does not."""
        while high - low > self.step:
            middle = (low + high) / 2 // self.step * self.step
            low, high = (middle, high) if self.passes(middle) else (low, middle)
        return low


def _is_stopping(verdict: Verdict) -> bool:
    return bool(verdict.trades) and verdict.decision.stops


# ------------------------------------------------------------------ answers


def headroom_answer(opened: OpenBook, rooms: Iterable[Room]) -> dict[str, Any]:
    """Return the rooms as plain data: `guardband/headroom/1`."""
    rulebook = opened.ground.rulebook
    return {
        "schema": "guardband/headroom/1",
        "as_of": opened.book.as_of.isoformat(),
        "rulebook": {"id": rulebook.id, "version": rulebook.version, "hash": rulebook.hash},
        "cash": [_cash_data(opened, account) for account in opened.ground.accounts],
        "rooms": [_room_data(room) for room in rooms],
    }


def _cash_data(opened: OpenBook, account: AccountId) -> dict[str, Any]:
    told = cash_standing(opened.book, account)
    return {
        "account": account,
        "currency": opened.book.accounts[account].currency,
        "settled": figure_text(told.settled),
        "coming": [
            {"date": part.day.isoformat(), "amount": figure_text(part.amount), "what": part.what}
            for part in told.coming
        ],
    }


def _room_data(room: Room) -> dict[str, Any]:
    data: dict[str, Any] = {
        "account": room.account,
        "symbol": room.symbol,
        "side": room.side.value,
        "max_quantity": None if room.quantity is None else plain_quantity(room.quantity),
        "value": None if room.value is None else figure_text(room.value),
        "currency": room.currency,
        "rules": list(dict.fromkeys(stop.rule for stop in room.stops)),
        "stops": [
            {
                "rule": stop.rule,
                "policy": stop.policy,
                "decision": stop.decision.value,
                "reason": stop.reason,
                "at": plain_quantity(stop.at),
            }
            for stop in room.stops
        ],
    }
    if room.refused is not None:
        data["refused"] = room.refused
    return data


def plain_quantity(quantity: Fraction) -> str:
    """Return a quantity as text; it is a multiple of a millionth at the finest."""
    return plain(Decimal(quantity.numerator * 10**6 // quantity.denominator).scaleb(-6))


def headroom_text(opened: OpenBook, rooms: Iterable[Room]) -> str:
    """Return the rooms for people, account by account."""
    rulebook = opened.ground.rulebook
    named = f"{rulebook.id} {rulebook.version}".strip()
    lines = [f"Room to trade, one trade alone, {opened.book.as_of.isoformat()}  rulebook {named}"]
    account: AccountId | None = None
    for room in rooms:
        if room.account != account:
            account = room.account
            lines += ["", str(account), f"  cash {_cash_words(opened, account)}"]
        lines.append(f"  {room.side.value:<4} {room.symbol:<8} {_room_words(room)}")
    if account is None:
        lines.append("  nothing is held, and no security is named")
    return "\n".join(lines) + "\n"


def _cash_words(opened: OpenBook, account: AccountId) -> str:
    told, currency = cash_standing(opened.book, account), opened.book.accounts[account].currency
    coming = [f"; {people(p.amount, currency)} on {p.day.isoformat()} ({p.what})" for p in told.coming]
    return f"{people(told.settled, currency)} settled{''.join(coming)}"


def _room_words(room: Room) -> str:
    if room.refused is not None:
        return f"cannot be judged: {room.refused}"
    if room.quantity is None:
        return "any quantity"
    most = "none" if room.quantity == 0 else f"at most {plain_quantity(room.quantity)}"
    money = "" if not room.value else f" ({people(room.value, room.currency)})"
    if not room.stops:
        return f"{most}{money}"
    first = room.stops[0]
    others = list(dict.fromkeys(stop.rule for stop in room.stops if stop.rule != first.rule))
    more = f" (and {', '.join(others)})" if others else ""
    word = "needs approval by" if first.decision is Decision.APPROVAL else "is stopped by"
    next_one = "one" if first.at == room.step else "a ticket" if room.quantity == 0 else "one more"
    return f"{most}{money}; {next_one} {word} {first.rule}{more}: {first.reason}"
