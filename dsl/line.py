"""One printed line of a formatted mandate, and how the lines of statements are made."""

from dataclasses import dataclass

from dsl import syntax as s
from dsl.policy import Span

WIDEST = 120
"""Statements that fit into this many signs with their citation stand on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One printed line: cells joined by a space, padded to the width of their neighbours' cells."""

    cells: tuple[str, ...]
    span: Span
    indent: int = 0
    align: str = ""  # lines of one kind that follow each other are lined up
    block: bool = False  # head of a statement of several lines: a blank line goes before it


def line_of(text: str, node: s.Node, *, indent: int = 2) -> Line:
    """Return one line of text for a node, indented as a clause is."""
    return Line(cells=(text,), span=node.span, indent=indent)


def head_of(text: str, node: s.Node, first: s.Node, *, block: bool = True) -> Line:
    """Return the head of a statement; its source runs from the statement's first sign to `first`'s end."""
    span = Span(
        file=node.span.file,
        line=node.span.line,
        column=node.span.column,
        end_line=first.span.end_line,
        end_column=first.span.end_column,
    )
    return Line(cells=(text,), span=span, block=block)
