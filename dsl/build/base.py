"""From the parser's reductions to the syntax tree: one small function per grammar rule.

The parser keeps every token, so a node's span runs from its first child to its last, and an optional
part is found by the keyword before it: `_after(parts, "UNTIL")` is the word after `until`, or None.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from lark import Token, Transformer

from dsl import syntax as s
from dsl.policy import Span

Parts = Sequence[Any]
N = TypeVar("N", bound=s.Node)


MOST_DEPTH = 60
"""How deep conditions and amounts may be nested."""


class TooDeepError(Exception):
    """Conditions or amounts nested deeper than any officer can read; carries the place."""

    def __init__(self, span: Span) -> None:
        super().__init__("nested too deep")
        self.span = span


def is_node(part: object) -> bool:
    """Return whether a part of a production is a node of the tree, not a token."""
    return isinstance(part, s.Node)


def first_of_kind(parts: Parts, kind: type[N]) -> N | None:
    """Return the first part of a kind, None where there is none."""
    for part in parts:
        if isinstance(part, kind):
            return part
    return None


def all_of_kind(parts: Parts, kind: type[N]) -> tuple[N, ...]:
    """Return every part of a kind, in the order written."""
    return tuple(part for part in parts if isinstance(part, kind))


class Base(Transformer[Token, Any]):
    """What all parts of the builder share; `file` and `line_offset` are set before each parse."""

    def __init__(self) -> None:
        super().__init__()
        self.file = ""
        self.line_offset = 0

    def span(self, parts: Parts) -> Span:
        """Return the stretch from the first part to the last."""
        first, last = parts[0], parts[-1]
        if isinstance(first, Token):
            line, column = (first.line or 1) + self.line_offset, first.column or 1
        else:
            line, column = first.span.line, first.span.column
        if isinstance(last, Token):
            end_line, end_column = (last.end_line or 1) + self.line_offset, last.end_column or 1
        else:
            end_line, end_column = last.span.end_line, last.span.end_column
        return Span(file=self.file, line=line, column=column, end_line=end_line, end_column=end_column)

    def _word(self, token: Token) -> s.Word:
        text = str(token)
        return s.Word(text=text[1:-1] if token.type == "STRING" else text, span=self.span((token,)))

    def _words(self, parts: Parts, kind: str) -> tuple[s.Word, ...]:
        return tuple(self._word(p) for p in parts if isinstance(p, Token) and p.type == kind)

    def _after(self, parts: Parts, keyword: str) -> Any:
        """Return what follows a keyword: a node, or a word made of the token; None without keyword."""
        for index, part in enumerate(parts):
            if isinstance(part, Token) and part.type == keyword:
                follower = parts[index + 1]
                return self._word(follower) if isinstance(follower, Token) else follower
        return None

    def _deeper(self, *inner: s.Node) -> int:
        depth = 1 + max(getattr(node, "depth", 0) for node in inner)
        if depth > MOST_DEPTH:
            raise TooDeepError(inner[0].span)
        return depth

    def _literal_of(self, token: Token) -> s.Literal:
        text = str(token)
        number, unit = (text[:-1], "%") if token.type == "PERCENT" else (text, "")
        return s.Literal(number=number, unit=unit, span=self.span((token,)))

    def _predicate_in(self, parts: Parts) -> s.Predicate:
        return next(p for p in parts if is_node(p))  # type: ignore[no-any-return]
