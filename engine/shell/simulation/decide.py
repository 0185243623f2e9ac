"""A look of the monitor, and what follows: a proposal, a gate of its own, fills at the day's close.

    findings harvest 3, rebalance 1  ->  harvest losses, then move to the targets
    each list is put to a gate over a book opened afresh; what does not pass is not traded, and counted
    after the fills the monitor looks again: a breach that these trades brought about is counted too

An account without a `rebalance` statement is proposed for at every look, its losses with the rest.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.money import cents_half_up
from engine.facts.trades import Side
from engine.facts.transactions import Transaction, TransactionType
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from engine.gate.verdict import Decision as Verdicted
from engine.ledger.book import open_book
from engine.shell.monitoring.judging import Judged, Question, judge_day
from engine.shell.simulation.job import Job
from engine.shell.simulation.state import Decision, State
from optimizer.proposal import Proposal, ProposedTrade
from optimizer.propose import propose
from optimizer.settings import Intent
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground

BASIS_POINTS = Decimal(10_000)
_UNNAMED = TransactionId("")


def look(job: Job, state: State, day: date, *, since: date | None) -> Judged:
    """Return what the monitor finds on a day."""
    question = Question(rulebook=job.rulebook, day=day, inference=job.inference, since=since, second=False)
    return judge_day(job.records_on(state, day), question, part_accounts=len(job.records.accounts))


def act(job: Job, state: State, day: date, *, since: date | None) -> None:
    """Look, and do what the findings call for."""
    judged = look(job, state, day, since=since)
    kinds = Counter(finding.kind for finding in judged.findings)
    state.looks += 1
    for kind, count in sorted(kinds.items()):
        state.findings[kind] = state.findings.get(kind, 0) + count
    for finding in judged.findings:
        if finding.kind == "data" and finding.symbol is not None:
            state.held_back[finding.symbol] = state.held_back.get(finding.symbol, 0) + 1
    traded = False
    for intent in wanted(job, kinds):
        traded = ask(job, state, day, intent) or traded
    if traded:
        after = look(job, state, day, since=day - timedelta(days=1))
        _note_active(state, after)
        state.mismatches += tuple(mismatches(job, state, day))


def wanted(job: Job, kinds: Counter[str]) -> Iterator[Intent]:
    """Yield what the findings call for, in the order in which it is asked."""
    policies = job.rulebook.policies
    if not any(policy.rebalances for policy in policies):
        yield Intent()
        return
    if job.run.harvest and kinds["harvest"]:
        yield Intent(kind="harvest")
    if kinds["rebalance"]:
        yield Intent(anyway=True)


def ask(job: Job, state: State, day: date, intent: Intent) -> bool:
    """Ask for a list, gate it afresh, and fill it where it passes; return whether anything was traded."""
    laid = ground_on(job, state, day)
    opened = OpenBook(laid)
    proposal = propose(
        laid,
        accounts=laid.accounts,
        intent=intent,
        settings=job.settings,
        judge=lambda trades: judge(opened, trades, engine=job.inference, explained=False),
    )
    rejected = _rejected(job, state, day, proposal)
    fills = [] if rejected else [_fill(job, row, day) for row in proposal.trades]
    state.decisions.append(_decision(proposal, day, rejected))
    for fill in fills:
        state.add(_named(fill, state))
    return bool(fills)


def ground_on(job: Job, state: State, day: date) -> GroundBook:
    """Return the rulebook laid out over the household's book of a day, costs of trading set aside."""
    records = job.records_on(state, day, reserved=True)
    book = open_book(records, as_of=day, reading=job.rulebook.tax, explained=False)
    return ground(job.rulebook, book)


def _rejected(job: Job, state: State, day: date, proposal: Proposal) -> tuple[str, ...]:
    """Return why a gate over a book opened afresh does not pass the finished list; empty: it does."""
    if not proposal.trades:
        return ()
    listed = tuple(row.trade for row in proposal.trades)
    answer = judge(OpenBook(ground_on(job, state, day)), listed, engine=job.inference, explained=False)
    if answer.fault is not None:
        return (f"fault: {answer.fault.reason}",)
    if answer.decision.rank <= Verdicted.WARN.rank:
        return ()
    return tuple(sorted({v.rule for v in answer.verdicts if v.decision.rank > Verdicted.WARN.rank}))


def _decision(proposal: Proposal, day: date, rejected: tuple[str, ...]) -> Decision:
    sales = [row for row in proposal.trades if row.trade.side is Side.SELL]
    done = Decimal(0 if rejected else 1)
    total = proposal.objective.total
    base = proposal.before.net_assets
    return Decision(
        day=day,
        intent=proposal.intent,
        status=proposal.status.value,
        rounds=proposal.rounds,
        gap=proposal.gap,
        trades=len(proposal.trades),
        bought=done * sum((row.value for row in proposal.trades if row.trade.side is Side.BUY), Decimal(0)),
        sold=done * sum((row.value for row in sales), Decimal(0)),
        harvested=done * sum((-row.gain for row in sales if row.gain and row.gain < 0), Decimal(0)),
        rejected=rejected,
        active=(),
        conflict=tuple(row.words for row in proposal.conflict),
        bound=None if proposal.gap is None else total - cents_half_up(proposal.gap * base / BASIS_POINTS),
        total=total,
    )


# ------------------------------------------------------------------ fills


def _fill(job: Job, row: ProposedTrade, day: date) -> Transaction:
    trade = row.trade
    amount = cents_half_up(trade.quantity * row.price)
    is_buy = trade.side is Side.BUY
    return Transaction(
        id=_UNNAMED,
        date=day,
        account=trade.account,
        type=TransactionType.BUY if is_buy else TransactionType.SELL,
        symbol=trade.symbol,
        quantity=trade.quantity,
        price=row.price,
        amount=amount,
        fees=cents_half_up(amount * job.study.cost_bps / BASIS_POINTS),
        order=f"{day:%Y%m%d}-{trade.account}-{trade.side.value}-{trade.symbol}",
        lots=() if trade.lot is None else ((trade.lot, trade.quantity),),
    )


def _named(row: Transaction, state: State) -> Transaction:
    return replace(row, id=state.next_id())


# ------------------------------------------------------------------ afterwards


def _note_active(state: State, after: Judged) -> None:
    """Note with the last decision the breaches that the day's trades brought about."""
    active = tuple(sorted({row.message for row in after.findings if row.breach == "active"}))
    if active:
        state.decisions[-1] = replace(state.decisions[-1], active=active)


def mismatches(job: Job, state: State, day: date) -> Iterator[str]:
    """Yield where the lots that the ledger replays are not the shares that were traded."""
    book = open_book(job.records_on(state, day), as_of=day, reading=job.rulebook.tax, explained=False)
    open_lots: dict[tuple[AccountId, Symbol], Decimal] = {}
    for lot in book.lots:
        place = (lot.account, lot.symbol)
        open_lots[place] = open_lots.get(place, Decimal(0)) + lot.quantity
    for place in sorted(open_lots.keys() | state.held.keys()):
        mine, ledgers = state.held.get(place, Decimal(0)), open_lots.get(place, Decimal(0))
        if mine != ledgers:
            yield f"{day.isoformat()} {place[0]} {place[1]}: {mine} traded, {ledgers} in lots"
