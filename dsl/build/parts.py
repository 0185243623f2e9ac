"""Builds amounts, conditions, subjects and measures."""

from typing import Any

from lark import Token

from dsl import syntax as s
from dsl.build.base import Base, Parts, all_of_kind, first_of_kind, is_node
from dsl.policy import Op


class PartBuilder(Base):
    """Builds amounts, conditions, subjects and measures."""

    def measure(self, parts: Parts) -> s.Measure:
        """Build terms joined by `plus`."""
        return s.Measure(terms=all_of_kind(parts, s.Term), span=self.span(parts))

    def term(self, parts: Parts) -> s.Term:
        """Build one term of a measure."""
        return s.Term(
            name=self._word(parts[0]),
            of=self._after(parts, "OF"),
            period=first_of_kind(parts, s.Period),
            span=self.span(parts),
        )

    def this_period(self, parts: Parts) -> s.Period:
        """Build `this tax_year`."""
        return s.Period(name=self._word(parts[1]), span=self.span(parts))

    def over_last(self, parts: Parts) -> s.Period:
        """Build `over the last 12 months`."""
        return s.Period(last=parts[3], span=self.span(parts))

    def since(self, parts: Parts) -> s.Period:
        """Build `since D`."""
        return s.Period(since=self._word(parts[1]), span=self.span(parts))

    def select(self, parts: Parts) -> s.Select:
        """Build `NOUN where PRED`."""
        where = next((p for p in parts if is_node(p)), None)
        return s.Select(noun=self._word(parts[0]), where=where, span=self.span(parts))

    def groups(self, parts: Parts) -> s.Groups:
        """Build `issuers in … whose …`."""
        return s.Groups(
            plural=self._word(parts[0]),
            within=parts[2],
            tests=all_of_kind(parts, s.Test),
            span=self.span(parts),
        )

    def groups_all(self, parts: Parts) -> s.Groups:
        """Build `issuers whose …`."""
        return s.Groups(
            plural=self._word(parts[0]), within=None, tests=all_of_kind(parts, s.Test), span=self.span(parts)
        )

    def largest(self, parts: Parts) -> s.Largest:
        """Build `the 5 largest issuers in …`."""
        return s.Largest(
            count=self._literal_of(parts[1]),
            plural=self._word(parts[3]),
            within=first_of_kind(parts, s.Select),
            span=self.span(parts),
        )

    def all_of(self, parts: Parts) -> s.AllOf:
        """Build parts joined by `and`."""
        inner = tuple(p for p in parts if is_node(p))
        return s.AllOf(parts=inner, depth=self._deeper(*inner), span=self.span(parts))

    def any_of(self, parts: Parts) -> s.AnyOf:
        """Build parts joined by `or`."""
        inner = tuple(p for p in parts if is_node(p))
        return s.AnyOf(parts=inner, depth=self._deeper(*inner), span=self.span(parts))

    def negation(self, parts: Parts) -> s.Negation:
        """Build `not (…)`."""
        inner = self._predicate_in(parts)
        return s.Negation(part=inner, depth=self._deeper(inner), span=self.span(parts))

    def test_with(self, parts: Parts, op: Op) -> s.Test:
        """Return a comparison with what stands on its right."""
        right = tuple(p for p in parts if is_node(p))
        if not right and isinstance(parts[-1], Token) and parts[-1].type == "STRING":
            right = (self.quoted(parts[-1:]),)
        return s.Test(path=self._word(parts[0]), op=op, right=right, span=self.span(parts))

    def word(self, parts: Parts) -> s.Word:
        """Build a bare word on the right of a comparison."""
        return self._word(parts[0])

    def quoted(self, parts: Parts) -> s.Quoted:
        """Build a quoted text on the right of a comparison."""
        return s.Quoted(text=str(parts[0])[1:-1], span=self.span(parts))

    def day(self, parts: Parts) -> s.Day:
        """Build a date on the right of a comparison."""
        return s.Day(text=str(parts[0]), span=self.span(parts))

    def choices(self, parts: Parts) -> s.Choices:
        """Build values in brackets."""
        return s.Choices(values=tuple(p for p in parts if is_node(p)), span=self.span(parts))

    def literal(self, parts: Parts) -> s.Literal:
        """Build a number with its unit."""
        if len(parts) == 1:
            return self._literal_of(parts[0])
        return s.Literal(number=str(parts[0]), unit=str(parts[1]), span=self.span(parts))

    duration = literal

    def percent_of(self, parts: Parts) -> s.PercentOf:
        """Build `N% of NAME`."""
        return s.PercentOf(share=self._literal_of(parts[0]), of=self._word(parts[2]), span=self.span(parts))

    def named(self, parts: Parts) -> s.Named:
        """Build a name where an amount is due."""
        return s.Named(name=self._word(parts[0]), span=self.span(parts))

    def graded(self, parts: Parts) -> s.Graded:
        """Build a rating where an amount is due."""
        return s.Graded(text=self._word(parts[0]), span=self.span(parts))

    def times(self, parts: Parts) -> s.Times:
        """Build `N times NAME`."""
        return s.Times(factor=self._literal_of(parts[0]), of=self._word(parts[2]), span=self.span(parts))

    def smaller(self, parts: Parts) -> s.Extreme:
        """Build `the smaller of A and B`."""
        return self._extreme("smaller", parts)

    def greater(self, parts: Parts) -> s.Extreme:
        """Build `the greater of A and B`."""
        return self._extreme("greater", parts)

    def _extreme(self, which: Any, parts: Parts) -> s.Extreme:
        first, second = parts[3], parts[5]
        depth = self._deeper(first, second)
        return s.Extreme(which=which, first=first, second=second, depth=depth, span=self.span(parts))
