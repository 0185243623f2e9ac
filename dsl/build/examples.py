"""Builds the tests that travel with a mandate."""

from dsl import syntax as s
from dsl.build.base import Base, Parts, all_of_kind


class ExampleBuilder(Base):
    """Builds the tests that travel with a mandate."""

    def example(self, parts: Parts) -> s.ExampleOf:
        """Build `example "title" …`."""
        return s.ExampleOf(title=self._word(parts[1]), parts=tuple(parts[2:]), span=self.span(parts))

    def given_date(self, parts: Parts) -> s.GivenDate:
        """Build `given date D`."""
        return s.GivenDate(day=self._word(parts[2]), span=self.span(parts))

    def given_value(self, parts: Parts) -> s.GivenValue:
        """Build `given value A`."""
        return s.GivenValue(value=parts[2], span=self.span(parts))

    def given_holding(self, parts: Parts) -> s.GivenHolding:
        """Build `given holding …`."""
        return s.GivenHolding(
            symbol=self._word(parts[2]),
            weight=self._literal_of(parts[4]),
            attributes=all_of_kind(parts, s.Attribute),
            account=self._after(parts, "ACCOUNT"),
            span=self.span(parts),
        )

    def given_lot(self, parts: Parts) -> s.GivenLot:
        """Build `given lot …`."""
        return s.GivenLot(
            symbol=self._word(parts[2]),
            bought=self._after(parts, "BOUGHT"),
            cost=self._after(parts, "COST"),
            worth=self._after(parts, "WORTH"),
            attributes=all_of_kind(parts, s.Attribute),
            account=self._after(parts, "ACCOUNT"),
            span=self.span(parts),
        )

    def given_event(self, parts: Parts) -> s.GivenEvent:
        """Build `given EVENT of "X" on D …`."""
        return s.GivenEvent(
            event=self._word(parts[1]),
            symbol=self._word(parts[3]),
            day=self._word(parts[5]),
            attributes=all_of_kind(parts, s.Attribute),
            account=self._after(parts, "ACCOUNT"),
            span=self.span(parts),
        )

    def given_fact(self, parts: Parts) -> s.GivenFact:
        """Build `given that NAME VALUE`."""
        return s.GivenFact(attribute=parts[2], span=self.span(parts))

    def attribute(self, parts: Parts) -> s.Attribute:
        """Build one attribute after `with`."""
        return s.Attribute(path=self._word(parts[0]), value=parts[1], span=self.span(parts))

    def trade(self, parts: Parts) -> s.TradeOf:
        """Build `trade buy …`."""
        return s.TradeOf(
            side=self._word(parts[1]),
            amount=parts[2],
            symbol=self._word(parts[4]),
            account=self._after(parts, "ACCOUNT"),
            span=self.span(parts),
        )

    def expect_pass(self, parts: Parts) -> s.ExpectPass:
        """Build `expect pass`."""
        return s.ExpectPass(span=self.span(parts))

    def expect_response(self, parts: Parts) -> s.ExpectResponse:
        """Build `expect RESPONSE by RULE`."""
        return s.ExpectResponse(response=parts[1], rule=self._word(parts[3]), span=self.span(parts))

    def expect_measured(self, parts: Parts) -> s.ExpectMeasured:
        """Build `expect RULE measured VALUE`."""
        return s.ExpectMeasured(rule=self._word(parts[1]), value=parts[3], span=self.span(parts))

    def expect_rebalance(self, parts: Parts) -> s.ExpectRebalance:
        """Build `expect rebalance NAME`."""
        return s.ExpectRebalance(targets=self._word(parts[2]), span=self.span(parts))
