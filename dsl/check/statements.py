"""The short statements: parameters, identical sets, substitutes, harvest, tax, waivers, manual clauses."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dsl import policy as p
from dsl import syntax as s
from dsl.check import amounts, responses, subjects, units
from dsl.check.context import Context
from dsl.check.literals import day, literal, same_currency
from dsl.diagnostics import Label
from dsl.policy import Unit
from engine.facts.readings import Relief, WashReadings

_RELIEFS: tuple[Relief, ...] = ("fifo", "lifo", "highest_cost", "minimum_tax", "specific")
_NO_YES = {"no": False, "yes": True}
SWITCHES: Mapping[str, Mapping[str, bool | str]] = {
    "same_order_replacement": _NO_YES,
    "sold_before_replacement": _NO_YES,
    "earlier_purchase_replacement": _NO_YES,
    "same_day_purchases": {"separate": "separate", "together": "together"},
    "overlapping_days": {"both": "both", "once": "once", "old_date": "old_date"},
    "spouse_basis": {"increased": "increased", "unchanged": "unchanged"},
    "spouse_retirement": {"permanent": "permanent", "not_counted": "not_counted"},
    "index_funds": {"by_group": "by_group", "different": "different"},
    "written_puts": _NO_YES,
    "partly_adjusted": {"adjusted_first": "adjusted_first", "highest_basis": "highest_basis"},
    "fifo_date": {"actual": "actual", "tacked": "tacked"},
    "gain_shares_replace": _NO_YES,
    "country": {
        "united_states": "us",
        "canada": "canada",
        "united_kingdom": "uk",
        "germany": "germany",
        "australia": "australia",
    },
    "cents": {"largest_remainder": "largest_remainder", "row_by_row": "row_by_row"},
}
"""The readings that `wash_sales` may choose, with their words; the defaults are those of WashReadings."""


def parameter(ctx: Context, node: s.ParameterOf) -> p.Parameter | None:
    """Return a parameter with its legal range; None with findings."""
    name = node.name.text
    value, low, high = (_number(ctx, part) for part in (node.value, node.low, node.high))
    unread = (node.low is not None and low is None) or (node.high is not None and high is None)
    if value is None or unread:
        return None
    for bound, part in ((low, node.low), (high, node.high)):
        if bound is None or part is None:
            continue
        if not units.fits(ctx, bound, what=name, allowed={value.unit}, span=part.span):
            return None
    if low is not None and high is not None and low.value > high.value and node.low is not None:
        ctx.add("E0305", "the lower bound is above the upper bound", node.low.span, help="exchange the two")
        return None
    found = p.Parameter(name=name, value=replace(value, parameter=name), low=low, high=high, span=node.span)
    return found if in_range(ctx, found, value, node.value) else None


def _number(ctx: Context, node: s.Literal | None) -> p.Amount | None:
    value = literal(ctx, node) if node is not None else None
    return value if value is None or node is None or same_currency(ctx, value, node) else None


def in_range(ctx: Context, parameter: p.Parameter, value: p.Amount, node: s.Literal) -> bool:
    """Return whether a value lies in a parameter's declared range and has its unit; else a finding."""
    if not units.fits(ctx, value, what=parameter.name, allowed={parameter.value.unit}, span=node.span):
        return False
    if value.currency != parameter.value.currency:
        ctx.add(
            "E0304",
            f"`{value.written}` is not in the currency of `{parameter.name}`",
            node.span,
            label=f"its value is {parameter.value.written}",
            help="state it in the currency of the policy that declares it",
        )
        return False
    below = parameter.low is not None and value.value < parameter.low.value
    above = parameter.high is not None and value.value > parameter.high.value
    if not below and not above:
        return True
    low, high = parameter.low, parameter.high
    assert low is not None, "a range has both ends"
    assert high is not None, "a range has both ends"
    ctx.add(
        "E0306",
        f"{value.written} lies outside the range of `{parameter.name}`",
        node.span,
        label=f"the range is {low.written} to {high.written}",
        help="choose a value in the range, or have the range changed where it is declared",
    )
    return False


def set_value(ctx: Context, node: s.SetTo, known: Mapping[str, p.Parameter]) -> p.Amount | None:
    """Return the value that `set` gives a parameter; None with findings."""
    responses.citations(ctx, node.because)
    value = _number(ctx, node.value)
    found = known.get(node.name.text)
    if found is None:
        ctx.unknown("E0204", "parameter", node.name, known)
        return None
    if value is None or not in_range(ctx, found, value, node.value):
        return None
    return replace(value, parameter=node.name.text)


def identical(
    ctx: Context, nodes: Iterable[s.Identical], inherited: Iterable[p.IdenticalSet]
) -> tuple[p.IdenticalSet, ...]:
    """Return the declared identical sets; a symbol in two of them, or in an inherited one, is a finding."""
    homes: dict[str, s.Identical | p.IdenticalSet] = {x: group for group in inherited for x in group.symbols}
    found = []
    for node in nodes:
        _cited(ctx, node.because, f"identical `{node.name.text}`", node.name)
        symbols = tuple(dict.fromkeys(word.text for word in node.symbols))
        if len(symbols) < 2:
            ctx.add("E0325", f"`{node.name.text}` names fewer than two securities", node.name.span)
        for word in node.symbols:
            other = homes.setdefault(word.text, node)
            if other is not node:
                place = other.name.span if isinstance(other, s.Identical) else other.span
                ctx.add(
                    "E0324",
                    f"`{word.text}` stands in two identical sets",
                    word.span,
                    label=f"`{node.name.text}`",
                    secondary=(Label(span=place, text="it stands here first"),),
                    help="join the two sets: what is identical to the same is identical to each other",
                )
        because = responses.citations(ctx, node.because)
        found.append(p.IdenticalSet(name=node.name.text, symbols=symbols, because=because, span=node.span))
    return tuple(found)


def _cited(ctx: Context, because: tuple[s.Because, ...], what: str, place: s.Node) -> None:
    if not because:
        ctx.add("E0314", f"{what} cites no source", place.span, help='end it with `because SOURCE "clause"`')


def substitutes(
    ctx: Context, nodes: Iterable[s.Substitute], sets: Iterable[p.IdenticalSet]
) -> tuple[p.Substitutes, ...]:
    """Return ordered replacements; one that is identical to what it replaces is a finding."""
    home = {symbol: group.name for group in sets for symbol in group.symbols}
    found: dict[str, p.Substitutes] = {}
    for node in nodes:
        for word in node.replacements:
            same_group = home.get(word.text) is not None and home.get(word.text) == home.get(node.symbol.text)
            if word.text == node.symbol.text or same_group:
                ctx.add(
                    "E0318",
                    f"`{word.text}` is no substitute for `{node.symbol.text}`: they are identical",
                    word.span,
                    label=f"both are in `{home[word.text]}`" if same_group else "",
                    help="name a security outside the identical set",
                )
        if node.symbol.text in found:
            ctx.add("E0211", f"substitutes for `{node.symbol.text}` are named twice", node.symbol.span)
        found[node.symbol.text] = p.Substitutes(
            symbol=node.symbol.text,
            replacements=tuple(word.text for word in node.replacements),
            because=responses.citations(ctx, node.because),
            span=node.span,
        )
    return tuple(found.values())


def harvest(ctx: Context, node: s.HarvestOf) -> p.Harvest | None:
    """Return a checked `harvest`; None with findings."""
    lots = subjects.plain(ctx, node.lots, default="lots")
    if lots is not None and lots.kind != "lots":
        ctx.add(
            "E0310",
            f"losses are harvested from lots, not from {lots.kind}",
            node.lots.span,
            help="write `lots where …`",
        )
        return None
    if node.replacing is not None and node.replacing.text != "substitutes":
        ctx.unknown("E0216", "kind of replacement", node.replacing, ("substitutes",))
    _cited(ctx, node.because, "the harvest", node)
    because = responses.citations(ctx, node.because)
    if lots is None:
        return None
    return p.Harvest(lots=lots, with_substitutes=node.replacing is not None, because=because, span=node.span)


def wash_readings(ctx: Context, node: s.WashSales | None, inherited: WashReadings) -> WashReadings:
    """Return the household's readings of the wash-sale law, on top of those inherited."""
    if node is None:
        return inherited
    _cited(ctx, node.because, "the reading", node)
    responses.citations(ctx, node.because)
    chosen: dict[str, bool | str] = {}
    for switch in node.switches:
        words = SWITCHES.get(switch.name.text)
        if words is None:
            ctx.unknown("E0210", "reading", switch.name, SWITCHES)
        elif switch.value.text not in words:
            ctx.unknown(
                "E0210", f"reading of `{switch.name.text}`", switch.value, words, help=" or ".join(words)
            )
        elif switch.name.text in chosen:
            ctx.add("E0313", f"`{switch.name.text}` is said twice", switch.span)
        else:
            chosen[switch.name.text] = words[switch.value.text]
    return replace(inherited, **chosen)  # type: ignore[arg-type]


def relief(ctx: Context, node: s.Relieved | None, inherited: Relief) -> Relief:
    """Return which lots a sale takes where it names none."""
    if node is None:
        return inherited
    _cited(ctx, node.because, "the relief of lots", node)
    responses.citations(ctx, node.because)
    for method in _RELIEFS:
        if method == node.method.text:
            return method
    ctx.unknown(
        "E0210", "way to relieve lots", node.method, _RELIEFS, help=f"it is one of {', '.join(_RELIEFS)}"
    )
    return inherited


def waiver(ctx: Context, node: s.Waive, rules: Mapping[str, p.CheckedRule | None]) -> p.Waiver | None:
    """Return a checked waiver; None with findings. An expired one is a warning."""
    errors = ctx.error_count
    until = day(ctx, node.until)
    up_to = amounts.amount(ctx, node.up_to) if node.up_to is not None else None
    because = responses.citations(ctx, node.because)
    _cited(ctx, node.because, f"the waiver of `{node.rule.text}`", node.rule)
    if node.rule.text not in rules:
        ctx.unknown("E0207", "rule", node.rule, rules)
    elif up_to is not None and node.up_to is not None:
        _waiver_fits(ctx, rules[node.rule.text], up_to, node.up_to)
    if node.noun.text not in ("account", "portfolio", "fund", "household"):
        ctx.unknown("E0216", "kind of client", node.noun, ("account", "portfolio", "fund", "household"))
    if errors != ctx.error_count or until is None:
        return None
    if ctx.today is not None and until < ctx.today:
        ctx.add(
            "W0501",
            f"the waiver of `{node.rule.text}` expired on {until}",
            node.until.span,
            label="it has no effect any more",
            help="remove it, or have a new one approved",
        )
    return p.Waiver(
        rule=node.rule.text,
        noun=node.noun.text,
        id=node.id.text,
        up_to=up_to,
        until=until,
        approved_by=node.approved_by.text,
        because=because,
        span=node.span,
    )


def _waiver_fits(ctx: Context, rule: p.CheckedRule | None, up_to: p.AnyAmount, node: s.Amount) -> None:
    match rule.obligation if rule is not None else None:
        case p.Limit() as limit:
            entry = ctx.catalogue.measures[limit.measure.terms[0].measure]
            units.fits(ctx, up_to, what=entry.name, allowed={entry.unit, *entry.accepts}, span=node.span)
        case p.Forbid():
            units.fits(ctx, up_to, what="weight", allowed={Unit.SHARE}, span=node.span)
        case _:
            return


def manual(ctx: Context, node: s.ManualOf) -> p.Manual | None:
    """Return a clause that a person judges; None with findings."""
    if node.source.text not in ctx.sources:
        ctx.unknown("E0206", "source", node.source, ctx.sources)
        return None
    ctx.used.add(f"source {node.source.text}")
    clauses = ctx.clauses.get(node.source.text)
    if clauses is not None and node.clause.text not in clauses:
        ctx.unknown("E0221", f"clause of `{node.source.text}`", node.clause, clauses)
    periods = ("day", "week", "month", "quarter", "year")
    if node.period.text not in periods:
        ctx.unknown("E0216", "period", node.period, periods)
    return p.Manual(
        source=node.source.text,
        clause=node.clause.text,
        what=node.what.text,
        reviewed_each=node.period.text,
        by=node.by.text,
        span=node.span,
    )
