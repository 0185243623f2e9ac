"""Measures: catalogue names, `NAME_weight` for a definition, what they are taken of, and their period."""

from dsl import policy as p
from dsl import syntax as s
from dsl.catalogue import MeasureEntry
from dsl.check import subjects, units
from dsl.check.context import Context
from dsl.check.literals import day, duration

PERIODS = ("tax_year", "calendar_year", "year", "quarter", "month")
_DEPOSITS = p.Subject(
    kind="holdings",
    where=p.Comparison(
        path="instrument",
        op=p.Op.IS,
        right=(p.Text(value="deposit"),),
        span=p.Span(file="", line=1, column=1, end_line=1, end_column=1),
    ),
    name="deposit",
)


def measure(
    ctx: Context, node: s.Measure, *, words: str
) -> tuple[p.Measure, tuple[MeasureEntry, ...]] | None:
    """Return a measure with its catalogue entries; None with findings. `words` is the text as written."""
    terms = [_term(ctx, term) for term in node.terms]
    good = tuple(term for term in terms if term is not None)
    if len(good) != len(terms):
        return None
    entries = tuple(ctx.catalogue.measures[term.measure] for term in good)
    for entry, term in zip(entries[1:], good[1:], strict=True):
        if entry.unit is not entries[0].unit:
            ctx.add(
                "E0307",
                f"`{entries[0].name}` and `{entry.name}` cannot be added",
                term.span or node.span,
                label=f"`{entry.name}` is {units.WORDS[entry.unit]}, `{entries[0].name}` is "
                f"{units.WORDS[entries[0].unit]}",
            )
            return None
    return p.Measure(terms=good, unit=entries[0].unit, written=words), entries


def term_by_name(ctx: Context, word: s.Word) -> p.MeasureTerm | None:
    """Return the measure that a bare word names, for conditions on the account; None where it names none."""
    if word.text in ctx.catalogue.measures:
        return p.MeasureTerm(measure=word.text, span=word.span)
    return _compound(ctx, word)


def _compound(ctx: Context, word: s.Word) -> p.MeasureTerm | None:
    """Return `weight of equities` for `equities_weight`, where `equities` is defined."""
    for name in ctx.catalogue.measures:
        if not word.text.endswith("_" + name):
            continue
        prefix = word.text[: -len(name) - 1]
        if ctx.is_defined(prefix):
            of = subjects.definition(ctx, prefix, word)
            return None if of is None else p.MeasureTerm(measure=name, of=of, span=word.span)
        if word.text == "deposit_weight":
            return p.MeasureTerm(measure="weight", of=_DEPOSITS, span=word.span)
    return None


def _term(ctx: Context, node: s.Term) -> p.MeasureTerm | None:
    entry = ctx.catalogue.measures.get(node.name.text)
    of = None if node.of is None else subjects.subject(ctx, node.of)
    period = None if node.period is None else _period(ctx, node.period)
    if entry is None:
        return _term_of_definition(ctx, node)
    if node.of is not None and of is not None and not _can_be_of(ctx, entry, of, node.of):
        return None
    if node.period is not None and entry.period == "none":
        ctx.add("E0309", f"`{entry.name}` has no period: {entry.description}", node.period.span)
        return None
    if node.period is None and entry.period == "must":
        ctx.add("E0309", f"`{entry.name}` needs a period", node.span, help="write `over the last 12 months`")
        return None
    if (node.of is not None and of is None) or (node.period is not None and period is None):
        return None
    return p.MeasureTerm(measure=entry.name, of=of, period=period, span=node.span)


def _term_of_definition(ctx: Context, node: s.Term) -> p.MeasureTerm | None:
    before = len(ctx.findings)
    found = _compound(ctx, node.name)
    if found is not None and node.of is None and node.period is None:
        return p.MeasureTerm(measure=found.measure, of=found.of, span=node.span)
    if found is None and len(ctx.findings) == before:
        compounds = [f"{name}_weight" for name in ctx.definition_names]
        prefix = node.name.text.removesuffix("_weight")
        if not (prefix != node.name.text and prefix in ctx.lost):
            ctx.unknown("E0202", "measure", node.name, (*ctx.catalogue.measures, *compounds))
    elif found is not None:
        ctx.add("E0310", f"`{node.name.text}` already says what it is the {found.measure} of", node.span)
    return None


def _can_be_of(ctx: Context, entry: MeasureEntry, of: p.AnySubject, node: s.Subject) -> bool:
    if not entry.of:
        ctx.add(
            "E0310",
            f"`{entry.name}` is a figure of the whole account",
            node.span,
            label="it is not taken of anything",
            help=f"write `{entry.name}` alone",
        )
        return False
    kind = of.kind if isinstance(of, p.Subject) else of.within.kind
    if kind in entry.of or (kind == "securities" and "holdings" in entry.of):
        return True
    ctx.add(
        "E0310",
        f"`{entry.name}` cannot be taken of {kind}",
        node.span,
        label=f"it is taken of {' or '.join(sorted(entry.of))}",
    )
    return False


def _period(ctx: Context, node: s.Period) -> p.Period | None:
    if node.name is not None:
        if node.name.text not in PERIODS:
            ctx.unknown("E0216", "period", node.name, PERIODS, help=f"it is one of {', '.join(PERIODS)}")
            return None
        return p.Period(name=node.name.text)
    if node.last is not None:
        last = duration(ctx, node.last)
        return None if last is None else p.Period(last=last)
    assert node.since is not None
    since = day(ctx, node.since)
    return None if since is None else p.Period(since=since)
