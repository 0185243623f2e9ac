"""What every node of the syntax tree has, and the word, the smallest of them."""

from dataclasses import dataclass, field

from dsl.policy import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has: the stretch of text it came from."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A name, an id, a version or a date as written, or a quoted text without its quotes."""

    text: str
