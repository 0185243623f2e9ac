"""The handbook of a policy: its source documents clause by clause, with what stands for each clause.

    §3.1  "No more than 5% of an account …"     IPS-3.1  One company, five per cent
                                                asks, responses, its own text, its examples and results

A clause is encoded (a statement cites it), for a person (`manual`), or missing. Missing can be told only
where the document's own text is at hand. Equal inputs give equal bytes: nothing here reads a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from dsl import syntax as s
from dsl.policy import CheckedPolicy
from engine.gate.examples import ExampleResult
from reports import words
from reports.handbook_entries import Entry, SourceClauses, sources_of, uncited
from reports.handbook_names import names_section, targets_section
from reports.page import Page, Section, fill
from rulebooks.ground import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """One mandate that has a say: the policy's own file, or one that it extends or uses.

    documents: by source name the clauses (number, text) of the documents whose text is at hand.
    """

    id: str
    file: str
    text: str
    tree: s.File
    documents: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handbook:
    """Everything that a handbook words; `texts` begins with the policy's own file."""

    policy: CheckedPolicy
    rulebook: Rulebook
    results: tuple[ExampleResult, ...]
    texts: tuple[PolicyText, ...]
    product: str  # name and version of what wrote it


def handbook_html(handbook: Handbook) -> str:
    """Return the handbook as one self-contained HTML page."""
    policy = handbook.policy
    sources = sources_of(handbook)
    page = Page(
        house="Guardband handbook",
        dated=_in_force(policy),
        title=policy.title,
        first=first_sentence(handbook, sources),
        notice="",
        sections=sections_of(handbook, sources),
        footer=(
            f"Policy {policy.id} {policy.version}, text {policy.digest}",
            f"Rulebook hash {handbook.rulebook.hash}",
            f"Written by {handbook.product} from {', '.join(text.file for text in handbook.texts)}.",
        ),
    )
    css = "".join(_style(name) for name in ("page.css", "handbook.css"))
    return str(fill("page.html.j2", page=page, css=Markup(css)))


def _style(name: str) -> str:
    return files("reports").joinpath("templates").joinpath(name).read_text("utf-8")


def _in_force(policy: CheckedPolicy) -> str:
    start = "" if policy.effective_from is None else f", from {words.day(policy.effective_from)}"
    end = "" if policy.effective_until is None else f" until {words.day(policy.effective_until)}"
    return f"version {policy.version}{start}{end}"


# ------------------------------------------------------------------ what it comes to


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the clauses of some documents are covered; `missing` None: their text is not at hand."""

    encoded: int
    manual: int
    missing: int | None

    @property
    def known(self) -> int:
        """Every clause that is known of."""
        return self.encoded + self.manual + (self.missing or 0)


def coverage_of(sources: tuple[SourceClauses, ...]) -> Coverage:
    """Return the clause coverage; a clause that is encoded and also judged by a person counts as encoded."""
    clauses = [clause for source in sources for clause in source.clauses]
    at_hand = [source for source in sources if source.at_hand]
    return Coverage(
        encoded=sum(clause.status == "encoded" for clause in clauses),
        manual=sum(clause.status == "manual" for clause in clauses),
        missing=sum(clause.status == "missing" for clause in clauses) if at_hand else None,
    )


def first_sentence(handbook: Handbook, sources: tuple[SourceClauses, ...]) -> str:
    """Return the sentence that answers: is everything that was signed in the rules, and do they work?"""
    told = coverage_of(sources)
    failed = sum(not result.passed for result in handbook.results)
    count = len(handbook.results)
    examples = (
        "no example tests the rules"
        if not count
        else f"all {count} examples pass"
        if not failed
        else f"{failed} of {words.plural(count, 'example')} fail{'s' if failed == 1 else ''}"
    )
    missing = (
        "whether clauses are missing cannot be told, as no document's text is at hand"
        if told.missing is None
        else "none is missing"
        if not told.missing
        else f"{told.missing} {'is' if told.missing == 1 else 'are'} missing"
    )
    manual = f"{told.manual} {'is' if told.manual == 1 else 'are'} for a person to judge"
    return (
        f"Of {words.plural(told.known, 'clause')}, {told.encoded} "
        f"{'is' if told.encoded == 1 else 'are'} encoded, {manual} and {missing}; {examples}."
    )


# ------------------------------------------------------------------ sections


def sections_of(handbook: Handbook, sources: tuple[SourceClauses, ...]) -> tuple[Section, ...]:
    """Return the sections of a handbook, for its own page or another one."""
    loose = uncited(handbook)
    sections = (
        _summary(handbook, sources),
        *(_source_section(source, first=index == 0) for index, source in enumerate(sources)),
        _loose_section(loose) if loose else None,
        targets_section(handbook.policy),
        names_section(handbook.policy, tuple(text.tree for text in handbook.texts)),
        _examples_section(handbook),
    )
    return tuple(section for section in sections if section is not None)


def _summary(handbook: Handbook, sources: tuple[SourceClauses, ...]) -> Section:
    return Section(
        anchor="policy",
        title="The policy",
        first="",
        heading=False,
        body=fill(
            "handbook_summary.html.j2",
            policy=handbook.policy,
            rules=len(handbook.policy.rules),
            told=coverage_of(sources),
            results=handbook.results,
            passed=sum(result.passed for result in handbook.results),
            sources=sources,
        ),
    )


def _source_section(source: SourceClauses, *, first: bool) -> Section:
    own = coverage_of((source,))
    counts = [f"{own.encoded} encoded", f"{own.manual} for a person"]
    if source.at_hand:
        told = f"{words.plural(own.known, 'clause')}: {', '.join([*counts, f'{own.missing} missing'])}."
    else:
        told = (
            f"{words.plural(own.known, 'clause')} cited: {', '.join(counts)}. "
            "The text of this document is not at hand, so clauses that nothing cites are not listed."
        )
    return Section(
        anchor=f"source-{source.name}",
        title=source.title,
        first=told,
        body=fill("handbook_source.html.j2", source=source),
        new_page=not first,
    )


def _loose_section(entries: tuple[Entry, ...]) -> Section:
    return Section(
        anchor="uncited",
        title="Without a clause",
        first="These statements cite no clause: nobody has said on what they rest.",
        body=fill("handbook_uncited.html.j2", entries=entries),
    )


def _examples_section(handbook: Handbook) -> Section:
    failed = [result for result in handbook.results if not result.passed]
    return Section(
        anchor="examples",
        title="Examples",
        first="Each is a small invented book with a list of trades, run through the gate for this handbook."
        if not failed
        else f"{words.plural(len(failed), 'example')} did not come out as expected.",
        body=fill("handbook_examples.html.j2", results=handbook.results),
        new_page=True,
    )
