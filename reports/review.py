"""The review of a household: its book, its drift, a proposal or a given list, and the gate's answer.

    review = Review(title="Demonstration household", …)
    html = review_html(review)

The first page is for the client, the last for the auditor; every figure comes from the values handed in.
"""

from dataclasses import dataclass

from engine.gate.drift import AccountDrift
from engine.gate.verdict import GateAnswer
from optimizer.proposal import Proposal
from rulebooks.ground import GroundBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything that a review report words; `proposal` is None where a given list was gated.

    notice: what a reader must know first, such as that the household is invented.
    """

    title: str
    notice: str
    ground: GroundBook
    drift: tuple[AccountDrift, ...]
    proposal: Proposal | None
    answer: GateAnswer


def review_html(review: Review) -> str:
    """Return the review as one self-contained HTML page."""
    from reports import words
    from reports.page import Page, page_html
    from reports.sections import lots, proof, standing, summary, taxes, trades, verdicts, wash

    sections = tuple(
        section
        for section in (
            summary.section(review),
            trades.section(review),
            taxes.section(review),
            standing.section(review),
            verdicts.section(review),
            lots.section(review),
            wash.section(review),
            proof.section(review),
        )
        if section is not None
    )
    answer = review.answer
    policies = "; ".join(f"{name} {version} ({digest[:12]})" for name, version, digest in answer.policies)
    return page_html(
        Page(
            house="Guardband review",
            dated=f"as of {words.day(answer.as_of)}",
            title=review.title,
            first=summary.first_sentence(review),
            notice=review.notice,
            sections=sections,
            footer=(
                f"Rulebook {answer.rulebook_id} {answer.rulebook_version}, hash {answer.rulebook_hash}",
                f"Policies {policies}. Facts {answer.facts_hash[:16]}. "
                f"Reached by {' and '.join(answer.evaluators)}.",
                "short_term_rate and long_term_rate are all-in marginal rates. Not tax or investment advice.",
            ),
        )
    )
