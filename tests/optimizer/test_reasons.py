"""What is told of a security that is not traded, and of a rule that binds."""

from engine.facts.book import Book
from tests.optimizer.hand import account, book, lot, proposed
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
