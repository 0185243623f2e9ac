"""From the parser's reductions to the syntax tree: one small function per grammar rule.

The parser keeps every token, so a node's span runs from its first child to its last, and an optional
part is found by the keyword before it: `_after(parts, "UNTIL")` is the word after `until`, or None.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from lark import Token, Transformer

from dsl import syntax as s
from dsl.policy import Op, Span

Parts = Sequence[Any]
N = TypeVar("N", bound=s.Node)


MOST_DEPTH = 60
"""How deep conditions and amounts may be nested."""


class TooDeepError(Exception):
    """Conditions or amounts nested deeper than any officer can read; carries the place."""

    def __init__(self, span: Span) -> None:
        super().__init__("nested too deep")
        self.span = span


def _is_node(part: object) -> bool:
    return isinstance(part, s.Node)


def _first(parts: Parts, kind: type[N]) -> N | None:
    for part in parts:
        if isinstance(part, kind):
            return part
    return None


def _all(parts: Parts, kind: type[N]) -> tuple[N, ...]:
    return tuple(part for part in parts if isinstance(part, kind))


class Builder(Transformer[Token, Any]):
    """Builds nodes while the parser reduces; `file` and `line_offset` are set before each parse."""

    def __init__(self) -> None:
        super().__init__()
        self.file = ""
        self.line_offset = 0

    # -------------------------------------------------------------- helpers

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

    # -------------------------------------------------------------- header

    def start(self, parts: Parts) -> s.File:
        """Build the whole file."""
        return s.File(header=parts[0], statements=tuple(parts[1:]), span=self.span(parts))

    def header(self, parts: Parts) -> s.Header:
        """Build the header."""
        return s.Header(title=self._word(parts[1]), clauses=tuple(parts[2:]), span=self.span(parts))

    def id_clause(self, parts: Parts) -> s.Id:
        """Build `id …`."""
        return s.Id(id=self._word(parts[1]), span=self.span(parts))

    def version_clause(self, parts: Parts) -> s.Version:
        """Build `version …`."""
        return s.Version(version=self._word(parts[1]), span=self.span(parts))

    def effective(self, parts: Parts) -> s.Effective:
        """Build `effective from … until …`."""
        return s.Effective(
            start=self._after(parts, "FROM"), until=self._after(parts, "UNTIL"), span=self.span(parts)
        )

    def supersedes(self, parts: Parts) -> s.Supersedes:
        """Build `supersedes version …`."""
        return s.Supersedes(version=self._word(parts[2]), span=self.span(parts))

    def extends(self, parts: Parts) -> s.Bring:
        """Build `extends ID version V`."""
        return s.Bring(
            how="extends", id=self._word(parts[1]), version=self._word(parts[3]), span=self.span(parts)
        )

    def use(self, parts: Parts) -> s.Bring:
        """Build `use ID version V`."""
        return s.Bring(
            how="use", id=self._word(parts[1]), version=self._word(parts[3]), span=self.span(parts)
        )

    def source(self, parts: Parts) -> s.SourceOf:
        """Build `source NAME = "…" …`."""
        clauses = next((i for i, p in enumerate(parts) if isinstance(p, Token) and p.type == "CLAUSES"), None)
        return s.SourceOf(
            name=self._word(parts[1]),
            title=self._word(parts[3]),
            dated=self._after(parts, "DATED"),
            sha256=self._after(parts, "SHA256"),
            clauses_from=None if clauses is None else self._word(parts[clauses + 2]),
            span=self.span(parts),
        )

    def applies_one(self, parts: Parts) -> s.AppliesTo:
        """Build `applies to account "X"`."""
        return s.AppliesTo(
            noun=self._word(parts[2]), id=self._word(parts[3]), where=None, span=self.span(parts)
        )

    def applies_every(self, parts: Parts) -> s.AppliesTo:
        """Build `applies to every account where …`."""
        where = next((p for p in parts if _is_node(p)), None)
        return s.AppliesTo(noun=self._word(parts[3]), id=None, where=where, span=self.span(parts))

    def currency(self, parts: Parts) -> s.Setting:
        """Build `currency USD`."""
        return s.Setting(what="currency", value=self._word(parts[1]), span=self.span(parts))

    def calendar(self, parts: Parts) -> s.Setting:
        """Build `calendar "NYSE"`."""
        return s.Setting(what="calendar", value=self._word(parts[1]), span=self.span(parts))

    def weights(self, parts: Parts) -> s.Setting:
        """Build `weights of net_assets`."""
        return s.Setting(what="weights", value=self._word(parts[2]), span=self.span(parts))

    def owner(self, parts: Parts) -> s.Setting:
        """Build `owner "…"`."""
        return s.Setting(what="owner", value=self._word(parts[1]), span=self.span(parts))

    def missing(self, parts: Parts) -> s.IfMissing:
        """Build `missing data RESPONSE`."""
        return s.IfMissing(response=parts[2], span=self.span(parts))

    def approved(self, parts: Parts) -> s.Approved:
        """Build `approved by "…" on D`."""
        return s.Approved(by=self._word(parts[2]), day=self._word(parts[4]), span=self.span(parts))

    # -------------------------------------------------------------- statements

    def parameter(self, parts: Parts) -> s.ParameterOf:
        """Build `parameter NAME = VALUE between A and B`."""
        values = _all(parts, s.Literal)
        low, high = (values[1], values[2]) if len(values) == 3 else (None, None)
        return s.ParameterOf(
            name=self._word(parts[1]), value=values[0], low=low, high=high, span=self.span(parts)
        )

    def set(self, parts: Parts) -> s.SetTo:
        """Build `set NAME = VALUE because …`."""
        return s.SetTo(
            name=self._word(parts[1]),
            value=parts[3],
            because=_all(parts, s.Because),
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
            because=_all(parts, s.Because),
            span=self.span(parts),
        )

    def substitute(self, parts: Parts) -> s.Substitute:
        """Build `substitute A with B then C`."""
        symbols = self._words(parts, "STRING")
        return s.Substitute(
            symbol=symbols[0],
            replacements=symbols[1:],
            because=_all(parts, s.Because),
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
        destination = next(p for p in parts if isinstance(p, str) and not isinstance(p, Token))
        spanned = [p for p in parts if _is_node(p) or isinstance(p, Token)]
        return s.RebalanceOf(
            targets=self._word(parts[1]),
            triggers=_all(parts, s.Trigger),
            back_to=destination,  # type: ignore[arg-type]
            at_most_every=_first(parts, s.Literal),
            because=_all(parts, s.Because),
            span=self.span(spanned),
        )

    def destination(self, parts: Parts) -> str:
        """Build the place a rebalance goes back to."""
        return " ".join(parts)

    def on_band(self, parts: Parts) -> s.Trigger:
        """Build `when any class leaves its band`."""
        return s.Trigger(band=True, span=self.span(parts))

    def on_calendar(self, parts: Parts) -> s.Trigger:
        """Build `each quarter on the last business day`."""
        return s.Trigger(each=self._word(parts[1]), day=self._after(parts, "THE"), span=self.span(parts))

    def on_fact(self, parts: Parts) -> s.Trigger:
        """Build `when (PRED)`."""
        return s.Trigger(when=next(p for p in parts if _is_node(p)), span=self.span(parts))

    def harvest(self, parts: Parts) -> s.HarvestOf:
        """Build `harvest losses from …`."""
        return s.HarvestOf(
            lots=parts[3],
            replacing=self._after(parts, "WITH"),
            because=_all(parts, s.Because),
            span=self.span(parts),
        )

    def wash_sales(self, parts: Parts) -> s.WashSales:
        """Build `wash_sales …`."""
        return s.WashSales(
            switches=_all(parts, s.Switch), because=_all(parts, s.Because), span=self.span(parts)
        )

    def switch(self, parts: Parts) -> s.Switch:
        """Build one reading."""
        return s.Switch(name=self._word(parts[0]), value=self._word(parts[1]), span=self.span(parts))

    def relieved(self, parts: Parts) -> s.Relieved:
        """Build `lots relieved by …`."""
        return s.Relieved(method=self._word(parts[3]), because=_all(parts, s.Because), span=self.span(parts))

    def waive(self, parts: Parts) -> s.Waive:
        """Build `waive RULE …`."""
        return s.Waive(
            rule=self._word(parts[1]),
            noun=self._word(parts[3]),
            id=self._word(parts[4]),
            up_to=self._after(parts, "TO"),
            until=self._after(parts, "UNTIL"),
            approved_by=self._after(parts, "BY"),
            because=_all(parts, s.Because),
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

    # -------------------------------------------------------------- rules

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
        return s.OnBreach(kind=kind, responses=_all(parts, s.Response), span=self.span(parts))  # type: ignore[arg-type]

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

    # -------------------------------------------------------------- obligations

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
            window=_first(parts, s.Window),
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

    # -------------------------------------------------------------- measures and subjects

    def measure(self, parts: Parts) -> s.Measure:
        """Build terms joined by `plus`."""
        return s.Measure(terms=_all(parts, s.Term), span=self.span(parts))

    def term(self, parts: Parts) -> s.Term:
        """Build one term of a measure."""
        return s.Term(
            name=self._word(parts[0]),
            of=self._after(parts, "OF"),
            period=_first(parts, s.Period),
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
        where = next((p for p in parts if _is_node(p)), None)
        return s.Select(noun=self._word(parts[0]), where=where, span=self.span(parts))

    def groups(self, parts: Parts) -> s.Groups:
        """Build `issuers in … whose …`."""
        return s.Groups(
            plural=self._word(parts[0]), within=parts[2], tests=_all(parts, s.Test), span=self.span(parts)
        )

    def groups_all(self, parts: Parts) -> s.Groups:
        """Build `issuers whose …`."""
        return s.Groups(
            plural=self._word(parts[0]), within=None, tests=_all(parts, s.Test), span=self.span(parts)
        )

    def largest(self, parts: Parts) -> s.Largest:
        """Build `the 5 largest issuers in …`."""
        return s.Largest(
            count=self._literal_of(parts[1]),
            plural=self._word(parts[3]),
            within=_first(parts, s.Select),
            span=self.span(parts),
        )

    # -------------------------------------------------------------- predicates

    def _predicate_in(self, parts: Parts) -> s.Predicate:
        return next(p for p in parts if _is_node(p))  # type: ignore[no-any-return]

    def all_of(self, parts: Parts) -> s.AllOf:
        """Build parts joined by `and`."""
        inner = tuple(p for p in parts if _is_node(p))
        return s.AllOf(parts=inner, depth=self._deeper(*inner), span=self.span(parts))

    def any_of(self, parts: Parts) -> s.AnyOf:
        """Build parts joined by `or`."""
        inner = tuple(p for p in parts if _is_node(p))
        return s.AnyOf(parts=inner, depth=self._deeper(*inner), span=self.span(parts))

    def negation(self, parts: Parts) -> s.Negation:
        """Build `not (…)`."""
        inner = self._predicate_in(parts)
        return s.Negation(part=inner, depth=self._deeper(inner), span=self.span(parts))

    def _test(self, parts: Parts, op: Op) -> s.Test:
        right = tuple(p for p in parts if _is_node(p))
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
        return s.Choices(values=tuple(p for p in parts if _is_node(p)), span=self.span(parts))

    # -------------------------------------------------------------- amounts

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

    # -------------------------------------------------------------- examples

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
            attributes=_all(parts, s.Attribute),
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
            attributes=_all(parts, s.Attribute),
            account=self._after(parts, "ACCOUNT"),
            span=self.span(parts),
        )

    def given_event(self, parts: Parts) -> s.GivenEvent:
        """Build `given EVENT of "X" on D …`."""
        return s.GivenEvent(
            event=self._word(parts[1]),
            symbol=self._word(parts[3]),
            day=self._word(parts[5]),
            attributes=_all(parts, s.Attribute),
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


def _operator(op: Op) -> Any:
    def build(self: Builder, parts: Parts) -> s.Test:
        return self._test(parts, op)

    build.__doc__ = f"Build a comparison with `{op.value}`."
    return build


for _op in Op:
    setattr(Builder, f"op_{_op.name.lower()}", _operator(_op))
