"""Targets: classes, what their bands come to, nesting, and sums.

`intl_equity 18% band the smaller of 5 points and 25% of target` comes to 13.5% to 22.5%.
"""

from decimal import Decimal
from typing import Literal

from dsl import policy as p
from dsl import syntax as s
from dsl.check import responses, subjects
from dsl.check.context import Context
from dsl.check.literals import duration, literal, written
from dsl.check.predicates import predicate
from dsl.policy import Unit

_ONE = Decimal(1)
_DESTINATIONS: dict[str, Literal["target", "nearest_edge", "halfway"]] = {
    "target": "target",
    "nearest edge": "nearest_edge",
    "halfway": "halfway",
}
_CALENDAR = ("month", "quarter", "year", "week", "day")


def targets(ctx: Context, node: s.TargetsOf) -> p.Targets | None:
    """Return a checked `targets` statement; None with findings."""
    errors = ctx.error_count
    rows = [part for part in node.parts if isinstance(part, s.ClassTarget)]
    names: dict[str, s.ClassTarget] = {}
    for row in rows:
        if row.name.text in names:
            ctx.add(
                "E0211",
                f"class `{row.name.text}` stands twice in `{node.name.text}`",
                row.name.span,
                secondary=(responses.first_said(names[row.name.text].name),),
            )
        names.setdefault(row.name.text, row)
    classes = tuple(c for c in (_class(ctx, row, names) for row in rows) if c is not None)
    breach = [part for part in node.parts if isinstance(part, s.OnBreach)]
    responses.said_twice(ctx, breach)
    on_active, on_passive = responses.on_breach(ctx, breach)
    because = responses.citations(ctx, [part for part in node.parts if isinstance(part, s.Because)])
    if not because and node.span.line not in ctx.damaged:
        ctx.add(
            "E0314",
            f"targets `{node.name.text}` cite no source",
            node.name.span,
            help='add `because SOURCE "clause"`',
        )
    if not rows and node.span.line not in ctx.damaged:
        ctx.add(
            "E0311",
            f"targets `{node.name.text}` name no class",
            node.name.span,
            help="add a line for each class",
        )
    if errors == ctx.error_count:
        _nesting(ctx, names)
    if errors == ctx.error_count and node.span.line not in ctx.damaged:
        _sums(ctx, node, classes)
    if errors != ctx.error_count:
        return None
    return p.Targets(
        name=node.name.text,
        classes=classes,
        on_active=on_active,
        on_passive=on_passive,
        because=because,
        span=node.span,
    )


def _class(ctx: Context, row: s.ClassTarget, names: dict[str, s.ClassTarget]) -> p.TargetClass | None:
    subject = subjects.plain(ctx, s.Select(noun=row.name, where=None, span=row.name.span))
    target = _share(ctx, row.target)
    low, high = _share(ctx, row.low), _share(ctx, row.high)
    if row.within is not None and row.within.text not in names:
        ctx.unknown("E0321", "class in this statement named", row.within, names)
    if row.band is not None and target is not None:
        width = _width(ctx, row.band, target)
        if width is None:
            return None
        low, high = max(Decimal(0), target - width), target + width
    if subject is None or low is None or high is None:
        return None
    _range_holds(ctx, row, target, low, high)
    return p.TargetClass(
        name=row.name.text,
        subject=subject,
        target=target,
        low=low,
        high=high,
        within=row.within.text if row.within is not None else None,
        span=row.span,
    )


def _share(ctx: Context, node: s.Literal | None) -> Decimal | None:
    amount = literal(ctx, node) if node is not None else None
    return None if amount is None else amount.value


def _range_holds(
    ctx: Context, row: s.ClassTarget, target: Decimal | None, low: Decimal, high: Decimal
) -> None:
    if low > high:
        assert row.low is not None
        ctx.add("E0305", "the lower bound is above the upper bound", row.low.span, help="exchange the two")
    elif target is not None and row.target is not None and not low <= target <= high:
        ctx.add(
            "E0320",
            f"the target {written(row.target)} lies outside its own band",
            row.target.span,
            help="move the target or the band",
        )
    elif target is not None and row.target is not None and not 0 <= target <= _ONE:
        ctx.add("E0320", f"a target of {written(row.target)} is no share of a portfolio", row.target.span)


def _width(ctx: Context, band: s.Amount, target: Decimal) -> Decimal | None:
    match band:
        case s.Extreme():
            first, second = _width(ctx, band.first, target), _width(ctx, band.second, target)
            if first is None or second is None:
                return None
            return min(first, second) if band.which == "smaller" else max(first, second)
        case s.PercentOf() if band.of.text == "target":
            share = _share(ctx, band.share)
            return None if share is None else share * target
        case s.Literal():
            amount = literal(ctx, band)
            if amount is not None and amount.unit in (Unit.POINTS, Unit.BPS) and amount.value >= 0:
                return amount.value
            if amount is not None:
                _not_a_width(ctx, band, amount)
            return None
        case _:
            ctx.add(
                "E0303",
                "this is not the width of a band",
                band.span,
                help="write `5 points`, `25% of target`, or `from 2% to 8%` in place of `band`",
            )
            return None


def _not_a_width(ctx: Context, node: s.Literal, amount: p.Amount) -> None:
    share, width = amount.unit is Unit.SHARE, node.number.removeprefix("-")
    ctx.add(
        "E0303",
        f"`{amount.written}` is not the width of a band",
        node.span,
        label="a share of what is unsaid" if share else "",
        help=f"write `{width} points`, or `{width}% of target`",
    )


def _nesting(ctx: Context, names: dict[str, s.ClassTarget]) -> None:
    for name, row in names.items():
        seen, parent = {name}, row.within
        while parent is not None:
            if parent.text in seen:
                if parent.text == name and row.within is not None:
                    ctx.add("E0321", f"class `{name}` lies within itself", row.within.span)
                return
            seen.add(parent.text)
            parent = names[parent.text].within


def _sums(ctx: Context, node: s.TargetsOf, classes: tuple[p.TargetClass, ...]) -> None:
    """Compare the sum of each level's targets with its parent's (the whole is 100%)."""
    by_name = {c.name: c for c in classes}
    for parent in dict.fromkeys(c.within for c in classes):
        level = [c for c in classes if c.within == parent]
        whole = _ONE if parent is None else by_name[parent].target
        if whole is None or any(c.target is None for c in level):
            continue
        total = sum((c.target for c in level if c.target is not None), Decimal(0))
        if total == whole:
            continue
        of = "the portfolio" if parent is None else f"`{parent}`"
        code = "E0319" if total > whole else "W0508"
        ctx.add(
            code,
            f"the targets within {of} add up to {_percent(total)}, not {_percent(whole)}",
            level[-1].span if parent is not None else node.name.span,
            label=" + ".join(_percent(c.target) for c in level if c.target is not None)[:80],
            help="let them add up, or give one class a range without a target",
        )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def rebalance(ctx: Context, node: s.RebalanceOf, known: tuple[str, ...]) -> p.Rebalance | None:
    """Return a checked `rebalance` statement; None with findings."""
    errors = ctx.error_count
    if node.targets.text not in known:
        ctx.unknown("E0209", "targets statement", node.targets, known)
    triggers = tuple(t for t in (_trigger(ctx, trigger) for trigger in node.triggers) if t is not None)
    every = duration(ctx, node.at_most_every) if node.at_most_every is not None else None
    because = responses.citations(ctx, node.because)
    if not because:
        ctx.add(
            "E0314",
            f"rebalance `{node.targets.text}` cites no source",
            node.targets.span,
            help='end it with `because SOURCE "clause"`',
        )
    if errors != ctx.error_count:
        return None
    return p.Rebalance(
        targets=node.targets.text,
        triggers=triggers,
        back_to=_DESTINATIONS[node.back_to.text],
        at_most_every=every,
        because=because,
        span=node.span,
    )


def _trigger(ctx: Context, node: s.Trigger) -> p.Trigger | None:
    if node.band:
        return p.Trigger(band=True)
    if node.when is not None:
        when = predicate(ctx, node.when, "account")
        return None if when is None else p.Trigger(when=when)
    assert node.each is not None
    if node.each.text not in _CALENDAR:
        ctx.unknown("E0216", "period", node.each, _CALENDAR, help="it is month, quarter or year")
        return None
    if node.day is not None and node.day.text not in ("first", "last"):
        ctx.unknown(
            "E0216", "day of the period:", node.day, ("first", "last"), help="write `first` or `last`"
        )
        return None
    day = node.day.text if node.day is not None else None
    return p.Trigger(
        each=node.each.text, day="first" if day == "first" else "last" if day == "last" else None
    )
