"""The next version of a mandate, written from the one in force: its header moved on, a statement added.

    next_version(text, effective=date(2018, 2, 8))        version 1.0.0 -> 1.1.0, effective from that day
    with_instruction(text, Instruction(…))                a cited, dated rule that forbids what was asked

Only the words that change are touched; everything else stays as its author wrote it.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dsl import syntax as s
from dsl.parse import parse
from dsl.policy import Span
from reports import words

Act = Literal["selling", "buying", "buying or selling"]
VERBS: dict[str, Act] = {"sell": "selling", "buy": "buying", "trade": "buying or selling"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What a client asked for: no sale, purchase or trade of a security until a day, that day included.

    account: None for every account of the policy. dated: when the client wrote. quote: the client's words.
    """

    act: str  # sell, buy or trade
    symbol: str
    until: date
    given_by: str
    dated: date
    quote: str
    account: str | None = None


def bumped(version: str) -> str:
    """Return the version after one: 1.0.0 -> 1.1.0."""
    major, minor, *_ = [*version.split("."), "0"]
    return f"{major}.{int(minor) + 1}.0" if minor.isdigit() else f"{version}.1"


def next_version(text: str, *, effective: date) -> str:
    """Return a mandate with its version moved on, the version that it replaces, and its first day."""
    clauses = _header(text)
    version = next((node for node in clauses if isinstance(node, s.Version)), None)
    if version is None:
        return text
    was = version.version.text
    edits = [(version.span, f"version {bumped(was)}")]
    start = next((node for node in clauses if isinstance(node, s.Effective)), None)
    line = f"effective from {effective.isoformat()}"
    if start is not None:
        until = "" if start.until is None else f" until {start.until.text}"
        edits.append((start.span, line + until))
    replaced = next((node for node in clauses if isinstance(node, s.Supersedes)), None)
    if replaced is not None:
        edits.append((replaced.span, f"supersedes version {was}"))
    text = _edited(text, edits)
    missing = [] if start is not None else [line]
    missing += [] if replaced is not None else [f"supersedes version {was}"]
    return _after_version(text, missing) if missing else text


def with_instruction(text: str, asked: Instruction) -> str:
    """Return a mandate with a client's dated instruction as a rule that cites it."""
    source = _free(text, f"client_{asked.dated:%Y%m%d}")
    title = f"Instruction of {_quoted(asked.given_by)}"
    text = with_source(text, f'source {source} = "{title}" dated {asked.dated.isoformat()}')
    where = f'symbol is "{asked.symbol}"'
    if asked.account:
        where += f' and account is "{asked.account}"'
    rule = _free(text, f"CLIENT-{asked.dated:%Y%m%d}-{re.sub(r'[^A-Z0-9]', '', asked.symbol.upper())}")
    statement = (
        f'rule {rule} "Do not {asked.act} {asked.symbol} until {words.day(asked.until)}"\n'
        f"  effective from {asked.dated.isoformat()} until {asked.until.isoformat()}\n"
        f"  forbid {VERBS[asked.act]} securities where {where}\n"
        "  on breach block\n"
        f'  because {source} "instruction" quoting "{_quoted(asked.quote)}"'
    )
    return with_statement(text, statement)


def with_source(text: str, line: str) -> str:
    """Return a mandate with one more source, below the last one."""
    found = [node for node in _header(text) if isinstance(node, s.SourceOf)]
    after: list[s.SourceOf] | list[s.Version] = found or [
        node for node in _header(text) if isinstance(node, s.Version)
    ]
    if not after:
        return text
    lines = text.split("\n")
    lines.insert(after[-1].span.end_line, f"  {line}")
    return "\n".join(lines)


def with_statement(text: str, statement: str) -> str:
    """Return a mandate with one more statement, before its examples."""
    tree = parse(text, file="mandate").tree
    first = next((node for node in tree.statements if isinstance(node, s.ExampleOf)), None)
    if first is None:
        return f"{text.rstrip()}\n\n{statement}\n"
    lines = text.split("\n")
    at = first.span.line - 1
    while at > 0 and (lines[at - 1].startswith("#") or not lines[at - 1].strip()):
        at -= 1
    return "\n".join([*lines[:at], "", *statement.split("\n"), *lines[at:]])


def _header(text: str) -> tuple[s.Node, ...]:
    header = parse(text, file="mandate").tree.header
    return () if header is None else tuple(header.clauses)


def _edited(text: str, edits: list[tuple[Span, str]]) -> str:
    lines = text.split("\n")
    for span, new in sorted(edits, key=lambda edit: -edit[0].line):
        line = lines[span.line - 1]
        end = span.end_column - 1 if span.end_line == span.line else len(line)
        lines[span.line - 1] = line[: span.column - 1] + new + line[end:]
    return "\n".join(lines)


def _after_version(text: str, new: list[str]) -> str:
    node = next(node for node in _header(text) if isinstance(node, s.Version))
    lines = text.split("\n")
    lines[node.span.end_line : node.span.end_line] = [f"  {line}" for line in new]
    return "\n".join(lines)


def _free(text: str, name: str) -> str:
    """Return a name that the mandate does not use yet."""
    taken, number = name, 2
    while re.search(rf"(?<![\w-]){re.escape(taken)}(?![\w-])", text):
        taken, number = f"{name}{'_' if '_' in name else '-'}{number}", number + 1
    return taken


def _quoted(told: str) -> str:
    """Return words that may stand between quotation marks."""
    return " ".join(told.replace('"', "'").replace("\\", "/").split())
