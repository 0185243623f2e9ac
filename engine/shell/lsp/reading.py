"""One open mandate as it stands: read, checked, its names found; whatever is wrong with it is a value too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from dsl import syntax as s
from dsl.catalogue import Catalogue
from dsl.check import clauses_of
from dsl.library import Library, LibraryPolicy
from dsl.parse import Parsed, parse
from dsl.policy import CheckedPolicy
from engine.gate.explain import RuleExplained, explain
from engine.shell import policies
from engine.shell.lsp.names import OWN, Kind, Names, Use, names_of
from engine.shell.lsp.places import Places
from engine.shell.policies import CheckedFile
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook


@dataclass(frozen=True)
class Parent:
    """A policy that the file builds on, with its names and the file it was found in, where there is one."""

    entry: LibraryPolicy
    tree: s.File
    path: Path | None
    names: Names


@dataclass(frozen=True)
class Reading:
    """One version of one file; `folder` is None for a file that was never saved."""

    text: str
    file: str
    folder: Path | None
    today: date
    encoding: str = "utf-16"

    @cached_property
    def places(self) -> Places:
        """Places in the text."""
        return Places(self.text, self.encoding)

    @cached_property
    def parsed(self) -> Parsed:
        """What could be read."""
        return parse(self.text, file=self.file)

    @cached_property
    def checked(self) -> CheckedFile:
        """The findings of `check`, and the policy where there is no error."""
        return policies.check_parsed(self.parsed, folder=self.folder, today=self.today)

    @property
    def policy(self) -> CheckedPolicy | None:
        """The policy, None while the file has errors."""
        return self.checked.policy

    @cached_property
    def catalogue(self) -> Catalogue:
        """The words that mandates may use."""
        return catalogue()

    @cached_property
    def library(self) -> Library:
        """The policies that the file may build on."""
        return policies.library(self.folder)

    @cached_property
    def parents(self) -> tuple[Parent, ...]:
        """The policies that the file builds on, nearest first."""
        return tuple(self._parents())

    @cached_property
    def names(self) -> Names:
        """Every name in the file."""
        brought = frozenset(key for parent in self.parents for key in parent.names.statements)
        return names_of(self.parsed.tree, self.catalogue, inherited=brought)

    @cached_property
    def explained(self) -> dict[str, RuleExplained]:
        """Every rule in plain words, by id; empty while the file has errors."""
        if self.policy is None:
            return {}
        return {row.rule: row for row in explain(compile_rulebook((self.policy,)))}

    def use_at(self, line: int, character: int) -> Use | None:
        """Return the name at the editor's place."""
        offset = self.places.offset_of(line, character)
        return next((use for use in self.names.uses if self.places.holds(use.span, offset)), None)

    def known(self, kind: Kind) -> tuple[str, ...]:
        """Return the names of one kind, the file's own first, then those brought in."""
        assert kind in OWN
        brought = (name for parent in self.parents for name in parent.names.of(kind))
        return tuple(dict.fromkeys((*self.names.of(kind), *brought)))

    def statement(self, kind: Kind, name: str) -> tuple[s.Node, Parent | None] | None:
        """Return the statement that defines a name, and the parent it stands in, None for the file's own."""
        own = self.names.statements.get((kind, name))
        if own is not None:
            return own, None
        for parent in self.parents:
            found = parent.names.statements.get((kind, name))
            if found is not None:
                return found, parent
        return None

    def clause(self, source: str, number: str) -> str | None:
        """Return the words of a clause, where its document's text is at hand."""
        found = self.statement("source", source)
        if found is None or not isinstance(found[0], s.SourceOf) or found[0].clauses_from is None:
            return None
        data = self.document(found[0].clauses_from.text, found[1])
        return None if data is None else dict(clauses_of(data.decode("utf-8-sig", "replace"))).get(number)

    def document(self, name: str, parent: Parent | None) -> bytes | None:
        """Return the bytes of a file that the mandate, or a parent, names."""
        if parent is not None:
            return parent.entry.files(name)
        return None if self.folder is None else policies.files_below(self.folder)(name)

    def _parents(self) -> Iterator[Parent]:
        waiting, seen = list(_brought(self.parsed.tree)), set[tuple[str, str]]()
        while waiting:
            node = waiting.pop(0)
            key = (node.id.text, node.version.text)
            entry = self.library.find(*key)
            if entry is None or key in seen:
                continue
            seen.add(key)
            tree = parse(entry.text, file=entry.file).tree
            names = names_of(tree, self.catalogue, inherited=frozenset())
            yield Parent(entry=entry, tree=tree, path=self._path_of(entry), names=names)
            waiting += _brought(tree)

    def _path_of(self, entry: LibraryPolicy) -> Path | None:
        for folder in (self.folder, policies.SHIPPED):
            path = None if folder is None else folder / entry.file
            if path is not None and path.is_file() and entry.id in path.read_text("utf-8", "replace"):
                return path
        return None


def _brought(tree: s.File) -> Iterator[s.Bring]:
    header = () if tree.header is None else tree.header.clauses
    yield from (node for node in (*header, *tree.statements) if isinstance(node, s.Bring))
