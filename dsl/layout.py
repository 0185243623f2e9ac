"""The lines of a formatted mandate: each statement and each clause on its own, cells that line up.

A rule becomes its head and one indented line per clause, in the order written. Neighbouring `define`,
`source` and target lines are made of cells, so that `as`, `=` and the percentages stand under each
other. Which line an inner node came from is kept, so that comments find their place.
"""

from collections.abc import Iterable
from typing import assert_never

from dsl import syntax as s
from dsl.layout_header import effective, header_lines
from dsl.line import WIDEST, Line, head_of, line_of
from dsl.policy import Span
from dsl.show import quoted, show


def lines(tree: s.File) -> list[Line]:
    """Return the lines of a whole file."""
    out = list(header_lines(tree.header)) if tree.header is not None else []
    for statement in tree.statements:
        out += _statement(statement)
    return out


# ------------------------------------------------------------------ statements


def _statement(node: s.Statement) -> Iterable[Line]:
    match node:
        case s.Bring() | s.ParameterOf() | s.ListAre() | s.ListFrom() | s.ManualOf():
            return (line_of(_short(node), node, indent=0),)
        case s.Define():
            cells = (f"define {node.name.text}", f"as {show(node.subject)}")
            return (Line(cells=cells, span=node.span, align="define"),)
        case s.SetTo() | s.Identical() | s.Substitute() | s.Relieved() | s.Waive():
            return _cited(node)
        case s.TargetsOf():
            return _targets(node)
        case s.RebalanceOf():
            return _rebalance(node)
        case s.HarvestOf():
            return _harvest(node)
        case s.WashSales():
            return _wash_sales(node)
        case s.Rule():
            head = head_of(f"rule {node.id.text} {quoted(node.title)}", node, node.title)
            return (head, *(line_of(_rule_clause(clause), clause) for clause in node.clauses))
        case s.ExampleOf():
            head = head_of(f"example {quoted(node.title)}", node, node.title)
            return (head, *(line_of(_example_part(part), part) for part in node.parts))
        case _:
            assert_never(node)


def _short(node: s.Bring | s.ParameterOf | s.ListAre | s.ListFrom | s.ManualOf) -> str:
    match node:
        case s.Bring():
            return f"{node.how} {node.id.text} version {node.version.text}"
        case s.ParameterOf():
            between = ""
            if node.low is not None and node.high is not None:
                between = f" between {show(node.low)} and {show(node.high)}"
            return f"parameter {node.name.text} = {show(node.value)}{between}"
        case s.ListAre():
            return f"list {node.name.text} are {_texts(node.values)}"
        case s.ListFrom():
            digest = f" sha256 {quoted(node.sha256)}" if node.sha256 is not None else ""
            return f"list {node.name.text} from {quoted(node.file)}{digest}"
        case s.ManualOf():
            return (
                f"manual {node.source.text} {quoted(node.clause)} {quoted(node.what)} "
                f"reviewed each {node.period.text} by {quoted(node.by)}"
            )
        case _:
            assert_never(node)


def _texts(words: Iterable[s.Word]) -> str:
    return ", ".join(quoted(word) for word in words)


def _cited(node: s.SetTo | s.Identical | s.Substitute | s.Relieved | s.Waive) -> Iterable[Line]:
    """Return a short statement with its citations: one line if it fits, else the citations below."""
    text, last = _uncited(node)
    whole = " ".join((text, *(_because(clause) for clause in node.because)))
    if len(node.because) <= 1 and len(whole) <= WIDEST:
        return (line_of(whole, node, indent=0),)
    head = head_of(text, node, last, block=False)
    return (head, *(line_of(_because(clause), clause) for clause in node.because))


def _uncited(node: s.SetTo | s.Identical | s.Substitute | s.Relieved | s.Waive) -> tuple[str, s.Node]:
    match node:
        case s.SetTo():
            return f"set {node.name.text} = {show(node.value)}", node.value
        case s.Identical():
            return f"identical {node.name.text} are {_texts(node.symbols)}", node.symbols[-1]
        case s.Substitute():
            ranked = " then ".join(quoted(word) for word in node.replacements)
            return f"substitute {quoted(node.symbol)} with {ranked}", node.replacements[-1]
        case s.Relieved():
            return f"lots relieved by {node.method.text}", node.method
        case s.Waive():
            up_to = f" up to {show(node.up_to)}" if node.up_to is not None else ""
            text = (
                f"waive {node.rule.text} for {node.noun.text} {quoted(node.id)}{up_to} "
                f"until {node.until.text} approved by {quoted(node.approved_by)}"
            )
            return text, node.approved_by
        case _:
            assert_never(node)


def _because(node: s.Because) -> str:
    quote = f" quoting {quoted(node.quote)}" if node.quote is not None else ""
    return f"because {node.source.text} {quoted(node.clause)}{quote}"


def _targets(node: s.TargetsOf) -> Iterable[Line]:
    yield head_of(f"targets {node.name.text}", node, node.name)
    for part in node.parts:
        match part:
            case s.ClassTarget():
                yield Line(cells=_class(part), span=part.span, indent=2, align="class")
            case s.OnBreach():
                yield line_of(_breach(part), part)
            case s.Because():
                yield line_of(_because(part), part)
            case _:
                assert_never(part)


def _class(node: s.ClassTarget) -> tuple[str, ...]:
    target = show(node.target) if node.target is not None else ""
    if node.band is not None:
        band = f"band {show(node.band)}"
    else:
        assert node.low is not None
        assert node.high is not None
        band = f"from {show(node.low)} to {show(node.high)}"
    within = f" within {node.within.text}" if node.within is not None else ""
    return node.name.text, f"{target:>5}", f" {band}{within}"


def _rebalance(node: s.RebalanceOf) -> Iterable[Line]:
    yield head_of(f"rebalance {node.targets.text}", node, node.targets)
    for index, trigger in enumerate(node.triggers):
        yield line_of(("or " if index else "") + _trigger(trigger), trigger)
    yield line_of(f"back to {node.back_to.text}", node.back_to)
    if node.at_most_every is not None:
        yield line_of(f"at most once every {show(node.at_most_every)}", node.at_most_every)
    yield from (line_of(_because(clause), clause) for clause in node.because)


def _trigger(node: s.Trigger) -> str:
    if node.band:
        return "when any class leaves its band"
    if node.when is not None:
        return f"when ({show(node.when)})"
    assert node.each is not None
    day = f" on the {node.day.text} business day" if node.day is not None else ""
    return f"each {node.each.text}{day}"


def _harvest(node: s.HarvestOf) -> Iterable[Line]:
    yield Line(cells=("harvest losses",), span=_start_of(node.span), block=True)
    yield line_of(f"from {show(node.lots)}", node.lots)
    if node.replacing is not None:
        yield line_of(f"replacing with {node.replacing.text}", node.replacing)
    yield from (line_of(_because(clause), clause) for clause in node.because)


def _start_of(span: Span) -> Span:
    return Span(
        file=span.file, line=span.line, column=span.column, end_line=span.line, end_column=span.column
    )


def _wash_sales(node: s.WashSales) -> Iterable[Line]:
    yield Line(cells=("wash_sales",), span=_start_of(node.span), block=True)
    yield from (line_of(f"{switch.name.text} {switch.value.text}", switch) for switch in node.switches)
    yield from (line_of(_because(clause), clause) for clause in node.because)


# ------------------------------------------------------------------ clauses of rules


def _rule_clause(node: s.RuleClause) -> str:
    match node:
        case s.Effective():
            return effective(node)
        case s.ExceptionTo():
            return f"exception to {node.rule.text}"
        case s.Scope():
            return f"{node.word} {node.noun.text}"
        case s.ForEach():
            return _for_each(node)
        case s.When():
            return f"when {show(node.predicate)}"
        case s.Unless():
            return f"unless {show(node.predicate)}"
        case s.Limit() | s.Forbid() | s.AllowOnly() | s.Require():
            return show(node)
        case s.OnBreach():
            return _breach(node)
        case s.Because():
            return _because(node)
        case s.LookThrough() | s.ValuedAt() | s.Tested() | s.WarnFrom() | s.IfMissing():
            return _manner(node)
        case _:
            assert_never(node)


def _manner(node: s.LookThrough | s.ValuedAt | s.Tested | s.WarnFrom | s.IfMissing) -> str:
    match node:
        case s.LookThrough():
            return f"looking through {node.noun.text}"
        case s.ValuedAt():
            return f"valued at {node.how.text}"
        case s.Tested():
            if node.period is not None:
                return f"tested at each {node.period.text} end"
            return "tested " + {"at_purchase": "at purchase", "at_all_times": "at all times"}.get(
                node.when, "daily"
            )
        case s.WarnFrom():
            return f"warn from {show(node.amount)}"
        case s.IfMissing():
            return f"if data is missing {show(node.response)}"
        case _:
            assert_never(node)


def _for_each(node: s.ForEach) -> str:
    within = f" in {show(node.within)}" if node.within is not None else ""
    excepts = " except " + ", ".join(show(part) for part in node.excepts) if node.excepts else ""
    return f"for each {node.attribute.text}{within}{excepts}"


def _breach(node: s.OnBreach) -> str:
    kind = f"{node.kind} " if node.kind is not None else ""
    return f"on {kind}breach {', '.join(show(response) for response in node.responses)}"


# ------------------------------------------------------------------ examples


def _example_part(node: s.Given | s.TradeOf | s.Expect) -> str:
    match node:
        case s.GivenDate():
            return f"given date {node.day.text}"
        case s.GivenValue():
            return f"given value {show(node.value)}"
        case s.GivenHolding() | s.GivenLot() | s.GivenEvent():
            return _given_thing(node)
        case s.GivenFact():
            return f"given that {_attribute(node.attribute)}"
        case s.TradeOf():
            size = f"{node.side.text} {show(node.amount)} of {quoted(node.symbol)}"
            return f"trade {size}{_account(node.account)}"
        case s.ExpectPass():
            return "expect pass"
        case s.ExpectResponse():
            return f"expect {show(node.response)} by {node.rule.text}"
        case s.ExpectMeasured():
            return f"expect {node.rule.text} measured {show(node.value)}"
        case s.ExpectRebalance():
            return f"expect rebalance {node.targets.text}"
        case _:
            assert_never(node)


def _given_thing(node: s.GivenHolding | s.GivenLot | s.GivenEvent) -> str:
    match node:
        case s.GivenHolding():
            text = f"given holding {quoted(node.symbol)} weight {show(node.weight)}"
        case s.GivenLot():
            text = (
                f"given lot {quoted(node.symbol)} bought {node.bought.text} cost {show(node.cost)} "
                f"worth {show(node.worth)}"
            )
        case s.GivenEvent():
            text = f"given {node.event.text} of {quoted(node.symbol)} on {node.day.text}"
        case _:
            assert_never(node)
    attributes = ", ".join(_attribute(attribute) for attribute in node.attributes)
    return text + (f" with {attributes}" if attributes else "") + _account(node.account)


def _attribute(node: s.Attribute) -> str:
    return f"{node.path.text} {show(node.value)}"


def _account(word: s.Word | None) -> str:
    return f" for account {quoted(word)}" if word is not None else ""
