"""What sales and purchases of today would come to, in print for a person at a terminal."""

from engine.ledger.ahead import SaleAhead
from engine.ledger.ahead_list import ListAhead, PurchaseAhead
from reports import words


def ahead_text(
    sales: tuple[SaleAhead, ...], purchases: tuple[PurchaseAhead, ...], listed: ListAhead | None
) -> str:
    """Return the lots about which there is something to say, buying back, and a list where one is given."""
    parts = [_list(listed) if listed is not None else "", _sales(sales), _purchases(purchases)]
    return "\n\n".join(part for part in parts if part)


def _sales(sales: tuple[SaleAhead, ...]) -> str:
    told = [one for one in sales if one.advice or one.gain < 0]
    if not told:
        return "  sold today, no lot has a loss, and none waits for its term"
    lines = [
        f"  {'sold today':<14}{'account':<12}{'symbol':<8}{'shares':>10}{'gain':>14}  {'term':<6}"
        f"{'disallowed':>13}{'for good':>12}{'a share':>10}  {'safe from':<12}long from"
    ]
    for one in told:
        lines.append(
            f"  {one.lot:<14}{one.account:<12}{one.symbol:<8}{words.quantity(one.quantity):>10}"
            f"{words.money(one.gain):>14}  {one.term or '':<6}{words.money(one.disallowed):>13}"
            f"{words.money(one.permanently_disallowed):>12}{words.money(one.disallowed_per_share):>10}  "
            f"{one.safe_from or 'no day'!s:<12}{one.long_from}"
        )
        lines += [f"    {advice}" for advice in one.advice]
    return "\n".join(lines)


def _purchases(purchases: tuple[PurchaseAhead, ...]) -> str:
    if not purchases:
        return "  bought today, nothing meets a loss of the last 30 days in the records given"
    lines = ["  bought today"]
    for one in purchases:
        lost = ", all of it for good" if one.permanently_disallowed == one.disallowed else ""
        lines.append(
            f"    {words.quantity(one.quantity)} {one.symbol} in {one.account}: disallows "
            f"{words.money(one.disallowed)} of {', '.join(one.losses)}{lost}, "
            f"{words.money(one.disallowed_per_share)} a share"
        )
        lines += [f"      {advice}" for advice in one.advice]
    return "\n".join(lines)


def _list(listed: ListAhead) -> str:
    lines = ["  the list, done today"]
    for one in listed.trades:
        trade = one.trade
        gain = "" if one.gain is None else f"gain {words.money(one.gain)}, "
        lines.append(
            f"    {trade.number} {trade.side.value.replace('_', ' ')} {words.quantity(trade.quantity)} "
            f"{trade.symbol} in {trade.account}: {gain}disallowed {words.money(one.disallowed)}, of that for "
            f"good {words.money(one.permanently_disallowed)}, {words.money(one.disallowed_per_share)} a share"
        )
        lines += [
            f"      with {words.quantity(part.quantity)} of {part.lot} in {part.account}, {part.acquired}"
            for part in one.meets
            if part.lot != f"trade {trade.number}"
        ]
    lines += [f"    {number} has no price, or is not modelled" for number in listed.unsettled]
    if listed.safe_from is None:
        lines.append("    on no day would all of it be allowed: the list replaces what it sells")
    else:
        lines.append(f"    nothing of it is disallowed from {listed.safe_from}")
    return "\n".join(lines)
