"""What a policy says of its sources: none left uncited, no clause left uncovered, digests in full.

clauses §4.1, §4.2, §5 in the document; §4.1 cited by a rule, §5 by `manual`: §4.2 is not covered
"""

import re
from collections.abc import Iterator, Mapping

from dsl.check.header import clauses_of
from dsl.diagnostics import finding
from dsl.policy import CheckedPolicy, Source, Span
from optimizer.lint.finding import Finding

FULL = 64
"""Hexadecimal digits of a SHA-256."""

_HEADING_WORDS = 8


def uncited(policy: CheckedPolicy, text: str) -> Iterator[Finding]:
    """Yield a finding for each own source that nothing cites."""
    for source in _own(policy):
        if not re.search(rf"\b(?:because|manual)\s+{re.escape(source.name)}\b", text):
            yield Finding(
                diagnostic=finding(
                    "W0706",
                    f"nothing cites the source `{source.name}`",
                    narrowed(source.span, text, source.name),
                    help=f'cite it with `because {source.name} "clause"`, or remove it',
                )
            )


def _own(policy: CheckedPolicy) -> tuple[Source, ...]:
    return tuple(source for source in policy.sources if source.span.file == policy.file)


def cited_clauses(policy: CheckedPolicy, text: str) -> frozenset[tuple[str, str]]:
    """Return (source, clause) of every citation and every `manual`."""
    found = {(c.source, c.clause) for rule in policy.rules for c in rule.because}
    found |= {(row.source, row.clause) for row in policy.manuals}
    found |= set(re.findall(r'\b(?:because|manual)\s+([a-z][\w.]*)\s+"([^"\n]*)"', text))
    return frozenset((source, " ".join(clause.split())) for source, clause in found)


def uncovered(policy: CheckedPolicy, text: str, documents: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each clause that no rule encodes and no person judges.

    documents: the text of each source that is at hand, by its name. A clause above others, of a few
    words, is a heading and asks for nothing; who cites a clause cites what stands below it.
    """
    cited = cited_clauses(policy, text)
    for source in _own(policy):
        clauses = clauses_of(documents.get(source.name, ""))
        numbers = [number for number, _ in clauses]
        for number, words in clauses:
            below = any(_is_below(other, number) for other in numbers)
            if not words or (below and len(words.split()) < _HEADING_WORDS):
                continue
            if any(name == source.name and (c == number or _is_below(number, c)) for name, c in cited):
                continue
            yield Finding(
                diagnostic=finding(
                    "W0708",
                    f"nothing covers clause {number} of `{source.name}`",
                    narrowed(source.span, text, source.clauses_from or source.name),
                    label=_shortened(words),
                    help=f'write a rule that cites it, or `manual {source.name} "{number}" "…" '
                    'reviewed each quarter by "…"`',
                )
            )


def _is_below(clause: str, other: str) -> bool:
    return clause != other and re.match(rf"{re.escape(other)}[.(]", clause) is not None


def _shortened(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59]}…"


def short_digests(policy: CheckedPolicy, text: str) -> Iterator[Finding]:
    """Yield a finding for each SHA-256 of which only the first digits are given."""
    named = [(row.name, row.sha256, row.span, "source") for row in _own(policy)]
    named += [
        (row.name, row.sha256, row.span, "list") for row in policy.lists if row.span.file == policy.file
    ]
    for name, digest, span, what in named:
        if digest is not None and len(digest) < FULL:
            yield Finding(
                diagnostic=finding(
                    "W0711",
                    f"the sha256 of the {what} `{name}` is cut short",
                    narrowed(span, text, digest),
                    label=f"{len(digest)} of {FULL} digits",
                    help="give all of it, as `sha256sum` prints it",
                )
            )


def narrowed(span: Span, text: str, word: str) -> Span:
    """Return the place of a word within a span, or the span itself where it is not found."""
    lines = text.split("\n")
    for number in range(span.line, min(span.end_line, len(lines)) + 1):
        line = lines[number - 1]
        start = line.find(word, span.column - 1 if number == span.line else 0)
        if start >= 0:
            return Span(
                file=span.file,
                line=number,
                column=start + 1,
                end_line=number,
                end_column=start + 1 + len(word),
            )
    return span
