"""Responses and citations: what follows a breach, and where the rule is written.

Block and approval stop only active breaches; on a passive one they read as report.
"""

from collections.abc import Iterable

from dsl import policy as p
from dsl import syntax as s
from dsl.check.context import Context
from dsl.check.literals import duration
from dsl.diagnostics import Label

DEFAULT_PASSIVE = (p.REPORT, p.DO_NOT_WORSEN)


def response(ctx: Context, node: s.Response) -> p.Response | None:
    """Return a response; None with a finding where its time does not fit."""
    who = node.who.text if node.who is not None else None
    match node.kind:
        case "approval":
            return p.Response(kind="approval", role=who)
        case "notify":
            return p.Response(kind="notify", who=who)
        case "cure":
            assert node.within is not None
            within = duration(ctx, node.within)
            return None if within is None else p.Response(kind="cure", within=within)
        case kind:
            return p.Response(kind=kind)


def on_breach(
    ctx: Context, nodes: Iterable[s.OnBreach]
) -> tuple[tuple[p.Response, ...], tuple[p.Response, ...]]:
    """Return the responses to active and to passive breaches, with the defaults where unsaid."""
    active: tuple[p.Response, ...] | None = None
    passive: tuple[p.Response, ...] | None = None
    for node in nodes:
        found = tuple(r for r in (response(ctx, part) for part in node.responses) if r is not None)
        if node.kind != "passive":
            active = found
        if node.kind != "active":
            passive = as_passive(found)
    return (
        (p.BLOCK,) if active is None else active,
        DEFAULT_PASSIVE if passive is None else passive,
    )


def as_passive(responses: Iterable[p.Response]) -> tuple[p.Response, ...]:
    """Return responses as they read on a passive breach: nothing is stopped, it is reported."""
    read = (p.REPORT if r.kind in ("block", "approval") else r for r in responses)
    return tuple(dict.fromkeys(read))


def said_twice(ctx: Context, nodes: Iterable[s.OnBreach]) -> None:
    """Record responses to the same kind of breach that stand in two places."""
    seen: dict[str, s.OnBreach] = {}
    for node in nodes:
        for kind in ("active", "passive") if node.kind is None else (node.kind,):
            if kind in seen:
                ctx.add(
                    "E0313",
                    f"what follows {'an' if kind == 'active' else 'a'} {kind} breach is said twice",
                    node.span,
                    secondary=(first_said(seen[kind]),),
                    help="keep one of them, with the responses joined by commas",
                )
                break
            seen[kind] = node


def first_said(node: s.Node) -> Label:
    """Return the mark on the place where something was said first."""
    return Label(span=node.span, text="said here first")


def citations(ctx: Context, nodes: Iterable[s.Because]) -> tuple[p.Citation, ...]:
    """Return the citations; unknown sources and quotes that their clause does not hold are findings."""
    found = []
    for node in nodes:
        quote = node.quote.text if node.quote is not None else None
        if node.source.text not in ctx.sources:
            ctx.unknown(
                "E0206",
                "source",
                node.source,
                ctx.sources,
                help=f'name it in the header: `source {node.source.text} = "…"`',
            )
        else:
            ctx.used.add(f"source {node.source.text}")
            _check_quote(ctx, node)
        found.append(
            p.Citation(source=node.source.text, clause=node.clause.text, quote=quote, span=node.span)
        )
    return tuple(found)


def _check_quote(ctx: Context, node: s.Because) -> None:
    clauses = ctx.clauses.get(node.source.text)
    if clauses is None:
        return
    text = clauses.get(node.clause.text)
    if text is None:
        ctx.unknown("E0221", f"clause of `{node.source.text}`", node.clause, clauses)
    elif node.quote is not None and not _holds(text, node.quote.text):
        ctx.add(
            "E0405",
            f"clause {node.clause.text} of `{node.source.text}` does not say this",
            node.quote.span,
            label="not found in the clause",
            help="quote the clause word for word",
        )


def _holds(text: str, quote: str) -> bool:
    return " ".join(quote.split()) in " ".join(text.split())
