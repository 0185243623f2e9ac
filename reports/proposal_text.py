"""A proposal in print: a sentence, the figures, the trades, what held them back."""

from decimal import Decimal

from optimizer.proposal import Asked, Proposal, ProposedTrade, Status
from reports import words
from reports.aims import is_aimed

_OPENING = {
    Status.OPTIMAL: "a list that the gate passes, and no other is better by more than the gap",
    Status.FEASIBLE: "a list that the gate passes",
    Status.NOTHING_TO_DO: "nothing to do",
    Status.INFEASIBLE: "no list can satisfy every rule",
}
_NEAREST = "the nearest list to the one given that the gate passes"


def proposal_text(proposal: Proposal) -> str:
    """Return the proposal as plain text."""
    parts = [_head(proposal), _figures(proposal)]
    if proposal.trades:
        parts.append(_trades(proposal))
    parts += [
        part
        for part in (
            _changes(proposal),
            _binding(proposal),
            _removals(proposal),
            _tax_at(proposal),
            _conflict(proposal),
            _notes(proposal),
        )
        if part
    ]
    return "\n\n".join(parts)


def _head(proposal: Proposal) -> str:
    gate = "" if proposal.gate is None else f"; the gate says {proposal.gate.decision.value}"
    count = words.plural(len(proposal.trades), "trade")
    is_nearest = proposal.status is Status.OPTIMAL and bool(proposal.changes)
    opening = _NEAREST if is_nearest else _OPENING[proposal.status]
    head = f"{proposal.status.value}: {opening} ({count}{gate})"
    return "\n".join((head, f"  asked: {proposal.intent}", *map(_asked, proposal.asked)))


def _asked(row: Asked) -> str:
    if row.what == "cash invested":
        return f"    {row.what} {words.money(row.reached)} of {words.money(row.asked)} asked for"
    bound = "at least" if row.least else "at most"
    kept = "" if row.kept else ", which is not reached"
    return f"    {row.what} {words.money(row.reached)}; {bound} {words.money(row.asked)} asked for{kept}"


def _figures(proposal: Proposal) -> str:
    before, after = proposal.before, proposal.after
    rows = (
        ("net assets", words.money(before.net_assets), words.money(after.net_assets)),
        ("cash", words.money(before.cash), words.money(after.cash)),
        *((("off target", _share(before.drift), _share(after.drift)),) if is_aimed(before) else ()),
        ("unrealized gain", words.money(before.unrealized_gain), words.money(after.unrealized_gain)),
    )
    lines = [f"  as of {words.day(proposal.as_of)}, {proposal.currency}{'before':>26}{'after':>16}"]
    lines += [f"  {name:<20}{left:>24}{right:>16}" for name, left, right in rows]
    told = proposal.objective
    lines.append(
        f"  objective            drift {words.money(told.drift)}, tax {words.money(told.tax)}, "
        f"cost {words.money(told.cost)}, total {words.money(told.total)}"
    )
    if not proposal.changes:  # a repair is measured by how near it is, not by what it is worth
        gap = "unknown" if proposal.gap is None else f"{words.money(proposal.gap)} bp of net assets"
        lines.append(f"  better than nothing  by {words.money(proposal.improvement)}; gap {gap}")
    return "\n".join(lines)


def _share(value: Decimal) -> str:
    return words.percent(100 * value)


def _trades(proposal: Proposal) -> str:
    lines = [
        f"  {'account':<12}{'side':<6}{'quantity':>10}  {'symbol':<8}{'value':>13}{'gain':>12}  {'term':<6}"
        f"{'tax':>11}  lot"
    ]
    lines += [_trade(row) for row in proposal.trades]
    return "\n".join(lines)


def _trade(row: ProposedTrade) -> str:
    gain = "" if row.gain is None else words.money(row.gain)
    tax = words.money(row.tax) if row.tax else ""
    trade = row.trade
    return (
        f"  {trade.account:<12}{trade.side.value:<6}{words.quantity(trade.quantity):>10}  {trade.symbol:<8}"
        f"{words.money(row.value):>13}{gain:>12}  {row.term or '':<6}{tax:>11}  {trade.lot or ''}"
    ).rstrip()


def _changes(proposal: Proposal) -> str:
    """Return what a repair made smaller, each with the rules that stopped it."""
    if not proposal.changes:
        return ""
    lines = ["  changed in the list as given"]
    for row in proposal.changes:
        trade = row.trade
        after = "dropped" if not row.after else f"only {words.quantity(row.after)}"
        lines.append(
            f"    trade {trade.number}, {trade.side.value} {words.quantity(trade.quantity)} {trade.symbol} "
            f"in {trade.account}: {after} ({', '.join(row.rules) or 'for the others'})"
        )
    return "\n".join(lines)


def _binding(proposal: Proposal) -> str:
    if not proposal.binding:
        return ""
    lines = ["  rules that held it back (worth of one unit more)"]
    for item in proposal.binding:
        clauses = "; ".join(
            f"{cite.source} {cite.clause}" + (f' "{cite.quote}"' if cite.quote else "")
            for cite in item.because
        )
        lines.append(
            f"    {item.rule} {item.words}: {words.money(item.price)} {proposal.currency} per {item.unit}"
        )
        if clauses:
            lines.append(f"      {clauses}")
    return "\n".join(lines)


def _removals(proposal: Proposal) -> str:
    """Return what each rule costs, found by solving without it."""
    if not proposal.removals:
        return ""
    lines = ["  what rules cost (the best list without the rule is better by; the costs do not add up)"]
    for row in proposal.removals:
        high = "" if row.high is None else f" to {words.money(row.high)}"
        lines.append(
            f"    {row.rule} {row.title}: {words.money(row.amount)} {proposal.currency}, "
            f"{words.money(row.bps)} bp (for certain {words.money(row.low)}{high})"
        )
    return "\n".join(lines)


def _tax_at(proposal: Proposal) -> str:
    """Return what the tax of the list depends on: the rates, 5 points less and more."""
    if not proposal.objective.tax:
        return ""
    told = [
        f"{words.money(row.tax)} at rates {abs(row.points)} points {_MORE[row.points > 0]}"
        for row in proposal.tax_at
    ]
    return f"  tax of the list {words.money(proposal.objective.tax)}; {', '.join(told)}"


_MORE = {False: "lower", True: "higher"}


def _conflict(proposal: Proposal) -> str:
    if not proposal.conflict:
        return ""
    lines = ["  these rules exclude each other"]
    lines += [f"    {item.rule} {item.words}" for item in proposal.conflict]
    lines += [f"    would be possible: {item.words}" for item in proposal.relaxations]
    return "\n".join(lines)


def _notes(proposal: Proposal) -> str:
    return "\n".join(f"  note: {note}" for note in proposal.notes)
