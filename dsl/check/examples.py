"""Examples: a small book, a list and what is expected of it, checked against the rules they name."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from dsl import policy as p
from dsl import syntax as s
from dsl.check import responses, units
from dsl.check.context import Context
from dsl.check.literals import day, literal, money
from dsl.policy import Unit

N = TypeVar("N", bound=s.Node)
BUILT_IN = ("BOOK-CASH", "BOOK-SHORT")
"""Rules that hold without being written: cash is at least 0, a sale takes no more than is held."""


def example(
    ctx: Context,
    node: s.ExampleOf,
    *,
    rules: Mapping[str, p.CheckedRule | None],
    targets: Mapping[str, p.Targets | None],
) -> p.Example | None:
    """Return a checked example; None with findings."""
    errors = ctx.error_count
    expects = [_expect(ctx, part, rules, targets) for part in node.parts if isinstance(part, s.Expect)]
    if not expects and node.span.line not in ctx.damaged:
        ctx.add(
            "E0322",
            "this example expects nothing",
            node.title.span,
            help="end it with `expect pass`, or `expect block by RULE`",
        )
    given_day, value = _one(ctx, node, s.GivenDate), _one(ctx, node, s.GivenValue)
    on = day(ctx, given_day.day) if given_day is not None else None
    worth = money(ctx, value.value) if value is not None else None
    found = p.Example(
        title=node.title.text,
        day=on,
        value=worth.value if worth is not None else None,
        holdings=_good(_holding(ctx, part) for part in node.parts if isinstance(part, s.GivenHolding)),
        lots=_good(_lot(ctx, part) for part in node.parts if isinstance(part, s.GivenLot)),
        events=_good(_event(ctx, part) for part in node.parts if isinstance(part, s.GivenEvent)),
        facts=tuple(cell(ctx, part.attribute) for part in node.parts if isinstance(part, s.GivenFact)),
        trades=_good(_trade(ctx, part) for part in node.parts if isinstance(part, s.TradeOf)),
        expects=_good(expects),
        span=node.span,
    )
    return found if errors == ctx.error_count else None


T = TypeVar("T")


def _good(parts: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(part for part in parts if part is not None)


def _one(ctx: Context, node: s.ExampleOf, kind: type[N]) -> N | None:
    found = [part for part in node.parts if isinstance(part, kind)]
    if len(found) > 1:
        ctx.add("E0313", "this is given twice", found[1].span, secondary=(responses.first_said(found[0]),))
    return found[0] if found else None


def cell(ctx: Context, node: s.Attribute) -> tuple[str, str]:
    """Return an attribute as a cell of a data file would hold it: `88%`, `21000`, `Acme Corp`."""
    match node.value:
        case s.Word() | s.Quoted() | s.Day():
            return node.path.text, node.value.text
        case s.Literal():
            digits = node.value.number.replace(",", "")
            literal(ctx, node.value)
            suffix = {"%": "%", "points": "%", "point": "%"}.get(node.value.unit, "")
            if node.value.unit == "bps":
                digits = f"{(Decimal(digits[:40]) / 100).normalize():f}"
                suffix = "%"
            return node.path.text, digits + suffix


def _cells(ctx: Context, nodes: Sequence[s.Attribute]) -> tuple[tuple[str, str], ...]:
    seen: set[str] = set()
    for node in nodes:
        if node.path.text in seen:
            ctx.add("E0313", f"`{node.path.text}` is given twice", node.path.span)
        seen.add(node.path.text)
    return tuple(cell(ctx, node) for node in nodes)


def _account(word: s.Word | None) -> str | None:
    return None if word is None else word.text


def _holding(ctx: Context, node: s.GivenHolding) -> p.GivenHolding | None:
    weight = literal(ctx, node.weight)
    cells = _cells(ctx, node.attributes)
    if weight is None:
        return None
    return p.GivenHolding(
        symbol=node.symbol.text, weight=weight.value, attributes=cells, account=_account(node.account)
    )


def _lot(ctx: Context, node: s.GivenLot) -> p.GivenLot | None:
    bought, cost, worth = day(ctx, node.bought), money(ctx, node.cost), money(ctx, node.worth)
    cells = _cells(ctx, node.attributes)
    if bought is None or cost is None or worth is None:
        return None
    return p.GivenLot(
        symbol=node.symbol.text,
        bought=bought,
        cost=cost.value,
        worth=worth.value,
        attributes=cells,
        account=_account(node.account),
    )


def _event(ctx: Context, node: s.GivenEvent) -> p.GivenEvent | None:
    if node.event.text not in ctx.catalogue.events:
        ctx.unknown("E0208", "event", node.event, ctx.catalogue.events)
        return None
    on, cells = day(ctx, node.day), _cells(ctx, node.attributes)
    if on is None:
        return None
    return p.GivenEvent(
        event=node.event.text,
        symbol=node.symbol.text,
        day=on,
        attributes=cells,
        account=_account(node.account),
    )


def _trade(ctx: Context, node: s.TradeOf) -> p.ExampleTrade | None:
    amount = literal(ctx, node.amount)
    if amount is None:
        return None
    if amount.unit not in (Unit.MONEY, Unit.SHARES_HELD, Unit.NUMBER) or amount.value <= 0:
        ctx.add(
            "E0302",
            f"`{amount.written}` is not the size of a trade",
            node.amount.span,
            help=f"write money or a number of shares, above 0: {node.amount.number} {ctx.currency}",
        )
        return None
    return p.ExampleTrade(
        side=node.side.text,
        amount=amount.value,
        currency=amount.currency,
        symbol=node.symbol.text,
        account=_account(node.account),
    )


# ------------------------------------------------------------------ expectations


def _expect(
    ctx: Context,
    node: s.Expect,
    rules: Mapping[str, p.CheckedRule | None],
    targets: Mapping[str, p.Targets | None],
) -> p.Expectation | None:
    match node:
        case s.ExpectPass():
            return p.ExpectPass()
        case s.ExpectRebalance():
            if node.targets.text not in targets:
                ctx.unknown("E0209", "targets statement", node.targets, targets)
                return None
            return p.ExpectRebalance(targets=node.targets.text)
        case s.ExpectResponse():
            return _response(ctx, node, rules, targets)
        case s.ExpectMeasured():
            return _measured(ctx, node, rules, targets)


def _response(
    ctx: Context,
    node: s.ExpectResponse,
    rules: Mapping[str, p.CheckedRule | None],
    targets: Mapping[str, p.Targets | None],
) -> p.ExpectResponse | None:
    wanted = responses.response(ctx, node.response)
    name = node.rule.text
    if not _is_rule(ctx, node.rule, rules, targets):
        return None
    rule = rules.get(name) or targets.get(name)
    if wanted is None or (rule is None and name not in BUILT_IN):
        return None
    possible = (p.BLOCK, *responses.DEFAULT_PASSIVE) if rule is None else _possible(rule)
    if wanted not in possible:
        ctx.add(
            "E0323",
            f"`{name}` never answers `{wanted.words}`",
            node.response.span,
            label="its answers: " + ", ".join(dict.fromkeys(r.words for r in possible)),
        )
        return None
    return p.ExpectResponse(response=wanted, rule=name)


def _is_rule(
    ctx: Context,
    word: s.Word,
    rules: Mapping[str, p.CheckedRule | None],
    targets: Mapping[str, p.Targets | None],
) -> bool:
    known = (*rules, *targets, *BUILT_IN)
    if word.text in known:
        return True
    ctx.unknown("E0207", "rule", word, known)
    return False


def _possible(rule: p.CheckedRule | p.Targets) -> tuple[p.Response, ...]:
    match rule:
        case p.Targets():
            return (*rule.on_active, *rule.on_passive)
        case p.CheckedRule():
            early = (p.Response(kind="warn"),) if rule.warn_from is not None else ()
            return (*rule.on_active, *rule.on_passive, rule.missing, *early)


def _measured(
    ctx: Context,
    node: s.ExpectMeasured,
    rules: Mapping[str, p.CheckedRule | None],
    targets: Mapping[str, p.Targets | None],
) -> p.ExpectMeasured | None:
    value = literal(ctx, node.value)
    name = node.rule.text
    if not _is_rule(ctx, node.rule, rules, targets):
        return None
    if value is None:
        return None
    rule = rules.get(name)
    if rule is not None and isinstance(rule.obligation, p.Limit):
        entry = ctx.catalogue.measures[rule.obligation.measure.terms[0].measure]
        allowed = {entry.unit, *entry.accepts}
        if not units.fits(ctx, value, what=entry.name, allowed=allowed, span=node.value.span):
            return None
    return p.ExpectMeasured(rule=name, value=value)
