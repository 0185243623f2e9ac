"""The lines of a mandate's header: one clause to a line, the sources lined up."""

from collections.abc import Iterable
from typing import assert_never

from dsl import syntax as s
from dsl.line import WIDEST, Line, head_of, line_of
from dsl.policy import Span
from dsl.show import quoted, show


def header_lines(node: s.Header) -> Iterable[Line]:
    """Yield `policy "…"` and a line for each of its clauses."""
    yield head_of(f"policy {quoted(node.title)}", node, node.title)
    for clause in node.clauses:
        if isinstance(clause, s.SourceOf):
            yield from _source_lines(clause)
        else:
            yield line_of(_header_clause(clause), clause)


def _source_lines(node: s.SourceOf) -> Iterable[Line]:
    """Yield a source's line; where it is too long, what finds the document stands on a second one."""
    name, title = _source(node)
    document = _document(node)
    if document and len(f"{name} {title} {document}") > WIDEST:
        end = Span(
            file=node.span.file,
            line=node.span.end_line,
            column=node.span.end_column,
            end_line=node.span.end_line,
            end_column=node.span.end_column,
        )
        yield Line(cells=(name, title), span=node.span, indent=2, align="source")
        yield Line(cells=(document,), span=end, indent=4)
    else:
        yield Line(cells=(name, f"{title} {document}".rstrip()), span=node.span, indent=2, align="source")


def _source(node: s.SourceOf) -> tuple[str, str]:
    dated = f" dated {node.dated.text}" if node.dated is not None else ""
    return f"source {node.name.text}", f"= {quoted(node.title)}{dated}"


def _document(node: s.SourceOf) -> str:
    parts = []
    if node.sha256 is not None:
        parts.append(f"sha256 {quoted(node.sha256)}")
    if node.clauses_from is not None:
        parts.append(f"clauses from {quoted(node.clauses_from)}")
    return " ".join(parts)


def _header_clause(node: s.HeaderClause) -> str:
    match node:
        case s.Id():
            return f"id {node.id.text}"
        case s.Version():
            return f"version {node.version.text}"
        case s.Effective():
            return effective(node)
        case s.Supersedes():
            return f"supersedes version {node.version.text}"
        case s.Bring():
            return f"{node.how} {node.id.text} version {node.version.text}"
        case s.SourceOf():
            return " ".join((*_source(node), _document(node))).rstrip()
        case s.AppliesTo():
            where = f" where {show(node.where)}" if node.where is not None else ""
            whom = f"{node.noun.text} {quoted(node.id)}" if node.id is not None else f"every {node.noun.text}"
            return f"applies to {whom}{where}"
        case s.Setting():
            return _setting(node)
        case s.IfMissing():
            return f"missing data {show(node.response)}"
        case s.Approved():
            return f"approved by {quoted(node.by)} on {node.day.text}"
        case _:
            assert_never(node)


def _setting(node: s.Setting) -> str:
    match node.what:
        case "currency":
            return f"currency {node.value.text}"
        case "weights":
            return f"weights of {node.value.text}"
        case "calendar" | "owner":
            return f"{node.what} {quoted(node.value)}"
        case _:
            assert_never(node.what)


def effective(node: s.Effective) -> str:
    """Return `effective from DAY`, with the last day where there is one."""
    until = f" until {node.until.text}" if node.until is not None else ""
    return f"effective from {node.start.text}{until}"
