"""Builds rules: clauses, responses, obligations."""

from lark import Token

from dsl import syntax as s
from dsl.build.base import Base, Parts, all_of_kind, first_of_kind
from dsl.policy import Span


class RuleBuilder(Base):
    """Builds rules: clauses, responses, obligations."""

    def rule(self, parts: Parts) -> s.Rule:
        """Build `rule ID "title" …`."""
        return s.Rule(
            id=self._word(parts[1]),
            title=self._word(parts[2]),
            clauses=tuple(parts[3:]),
            span=self.span(parts),
        )

    def exception(self, parts: Parts) -> s.ExceptionTo:
        """Build `exception to RULE`."""
        return s.ExceptionTo(rule=self._word(parts[2]), span=self.span(parts))

    def across(self, parts: Parts) -> s.Scope:
        """Build `across household`."""
        return s.Scope(word="across", noun=self._word(parts[1]), span=self.span(parts))

    def per(self, parts: Parts) -> s.Scope:
        """Build `per account`."""
        return s.Scope(word="per", noun=self._word(parts[1]), span=self.span(parts))

    def for_each(self, parts: Parts) -> s.ForEach:
        """Build `for each ATTRIBUTE in SUBJECT except …`."""
        within = self._after(parts, "IN")
        return s.ForEach(
            attribute=self._word(parts[2]),
            within=within,
            excepts=tuple(p for p in parts if isinstance(p, s.Select) and p is not within),
            span=self.span(parts),
        )

    def when(self, parts: Parts) -> s.When:
        """Build `when PRED`."""
        return s.When(predicate=self._predicate_in(parts), span=self.span(parts))

    def unless(self, parts: Parts) -> s.Unless:
        """Build `unless PRED`."""
        return s.Unless(predicate=self._predicate_in(parts), span=self.span(parts))

    def look_through(self, parts: Parts) -> s.LookThrough:
        """Build `looking through funds`."""
        return s.LookThrough(noun=self._word(parts[2]), span=self.span(parts))

    def valued(self, parts: Parts) -> s.ValuedAt:
        """Build `valued at cost`."""
        return s.ValuedAt(how=self._word(parts[2]), span=self.span(parts))

    def at_purchase(self, parts: Parts) -> s.Tested:
        """Build `tested at purchase`."""
        return s.Tested(when="at_purchase", span=self.span(parts))

    def at_all_times(self, parts: Parts) -> s.Tested:
        """Build `tested at all times`."""
        return s.Tested(when="at_all_times", span=self.span(parts))

    def daily(self, parts: Parts) -> s.Tested:
        """Build `tested daily`."""
        return s.Tested(when="daily", span=self.span(parts))

    def at_period_end(self, parts: Parts) -> s.Tested:
        """Build `tested at each quarter end`."""
        return s.Tested(when="at_period_end", period=self._word(parts[3]), span=self.span(parts))

    def warn_from(self, parts: Parts) -> s.WarnFrom:
        """Build `warn from AMOUNT`."""
        return s.WarnFrom(amount=parts[2], span=self.span(parts))

    def if_missing(self, parts: Parts) -> s.IfMissing:
        """Build `if data is missing RESPONSE`."""
        return s.IfMissing(response=parts[4], span=self.span(parts))

    def breach(self, parts: Parts) -> s.OnBreach:
        """Build `on active breach …`."""
        kind = next((str(p) for p in parts if isinstance(p, Token) and p.type == "BREACH_KIND"), None)
        return s.OnBreach(kind=kind, responses=all_of_kind(parts, s.Response), span=self.span(parts))  # type: ignore[arg-type]

    def block(self, parts: Parts) -> s.Response:
        """Build `block`."""
        return s.Response(kind="block", span=self.span(parts))

    def approval(self, parts: Parts) -> s.Response:
        """Build `require approval of "ROLE"`."""
        return s.Response(kind="approval", who=self._word(parts[3]), span=self.span(parts))

    def warn(self, parts: Parts) -> s.Response:
        """Build `warn`."""
        return s.Response(kind="warn", span=self.span(parts))

    def report(self, parts: Parts) -> s.Response:
        """Build `report`."""
        return s.Response(kind="report", span=self.span(parts))

    def cure(self, parts: Parts) -> s.Response:
        """Build `cure within N days`."""
        return s.Response(kind="cure", within=parts[2], span=self.span(parts))

    def do_not_worsen(self, parts: Parts) -> s.Response:
        """Build `do not worsen`."""
        return s.Response(kind="do_not_worsen", span=self.span(parts))

    def notify(self, parts: Parts) -> s.Response:
        """Build `notify "WHO"`."""
        return s.Response(kind="notify", who=self._word(parts[1]), span=self.span(parts))

    def limit(self, parts: Parts) -> s.Limit:
        """Build `limit MEASURE to BOUND`."""
        kind, first, second = parts[3]
        last = second or first
        span = Span(
            file=self.file,
            line=(parts[0].line or 1) + self.line_offset,
            column=parts[0].column or 1,
            end_line=last.span.end_line,
            end_column=last.span.end_column,
        )
        return s.Limit(measure=parts[1], bound=kind, first=first, second=second, span=span)

    def at_most(self, parts: Parts) -> tuple[str, s.Amount, None]:
        """Build `at most A`."""
        return "at most", parts[2], None

    def at_least(self, parts: Parts) -> tuple[str, s.Amount, None]:
        """Build `at least A`."""
        return "at least", parts[2], None

    def between(self, parts: Parts) -> tuple[str, s.Amount, s.Amount]:
        """Build `between A and B`."""
        return "between", parts[1], parts[3]

    def exactly(self, parts: Parts) -> tuple[str, s.Amount, None]:
        """Build `exactly A`."""
        return "exactly", parts[1], None

    def forbid(self, parts: Parts) -> s.Forbid:
        """Build `forbid …`."""
        return s.Forbid(
            actions=self._words(parts, "ACTION"),
            subject=next(p for p in parts if isinstance(p, s.Select)),
            window=first_of_kind(parts, s.Window),
            span=self.span(parts),
        )

    def allow_only(self, parts: Parts) -> s.AllowOnly:
        """Build `allow only …`."""
        return s.AllowOnly(
            actions=self._words(parts, "ACTION"),
            subject=next(p for p in parts if isinstance(p, s.Select)),
            span=self.span(parts),
        )

    def require(self, parts: Parts) -> s.Require:
        """Build `require PRED`."""
        return s.Require(predicate=self._predicate_in(parts), span=self.span(parts))

    def window(self, parts: Parts) -> s.Window:
        """Build `within … before or after a … of …`."""
        relation, noun = parts[-1]
        return s.Window(
            duration=parts[1],
            direction=parts[2],
            event=self._word(parts[4]),
            relation=relation,
            noun=noun,
            span=self.span((parts[0], noun)),
        )

    def direction(self, parts: Parts) -> str:
        """Build the side of a window."""
        return " ".join(parts)

    def same(self, parts: Parts) -> tuple[str, s.Word]:
        """Build `the same security`."""
        return "same", self._word(parts[2])

    def identical_to(self, parts: Parts) -> tuple[str, s.Word]:
        """Build `an identical security`."""
        return "identical", self._word(parts[2])

    def substitute_of(self, parts: Parts) -> tuple[str, s.Word]:
        """Build `a substitute security`."""
        return "substitute", self._word(parts[2])
