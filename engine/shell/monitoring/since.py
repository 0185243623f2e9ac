"""Active or passive: what a breach would be without the trades since the day judged before.

The trades are undone as a list that the gate measures at today's prices:

    ACME 5.4% now; bought 50 this morning; without them 4.9%    -> active
    ACME 5.4% now; without the trades still 5.4%                -> passive: the market did it

Source: the definition of an active breach, read backwards: the headroom is below zero and was larger
without the trades. What trades do to a turnover cannot be undone by more trades: such a breach is passive.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.facts.transactions import TransactionType
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from engine.gate.verdict import GateAnswer, Outcome, Verdict
from engine.shell.monitoring.finding import verdict_key

_BOUGHT = frozenset({TransactionType.BUY, TransactionType.REINVEST, TransactionType.BUY_TO_COVER})
_SOLD = frozenset({TransactionType.SELL, TransactionType.SHORT_SELL})


def active_breaches(
    opened: OpenBook, answer: GateAnswer, *, engine: InferenceEngine, since: date | None
) -> frozenset[tuple[str, ...]]:
    """Return the keys of the breaches that trades after `since` (None: of the day) brought about."""
    now = {verdict_key(v): v for v in answer.verdicts if v.outcome is Outcome.BREACH}
    undone = _undone(opened, frozenset(_accounts(opened, now.values())), since)
    if not now or not undone:
        return frozenset()
    without = judge(opened, undone, engine=engine, explained=False, second=False)
    if without.fault is not None:
        return frozenset()
    before: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in without.verdicts:
        before.setdefault(verdict_key(verdict), []).append(verdict)
    return frozenset(key for key, verdict in now.items() if _is_worse(verdict, before.get(key, [])))


def _is_worse(now: Verdict, before: list[Verdict]) -> bool:
    """Return whether a breach is worse than without the trades; a ban on buying and holding tells two."""
    if not before or now.headroom is None:
        return False
    return all(verdict.headroom is not None and now.headroom < verdict.headroom for verdict in before)


def _accounts(opened: OpenBook, verdicts: Iterable[Verdict]) -> Iterator[AccountId]:
    for verdict in verdicts:
        if verdict.account is not None:
            yield verdict.account
        elif verdict.household is not None:
            yield from opened.book.household_accounts(verdict.household)


def _undone(opened: OpenBook, accounts: frozenset[AccountId], since: date | None) -> tuple[Trade, ...]:
    """Return the trades that undo what the accounts traded, one for each position."""
    book = opened.book
    edge = since if since is not None else book.as_of - timedelta(days=1)
    net: dict[tuple[AccountId, Symbol], Decimal] = {}
    for row in book.transactions or ():
        if row.date <= edge or row.account not in accounts or row.symbol is None or row.quantity is None:
            continue
        sign = 1 if row.type in _BOUGHT else -1 if row.type in _SOLD else 0
        place = (row.account, row.symbol)
        net[place] = net.get(place, Decimal(0)) + sign * row.quantity
    tradable = (
        (place, quantity)
        for place, quantity in sorted(net.items())
        if quantity and place[0] in opened.ground.accounts and opened.state.unit_value(*place) is not None
    )
    return tuple(
        Trade(
            number=number,
            account=account,
            side=Side.SELL if quantity > 0 else Side.BUY,
            symbol=symbol,
            quantity=abs(quantity),
        )
        for number, ((account, symbol), quantity) in enumerate(tradable, start=1)
    )
