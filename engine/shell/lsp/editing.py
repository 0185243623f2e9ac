"""Following and changing names, and the outline of a file.

A name is changed everywhere in the file at once, or not at all: the changed text is checked before it
is handed to the editor, and where it would bring a new error the change is refused with the reason.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from dsl import syntax as s
from dsl.diagnostics import Severity
from dsl.format import formatted
from dsl.policy import Span
from dsl.show import show
from engine.shell.lsp.grammar import machine, words_of
from engine.shell.lsp.names import OWN, Use
from engine.shell.lsp.places import Places
from engine.shell.lsp.reading import Reading

Range = tuple[tuple[int, int], tuple[int, int]]
"""The editor's two ends of a stretch."""


class RefusedError(Exception):
    """A change that was asked for and is not made; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of a file; `path` None: the file at hand."""

    path: Path | None
    at: Range


# ------------------------------------------------------------------ definition


def definition(reading: Reading, use: Use) -> Place | None:
    """Return where a name gets its meaning: in the file, in a policy it builds on, or in a document."""
    if use.kind == "clause":
        return _clause(reading, use)
    if use.kind == "policy":
        parent = next((parent for parent in reading.parents if parent.entry.id == use.name), None)
        return None if parent is None or parent.path is None else Place(path=parent.path, at=((0, 0), (0, 0)))
    own = next((u for u in reading.names.uses if u.defines and _same(u, use)), None)
    if own is not None:
        return Place(path=None, at=reading.places.span(own.span))
    for parent in reading.parents:
        there = next((u for u in parent.names.uses if u.defines and _same(u, use)), None)
        if there is not None and parent.path is not None:
            return Place(path=parent.path, at=Places(parent.entry.text, reading.encoding).span(there.span))
    return None


def _same(one: Use, other: Use) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)


def _clause(reading: Reading, use: Use) -> Place | None:
    """Return the line of the source's text that begins with the clause's number."""
    found = reading.statement("source", use.source)
    if found is None or not isinstance(found[0], s.SourceOf) or found[0].clauses_from is None:
        return None
    folder = reading.folder if found[1] is None else found[1].path and found[1].path.parent
    data = reading.document(found[0].clauses_from.text, found[1])
    if folder is None or data is None:
        return None
    starts = re.compile(rf"^\s*{re.escape(use.name)}\.?(?=\s|$)")
    for line, text in enumerate(data.decode("utf-8-sig", "replace").splitlines()):
        if starts.match(text):
            return Place(path=folder / found[0].clauses_from.text, at=((line, 0), (line, 0)))
    return None


# ------------------------------------------------------------------ rename

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_RULE_ID = re.compile(r"[A-Z][A-Za-z0-9_]*([.\-][A-Za-z0-9_]+)*")


def renamed_at(reading: Reading, use: Use) -> tuple[Range, ...]:
    """Return every stretch of the file that a rename changes. Raises RefusedError."""
    if use.kind not in OWN:
        raise RefusedError(f"`{use.name}` is a word of the language, not a name that this file gives")
    uses = [other for other in reading.names.uses if _same(other, use)]
    if not any(other.defines for other in uses):
        raise RefusedError(f"`{use.name}` is not defined in this file")
    if not reading.parsed.ok:
        raise RefusedError("the file has syntax errors: some uses of the name cannot be seen")
    return tuple(reading.places.span(other.span) for other in uses)


def rename(reading: Reading, use: Use, new: str) -> tuple[Range, ...]:
    """Return the stretches to be replaced by a new name. Raises RefusedError with the reason."""
    places = renamed_at(reading, use)
    _fits(reading, use, new)
    spans = sorted(
        (other.span for other in reading.names.uses if _same(other, use)),
        key=lambda span: (span.line, span.column),
        reverse=True,
    )
    text = reading.text
    for span in spans:
        first = reading.places.offset(span.line, span.column)
        last = reading.places.offset(span.end_line, span.end_column)
        text = text[:first] + new + text[last:]
    before, after = _errors(reading), _errors(replace(reading, text=text))
    if len(after) > len(before):
        raise RefusedError(f"with the name `{new}` the file would have an error: {after[0]}")
    return places


def _fits(reading: Reading, use: Use, new: str) -> None:
    if use.kind == "rule":
        if _RULE_ID.fullmatch(new) is None:
            raise RefusedError(f"`{new}` is no rule id: it begins with a capital, such as IPS-4.1")
    elif _NAME.fullmatch(new) is None:
        raise RefusedError(f"`{new}` is no name: small letters, digits and `_`, a letter first")
    if new in {word for terminal in machine().terminals for word in words_of(terminal.name)}:
        raise RefusedError(f"`{new}` is a word of the language")
    taken = next((kind for kind in OWN if new in reading.known(kind) and new != use.name), None)
    if taken is not None:
        raise RefusedError(f"there is already a {taken} `{new}`")


def _errors(reading: Reading) -> list[str]:
    return [d.message for d in reading.checked.diagnostics if d.severity is Severity.ERROR]


# ------------------------------------------------------------------ formatting and outline


def usual_form(reading: Reading) -> str | None:
    """Return the file in its usual form; None where a syntax error keeps it from being read."""
    return formatted(reading.parsed) if reading.parsed.ok else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One line of the outline."""

    name: str
    detail: str
    sort: str  # the keyword of the statement
    span: Span
    name_span: Span


def outline(tree: s.File) -> tuple[Symbol, ...]:
    """Return the statements of a file that have a name or a title, in its order."""
    return tuple(symbol for node in tree.statements if (symbol := _symbol(node)) is not None)


def _symbol(node: s.Statement) -> Symbol | None:
    match node:
        case s.Rule():
            return _line(node, "rule", node.id, node.title.text)
        case s.ExampleOf():
            return _line(node, "example", node.title, "")
        case s.TargetsOf():
            return _line(node, "targets", node.name, "")
        case s.Define():
            return _line(node, "define", node.name, show(node.subject))
        case s.ParameterOf():
            return _line(node, "parameter", node.name, show(node.value))
        case s.ListAre() | s.ListFrom():
            return _line(node, "list", node.name, "")
        case s.Identical():
            return _line(node, "identical", node.name, "")
        case s.RebalanceOf():
            return _line(node, "rebalance", node.targets, "rebalance")
        case s.Waive():
            return _line(node, "waive", node.rule, f"waived until {node.until.text}")
        case _:
            return None


def _line(node: s.Node, sort: str, name: s.Word, detail: str) -> Symbol:
    return Symbol(name=name.text or sort, detail=detail, sort=sort, span=node.span, name_span=name.span)
