"""What is told of a security that is not traded, and of a rule that binds."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.book import Book
from engine.facts.ids import AccountId
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, lot, proposed
from tests.optimizer.test_capped import RULE, risky
from tests.optimizer.test_objective import off_target
from tests.optimizer.test_propose import SIX
from tests.optimizer.test_unusual import asked


def equal(shares: int = 160, cash: str = "4000") -> Book:
    return book(
        [lot(s, shares, cost="100") for s in SIX],
        accounts=[account("MAIN", cash, benchmark="index")],
        weights=SIX,
    )


def test_where_a_sector_is_full_its_rule_leaves_no_room() -> None:
    """All is technology: 96%, and 96% is the most."""
    rules = (
        'rule TECH "Technology"\n  limit weight of holdings where sector is "Technology" to at most 96%\n'
        '  because ips "§1"\n'
    )
    found = asked(rules, equal(), "AAA")
    assert found["buy"].rule == "TECH"
    assert found["buy"].words.endswith("the list leaves no room under TECH")


def test_of_a_name_dearer_than_the_account_no_share_fits() -> None:
    """One share of DEAR is worth more than the whole account."""
    on = book(
        [lot("AAA", 10, cost="100")],
        accounts=[account("MAIN", "500", benchmark="index")],
        prices={"AAA": "100", "DEAR": "5000"},
        weights={"AAA": "0.6", "DEAR": "0.4"},
    )
    found = asked("", on, "DEAR")
    assert found["buy"].words == "the gate stopped it, or no whole share fits"
    assert (found["buy"].rule, found["buy"].margin) == (None, None)


def test_two_names_of_one_identical_set_exclude_each_other() -> None:
    on = book(
        [lot("AAA", 300, cost="150"), lot("BBB", 10, cost="100")],
        accounts=[account("MAIN", "1000", benchmark="index")],
        weights={"AAA": "0.3", "BBB": "0.3", "CCC": "0.4"},
    )
    rules = 'identical twins are "AAA", "BBB" because ips "§2"\n'
    found = asked(rules, on, "BBB")
    assert found["buy"].words.endswith("trades of identical securities in the list exclude it")
    assert found["buy"].margin is not None
    assert found["buy"].margin < 0, "worth it, were AAA not sold at a loss"
    alone = asked("", on, "BBB")
    assert "identical" not in alone["buy"].words


def test_a_bound_on_a_sale_is_worth_what_one_more_dollar_of_it_would_save() -> None:
    floor = (
        'rule KEEP "Keep"\n  for each issuer in holdings where symbol is "AAA"\n'
        '  limit weight to at least 30%\n  because ips "§1"\n'
    )
    on = book(
        [lot("AAA", 600, cost="100")],
        accounts=[account("MAIN", "40000", benchmark="index")],
        weights=SIX,
    )
    tight, slack = (proposed(floor.replace("30", most), on) for most in ("30", "5"))
    (row,) = (row for row in tight.binding if row.rule == "KEEP")
    assert row.words == f"one percentage point more of KEEP for AAA Corp would be worth {row.price}"
    assert row.price > 1_000, "30% of AAA is 14 points more than the index has"
    assert "KEEP" not in {row.rule for row in slack.binding}


TECH = (
    'rule TECH "Technology"\n  limit weight of holdings where sector is "Technology" to at most {}%\n'
    '  because ips "§1"\n'
)
KEEP = 'rule HOLD "Hold"\n  forbid selling securities where symbol is "AAA"\n  because ips "§1"\n'


@pytest.mark.parametrize(("most", "words"), [("90", "no room under TECH"), ("97", None)])
def test_where_a_sector_is_over_its_limit_and_nothing_can_be_sold_there_is_no_room(
    most: str, words: str | None
) -> None:
    """All is AAA, 96% of the account; the rest is cash."""
    on = book(
        [lot("AAA", 960, cost="100")],
        accounts=[account("MAIN", "4000", benchmark="index")],
        weights={"AAA": "1"},
    )
    row = asked(TECH.format(most) + KEEP, on, "AAA").get("buy")
    assert row is not None
    if words is not None:
        assert (row.words, row.rule, row.margin) == (words, "TECH", None)
    else:
        assert (row.words, row.margin) == ("10 are bought", None), "1% of 100,000 at 100 a share"


@pytest.mark.parametrize(
    ("most", "bought"), [("90", {"AAA": 50, "BBB": 40}), ("35", {"AAA": 10, "BBB": 15}), ("30", {"BBB": 4})]
)
def test_room_at_cost_counts_what_was_paid(most: str, bought: dict[str, int]) -> None:
    """Of 21,500 at cost 6,500 are AAA, worth 10,000, and 6,000 are BBB; cash is 9,000."""
    rule = (
        'rule COST "Cost"\n  for each security in holdings\n'
        f'  limit weight to at most {most}% valued at cost\n  because ips "§1"\n'
    )
    lots = [
        lot("AAA", 50, cost="50"),
        lot("AAA", 50, cost="80", name="dear"),
        lot("BBB", 60, cost="100"),
    ]
    on = book(
        lots, accounts=[account("MAIN", "9000", benchmark="index")], weights={"AAA": "0.6", "BBB": "0.4"}
    )
    found = proposed(rule, on)
    assert {row.trade.symbol: int(row.trade.quantity) for row in found.trades} == bought


@pytest.mark.parametrize(("price", "sold"), [("0", 0), ("0.5", 300)])
def test_a_limit_in_money_that_warns_is_bought_back_at_its_price(price: str, sold: int) -> None:
    """60,000 of AAA and a limit of 30,000: at half a dollar for each the excess is sold, for nothing none."""
    rules = (
        f"parameter price_of_value = {price} USD\nparameter risk_aversion = 0.001\n"
        'rule VALUE "Value"\n  limit value of holdings where symbol is "AAA" to at most 30,000 USD\n'
        '  on breach warn\n  because ips "§1"\n'
    )
    found = proposed(rules, off_target())
    assert sum(int(row.trade.quantity) for row in found.trades) == sold


@pytest.mark.parametrize(("missing", "traded"), [("", False), ("  if data is missing report\n", True)])
def test_a_limit_on_what_the_data_do_not_tell_stops_the_list_or_is_only_reported(
    missing: str, traded: bool
) -> None:
    rule = f'rule TE "Error"\n  limit tracking_error to at most 5%\n{missing}  because ips "§1"\n'
    assert bool(proposed(rule, off_target()).trades) == traded


def test_a_cap_on_the_tracking_error_is_told_as_missed_where_nothing_may_be_traded() -> None:
    still = (
        'rule STILL "Still"\n  forbid buying or selling securities where asset_class is equity\n'
        '  because ips "§1"\n'
    )
    found = proposed(RULE + still, risky(), Intent(max_tracking_error=Decimal("0.05")))
    assert found.trades == ()
    (note,) = (note for note in found.notes if "tracking error" in note)
    assert note.endswith("at most 5% (asked for): no list that the rules allow was found under it")


@pytest.mark.parametrize(("netting", "rate"), [(True, "0.40"), (False, "0.20")])
def test_a_gain_in_a_retirement_account_is_not_taxed_netted_or_not(netting: bool, rate: str) -> None:
    """Both accounts hold 300 of AAA, bought at 50; long-term gains of MAIN are taxed at 20%.

    Netted, they eat up short-term losses of 20,000, each dollar of which would save 40%.
    """
    lots = [lot("AAA", 300, cost="50"), lot("AAA", 300, cost="50", account="IRA")]
    accounts = [
        replace(account("MAIN", "0", benchmark="index"), carryover_short=Decimal(20_000)),
        account("IRA", "0", kind="ira", benchmark="index"),
    ]
    found = proposed("", book(lots, accounts=accounts, weights=SIX), settings=Settings(netting=netting))
    sales = {row.trade.account: row for row in found.trades if row.gain is not None}
    assert sales[AccountId("IRA")].tax == 0
    main = sales[AccountId("MAIN")]
    assert main.gain is not None
    assert 0 < main.gain <= 15_000
    assert main.tax == main.gain * Decimal(rate)


def test_a_trade_is_a_part_of_a_set_that_it_is_not_of() -> None:
    """Trades are at most a tenth of BBB, of which there are 10,000 and more are bought."""
    rules = (
        'define second as holdings where symbol is "BBB"\n'
        'rule PART "Part"\n  for each trade\n  limit trade_value to at most 10% of second\n'
        '  because ips "§9"\n'
    )
    on = book(
        [lot("BBB", 100, cost="100")],
        accounts=[account("MAIN", "90000", benchmark="index")],
        weights={"AAA": "0.5", "BBB": "0.5"},
    )
    sizes = {row.trade.symbol: int(row.trade.quantity) for row in proposed(rules, on).trades}
    assert sizes == {"AAA": 11, "BBB": 11}, "a tenth of 11,100 is 1,110"
