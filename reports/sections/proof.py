"""The proof: identities, every rule with its clause and class, and where each stands in its file."""

from dataclasses import dataclass

from dsl.policy import Citation
from reports.page import Section, fill
from reports.review import Review
from rulebooks.ground import CompiledRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One compiled rule, worded."""

    id: str
    title: str
    form_class: str
    record: tuple[tuple[str, str], ...]
    place: str
    because: tuple[Citation, ...]


def section(review: Review) -> Section:
    """Return the proof section."""
    answer = review.answer
    return Section(
        anchor="proof",
        title="Proof",
        first="Everything needed to reach these verdicts again: the rulebook and the facts by their hashes, "
        "each rule with its clause, its compiled form and its place in the file.",
        body=fill(
            "proof.html.j2",
            answer=answer,
            rules=tuple(_row(rule) for rule in review.ground.rulebook.rules),
            policies=review.ground.rulebook.policies,
            book=review.ground.book,
        ),
        new_page=True,
    )


def _row(compiled: CompiledRule) -> RuleRow:
    rule = compiled.rule
    return RuleRow(
        id=rule.id,
        title=rule.title,
        form_class=compiled.form_class.value,
        record=compiled.record,
        place=f"{rule.where.file}:{rule.where.line}",
        because=rule.because,
    )
