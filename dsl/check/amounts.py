"""Amounts: literals, parameters, figures of the data, shares of something, the smaller and the greater."""

from decimal import Decimal

from dsl import policy as p
from dsl import ratings
from dsl import syntax as s
from dsl.check import subjects
from dsl.check.context import NOUNS, Context
from dsl.check.literals import literal, number, same_currency, written
from dsl.policy import Unit

_PORTIONED = (Unit.MONEY, Unit.SHARES_HELD)


def amount(ctx: Context, node: s.Amount) -> p.AnyAmount | None:
    """Return what an amount means; None with a finding where it means nothing."""
    match node:
        case s.Literal():
            value = literal(ctx, node)
            if value is None or not same_currency(ctx, value, node):
                return None
            return value
        case s.PercentOf():
            return _percent_of(ctx, node)
        case s.Named():
            return named(ctx, node.name)
        case s.Graded():
            return _graded(ctx, node)
        case s.Times():
            factor, of = number(ctx, node.factor), named(ctx, node.of)
            return None if factor is None or of is None else p.Times(factor=factor, of=of)
        case s.Extreme():
            first, second = amount(ctx, node.first), amount(ctx, node.second)
            if first is None or second is None:
                return None
            if node.which == "smaller":
                return p.Smaller(parts=(first, second))
            return p.Greater(parts=(first, second))


def named(ctx: Context, word: s.Word) -> p.AnyAmount | None:
    """Return the parameter's value or the figure that a name stands for."""
    parameter = ctx.parameters.get(word.text)
    if parameter is not None:
        ctx.used.add(word.text)
        return parameter.value
    names = ctx.catalogue
    measure = word.text.removeprefix("benchmark_")
    known = word.text in names.figures or (word.text.startswith("benchmark_") and measure in names.measures)
    if known or (word.text in names.attributes and names.attributes[word.text].unit is not Unit.TEXT):
        return p.DataRef(name=word.text)
    if ctx.schema is not None and word.text in ctx.schema.columns:
        return p.DataRef(name=word.text)
    ctx.unknown(
        "E0204",
        "parameter or figure",
        word,
        (
            *ctx.parameters,
            *names.figures,
            *(n for n, e in names.attributes.items() if e.unit is not Unit.TEXT),
        ),
        help="state it with `parameter`, or write the amount itself",
    )
    return None


def _percent_of(ctx: Context, node: s.PercentOf) -> p.PercentOf | None:
    share = literal(ctx, node.share)
    if share is None:
        return None
    text = f"{written(node.share)} of {node.of.text}"
    name = node.of.text
    if ctx.is_defined(name) or name in NOUNS:
        subject = subjects.subject(ctx, s.Select(noun=node.of, where=None, span=node.of.span))
        return (
            None if subject is None else p.PercentOf(share=share.value, written=text, subject=_plain(subject))
        )
    entry = ctx.catalogue.attributes.get(name)
    known = entry is not None and entry.unit in _PORTIONED
    if name in ctx.catalogue.bases or known or (ctx.schema is not None and name in ctx.schema.columns):
        return p.PercentOf(share=share.value, written=text, name=name)
    if name in ctx.catalogue.figures and ctx.catalogue.figures[name].unit in _PORTIONED:
        return p.PercentOf(share=share.value, written=text, name=name)
    if entry is not None:
        ctx.add(
            "E0301",
            f"`{text}` is a share of something that is neither money nor a number of shares",
            node.span,
            label=f"`{name}`: {entry.description}",
        )
        return None
    ctx.unknown(
        "E0201",
        "definition, weight base or money figure",
        node.of,
        (*ctx.definition_names, *ctx.catalogue.bases, *NOUNS),
    )
    return None


def _plain(subject: p.AnySubject) -> p.Subject:
    return subject if isinstance(subject, p.Subject) else subject.within


def _graded(ctx: Context, node: s.Graded) -> p.Amount | None:
    notch = ratings.notch(node.text.text)
    if notch is None:
        ctx.unknown("E0219", "rating", node.text, ratings.NOTCHES)
        return None
    return p.Amount(value=Decimal(notch), unit=Unit.TEXT, written=f'"{node.text.text}"')
