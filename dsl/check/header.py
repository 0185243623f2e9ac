"""The header: who, which version, since when, on what sources, and the defaults of the file."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from dsl import policy as p
from dsl import syntax as s
from dsl.check import lists, predicates, responses
from dsl.check.context import Context
from dsl.check.literals import day, interval

N = TypeVar("N", bound=s.Node)
_APPLIES = ("account", "portfolio", "fund", "household")
_NAMES: dict[type[s.Node], str] = {
    s.Id: "id",
    s.Version: "version",
    s.Effective: "effective",
    s.Supersedes: "supersedes",
    s.Bring: "extends",
    s.AppliesTo: "applies to",
    s.IfMissing: "missing data",
    s.Approved: "approved by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the header says, with None where it says nothing."""

    id: str
    title: str
    version: str
    effective_from: date | None
    effective_until: date | None
    supersedes: str | None
    extends: s.Bring | None
    applies_to: s.AppliesTo | None
    currency: str | None
    calendar: str | None
    base: str | None
    missing: p.Response | None
    owner: str | None
    approved: tuple[str, date] | None


def header(ctx: Context, node: s.Header) -> Header:
    """Return the header; sources go into the context. Findings for what is missing or said twice."""
    _once(ctx, node)
    id_, version = _one(node, s.Id), _one(node, s.Version)
    for clause, word, sample in ((id_, "id", "firm.growth"), (version, "version", "1.0.0")):
        if clause is None and node.span.line not in ctx.damaged:
            ctx.add(
                "E0315",
                f"the header states no {word}",
                node.title.span,
                help=f"add a line such as `{word} {sample}`",
            )
    start, until = interval(ctx, _one(node, s.Effective))
    _sources(ctx, node)
    supersedes, approved = _one(node, s.Supersedes), _one(node, s.Approved)
    missing, approval_day = _one(node, s.IfMissing), None
    if approved is not None:
        approval_day = day(ctx, approved.day)
    base = _setting(node, "weights")
    if base is not None and base.text not in ctx.catalogue.bases:
        ctx.unknown("E0216", "weight base", base, ctx.catalogue.bases, help=", ".join(ctx.catalogue.bases))
    return Header(
        id=id_.id.text if id_ is not None else "",
        title=node.title.text,
        version=version.version.text if version is not None else "",
        effective_from=start,
        effective_until=until,
        supersedes=supersedes.version.text if supersedes is not None else None,
        extends=_one(node, s.Bring),
        applies_to=_one(node, s.AppliesTo),
        currency=_text(_setting(node, "currency")),
        calendar=_text(_setting(node, "calendar")),
        base=_text(base),
        missing=responses.response(ctx, missing.response) if missing is not None else None,
        owner=_text(_setting(node, "owner")),
        approved=(approved.by.text, approval_day) if approved is not None and approval_day else None,
    )


def applies(ctx: Context, node: s.AppliesTo | None) -> p.Applies | None:
    """Return whom the policy governs; None where the whole book."""
    if node is None:
        return None
    if node.noun.text not in _APPLIES:
        ctx.unknown(
            "E0216", "kind of client", node.noun, _APPLIES, help=f"it is one of {', '.join(_APPLIES)}"
        )
    where = predicates.predicate(ctx, node.where, "account") if node.where is not None else None
    return p.Applies(noun=node.noun.text, id=_text(node.id), where=where)


def _text(word: s.Word | None) -> str | None:
    return None if word is None else word.text


def _one(node: s.Header, kind: type[N]) -> N | None:
    return next((clause for clause in node.clauses if isinstance(clause, kind)), None)


def _setting(node: s.Header, what: str) -> s.Word | None:
    return next((c.value for c in node.clauses if isinstance(c, s.Setting) and c.what == what), None)


def _once(ctx: Context, node: s.Header) -> None:
    seen: dict[str, s.Node] = {}
    for clause in node.clauses:
        match clause:
            case s.SourceOf():
                continue
            case s.Setting():
                name = {"weights": "weights of"}.get(clause.what, clause.what)
            case _:
                name = _NAMES[type(clause)]
        if name in seen:
            ctx.add(
                "E0313",
                f"`{name}` is said twice in the header",
                clause.span,
                secondary=(responses.first_said(seen[name]),),
                help="keep one of them",
            )
        seen.setdefault(name, clause)


# ------------------------------------------------------------------ sources


def _sources(ctx: Context, node: s.Header) -> None:
    for clause in node.clauses:
        if not isinstance(clause, s.SourceOf):
            continue
        name = clause.name.text
        if name in ctx.sources:
            ctx.add(
                "E0211", f"source `{name}` is named twice", clause.name.span, help="give each its own name"
            )
            continue
        if clause.sha256 is not None and not lists.is_digest(clause.sha256.text):
            lists.bad_digest(ctx, clause.sha256)
        ctx.sources[name] = p.Source(
            name=name,
            title=clause.title.text,
            dated=day(ctx, clause.dated) if clause.dated is not None else None,
            sha256=_text(clause.sha256),
            clauses_from=_text(clause.clauses_from),
            span=clause.span,
        )
        _document(ctx, clause)


def _document(ctx: Context, clause: s.SourceOf) -> None:
    """Read the clauses of a source whose text is at hand; note one that is not."""
    if clause.clauses_from is not None:
        data = lists.file_below(ctx, clause.clauses_from, code="I0601", what="document's text")
        if data is not None:
            text = _decoded(ctx, clause.clauses_from, data)
            ctx.clauses[clause.name.text] = dict(clauses_of(text))
    elif clause.sha256 is not None:
        ctx.add(
            "I0601",
            f"the document of source `{clause.name.text}` is not at hand",
            clause.name.span,
            label="quotes and clause coverage cannot be checked",
            help='name its text: `clauses from "FILE.txt"`',
        )


def _decoded(ctx: Context, word: s.Word, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        ctx.add("E0404", f"`{word.text}` is not UTF-8 text", word.span, help="save it as UTF-8")
        return ""


_NUMBERED = re.compile(
    r"^[ \t]*((?:§|¶|Art\.|Article|Section|Clause)?[ \t]*[A-Z]?\.?\d+(?:\.\d+)*(?:\([0-9a-z]+\))*)\.?(?=\s|$)"
)


def clauses_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return a document's clauses: each begins at a line that begins with its number.

    `§4.1 No holding …` gives ("§4.1", "No holding …"). Text before the first number is left out.
    """
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        match = _NUMBERED.match(line)
        if match is not None:
            found.append((" ".join(match[1].split()), [line[match.end() :].strip()]))
        elif found:
            found[-1][1].append(line.strip())
    return tuple((number, " ".join(part for part in parts if part)) for number, parts in found)
