"""Nodes of the header of a mandate."""

from dataclasses import dataclass
from typing import Literal as Choice

from dsl.syntax.base import Node, Word
from dsl.syntax.parts import Predicate
from dsl.syntax.rules import Effective, IfMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Id(Node):
    """`id hawthorne.ips`."""

    id: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Node):
    """`version 3.1.0`."""

    version: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersedes(Node):
    """`supersedes version 3.0.2`."""

    version: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Bring(Node):
    """`extends ID version V` in the header, `use ID version V` as a statement."""

    how: Choice["extends", "use"]
    id: Word
    version: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOf(Node):
    """`source ips = "…" dated D sha256 "…" clauses from "ips.txt"`."""

    name: Word
    title: Word
    dated: Word | None
    sha256: Word | None
    clauses_from: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo(Node):
    """`applies to account "X"` or `applies to every account where …`."""

    noun: Word
    id: Word | None
    where: Predicate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Node):
    """`currency USD`, `calendar "NYSE"`, `weights of net_assets`, `owner "…"`."""

    what: Choice["currency", "calendar", "weights", "owner"]
    value: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(Node):
    """`approved by "CIO: L. Brandt" on D`."""

    by: Word
    day: Word


HeaderClause = (
    Id | Version | Effective | Supersedes | Bring | SourceOf | AppliesTo | Setting | IfMissing | Approved
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Node):
    """`policy "title"` and its clauses."""

    title: Word
    clauses: tuple[HeaderClause, ...]
