"""Conditions: each comparison names an attribute that exists, with a value of its unit."""

from collections.abc import Iterable
from typing import Literal

from dsl import policy as p
from dsl import ratings
from dsl import syntax as s
from dsl.catalogue import AttributeEntry
from dsl.check import amounts, lists, measures, units
from dsl.check.context import Context
from dsl.check.literals import day
from dsl.near import distance, nearest
from dsl.policy import Op, Unit

Kind = p.SubjectKind | Literal["account", "required"]
"""What a condition is read of; required: facts of the account, and of each security that trades."""

_ORDERED = (Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS, Op.BETWEEN)
_RATED = (Op.WORSE, Op.BETTER, Op.NOT_WORSE, Op.NOT_BETTER)


def predicate(ctx: Context, node: s.Predicate, kind: Kind) -> p.Predicate | None:
    """Return what a condition on things of that kind means; None with findings where it means nothing."""
    match node:
        case s.Test():
            return _comparison(ctx, node, kind)
        case s.AllOf():
            parts = [predicate(ctx, part, kind) for part in node.parts]
            good = tuple(part for part in parts if part is not None)
            return p.And(parts=good) if len(good) == len(parts) else None
        case s.AnyOf():
            parts = [predicate(ctx, part, kind) for part in node.parts]
            good = tuple(part for part in parts if part is not None)
            return p.Or(parts=good) if len(good) == len(parts) else None
        case s.Negation():
            part = predicate(ctx, node.part, kind)
            return None if part is None else p.Not(part=part)


def group_test(ctx: Context, node: s.Test) -> p.GroupTest | None:
    """Return one test of a derived set: a measure of each group against a bound."""
    entry = ctx.catalogue.measures.get(node.path.text)
    if entry is None:
        ctx.unknown("E0202", "measure", node.path, ctx.catalogue.measures)
        return None
    if node.op not in (Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS):
        ctx.add(
            "E0303",
            f"groups are told apart by size, not with `{node.op.value}`",
            node.span,
            help="write `is at least`, `is at most`, `is more than` or `is less than`",
        )
        return None
    right = node.right[0]
    assert not isinstance(right, s.Word | s.Quoted | s.Day | s.Choices)
    bound = amounts.amount(ctx, right)
    allowed = {entry.unit, *entry.accepts}
    if bound is None or not units.fits(ctx, bound, what=entry.name, allowed=allowed, span=right.span):
        return None
    return p.GroupTest(measure=entry.name, op=node.op, bound=bound)


# ------------------------------------------------------------------ one comparison


def _comparison(ctx: Context, node: s.Test, kind: Kind) -> p.Comparison | None:
    name = node.path.text
    entry = ctx.catalogue.attributes.get(name)
    if kind == "required":
        kind = "securities" if ctx.catalogue.averages(name) else "account"
    if kind == "account" and (entry is None or "account" not in entry.of):
        term = measures.term_by_name(ctx, node.path)
        if term is not None:
            return _with_measure(ctx, node, term)
    unit = _unit(ctx, node.path, entry)
    if entry is not None and kind not in entry.of:
        homes = " or ".join(sorted(entry.of))
        ctx.add(
            "E0217",
            f"`{name}` is not an attribute of {'the account' if kind == 'account' else kind}",
            node.path.span,
            label=f"it belongs to {homes}",
        )
        return None
    if entry is None and unit is None and not _open_name(ctx, node.path, kind):
        return None
    if not _operator_fits(ctx, node, unit, entry):
        return None
    right = [_right(ctx, value, node, unit, entry) for value in node.right]
    if None in right:
        return None
    values = tuple(value for value in right if value is not None)
    return p.Comparison(path=name, op=node.op, right=values, span=node.span)


def _with_measure(ctx: Context, node: s.Test, term: p.MeasureTerm) -> p.Comparison | None:
    entry = ctx.catalogue.measures[term.measure]
    right = [_right(ctx, value, node, entry.unit, None, accepts=entry.accepts) for value in node.right]
    if None in right:
        return None
    values = tuple(value for value in right if value is not None)
    return p.Comparison(path=node.path.text, op=node.op, right=values, span=node.span, measure=term)


def _unit(ctx: Context, path: s.Word, entry: AttributeEntry | None) -> Unit | None:
    if entry is not None:
        return entry.unit
    return ctx.schema.columns.get(path.text) if ctx.schema is not None else None


def _open_name(ctx: Context, path: s.Word, kind: Kind) -> bool:
    """Return whether an attribute that nothing describes may stand: no schema at hand, and no near miss."""
    known = [n for n, e in ctx.catalogue.attributes.items() if kind in e.of]
    if ctx.schema is not None:
        ctx.unknown("E0203", "attribute", path, (*known, *ctx.schema.columns))
        return False
    if is_near_miss(path.text, known):
        ctx.unknown("E0203", "attribute", path, known)
        return False
    note_unverified(ctx, path)
    return True


def is_near_miss(word: str, known: Iterable[str]) -> bool:
    """Return whether an unknown word is a slip of the pen for a known one, not a column of its own."""
    near = nearest(word, tuple(known)) if len(word) > 4 else None
    return near is not None and _is_slip(word, near)


def note_unverified(ctx: Context, path: s.Word) -> None:
    """Record, once per name, that a column could not be verified."""
    if path.text in ctx.unverified:
        return
    ctx.unverified.add(path.text)
    ctx.add(
        "I0602",
        f"the attribute `{path.text}` could not be verified",
        path.span,
        label="no data or declared columns at hand",
        help="name the book to check it against",
    )


def _is_slip(word: str, near: str) -> bool:
    return distance(word, near, most=2) <= (1 if len(word) < 8 else 2)


def _operator_fits(ctx: Context, node: s.Test, unit: Unit | None, entry: AttributeEntry | None) -> bool:
    op, name = node.op, node.path.text
    if unit is None or op in (Op.KNOWN, Op.UNKNOWN):
        return True
    problem, cure = "", None
    if op in _RATED and not (entry is not None and entry.rated) and unit is not Unit.TEXT:
        problem, cure = f"`{name}` is not a rating", "write `is less than` or `is more than`"
    elif op in _ORDERED and unit is Unit.TEXT:
        rated = entry is not None and entry.rated
        problem = f"`{name}` is a text: it has no size to compare"
        cure = 'ratings compare with `is not worse than "BBB-"`' if rated else "write `is` or `is in (…)`"
    elif op in (Op.BEFORE, Op.AFTER) and unit is not Unit.DATE:
        problem, cure = f"`{name}` is not a date", "write `is less than` or `is more than`"
    elif op in (Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS) and unit is Unit.DATE:
        problem, cure = f"`{name}` is a date", "write `is before`, `is after` or `is between`"
    elif op in (Op.IN, Op.NOT_IN) and unit is not Unit.TEXT:
        problem = f"`{name}` is {units.WORDS[unit]}: it cannot stand in a list of texts"
    if problem:
        ctx.add("E0303", problem, node.span, help=cure)
        return False
    return True


_Right = p.AnyAmount | p.Text | p.Day | p.TextSet


def _right(
    ctx: Context,
    value: s.Amount | s.Word | s.Quoted | s.Day | s.Choices,
    node: s.Test,
    unit: Unit | None,
    entry: AttributeEntry | None,
    *,
    accepts: frozenset[Unit] = frozenset(),
) -> _Right | None:
    match value:
        case s.Choices():
            for choice in value.values:
                _known_value(ctx, choice, entry)
            return p.TextSet(values=frozenset(choice.text for choice in value.values))
        case s.Word() if node.op in (Op.IN, Op.NOT_IN):
            return lists.values_of(ctx, value, node.path.text)
        case s.Word() if node.op in (Op.BEFORE, Op.AFTER):
            return _date_name(ctx, value)
        case s.Word() | s.Quoted():
            return _text(ctx, value, node, unit, entry)
        case s.Day():
            return _day(ctx, value, node, unit)
        case _:
            return _amount(ctx, value, node, unit, entry, accepts)


def _date_name(ctx: Context, word: s.Word) -> p.DataRef | None:
    entry = ctx.catalogue.attributes.get(word.text)
    if (entry is not None and entry.unit is Unit.DATE) or units.unit_of_name(ctx, word.text) is Unit.DATE:
        return p.DataRef(name=word.text)
    dates = [n for n, e in ctx.catalogue.attributes.items() if e.unit is Unit.DATE]
    ctx.unknown("E0204", "date", word, dates, help="write a date such as 2026-01-31")
    return None


def _text(
    ctx: Context, value: s.Word | s.Quoted, node: s.Test, unit: Unit | None, entry: AttributeEntry | None
) -> p.Text | None:
    if node.op in _RATED:
        if ratings.notch(value.text) is None:
            ctx.unknown("E0219", "rating", s.Word(text=value.text, span=value.span), ratings.NOTCHES)
            return None
        return p.Text(value=value.text)
    if unit is not None and unit is not Unit.TEXT:
        ctx.add(
            "E0303",
            f"`{node.path.text}` is {units.WORDS[unit]}, `{value.text}` is a text",
            value.span,
            help="write `is at most`, `is at least`, `is more than` or `is less than` and an amount",
        )
        return None
    return p.Text(value=value.text) if _known_value(ctx, value, entry) else None


def _known_value(ctx: Context, value: s.Word | s.Quoted, entry: AttributeEntry | None) -> bool:
    if entry is None or not entry.values or value.text in entry.values:
        return True
    word = s.Word(text=value.text, span=value.span)
    if entry.closed:
        ctx.unknown(
            "E0220",
            f"value of `{entry.name}`",
            word,
            entry.values,
            help=f"it is one of {', '.join(entry.values)}",
        )
        return False
    near = nearest(value.text, entry.values)
    if near is not None and _is_slip(value.text, near):
        ctx.add(
            "W0507",
            f"`{value.text}` is not a known value of `{entry.name}`",
            value.span,
            help=f"did you mean `{near}`?",
        )
    return True


def _day(ctx: Context, value: s.Day, node: s.Test, unit: Unit | None) -> p.Day | None:
    found = day(ctx, value)
    if unit is not None and unit is not Unit.DATE:
        ctx.add("E0303", f"`{node.path.text}` is {units.WORDS[unit]}, `{value.text}` is a date", value.span)
        return None
    return None if found is None else p.Day(value=found)


def _amount(
    ctx: Context,
    value: s.Amount,
    node: s.Test,
    unit: Unit | None,
    entry: AttributeEntry | None,
    accepts: frozenset[Unit],
) -> p.AnyAmount | None:
    if isinstance(value, s.Graded) and unit is not Unit.TEXT and node.op is not Op.IS:
        ctx.add("E0303", f'`"{value.text.text}"` is a text where an amount is due', value.span)
        return None
    bound = amounts.amount(ctx, value)
    if bound is None or unit is None:
        return bound
    if unit is Unit.TEXT:
        ctx.add(
            "E0303",
            f"`{node.path.text}` is a text, this is an amount",
            value.span,
            help="put the text in quotes",
        )
        return None
    allowed = {unit, *accepts, *(entry.accepts if entry is not None else ())}
    if not units.fits(ctx, bound, what=node.path.text, allowed=allowed, span=value.span):
        return None
    return bound
