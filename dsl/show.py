"""The words of the inner nodes: amounts, conditions, subjects, measures, obligations, responses.

`show(node)` is the text on one line, with single spaces: what `fmt` prints and what answers quote.
"""

from typing import assert_never

from dsl import syntax as s

Inner = (
    s.Amount
    | s.Predicate
    | s.Subject
    | s.Term
    | s.Measure
    | s.Period
    | s.Obligation
    | s.Window
    | s.Response
    | s.Word
    | s.Quoted
    | s.Day
    | s.Choices
)


def quoted(word: s.Word) -> str:
    """Return a text in its quotes."""
    return f'"{word.text}"'


def show(node: Inner) -> str:
    """Return the words of an inner node."""
    match node:
        case s.Word() | s.Day():
            return node.text
        case s.Quoted():
            return f'"{node.text}"'
        case s.Choices():
            return f"({', '.join(show(value) for value in node.values)})"
        case s.Literal() | s.PercentOf() | s.Named() | s.Graded() | s.Times() | s.Extreme():
            return _amount(node)
        case s.Test() | s.AllOf() | s.AnyOf() | s.Negation():
            return _predicate(node)
        case s.Select() | s.Groups() | s.Largest():
            return _subject(node)
        case s.Measure():
            return " plus ".join(show(term) for term in node.terms)
        case s.Term() | s.Period():
            return _term(node)
        case s.Limit() | s.Forbid() | s.AllowOnly() | s.Require() | s.Window():
            return _obligation(node)
        case s.Response():
            return _response(node)
        case _:
            assert_never(node)


def _amount(node: s.Amount) -> str:
    match node:
        case s.Literal():
            return node.number + node.unit if node.unit in ("", "%") else f"{node.number} {node.unit}"
        case s.PercentOf():
            return f"{show(node.share)} of {node.of.text}"
        case s.Named():
            return node.name.text
        case s.Graded():
            return quoted(node.text)
        case s.Times():
            return f"{show(node.factor)} times {node.of.text}"
        case s.Extreme():
            return f"the {node.which} of {show(node.first)} and {show(node.second)}"
        case _:
            assert_never(node)


def _predicate(node: s.Predicate) -> str:
    match node:
        case s.Test():
            right = " and ".join(show(value) for value in node.right)
            return f"{node.path.text} {node.op.value} {right}".rstrip()
        case s.AllOf():
            return " and ".join(_inner(part) for part in node.parts)
        case s.AnyOf():
            return " or ".join(_inner(part) for part in node.parts)
        case s.Negation():
            return f"not ({_predicate(node.part)})"
        case _:
            assert_never(node)


def _inner(node: s.Predicate) -> str:
    words = _predicate(node)
    return f"({words})" if isinstance(node, s.AllOf | s.AnyOf) else words


def _subject(node: s.Subject) -> str:
    match node:
        case s.Select():
            return node.noun.text + (f" where {_predicate(node.where)}" if node.where is not None else "")
        case s.Groups():
            within = f" in {_subject(node.within)}" if node.within is not None else ""
            tests = " whose " + " and ".join(_predicate(test) for test in node.tests) if node.tests else ""
            return f"{node.plural.text}{within}{tests}"
        case s.Largest():
            within = f" in {_subject(node.within)}" if node.within is not None else ""
            return f"the {node.count.number} largest {node.plural.text}{within}"
        case _:
            assert_never(node)


def _term(node: s.Term | s.Period) -> str:
    match node:
        case s.Term():
            of = f" of {_subject(node.of)}" if node.of is not None else ""
            period = f" {_term(node.period)}" if node.period is not None else ""
            return f"{node.name.text}{of}{period}"
        case s.Period():
            if node.name is not None:
                return f"this {node.name.text}"
            if node.last is not None:
                return f"over the last {show(node.last)}"
            assert node.since is not None
            return f"since {node.since.text}"
        case _:
            assert_never(node)


_RELATIONS = {"same": "the same", "identical": "an identical", "substitute": "a substitute"}


def _obligation(node: s.Obligation | s.Window) -> str:
    match node:
        case s.Limit():
            second = f" and {show(node.second)}" if node.second is not None else ""
            return f"limit {show(node.measure)} to {node.bound} {show(node.first)}{second}"
        case s.Forbid():
            window = f" {_obligation(node.window)}" if node.window is not None else ""
            return f"forbid {_actions(node.actions)} {_subject(node.subject)}{window}"
        case s.AllowOnly():
            return f"allow only {_actions(node.actions)} {_subject(node.subject)}"
        case s.Require():
            return f"require {_predicate(node.predicate)}"
        case s.Window():
            article = "an" if node.event.text[0] in "aeiou" else "a"
            return (
                f"within {show(node.duration)} {node.direction} {article} {node.event.text} "
                f"of {_RELATIONS[node.relation]} {node.noun.text}"
            )
        case _:
            assert_never(node)


def _actions(words: tuple[s.Word, ...]) -> str:
    return " or ".join(word.text for word in words)


def _response(node: s.Response) -> str:
    match node.kind:
        case "approval":
            return f"require approval of {quoted(node.who)}" if node.who is not None else "require approval"
        case "notify":
            return f"notify {quoted(node.who)}" if node.who is not None else "notify"
        case "cure":
            return f"cure within {show(node.within)}" if node.within is not None else "cure"
        case "do_not_worsen":
            return "do not worsen"
        case "block" | "warn" | "report":
            return node.kind
        case _:
            assert_never(node.kind)
