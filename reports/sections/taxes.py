"""What the list does for taxes: losses found, disallowed, used, the cost of trading, and what is saved."""

from decimal import Decimal

from markupsafe import Markup

from optimizer.proposal import Proposal
from reports import words
from reports.charts.waterfall import Step, waterfall_chart
from reports.page import Section, fill
from reports.review import Review
from reports.sections.lots import lot_rows


def section(review: Review) -> Section | None:
    """Return the tax section; None where a given list was gated or no taxable lot is sold."""
    proposal = review.proposal
    if proposal is None or not any(row.term for row in proposal.trades):
        return None
    losses = _sum(proposal, term=None, loss=True)
    saved = -proposal.objective.tax
    return Section(
        anchor="taxes",
        title="Taxes",
        first=f"Losses of {words.whole(losses)} {proposal.currency} are realized; at the rates stated the "
        "list "
        + (f"saves {words.whole(saved)} of tax." if saved >= 0 else f"costs {words.whole(-saved)} of tax."),
        body=fill(
            "taxes.html.j2",
            chart=Markup(waterfall_chart(_steps(review, proposal), currency=proposal.currency)),
            rows=_rows(proposal),
            proposal=proposal,
        ),
    )


def _steps(review: Review, proposal: Proposal) -> tuple[Step, ...]:
    found = -float(sum(row.gain for row in lot_rows(review) if row.gain < 0))
    harvested = float(_sum(proposal, term=None, loss=True))
    return (
        Step(label="losses open", amount=found, total=True),
        Step(label="left open", amount=harvested - found),
        Step(label="losses realized", amount=harvested, total=True),
        Step(label="tax of the list", amount=float(proposal.objective.tax), total=True),
        Step(label="cost of trading", amount=float(proposal.objective.cost)),
    )


def _rows(proposal: Proposal) -> tuple[tuple[str, Decimal, Decimal, Decimal], ...]:
    rows = []
    for term in ("short", "long"):
        gains, losses = _sum(proposal, term=term, loss=False), _sum(proposal, term=term, loss=True)
        tax = sum((row.tax for row in proposal.trades if row.term == term), Decimal(0))
        rows.append((term, gains, -losses, tax))
    return tuple(rows)


def _sum(proposal: Proposal, *, term: str | None, loss: bool) -> Decimal:
    """Return the size of the gains or losses of one term, both terms where None."""
    return sum(
        (
            abs(row.gain)
            for row in proposal.trades
            if row.gain is not None and row.term and term in (None, row.term) and (row.gain < 0) is loss
        ),
        Decimal(0),
    )
