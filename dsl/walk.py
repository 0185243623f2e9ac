"""Walking a syntax tree: every node below a node, each with the node that holds it.

    [because.clause.text for because in nodes_of(rule, s.Because)]    ["§4.1"]

The order is that of the fields, which is the order of the text in all but a few places.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

from dsl.syntax.base import Node

N = TypeVar("N", bound=Node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A node, the node that holds it (None for the one begun with), and the name of the field there."""

    node: Node
    holder: Node | None
    field: str


def below(node: Node) -> Iterator[Held]:
    """Yield a node and every node below it. Never recurses, so no depth is too deep."""
    waiting = [Held(node=node, holder=None, field="")]
    while waiting:
        held = waiting.pop()
        yield held
        children = [
            Held(node=child, holder=held.node, field=name)
            for name in _fields(type(held.node))
            for child in _children(getattr(held.node, name))
        ]
        waiting += reversed(children)


def nodes_of(node: Node, kind: type[N]) -> Iterator[N]:
    """Yield the nodes of one kind at and below a node."""
    return (held.node for held in below(node) if isinstance(held.node, kind))


def _fields(kind: type[Node]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "span")


def _children(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _children(part)
