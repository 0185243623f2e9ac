"""The review's page on why these trades: reasons add up to the change of the objective, to the cent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.shell import work
from engine.shell.demo import lay_out
from optimizer.proposal import Proposal
from optimizer.settings import Settings
from reports import words
from reports.proposal_text import proposal_text
from reports.sections.summary import _proposal_figures
from reports.sections.trades import whys


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Proposal, str]:
    folder = tmp_path_factory.mktemp("why") / "demo"
    lay_out(folder)
    with work.opened(None, str(folder), None) as desk:
        proposal = desk.propose(accounts=("ALD-TAX-1",), settings=Settings(rule_costs=True))
        return proposal, desk.review_of(proposal, title="Why")


def test_all_reasons_add_up_to_the_cent(reviewed: tuple[Proposal, str]) -> None:
    proposal, page = reviewed
    assert len(proposal.trades) > 50
    change = proposal.doing_nothing.total - proposal.objective.total
    assert sum((row.total for row in proposal.trades), Decimal(0)) == change
    assert sum((row.amount for row in whys(proposal)), Decimal(0)) == change
    assert f'<td>together</td><td></td><td class="n">{len(proposal.trades)}</td>' in page
    for row in whys(proposal):
        assert words.money(row.amount) in page


def test_the_page_tells_what_rules_cost_and_what_the_tax_depends_on(reviewed: tuple[Proposal, str]) -> None:
    proposal, page = reviewed
    assert proposal.removals
    for row in proposal.removals:
        assert row.low <= row.amount <= (row.high or row.amount)
        assert words.money(row.amount) in page
    lower, higher = (row.tax for row in proposal.tax_at)
    assert min(lower, higher) < proposal.objective.tax < max(lower, higher)
    assert f"5 points higher it would be {words.money(higher)} USD" in page


def test_a_list_without_a_target_is_not_said_to_be_on_target(reviewed: tuple[Proposal, str]) -> None:
    proposal, page = reviewed
    assert "off target" in proposal_text(proposal)
    assert "Off target" in page
    bare = tuple(replace(row, target=None, low=None, high=None) for row in proposal.before.classes)
    untold = replace(
        proposal,
        before=replace(proposal.before, drift=Decimal(0), classes=bare),
        after=replace(proposal.after, drift=Decimal(0), classes=bare),
    )
    assert "off target" not in proposal_text(untold), "nought would say that all is in its place"
    figure = next(row for row in _proposal_figures(untold) if row.name == "Off target")
    assert (figure.text, figure.beside) == ("–", "the mandate sets no target")
    drifted = replace(untold, before=replace(untold.before, drift=Decimal("0.1")))
    assert "off target" in proposal_text(drifted), "a model is a target too"
