"""Why each trade, and why not another, as plain text."""

from optimizer.proposal import Proposal, ProposedTrade, Reason
from optimizer.why import WhyNot
from reports import words


def why_text(proposal: Proposal, *, symbols: tuple[str, ...] = ()) -> str:
    """Return the parts of each trade, then what they add up to."""
    rows = [row for row in proposal.trades if not symbols or row.trade.symbol in symbols]
    parts = [_head(proposal), *(_trade(row, proposal.currency) for row in rows)]
    if symbols and not rows:
        parts.append(f"  no trade of {', '.join(symbols)}; ask `guardband why-not {symbols[0]}`")
    parts.append(_sum(proposal, rows))
    parts.extend(f"  note: {note}" for note in proposal.notes)
    return "\n\n".join(parts)


def _head(proposal: Proposal) -> str:
    worth = words.money(abs(proposal.improvement))
    told = "is worth" if proposal.improvement >= 0 else "costs"
    return (
        f"{proposal.status.value}: the list {told} {worth} {proposal.currency} against doing nothing "
        f"({words.plural(len(proposal.trades), 'trade')})\n  asked: {proposal.intent}"
    )


def _trade(row: ProposedTrade, currency: str) -> str:
    trade = row.trade
    lot = f", lot {trade.lot}" if trade.lot else ""
    lines = [
        f"  {trade.side.value} {words.quantity(trade.quantity)} {trade.symbol} in {trade.account}{lot}: "
        f"{words.signed(row.total, places=2)} {currency} on {words.money(row.value)}"
    ]
    lines += [_part(part) for part in row.reasons]
    if row.tax or row.later:
        lines.append(
            f"    of which tax now {words.money(row.tax)}; later, at the long-term rate, "
            f"{words.signed(row.later, places=2)}"
        )
    lines += [_part(part, sign=-1) for part in row.charges]
    if row.margin is not None:
        lines.append(f"    worse without it by {words.money(row.margin)}, what rules charge taken off")
    return "\n".join(lines)


def _part(part: Reason, *, sign: int = 1) -> str:
    rule = f" ({part.rule})" if part.rule else ""
    amount = words.signed(sign * part.amount, places=2) if part.amount else ""
    return f"    {part.what + rule:<58}{amount:>14}".rstrip()


def _sum(proposal: Proposal, rows: list[ProposedTrade]) -> str:
    nothing, done = proposal.doing_nothing.total, proposal.objective.total
    left = len(proposal.trades) - len(rows)
    more = f" (of {words.plural(left, 'other trade')} too)" if left else ""
    return (
        f"  all parts{more} come to {words.signed(proposal.improvement, places=2)}: doing nothing costs "
        f"{words.money(nothing)}, the list {words.money(done)} {proposal.currency}"
    )


def why_not_text(symbol: str, found: tuple[WhyNot, ...], *, currency: str) -> str:
    """Return why a security is not traded, by account and side."""
    lines = []
    for row in found:
        rule = f" ({row.rule})" if row.rule else ""
        lines.append(f"{row.account}, {row.side} {symbol}: {row.words}{rule}")
        lines += [_part(part) for part in row.parts]
        if row.margin is not None:
            lines.append(f"    {'together, given up':<58}{words.signed(row.margin, places=2):>14} {currency}")
    return "\n".join(lines)
