"""What is proposed under rules that are waived, that only report, that lack data, or name several amounts."""

from decimal import Decimal

import pytest

from engine.facts.book import Book
from engine.facts.trades import Side
from optimizer.proposal import Proposal, Status
from optimizer.settings import Intent
from tests.optimizer.hand import account, book, lot, proposed
from tests.optimizer.test_propose import CAP, mostly_cash, sides


def rule(body: str, name: str = "R-1", more: str = "") -> str:
    return f'rule {name} "Title"\n  {body}\n{more}  because ips "§1"\n'


def waive(name: str, up_to: str = "", of: str = "MAIN") -> str:
    return f'waive {name} for account "{of}"{up_to} until 2099-06-30 approved by "CCO" because ips "§9"\n'


def bought(proposal: Proposal) -> dict[str, int]:
    return {symbol: int(shares) for (symbol, side), shares in sides(proposal).items() if side is Side.BUY}


FIVE = ("BBB", "CCC", "DDD", "EEE", "FFF")


@pytest.mark.parametrize(
    ("waiver", "each"),
    [
        ("", 120),
        (waive("CAP", " up to 15%"), 150),
        (waive("CAP", " up to 10%"), 120),
        (waive("CAP"), 160),  # of any size: each is bought to its share of the index
        (waive("CAP", of="OTHER"), 120),
    ],
)
def test_a_cap_is_kept_as_far_as_a_waiver_lets_it_be_left(waiver: str, each: int) -> None:
    """100,000 at 100 a share under a cap of 12%; 16% of the index is in each of six companies."""
    proposal = proposed(CAP.format(12) + waiver, mostly_cash())
    assert bought(proposal) == dict.fromkeys(FIVE, each)
    assert proposal.status is Status.OPTIMAL


@pytest.mark.parametrize(("which", "each"), [("smaller", 120), ("greater", 150)])
def test_of_several_amounts_the_one_that_counts_is_used_in_full(which: str, each: int) -> None:
    cap = CAP.replace("{}%", f"the {which} of 12% and 15%")
    proposal = proposed(cap, mostly_cash())
    assert bought(proposal) == dict.fromkeys(FIVE, each)
    assert proposal.status is Status.OPTIMAL


@pytest.mark.parametrize("share", ["10% of equities", "10% of net_assets", "10% of cash"])
def test_a_trade_is_no_larger_than_the_smaller_of_a_share_and_an_amount(share: str) -> None:
    """A tenth of equities or of cash moves with the list and stays above 3,000 here; the amount does not."""
    body = f"for each trade\n  limit trade_value to at most the smaller of {share} and 3,000 USD"
    proposal = proposed(rule(body), mostly_cash())
    assert set(bought(proposal).values()) == {30}


def test_a_trade_is_no_smaller_than_the_greater_of_a_share_and_an_amount() -> None:
    """A tenth of net assets is 10,000, more than any purchase that the cap of 9% leaves room for."""
    body = "for each trade\n  limit trade_value to at least the greater of {} of net_assets and 500 USD"
    for share, each in (("10%", {}), ("9%", dict.fromkeys(FIVE, 90))):
        proposal = proposed(CAP.format(9) + rule(body.format(share)), mostly_cash())
        assert bought(proposal) == each


@pytest.mark.parametrize("waived", ["", waive("PART")])
def test_a_waived_size_of_trades_keeps_nothing_small(waived: str) -> None:
    part = rule("for each trade\n  limit trade_value to at most 10% of equities", "PART")
    proposal = proposed(part + waived, mostly_cash())
    assert (max(bought(proposal).values()) > 100) is bool(waived)


def test_a_size_of_sales_alone_leaves_purchases_as_they_are() -> None:
    part = 'for each trade in trades where side is "sell"\n  limit trade_value to at most 1% of equities'
    assert bought(proposed(rule(part), mostly_cash())) == dict.fromkeys(FIVE, 160)


@pytest.mark.parametrize("most", ["5%", "95%"])
def test_a_rule_that_only_reports_keeps_no_list_from_anything(most: str) -> None:
    """Cash is 84%: outside 5%, inside 95%; neither steers."""
    text = rule(f"limit weight of cash to at most {most}", more="  on breach report\n")
    assert bought(proposed(text, mostly_cash())) == dict.fromkeys(FIVE, 160)


@pytest.mark.parametrize(
    "body",
    [
        "for each issuer in equities\n  limit ownership to at most 5%",
        "limit esg_score of equities to at least 50",
    ],
)
def test_where_data_are_missing_nothing_is_proposed(body: str) -> None:
    proposal = proposed(rule(body), mostly_cash())
    assert proposal.status is Status.NOTHING_TO_DO
    assert proposal.trades == ()


# ------------------------------------------------------------------ conflicts


def halves(cash: str = "0") -> Book:
    """100 shares of each of two companies, of two sectors, at 100."""
    lots = [lot("AAA", 100, cost="10"), lot("BBB", 100, cost="10")]
    return book(lots, accounts=[account("MAIN", cash)], sectors={"BBB": "Energy"})


def raised(rules: str, amount: int, on: Book | None = None) -> Proposal:
    return proposed(rules, on or halves(), Intent(kind="raise", amount=Decimal(amount)))


CASH = rule("limit weight of cash to at most 10%", "CASH")


def test_within_a_waiver_the_cure_starts_from_what_is_waived() -> None:
    (cure,) = raised(CASH + waive("CASH", " up to 20%"), 9_000).relaxations
    assert cure.words == "raise the limit of CASH in MAIN from 20% to 45%"


def test_a_waiver_of_any_size_takes_a_rule_out_of_every_conflict() -> None:
    found = raised(CASH + waive("CASH"), 9_000)
    assert found.conflict == ()
    assert found.after.cash >= 9_000


def test_the_group_that_stands_in_the_way_is_named() -> None:
    found = raised(rule("for each sector in equities\n  limit weight to at least 40%", "SECTOR"), 9_000)
    assert {row.rule for row in found.conflict} == {"SECTOR", "raise 9,000 in cash"}
    assert {row.group for row in found.conflict} <= {"Technology", "Energy", None}
    assert found.relaxations[0].words.startswith("lower the limit of SECTOR [")
    assert found.relaxations[0].words.endswith("in MAIN from 40% to 27.5%")


def test_a_breach_that_may_not_grow_is_cured_by_what_the_request_needs() -> None:
    """Equities are 90.9% of 22,000 under a floor of 95%; 5,000 in cash leave 17,000, or 77.27%."""
    more = "  on active breach block\n  on passive breach report, do not worsen\n"
    found = raised(rule("limit weight of equities to at least 95%", "EQ", more), 5_000, halves("2000"))
    assert found.relaxations[0].words == "lower the limit of EQ in MAIN from 95% to 77.272727%"


def test_two_rules_in_the_way_have_no_cure_of_one_limit_alone() -> None:
    both = rule("limit cash to at most 5,000 USD", "C") + rule(
        "limit weight of equities to at least 95%", "EQ"
    )
    found = raised(both, 9_000)
    assert found.relaxations == ()
    assert "no change of one limit alone would make it possible" in found.notes


def test_more_than_there_is_cannot_be_raised_whatever_the_rules() -> None:
    found = raised("", 200_000)
    assert [row.rule for row in found.conflict] == ["raise 200,000 in cash"]


def test_the_last_share_of_a_name_that_is_counted_stays() -> None:
    """Two names are to stay: of 20,000 all but a share of each can be raised."""
    found = raised(rule("limit count of equities to at least 2", "N"), 19_950)
    assert found.status is Status.FEASIBLE
    assert sum(row.trade.quantity for row in found.trades) == 198
    assert found.notes[0].startswith("raise 19,950 in cash cannot be reached in full")
