"""What the checker knows while it works through one file: names, findings, and where to look things up.

The only mutable thing in this package; it lives for one call of `check`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from dsl import policy as p
from dsl import syntax as s
from dsl.catalogue import Catalogue, DataSchema
from dsl.diagnostics import Diagnostic, Label, finding
from dsl.library import FileReader
from dsl.near import did_you_mean
from dsl.policy import Span

NOUNS: tuple[p.SubjectKind, ...] = ("holdings", "securities", "trades", "lots")
_MOST_SUGGESTIONS = 200


@dataclass(slots=True, kw_only=True)
class ListTable:
    """A list's values: one column for inline lists, the file's columns otherwise."""

    name: str
    columns: dict[str, tuple[str, ...]]  # in file order
    begins: tuple[date | None, ...] = ()
    ends: tuple[date | None, ...] = ()
    span: Span


@dataclass(slots=True, kw_only=True)
class Context:
    """Names and findings of one file."""

    file: str
    catalogue: Catalogue
    schema: DataSchema | None
    files: FileReader
    today: date | None
    policy_id: str = ""
    currency: str = "USD"
    base: str = "net_assets"
    missing: p.Response = p.BLOCK
    lost: frozenset[str] = frozenset()
    damaged: frozenset[int] = frozenset()
    findings: list[Diagnostic] = field(default_factory=list)
    waiting: dict[str, s.Define] = field(default_factory=dict)  # definitions not yet resolved
    subjects: dict[str, p.AnySubject | None] = field(default_factory=dict)  # resolved; None: has errors
    resolving: list[str] = field(default_factory=list)
    parameters: dict[str, p.Parameter] = field(default_factory=dict)
    lists: dict[str, ListTable] = field(default_factory=dict)
    sources: dict[str, p.Source] = field(default_factory=dict)
    clauses: dict[str, dict[str, str]] = field(default_factory=dict)  # source -> clause -> text
    used: set[str] = field(default_factory=set)
    suggestions: int = 0
    error_count: int = 0
    unverified: set[str] = field(default_factory=set)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        label: str = "",
        secondary: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> None:
        """Record a finding."""
        self.findings.append(finding(code, message, span, label=label, secondary=secondary, help=help))
        self.error_count += code.startswith("E")

    def unknown(
        self, code: str, what: str, word: s.Word, known: Iterable[str], *, help: str | None = None
    ) -> None:
        """Record a name that is not known, with the nearest one, unless its statement is broken."""
        if word.text in self.lost:
            return
        self.suggestions += 1
        near = did_you_mean(word.text, known) if self.suggestions <= _MOST_SUGGESTIONS else None
        self.add(code, f"there is no {what} `{word.text}`", word.span, help=near or help)

    @property
    def definition_names(self) -> tuple[str, ...]:
        """Every name that `define` has given, resolved or not."""
        return (*self.waiting, *self.subjects)

    def is_defined(self, name: str) -> bool:
        """Return whether `define` gives this name."""
        return name in self.subjects or name in self.waiting
