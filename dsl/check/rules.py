"""Rules: one obligation, complete in itself, with every gap filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from dsl import policy as p
from dsl import syntax as s
from dsl.catalogue import MeasureEntry
from dsl.check import amounts, measures, predicates, responses, subjects, units
from dsl.check.context import Context
from dsl.check.literals import duration, interval
from dsl.policy import Unit
from dsl.show import show

N = TypeVar("N", bound=s.Node)
_VALUED: tuple[p.ValuedAt, ...] = ("market", "cost", "par", "notional")
_ENDS = ("month", "quarter", "year")
_SELF_NAMED: dict[str, p.SubjectKind] = {
    "trade": "trades",
    "lot": "lots",
    "security": "holdings",
    "account": "holdings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bounds:
    limit: p.Limit
    entries: tuple[MeasureEntry, ...]


def rule(ctx: Context, node: s.Rule) -> p.CheckedRule | None:
    """Return a checked rule; None with findings where it cannot be understood."""
    errors = ctx.error_count
    parts = _Clauses(ctx, node)
    each = _each(ctx, parts.one(s.ForEach))
    obligation = _obligation(ctx, node, parts, each)
    effective = parts.one(s.Effective)
    breach = parts.all(s.OnBreach)
    responses.said_twice(ctx, breach)
    on_active, on_passive = responses.on_breach(ctx, breach)
    when, unless = parts.one(s.When), parts.one(s.Unless)
    when_ = predicates.predicate(ctx, when.predicate, "account") if when else None
    unless_ = predicates.predicate(ctx, unless.predicate, "account") if unless else None
    tested, period = _tested(ctx, parts.one(s.Tested))
    if_missing = parts.one(s.IfMissing)
    missing = responses.response(ctx, if_missing.response) if if_missing else None
    exception = parts.one(s.ExceptionTo)
    because = responses.citations(ctx, parts.all(s.Because))
    if not because and node.span.line not in ctx.damaged:
        ctx.add(
            "E0314",
            f"rule `{node.id.text}` cites no source",
            node.id.span,
            help='end it with `because SOURCE "clause"`',
        )
    scope = _scope(ctx, parts.one(s.Scope))
    look_through = _look_through(ctx, parts.one(s.LookThrough))
    valued_at = _valued(ctx, parts.one(s.ValuedAt))
    start, until = interval(ctx, effective)
    warn_from = _warn_from(ctx, parts.one(s.WarnFrom), obligation)
    if obligation is None or errors != ctx.error_count:
        return None
    found = obligation.limit if isinstance(obligation, _Bounds) else obligation
    return p.CheckedRule(
        id=node.id.text,
        title=node.title.text,
        policy=ctx.policy_id,
        effective_from=start,
        effective_until=until,
        exception_to=exception.rule.text if exception else None,
        scope=scope,
        each=each,
        when=when_,
        unless=unless_,
        obligation=found,
        base=ctx.base,
        look_through=look_through,
        valued_at=valued_at,
        tested=tested,
        period=period,
        warn_from=warn_from,
        missing=missing or ctx.missing,
        on_active=on_active,
        on_passive=on_passive,
        because=because,
        span=node.span,
        where=_obligation_node(node).span,
    )


# ------------------------------------------------------------------ clauses

_MANY = (s.Because, s.OnBreach)
_OBLIGATIONS = (s.Limit, s.Forbid, s.AllowOnly, s.Require)
_CLAUSE_WORDS: dict[type[s.Node], str] = {
    s.Effective: "effective",
    s.ExceptionTo: "exception to",
    s.Scope: "the scope",
    s.ForEach: "for each",
    s.When: "when",
    s.Unless: "unless",
    s.LookThrough: "looking through",
    s.ValuedAt: "valued at",
    s.Tested: "tested",
    s.WarnFrom: "warn from",
    s.IfMissing: "if data is missing",
}


class _Clauses:
    """The clauses of one rule by kind; a clause said twice is a finding."""

    def __init__(self, ctx: Context, node: s.Rule) -> None:
        self.clauses = node.clauses
        seen: dict[type[s.Node], s.Node] = {}
        for clause in node.clauses:
            kind = type(clause)
            if kind in _MANY or kind in _OBLIGATIONS:
                continue
            if kind in seen:
                ctx.add(
                    "E0313",
                    f"`{_CLAUSE_WORDS[kind]}` is said twice in rule `{node.id.text}`",
                    clause.span,
                    secondary=(responses.first_said(seen[kind]),),
                    help="keep one of them",
                )
            seen.setdefault(kind, clause)

    def one(self, kind: type[N]) -> N | None:
        return next((c for c in self.clauses if isinstance(c, kind)), None)

    def all(self, kind: type[N]) -> tuple[N, ...]:
        return tuple(c for c in self.clauses if isinstance(c, kind))


def _obligation_node(node: s.Rule) -> s.Obligation:
    return next(c for c in node.clauses if isinstance(c, s.Limit | s.Forbid | s.AllowOnly | s.Require))


def _scope(ctx: Context, node: s.Scope | None) -> Literal["account", "household"]:
    if node is None or node.noun.text == "account":
        return "account"
    if node.noun.text != "household":
        ctx.unknown(
            "E0216",
            "scope",
            node.noun,
            ("household", "account"),
            help="write `across household` or `per account`",
        )
    return "household"


def _look_through(ctx: Context, node: s.LookThrough | None) -> bool:
    if node is not None and node.noun.text != "funds":
        ctx.unknown(
            "E0216", "wrapper to look through", node.noun, ("funds",), help="write `looking through funds`"
        )
    return node is not None


def _valued(ctx: Context, node: s.ValuedAt | None) -> p.ValuedAt:
    if node is None:
        return "market"
    for how in _VALUED:
        if how == node.how.text:
            return how
    ctx.unknown("E0216", "way of valuing", node.how, _VALUED, help="it is market, cost, par or notional")
    return "market"


def _tested(ctx: Context, node: s.Tested | None) -> tuple[p.Tested, str | None]:
    if node is None:
        return "at_all_times", None
    if node.period is not None and node.period.text not in _ENDS:
        ctx.unknown("E0216", "period", node.period, _ENDS, help="it is month, quarter or year")
    return node.when, node.period.text if node.period is not None else None


# ------------------------------------------------------------------ groups and obligations


def _each(ctx: Context, node: s.ForEach | None) -> p.Grouping | None:
    if node is None:
        return None
    attribute = _group_attribute(ctx, node.attribute)
    kind = _SELF_NAMED.get(node.attribute.text, "holdings")
    within: p.Subject | None = p.Subject(kind=kind, where=p.ALWAYS)
    if node.within is not None:
        within = subjects.plain(ctx, node.within)
    excepts = [subjects.plain(ctx, part) for part in node.excepts]
    if attribute is None or within is None or None in excepts:
        return None
    where = within.where
    for part in excepts:
        assert part is not None
        where = subjects.both(where, p.Not(part=part.where))
    name = within.name if not excepts else None
    return p.Grouping(attribute=attribute, within=p.Subject(kind=within.kind, where=where, name=name))


def _group_attribute(ctx: Context, word: s.Word) -> str | None:
    name = word.text
    entry = ctx.catalogue.attributes.get(name)
    if name in _SELF_NAMED or (entry is not None and entry.unit is Unit.TEXT):
        return name
    if ctx.schema is not None and name in ctx.schema.columns:
        return name
    groups = tuple(ctx.catalogue.plurals.values())
    singular = ctx.catalogue.singular(name)
    if singular is not None:
        ctx.add(
            "E0215", f"`for each` takes one: `{singular}`", word.span, help=f"write `for each {singular}`"
        )
        return None
    if entry is not None:
        ctx.add("E0215", f"`{name}` is {units.WORDS[entry.unit]}: it forms no groups", word.span)
        return None
    if ctx.schema is None and not predicates.is_near_miss(name, groups):
        predicates.note_unverified(ctx, word)
        return name
    ctx.unknown("E0215", "kind of group", word, groups)
    return None


def _obligation(
    ctx: Context, node: s.Rule, parts: _Clauses, each: p.Grouping | None
) -> _Bounds | p.Forbid | p.AllowOnly | p.Require | None:
    said = [c for c in node.clauses if isinstance(c, s.Limit | s.Forbid | s.AllowOnly | s.Require)]
    if not said:
        if node.span.line not in ctx.damaged:
            ctx.add(
                "E0311",
                f"rule `{node.id.text}` obliges to nothing",
                node.id.span,
                help="say `limit`, `forbid`, `allow only` or `require`",
            )
        return None
    if len(said) > 1:
        ctx.add(
            "E0328",
            f"rule `{node.id.text}` holds two obligations",
            said[1].span,
            secondary=(responses.first_said(said[0]),),
            help="write two rules, each with its own id and citation",
        )
        return None
    match said[0]:
        case s.Limit() as limit:
            return _limit(ctx, limit, each, parts.one(s.ForEach) is not None)
        case s.Forbid() as forbid:
            _only_for_limits(ctx, parts)
            return _forbid(ctx, forbid)
        case s.AllowOnly() as allow:
            _only_for_limits(ctx, parts)
            subject = subjects.plain(ctx, allow.subject, default="securities")
            actions = tuple(dict.fromkeys(p.Action(word.text) for word in allow.actions))
            return None if subject is None else p.AllowOnly(actions=actions, subject=subject)
        case s.Require() as require:
            _only_for_limits(ctx, parts)
            found = predicates.predicate(ctx, require.predicate, "required")
            return None if found is None else p.Require(predicate=found)


def _only_for_limits(ctx: Context, parts: _Clauses) -> None:
    for clause in (parts.one(s.WarnFrom), parts.one(s.ValuedAt), parts.one(s.ForEach)):
        if clause is not None:
            ctx.add(
                "E0326",
                f"`{_CLAUSE_WORDS[type(clause)]}` has no meaning here",
                clause.span,
                label="only a `limit` is measured",
                help="leave it away, or write a `limit`",
            )


def _limit(ctx: Context, node: s.Limit, each: p.Grouping | None, grouped: bool) -> _Bounds | None:
    found = measures.measure(ctx, node.measure, words=show(node.measure))
    first = amounts.amount(ctx, node.first)
    second = amounts.amount(ctx, node.second) if node.second is not None else None
    if found is None or first is None or (node.second is not None and second is None):
        return None
    measure, entries = found
    if not _of_trades(ctx, node, entries, each, grouped):
        return None
    for bound, written in ((first, node.first), (second, node.second)):
        if bound is not None and written is not None and not _bound_fits(ctx, entries, bound, written):
            return None
    low = first if node.bound in ("at least", "between", "exactly") else None
    high = {"at most": first, "between": second, "exactly": first}.get(node.bound)
    if isinstance(low, p.Amount) and isinstance(high, p.Amount) and low.value > high.value:
        ctx.add(
            "E0305",
            "the lower bound is above the upper bound",
            node.first.span,
            label=f"above {high.written}",
            help="exchange the two",
        )
        return None
    return _Bounds(limit=p.Limit(measure=measure, low=low, high=high), entries=entries)


def _of_trades(
    ctx: Context, node: s.Limit, entries: Sequence[MeasureEntry], each: p.Grouping | None, grouped: bool
) -> bool:
    only_trades = next((entry for entry in entries if entry.of == frozenset({"trades"})), None)
    if only_trades is None or (each is not None and each.attribute == "trade") or (grouped and each is None):
        return True
    ctx.add(
        "E0327",
        f"`{only_trades.name}` is a figure of one trade",
        node.measure.span,
        help="write `for each trade` before it",
    )
    return False


def _bound_fits(ctx: Context, entries: Sequence[MeasureEntry], bound: p.AnyAmount, node: s.Amount) -> bool:
    entry = entries[0]
    allowed = {entry.unit, *entry.accepts}
    if entry.difference and isinstance(bound, p.Amount) and bound.unit is Unit.SHARE:
        points = bound.written.rstrip("%")
        ctx.add(
            "W0502",
            f"`{entry.name}` is a difference of shares: `{bound.written}` could be read as a share of it",
            node.span,
            label="points are likely meant",
            help=f"write {points} points",
        )
    return units.fits(ctx, bound, what=entry.name, allowed=allowed, span=node.span)


def _forbid(ctx: Context, node: s.Forbid) -> p.Forbid | None:
    subject = subjects.plain(ctx, node.subject, default="securities")
    window = None if node.window is None else _window(ctx, node.window)
    if subject is None or (node.window is not None and window is None):
        return None
    actions = tuple(dict.fromkeys(p.Action(word.text) for word in node.actions))
    if window is not None and p.Action.HOLDING in actions:
        ctx.add(
            "E0326", "holding has no day: it takes no window", node.window.span if node.window else node.span
        )
        return None
    return p.Forbid(actions=actions, subject=subject, window=window)


def _window(ctx: Context, node: s.Window) -> p.Window | None:
    length = duration(ctx, node.duration)
    if node.event.text not in ctx.catalogue.events:
        ctx.unknown("E0208", "event", node.event, ctx.catalogue.events)
        return None
    if node.noun.text not in ("security", "issuer"):
        ctx.unknown("E0216", "kind of thing", node.noun, ("security",), help="write `an identical security`")
        return None
    if length is None:
        return None
    return p.Window(
        duration=length,
        before="before" in node.direction,
        after="after" in node.direction,
        event=node.event.text,
        relation=node.relation,
    )


def _warn_from(
    ctx: Context, node: s.WarnFrom | None, obligation: _Bounds | p.Forbid | p.AllowOnly | p.Require | None
) -> p.AnyAmount | None:
    if node is None:
        return None
    found = amounts.amount(ctx, node.amount)
    if found is None or not isinstance(obligation, _Bounds):
        return None
    if not _bound_fits(ctx, obligation.entries, found, node.amount):
        return None
    _warns_early(ctx, node, found, obligation.limit)
    return found


def _warns_early(ctx: Context, node: s.WarnFrom, found: p.AnyAmount, limit: p.Limit) -> None:
    if not isinstance(found, p.Amount):
        return
    late_high = limit.low is None and isinstance(limit.high, p.Amount) and found.value >= limit.high.value
    late_low = limit.high is None and isinstance(limit.low, p.Amount) and found.value <= limit.low.value
    if late_high or late_low:
        ctx.add(
            "W0505",
            f"`warn from {found.written}` never warns before the limit",
            node.span,
            help="choose an amount inside the limit",
        )
