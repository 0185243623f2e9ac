"""What stands for each clause: statements of the mandate beside the clauses that they cite.

    SourceClauses "ips" -> Clause "§3.1" -> Entry rule IPS-3.1, with its text, its words and its examples

A statement that cites two clauses stands beside both. Neighbours of one short kind (seventeen
`substitute` lines of one clause) are one entry.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dsl import syntax as s
from dsl.policy import Source, Span
from dsl.walk import nodes_of
from engine.gate.examples import ExampleResult
from engine.gate.explain import RuleExplained, explain

if TYPE_CHECKING:
    from reports.handbook import Handbook, PolicyText

Status = Literal["encoded", "manual", "missing"]

_TOLD = ("asks", "applies", "tested", "responses", "data", "compiles to", "exceptions", "waivers")
_KINDS: dict[type[s.Node], str] = {
    s.SetTo: "Parameter set",
    s.Identical: "Identical securities",
    s.Substitute: "Substitutes",
    s.TargetsOf: "Targets",
    s.RebalanceOf: "When to rebalance",
    s.HarvestOf: "Harvesting losses",
    s.WashSales: "Reading of the wash-sale law",
    s.Relieved: "Which lots go first",
    s.Rule: "Rule",
    s.Waive: "Waiver",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One statement that stands for a clause.

    name: its id, empty where it has none; told: label and words, for rules and targets; example results
    are those that name the rule; quotes: what it quotes of the clause it stands beside.
    """

    kind: str
    name: str
    title: str
    text: str
    place: str
    policy: str  # id of the policy that brings it in, empty for the handbook's own
    form_class: str
    told: tuple[tuple[str, str], ...]
    examples: tuple[ExampleResult, ...]
    quotes: tuple[str, ...] = ()
    is_rule: bool = False
    first_beside: tuple[str, str] | None = None  # anchor and number of the clause where it is told in full


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """A clause that a person judges."""

    what: str
    each: str
    by: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause; `text` is empty where the document is not at hand."""

    number: str
    text: str
    entries: tuple[Entry, ...]
    manuals: tuple[Manual, ...]

    @property
    def status(self) -> Status:
        """Whether the mandate holds it, leaves it to a person, or says nothing of it."""
        if self.entries:
            return "encoded"
        return "manual" if self.manuals else "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClauses:
    """One source document with its clauses, in the document's order where its text is at hand."""

    name: str
    title: str
    source: Source
    policy: str  # id of the policy that names it, empty for the handbook's own
    at_hand: bool
    clauses: tuple[Clause, ...]


def sources_of(handbook: "Handbook") -> tuple[SourceClauses, ...]:
    """Return every source that the policy and those it builds on name, clause by clause."""
    told = _explained(handbook)
    sources = tuple(
        _source(handbook, text, node, told)
        for text in handbook.texts
        if text.tree.header is not None
        for node in text.tree.header.clauses
        if isinstance(node, s.SourceOf)
    )
    return _told_once(sources)


def anchor(source: SourceClauses, index: int) -> str:
    """Return the name under which a page is jumped to for a clause; the first has index 0."""
    return f"{source.name}-{index + 1}"


def _told_once(sources: tuple[SourceClauses, ...]) -> tuple[SourceClauses, ...]:
    """Return the sources with each entry told in full beside the first clause that it stands for."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    out = []
    for source in sources:
        clauses = []
        for index, clause in enumerate(source.clauses):
            here = (anchor(source, index), f"{source.title} {clause.number}")
            entries = tuple(
                replace(entry, first_beside=seen.get((entry.place, entry.text)) if entry.told else None)
                for entry in clause.entries
            )
            for entry in entries:
                seen.setdefault((entry.place, entry.text), here)
            clauses.append(replace(clause, entries=entries))
        out.append(replace(source, clauses=tuple(clauses)))
    return tuple(out)


def uncited(handbook: "Handbook") -> tuple[Entry, ...]:
    """Return the statements that should rest on a clause and cite none."""
    told = _explained(handbook)
    return tuple(
        _entry(handbook, text, node, told)
        for text in handbook.texts
        for node in text.tree.statements
        if type(node) in _KINDS and not _citations(node)
    )


# ------------------------------------------------------------------ one source


def _source(
    handbook: "Handbook",
    text: "PolicyText",
    node: s.SourceOf,
    told: dict[tuple[str, str], RuleExplained],
) -> SourceClauses:
    name = node.name.text
    document = text.documents.get(name)
    numbers = dict(document or ())
    entries: dict[str, list[Entry]] = {number: [] for number in numbers}
    manuals: dict[str, list[Manual]] = {}
    for statement in text.tree.statements:
        if isinstance(statement, s.ManualOf) and statement.source.text == name:
            entries.setdefault(statement.clause.text, [])
            manuals.setdefault(statement.clause.text, []).append(_manual(statement))
        cited: dict[str, list[str]] = {}
        for because in _citations(statement):
            if because.source.text == name:
                quotes = cited.setdefault(because.clause.text, [])
                quotes += [because.quote.text] if because.quote is not None else []
        for number, quotes in cited.items():
            entry = replace(_entry(handbook, text, statement, told), quotes=tuple(quotes))
            entries.setdefault(number, []).append(entry)
    source = next(source for source in handbook.policy.sources if source.name == name)
    return SourceClauses(
        name=name if _is_own(handbook, text) else f"{text.id}-{name}",
        title=node.title.text,
        source=source,
        policy="" if _is_own(handbook, text) else text.id,
        at_hand=document is not None,
        clauses=tuple(
            Clause(
                number=number,
                text=numbers.get(number, ""),
                entries=_joined(found),
                manuals=tuple(manuals.get(number, ())),
            )
            for number, found in entries.items()
        ),
    )


def _manual(node: s.ManualOf) -> Manual:
    return Manual(what=node.what.text, each=node.period.text, by=node.by.text, place=_place(node.span))


def _is_own(handbook: "Handbook", text: "PolicyText") -> bool:
    return text.id == handbook.policy.id


def _citations(node: s.Statement) -> tuple[s.Because, ...]:
    """Return every `because` of a statement, wherever it stands in it."""
    return tuple(nodes_of(node, s.Because))


# ------------------------------------------------------------------ one statement


def _explained(handbook: "Handbook") -> dict[tuple[str, str], RuleExplained]:
    return {(row.policy, row.rule): row for row in explain(handbook.rulebook)}


def _entry(
    handbook: "Handbook",
    text: "PolicyText",
    node: s.Statement,
    told: dict[tuple[str, str], RuleExplained],
) -> Entry:
    name, title = _named(node)
    row = told.get((text.id, name)) or told.get((handbook.policy.id, name))
    known = row is not None and isinstance(node, s.Rule | s.TargetsOf)
    return Entry(
        kind=_KINDS.get(type(node), ""),
        name=name,
        title=title,
        text=source_text(text.text, node.span),
        place=_place(node.span),
        policy="" if _is_own(handbook, text) else text.id,
        form_class=row.form_class if row is not None and known else "",
        told=_told(row, bands=isinstance(node, s.TargetsOf)) if row is not None and known else (),
        examples=_examples(handbook, row) if row is not None and known else (),
        is_rule=isinstance(node, s.Rule),
    )


def _told(row: RuleExplained, *, bands: bool) -> tuple[tuple[str, str], ...]:
    """Return the lines that a handbook tells of a rule; bands are drawn elsewhere."""
    asks = (("asks", "weights within the bands below"),) if bands else ()
    return (*asks, *(line for line in row.lines if line[0] in _TOLD and not (bands and line[0] == "asks")))


def _examples(handbook: "Handbook", row: RuleExplained) -> tuple[ExampleResult, ...]:
    return tuple(result for result in handbook.results if result.title in row.examples)


def _named(node: s.Statement) -> tuple[str, str]:
    match node:
        case s.Rule():
            return node.id.text, node.title.text
        case s.TargetsOf() | s.Identical() | s.SetTo():
            return node.name.text, ""
        case s.RebalanceOf():
            return node.targets.text, ""
        case s.Waive():
            return node.rule.text, ""
        case _:
            return "", ""


def source_text(text: str, span: Span) -> str:
    """Return the lines of a file that a statement takes, moved to the left edge."""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    if lines:
        lines[0] = " " * (span.column - 1) + lines[0][span.column - 1 :]
        lines[-1] = lines[-1][: span.end_column - 1] if span.end_line > span.line else lines[-1].rstrip()
    return textwrap.dedent("\n".join(line.rstrip() for line in lines))


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}"


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries with neighbours of one nameless kind as one."""
    out: list[Entry] = []
    for entry in entries:
        if out and not entry.told and not out[-1].told and out[-1].kind == entry.kind:
            out[-1] = replace(out[-1], name="", text=f"{out[-1].text}\n{entry.text}")
        else:
            out.append(entry)
    return tuple(out)
