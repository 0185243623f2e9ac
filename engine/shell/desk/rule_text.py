"""The text of rules and the words of clauses, for folding out below a verdict or a breach.

texts_of(beside)["alder.direct_index", "IPS-3.1"].text     'rule IPS-3.1 "One company, five per cent" …'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dsl import syntax as s
from dsl.library import LibraryPolicy
from dsl.parse import parse
from engine.shell import policies
from reports.handbook_entries import source_text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A rule as it is written, and the clauses of its sources whose words are at hand."""

    text: str
    clauses: Mapping[tuple[str, str], str]


def texts_of(beside: policies.Beside) -> Mapping[tuple[str, str], RuleText]:
    """Return the text of every rule and target of the policies in force, by policy and name."""
    if not isinstance(beside, policies.Shelf):
        return {}
    found: dict[tuple[str, str], RuleText] = {}
    for entry in beside.in_force:
        found |= _texts(entry)
    return found


@lru_cache(maxsize=32)
def _texts(entry: LibraryPolicy) -> Mapping[tuple[str, str], RuleText]:
    tree = parse(entry.text, file=entry.file).tree
    clauses = _clauses(tree, entry)
    found = {}
    for node in tree.statements:
        name = (
            node.id.text
            if isinstance(node, s.Rule)
            else node.name.text
            if isinstance(node, s.TargetsOf)
            else ""
        )
        if name:
            found[entry.id, name] = RuleText(text=source_text(entry.text, node.span), clauses=clauses)
    return found


def _clauses(tree: s.File, entry: LibraryPolicy) -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for node in () if tree.header is None else tree.header.clauses:
        if isinstance(node, s.SourceOf) and node.clauses_from is not None:
            data = entry.files(node.clauses_from.text)
            if data is not None:
                for number, words in _read(data):
                    found[node.name.text, number] = words
    return found


@lru_cache(maxsize=32)
def _read(data: bytes) -> tuple[tuple[str, str], ...]:
    from dsl.check import clauses_of

    return tuple(clauses_of(data.decode("utf-8-sig", errors="replace")))
