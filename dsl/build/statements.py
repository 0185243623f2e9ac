"""Builds the statements other than rules and examples."""

from lark import Token

from dsl import syntax as s
from dsl.build.base import Base, Parts, all_of_kind, first_of_kind, is_node


class StatementBuilder(Base):
    """Builds the statements other than rules and examples."""

    def parameter(self, parts: Parts) -> s.ParameterOf:
        """Build `parameter NAME = VALUE between A and B`."""
        values = all_of_kind(parts, s.Literal)
        low, high = (values[1], values[2]) if len(values) == 3 else (None, None)
        return s.ParameterOf(
            name=self._word(parts[1]), value=values[0], low=low, high=high, span=self.span(parts)
        )

    def set(self, parts: Parts) -> s.SetTo:
        """Build `set NAME = VALUE because …`."""
        return s.SetTo(
            name=self._word(parts[1]),
            value=parts[3],
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def define(self, parts: Parts) -> s.Define:
        """Build `define NAME as SUBJECT`."""
        return s.Define(name=self._word(parts[1]), subject=parts[3], span=self.span(parts))

    def list_are(self, parts: Parts) -> s.ListAre:
        """Build `list NAME are …`."""
        return s.ListAre(
            name=self._word(parts[1]), values=self._words(parts, "STRING"), span=self.span(parts)
        )

    def list_from(self, parts: Parts) -> s.ListFrom:
        """Build `list NAME from …`."""
        return s.ListFrom(
            name=self._word(parts[1]),
            file=self._word(parts[3]),
            sha256=self._after(parts, "SHA256"),
            span=self.span(parts),
        )

    def identical(self, parts: Parts) -> s.Identical:
        """Build `identical NAME are …`."""
        return s.Identical(
            name=self._word(parts[1]),
            symbols=self._words(parts, "STRING"),
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def substitute(self, parts: Parts) -> s.Substitute:
        """Build `substitute A with B then C`."""
        symbols = self._words(parts, "STRING")
        return s.Substitute(
            symbol=symbols[0],
            replacements=symbols[1:],
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def targets(self, parts: Parts) -> s.TargetsOf:
        """Build `targets NAME …`."""
        return s.TargetsOf(name=self._word(parts[1]), parts=tuple(parts[2:]), span=self.span(parts))

    def class_target(self, parts: Parts) -> s.ClassTarget:
        """Build a class with a target and a band."""
        percents = [self._literal_of(p) for p in parts if isinstance(p, Token) and p.type == "PERCENT"]
        low, high = (percents[1], percents[2]) if len(percents) == 3 else (None, None)
        return s.ClassTarget(
            name=self._word(parts[0]),
            target=percents[0],
            band=self._after(parts, "BAND"),
            low=low,
            high=high,
            within=self._after(parts, "WITHIN"),
            span=self.span(parts),
        )

    def class_range(self, parts: Parts) -> s.ClassTarget:
        """Build a class with a range and no target."""
        low, high = (self._literal_of(p) for p in parts if isinstance(p, Token) and p.type == "PERCENT")
        return s.ClassTarget(
            name=self._word(parts[0]),
            target=None,
            band=None,
            low=low,
            high=high,
            within=self._after(parts, "WITHIN"),
            span=self.span(parts),
        )

    def rebalance(self, parts: Parts) -> s.RebalanceOf:
        """Build `rebalance NAME …`."""
        return s.RebalanceOf(
            targets=self._word(parts[1]),
            triggers=all_of_kind(parts, s.Trigger),
            back_to=next(p for p in parts if isinstance(p, s.Word)),
            at_most_every=first_of_kind(parts, s.Literal),
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def destination(self, parts: Parts) -> s.Word:
        """Build the place a rebalance goes back to."""
        return s.Word(text=" ".join(parts), span=self.span(parts))

    def on_band(self, parts: Parts) -> s.Trigger:
        """Build `when any class leaves its band`."""
        return s.Trigger(band=True, span=self.span(parts))

    def on_calendar(self, parts: Parts) -> s.Trigger:
        """Build `each quarter on the last business day`."""
        return s.Trigger(each=self._word(parts[1]), day=self._after(parts, "THE"), span=self.span(parts))

    def on_fact(self, parts: Parts) -> s.Trigger:
        """Build `when (PRED)`."""
        return s.Trigger(when=next(p for p in parts if is_node(p)), span=self.span(parts))

    def harvest(self, parts: Parts) -> s.HarvestOf:
        """Build `harvest losses from …`."""
        return s.HarvestOf(
            lots=parts[3],
            replacing=self._after(parts, "WITH"),
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def wash_sales(self, parts: Parts) -> s.WashSales:
        """Build `wash_sales …`."""
        return s.WashSales(
            switches=all_of_kind(parts, s.Switch),
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def switch(self, parts: Parts) -> s.Switch:
        """Build one reading."""
        return s.Switch(name=self._word(parts[0]), value=self._word(parts[1]), span=self.span(parts))

    def relieved(self, parts: Parts) -> s.Relieved:
        """Build `lots relieved by …`."""
        return s.Relieved(
            method=self._word(parts[3]), because=all_of_kind(parts, s.Because), span=self.span(parts)
        )

    def waive(self, parts: Parts) -> s.Waive:
        """Build `waive RULE …`."""
        return s.Waive(
            rule=self._word(parts[1]),
            noun=self._word(parts[3]),
            id=self._word(parts[4]),
            up_to=self._after(parts, "TO"),
            until=self._after(parts, "UNTIL"),
            approved_by=self._after(parts, "BY"),
            because=all_of_kind(parts, s.Because),
            span=self.span(parts),
        )

    def manual(self, parts: Parts) -> s.ManualOf:
        """Build `manual SOURCE …`."""
        return s.ManualOf(
            source=self._word(parts[1]),
            clause=self._word(parts[2]),
            what=self._word(parts[3]),
            period=self._word(parts[6]),
            by=self._word(parts[8]),
            span=self.span(parts),
        )

    def because(self, parts: Parts) -> s.Because:
        """Build `because SOURCE "clause" quoting "…"`."""
        return s.Because(
            source=self._word(parts[1]),
            clause=self._word(parts[2]),
            quote=self._after(parts, "QUOTING"),
            span=self.span(parts),
        )
