"""The trades: each with why it is proposed, in money, and with what the gate decided."""

from dataclasses import dataclass
from decimal import Decimal

from engine.facts.ids import AccountId
from engine.gate.verdict import TradeDecision
from optimizer.proposal import Proposal, ProposedTrade
from reports import words
from reports.page import Section, fill
from reports.review import Review
from reports.sections.verdicts import MARKS


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """One trade, worded; `proposed` is None where the list was given."""

    decision: TradeDecision
    proposed: ProposedTrade | None
    mark: str
    css: str
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTrades:
    """The trades of one account with their totals."""

    account: AccountId
    kind: str
    rows: tuple[TradeRow, ...]
    sold: Decimal
    bought: Decimal
    gain: Decimal
    tax: Decimal


def section(review: Review) -> Section:
    """Return the trades section."""
    proposed = {row.trade.number: row for row in review.proposal.trades} if review.proposal else {}
    accounts: dict[AccountId, list[TradeRow]] = {}
    for decision in review.answer.trades:
        accounts.setdefault(decision.trade.account, []).append(
            _row(decision, proposed.get(decision.trade.number))
        )
    groups = tuple(_account(review, account, tuple(rows)) for account, rows in sorted(accounts.items()))
    first = "Nothing is proposed."
    if groups:
        first = "Each trade stands with the money it earns or costs, and with the gate’s decision on it."
    return Section(
        anchor="trades",
        title="Proposed trades" if review.proposal else "The list",
        first=first,
        body=fill(
            "trades.html.j2",
            groups=groups,
            proposal=review.proposal,
            whys=() if review.proposal is None else whys(review.proposal),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One kind of reason over all trades; the amounts of all kinds add up to the change of the objective."""

    what: str
    rule: str | None
    trades: int
    amount: Decimal


def whys(proposal: Proposal) -> tuple[Why, ...]:
    """Return why these trades: what all reasons of one kind come to, the largest first."""
    found: dict[tuple[str, str | None], list[Decimal]] = {}
    for row in proposal.trades:
        for item in row.reasons:
            found.setdefault((item.what, item.rule), []).append(item.amount)
    rows = (
        Why(what=what, rule=rule, trades=len(amounts), amount=sum(amounts, Decimal(0)))
        for (what, rule), amounts in found.items()
    )
    return tuple(sorted(rows, key=lambda row: (-abs(row.amount), row.what, row.rule or "")))


def _row(decision: TradeDecision, proposed: ProposedTrade | None) -> TradeRow:
    mark, css = MARKS[decision.decision]
    if proposed is None:
        told = decision.trade.reason or ""
    else:
        told = "; ".join(
            (f"{item.what} {words.signed(item.amount, places=2)}" if item.amount else item.what)
            + (f" ({item.rule})" if item.rule else "")
            for item in proposed.reasons
        )
        told += f" = {words.signed(proposed.total, places=2)}"
    return TradeRow(decision=decision, proposed=proposed, mark=mark, css=css, reasons=told)


def _account(review: Review, account: AccountId, rows: tuple[TradeRow, ...]) -> AccountTrades:
    proposed = [row.proposed for row in rows if row.proposed is not None]
    facts = review.ground.book.accounts[account]
    return AccountTrades(
        account=account,
        kind=f"{facts.kind.replace('_', ' ')}, {facts.owner}",
        rows=rows,
        sold=sum((row.value for row in proposed if row.trade.side.sign < 0), Decimal(0)),
        bought=sum((row.value for row in proposed if row.trade.side.sign > 0), Decimal(0)),
        gain=sum((row.gain for row in proposed if row.gain is not None and row.term), Decimal(0)),
        tax=sum((row.tax for row in proposed), Decimal(0)),
    )
