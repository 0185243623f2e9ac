"""Numbers, dates and durations: from what was written to exact values with a unit.

`5%` and `500 bps` are both 0.05, as a share and as basis points; `1,000 USD` is 1000 in USD.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from dsl import policy as p
from dsl import syntax as s
from dsl.check.context import Context

_MOST_DIGITS = 30
_UNITS = {
    "%": (p.Unit.SHARE, "e-2"),
    "points": (p.Unit.POINTS, "e-2"),
    "point": (p.Unit.POINTS, "e-2"),
    "bps": (p.Unit.BPS, "e-4"),
    "shares": (p.Unit.SHARES_HELD, ""),
    "": (p.Unit.NUMBER, ""),
}
_DURATIONS: dict[str, Literal["days", "business_days", "months", "years"]] = {
    "day": "days",
    "days": "days",
    "business_day": "business_days",
    "business_days": "business_days",
    "month": "months",
    "months": "months",
    "year": "years",
    "years": "years",
}


YEARS = range(1800, 3000)
"""The years that a mandate can speak of."""


def written(node: s.Literal) -> str:
    """Return a literal as the language writes it."""
    if node.unit in ("", "%"):
        return node.number + node.unit
    return f"{node.number} {node.unit}"


def number(ctx: Context, node: s.Literal) -> Decimal | None:
    """Return the bare number of a literal; None with a finding where it has too many digits."""
    digits = node.number.replace(",", "")
    if len(digits) > _MOST_DIGITS:
        ctx.add("E0110", f"this number has more than {_MOST_DIGITS} digits", node.span)
        return None
    return Decimal(digits)


def literal(ctx: Context, node: s.Literal) -> p.Amount | None:
    """Return a literal with its unit; None with a finding where it cannot be taken."""
    if number(ctx, node) is None:
        return None
    digits = node.number.replace(",", "")
    if node.unit in _DURATIONS:
        unit = p.Unit(_DURATIONS[node.unit])
        return p.Amount(value=Decimal(digits), unit=unit, written=written(node))
    if node.unit in _UNITS:
        unit, scale = _UNITS[node.unit]
        return p.Amount(value=Decimal(digits + scale), unit=unit, written=written(node))
    return p.Amount(value=Decimal(digits), unit=p.Unit.MONEY, written=written(node), currency=node.unit)


def money(ctx: Context, node: s.Literal) -> p.Amount | None:
    """Return an amount of money in the policy's currency; None with a finding otherwise."""
    amount = literal(ctx, node)
    if amount is None:
        return None
    if amount.unit is not p.Unit.MONEY:
        ctx.add(
            "E0302",
            f"`{amount.written}` is not an amount of money",
            node.span,
            help=f"write {node.number} {ctx.currency}" if amount.unit is p.Unit.NUMBER else None,
        )
        return None
    return amount if same_currency(ctx, amount, node) else None


def same_currency(ctx: Context, amount: p.Amount, node: s.Node) -> bool:
    """Return whether money is in the policy's currency; a finding where it is not."""
    if amount.currency in (None, ctx.currency):
        return True
    ctx.add(
        "E0304",
        f"`{amount.written}` is not in the policy's currency, {ctx.currency}",
        node.span,
        help=f"state it in {ctx.currency}; a mandate judges in one currency",
    )
    return False


def day(ctx: Context, node: s.Word | s.Day) -> date | None:
    """Return a date; None with a finding where the calendar has no such day or nobody traded on it."""
    try:
        found = date.fromisoformat(node.text)
    except ValueError:
        ctx.add("E0308", f"there is no day {node.text} in the calendar", node.span)
        return None
    if found.year not in YEARS:
        told = f"{node.text} lies outside the years {YEARS.start} to {YEARS.stop - 1}"
        ctx.add("E0308", told, node.span, help="write the year with its four digits, such as 2026")
        return None
    return found


def duration(ctx: Context, node: s.Literal) -> p.Duration | None:
    """Return a length of time; None with a finding where the unit or the number does not fit."""
    value = number(ctx, node)
    if value is None:
        return None
    unit = _DURATIONS.get(node.unit)
    if unit is None or value != int(value) or value < 0 or value > 100_000:
        ctx.add(
            "E0303",
            f"`{written(node)}` is not a length of time",
            node.span,
            help="write a whole number of days, business_days, months or years",
        )
        return None
    return p.Duration(count=int(value), unit=unit)


def interval(ctx: Context, node: s.Effective | None) -> tuple[date | None, date | None]:
    """Return the first and the last day of `effective from … until …`; None where unsaid."""
    if node is None:
        return None, None
    start = day(ctx, node.start)
    until = day(ctx, node.until) if node.until is not None else None
    if start is not None and until is not None and until < start:
        ctx.add("E0305", "the end lies before the beginning", node.span, help="exchange the two dates")
    return start, until
