"""From the parser's reductions to the syntax tree: one small function per grammar rule.

The parser keeps every token, so a node's span runs from its first child to its last, and an optional
part is found by the keyword before it: `_after(parts, "UNTIL")` is the word after `until`, or None.
"""

from typing import Any

from dsl import syntax as s
from dsl.build.base import MOST_DEPTH, Parts, TooDeepError
from dsl.build.examples import ExampleBuilder
from dsl.build.header import HeaderBuilder
from dsl.build.parts import PartBuilder
from dsl.build.rules import RuleBuilder
from dsl.build.statements import StatementBuilder
from dsl.policy import Op

__all__ = ["MOST_DEPTH", "Builder", "TooDeepError"]


class Builder(HeaderBuilder, StatementBuilder, RuleBuilder, PartBuilder, ExampleBuilder):
    """Builds nodes while the parser reduces; one method for each rule of the grammar."""


def _operator(op: Op) -> Any:
    def build(self: Builder, parts: Parts) -> s.Test:
        return self.test_with(parts, op)

    build.__doc__ = f"Build a comparison with `{op.value}`."
    return build


for _op in Op:
    setattr(Builder, f"op_{_op.name.lower()}", _operator(_op))
