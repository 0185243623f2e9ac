"""A proposal as the plain data of the `rebalance` answer: text for every number, keys in fixed order.

The gate's answer is worded by the gate; the caller hands its form in.
"""

from decimal import Decimal

from dsl.policy import Citation
from engine.facts.money import plain
from optimizer.proposal import (
    AccountChange,
    AccountFigures,
    Asked,
    Binding,
    Change,
    ClassFigure,
    Conflict,
    Objective,
    Proposal,
    ProposedTrade,
    Reason,
    Relaxation,
    Removal,
)

Data = dict[str, object]
"""An object of the answer; values are text, numbers, None, lists and further objects."""


def proposal_data(proposal: Proposal, *, gate: Data | None, command: str = "rebalance") -> Data:
    """Return the whole answer; `gate` is the gate's own answer object for the same list."""
    return {
        "schema": f"guardband/{command}/1",
        "as_of": proposal.as_of.isoformat(),
        "status": proposal.status.value,
        "intent": proposal.intent,
        "currency": proposal.currency,
        "asked": [_asked(row) for row in proposal.asked],
        "trades": [_trade(number, row) for number, row in enumerate(proposal.trades, start=1)],
        "objective": _objective(proposal.objective),
        "doing_nothing": _objective(proposal.doing_nothing),
        "gap": _optional(proposal.gap),
        "rounds": proposal.rounds,
        "binding": [_binding(row) for row in proposal.binding],
        "removals": [_removal(row) for row in proposal.removals],
        "tax_at": [{"points": str(row.points), "tax": plain(row.tax)} for row in proposal.tax_at],
        "conflict": [_conflict(row) for row in proposal.conflict],
        "relaxations": [_relaxation(row) for row in proposal.relaxations],
        "let_go": list(proposal.let_go),
        "gate": gate,
        "before": _figures(proposal.before),
        "after": _figures(proposal.after),
        "accounts": [_change(row) for row in proposal.accounts],
        "assumptions": [
            {"name": row.name, "value": row.value, "words": row.words} for row in proposal.assumptions
        ],
        "notes": list(proposal.notes),
        "changes": [_changed(row) for row in proposal.changes],
    }


def _asked(row: Asked) -> Data:
    return {
        "what": row.what,
        "asked": plain(row.asked),
        "bound": "at least" if row.least else "at most",
        "reached": plain(row.reached),
        "kept": row.kept,
    }


def _changed(row: Change) -> Data:
    trade = row.trade
    return {
        "trade": trade.number,
        "account": trade.account,
        "side": trade.side.value,
        "symbol": trade.symbol,
        "from": plain(trade.quantity),
        "to": plain(row.after),
        "rules": list(row.rules),
    }


def _trade(number: int, row: ProposedTrade) -> Data:
    trade = row.trade
    return {
        "trade": number,
        "account": trade.account,
        "side": trade.side.value,
        "symbol": trade.symbol,
        "quantity": plain(trade.quantity),
        "lot": trade.lot,
        "price": plain(row.price),
        "value": plain(row.value),
        "gain": _optional(row.gain),
        "term": row.term,
        "tax": plain(row.tax),
        "reasons": [_reason(reason) for reason in row.reasons],
        "tax_later": plain(row.later),
        "charges": [_reason(reason) for reason in row.charges],
        "margin": _optional(row.margin),
    }


def _reason(reason: Reason) -> Data:
    return {"what": reason.what, "rule": reason.rule, "amount": plain(reason.amount)}


def _objective(objective: Objective) -> Data:
    return {
        "drift": plain(objective.drift),
        "tax": plain(objective.tax),
        "cost": plain(objective.cost),
        "total": plain(objective.total),
    }


def _binding(row: Binding) -> Data:
    return {
        "rule": row.rule,
        "group": row.group,
        "price": plain(row.price),
        "unit": row.unit,
        "because": _citations(row.because),
        "words": row.words,
    }


def _removal(row: Removal) -> Data:
    return {
        "rule": row.rule,
        "title": row.title,
        "because": _citations(row.because),
        "cost": plain(row.amount),
        "bps": plain(row.bps),
        "at_least": plain(row.low),
        "at_most": _optional(row.high),
    }


def _conflict(row: Conflict) -> Data:
    return {"rule": row.rule, "group": row.group, "because": _citations(row.because), "words": row.words}


def _relaxation(row: Relaxation) -> Data:
    return {
        "rule": row.rule,
        "words": row.words,
        "amount": plain(row.amount),
        "unit": row.unit,
        "limit": _optional(row.limit),
        "relaxed": _optional(row.relaxed),
    }


def _citations(because: tuple[Citation, ...]) -> list[Data]:
    return [{"source": cite.source, "clause": cite.clause, "quote": cite.quote} for cite in because]


def _figures(figures: AccountFigures) -> Data:
    return {
        "net_assets": plain(figures.net_assets),
        "cash": plain(figures.cash),
        "drift": plain(figures.drift),
        "tracking_error": _optional(figures.tracking_error),
        "unrealized_gain": plain(figures.unrealized_gain),
        "classes": [_class(row) for row in figures.classes],
    }


def _class(row: ClassFigure) -> Data:
    return {
        "class": row.name,
        "weight": plain(row.weight),
        "target": _optional(row.target),
        "low": _optional(row.low),
        "high": _optional(row.high),
    }


def _change(row: AccountChange) -> Data:
    return {"account": row.account, "before": _figures(row.before), "after": _figures(row.after)}


def _optional(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
