"""Units as types: does a bound fit what it bounds?

`limit weight to at most 5 points` does not: a weight is a share, points are a difference of shares.
"""

from collections.abc import Set

from dsl import policy as p
from dsl.check.context import Context
from dsl.policy import Span, Unit

WORDS = {
    Unit.SHARE: "a share (in %)",
    Unit.POINTS: "a difference of shares (in points)",
    Unit.BPS: "basis points",
    Unit.MONEY: "an amount of money",
    Unit.SHARES_HELD: "a number of shares",
    Unit.DAYS: "a number of days",
    Unit.BUSINESS_DAYS: "a number of business days",
    Unit.MONTHS: "a number of months",
    Unit.YEARS: "a number of years",
    Unit.NUMBER: "a plain number",
    Unit.DATE: "a date",
    Unit.TEXT: "a text",
}
_RELATIVE = (Unit.SHARE, Unit.MONEY)


def unit_of(ctx: Context, amount: p.AnyAmount) -> Unit | None:
    """Return the unit of an amount; None where it is open (`N% of` a subject, a column not known)."""
    match amount:
        case p.Amount():
            return amount.unit
        case p.PercentOf():
            entry = ctx.catalogue.attributes.get(amount.name or "")
            return entry.unit if entry is not None and amount.name not in ctx.catalogue.bases else None
        case p.DataRef():
            return unit_of_name(ctx, amount.name)
        case p.Times():
            return unit_of(ctx, amount.of)
        case p.Smaller() | p.Greater():
            return unit_of(ctx, amount.parts[0]) or unit_of(ctx, amount.parts[1])


def unit_of_name(ctx: Context, name: str) -> Unit | None:
    """Return the unit of a figure or column by name; None where it is not known."""
    if name in ctx.catalogue.figures:
        return ctx.catalogue.figures[name].unit
    if name in ctx.catalogue.attributes:
        return ctx.catalogue.attributes[name].unit
    if ctx.schema is not None and name in ctx.schema.columns:
        return ctx.schema.columns[name]
    measure = ctx.catalogue.measures.get(name.removeprefix("benchmark_"))
    return measure.unit if measure is not None else None


def fits(ctx: Context, amount: p.AnyAmount, *, what: str, allowed: Set[Unit], span: Span) -> bool:
    """Return whether an amount may bound `what`; a finding where it may not."""
    match amount:
        case p.Smaller() | p.Greater():
            each = tuple(fits(ctx, part, what=what, allowed=allowed, span=span) for part in amount.parts)
            return all(each)
        case p.PercentOf() if unit_of(ctx, amount) is None:
            good = any(unit in allowed for unit in _RELATIVE)
            found = "a share of something else"
        case _:
            unit = unit_of(ctx, amount)
            good = unit is None or unit in allowed
            found = "" if unit is None else WORDS[unit]
    if good:
        return True
    _misfit(ctx, amount, what=what, allowed=allowed, found=found, span=span)
    return False


def _misfit(
    ctx: Context, amount: p.AnyAmount, *, what: str, allowed: Set[Unit], found: str, span: Span
) -> None:
    shown = _shown(amount)
    wanted = " or ".join(WORDS[unit] for unit in Unit if unit in allowed)
    if isinstance(amount, p.Amount) and amount.unit is Unit.NUMBER:
        ctx.add(
            "E0302",
            f"`{shown}` is a bare number where {wanted} is due",
            span,
            label=f"`{what}` needs a unit",
            help=_with_unit(shown, allowed, ctx.currency),
        )
        return
    help_ = None
    if isinstance(amount, p.Amount) and amount.unit in (Unit.POINTS, Unit.BPS) and Unit.SHARE in allowed:
        help_ = f"write {(amount.value * 100).normalize():f}% if a share is meant"
    elif isinstance(amount, p.Amount) and amount.unit is Unit.SHARE and Unit.POINTS in allowed:
        help_ = f"write {amount.written.rstrip('%')} points if a difference is meant"
    ctx.add(
        "E0301",
        f"`{shown}` does not fit `{what}`",
        span,
        label=f"this is {found}; `{what}` is {wanted}",
        help=help_,
    )


def _shown(amount: p.AnyAmount) -> str:
    match amount:
        case p.Amount() | p.PercentOf():
            return amount.written
        case p.Times():
            return f"{amount.factor} times {_shown(amount.of)}"
        case _:
            return getattr(amount, "name", "this")


def _with_unit(shown: str, allowed: Set[Unit], currency: str) -> str | None:
    for unit, form in (
        (Unit.SHARE, f"{shown}%"),
        (Unit.POINTS, f"{shown} points"),
        (Unit.MONEY, f"{shown} {currency}"),
        (Unit.DAYS, f"{shown} days"),
        (Unit.YEARS, f"{shown} years"),
        (Unit.SHARES_HELD, f"{shown} shares"),
    ):
        if unit in allowed:
            return f"write {form}"
    return None
