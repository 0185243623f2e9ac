"""Limits of single trades that are a part of what is held, and required facts: gate and reference agree.

Small books by hand, prices of 10; each case says who was right where the two once differed.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from dsl.policy import Limit, Subject
from engine.facts.book import Book
from engine.facts.ids import AccountId
from engine.gate.reference.asked import Worths
from engine.gate.reference.market import market_of
from engine.gate.reference.scopes import scopes
from engine.gate.reference.state import opening
from engine.gate.reference.tables import Subjects, table
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE
from tests.properties.test_mended import gate, rule, told
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security

EQUITIES = "define equities as holdings where asset_class is equity\n"


def part_of_equities(clauses: str = "", bound: str = "at most 10% of equities", more: str = "") -> str:
    text = f"  for each trade\n  limit trade_value to {bound}\n{clauses}".rstrip()
    return EQUITIES + rule(text) + more


def stocks(*others: str) -> Book:
    """Return 1,000 of X, and 1,000 each of the others, of which U has no asset class."""
    names = ("X", *others)
    return book_of(
        accounts=(account(cash="1000"),),
        securities=tuple(
            security(name, **({"asset_class": ""} if name == "U" else {})) for name in (*names, "Z")
        ),
        lots=tuple(lot(name, "100") for name in names),
    )


@pytest.mark.parametrize(
    ("trade", "outcome"),
    [
        ("sell 9 X", "pass"),  # 90, and 91 is a tenth of the 910 that are left
        ("sell 10 X", "breach active"),  # 100, of 900
        ("buy 11 Z", "pass"),  # 110, and 111 is a tenth of 1,110
        ("buy 12 Z", "breach active"),
    ],
)
def test_a_part_of_equities_is_taken_after_the_list_for_each_trade(trade: str, outcome: str) -> None:
    answer = gate(policy_of(part_of_equities()), stocks(), trade, explained=True)
    assert told(answer) == {"1": outcome}
    assert answer.trades[0].max_quantity == Fraction(9 if trade.startswith("sell") else 11)


@pytest.mark.parametrize(("other", "outcome"), [("U", "missing_data"), ("Z", "pass")])
def test_a_part_of_equities_is_unknown_where_a_holding_may_be_one(other: str, outcome: str) -> None:
    assert told(gate(policy_of(part_of_equities()), stocks(other), "sell 5 X")) == {"1": outcome}


def test_what_is_only_traded_may_be_an_equity_too() -> None:
    book = book_of(
        accounts=(account(cash="1000"),),
        securities=(security("X"), security("U", asset_class="")),
        lots=(lot("X", "100"),),
    )
    answer = gate(policy_of(part_of_equities()), book, "sell 5 X", "buy 1 U")
    assert told(answer) == {"1": "missing_data", "2": "missing_data"}


@pytest.mark.parametrize(
    ("trade", "outcome"),
    [("sell 9 X", "pass"), ("sell 13 X", "waived"), ("sell 14 X", "breach active")],  # 15% of 870, of 860
)
def test_a_waiver_of_a_trade_goes_as_far_as_its_part(trade: str, outcome: str) -> None:
    waiver = (
        'waive R for account "A" up to 15% of equities until 2026-12-31 approved by "CCO" because ips "§8"\n'
    )
    assert told(gate(policy_of(part_of_equities(more=waiver)), stocks(), trade)) == {"1": outcome}


@pytest.mark.parametrize(
    ("trade", "outcome"),
    [
        ("buy 4 Z", "breach active"),
        ("buy 5 Z", "pass"),
        ("buy 12 Z", "waived"),
        ("buy 13 Z", "breach active"),
    ],
)
def test_a_waiver_of_a_band_moves_the_side_that_it_lies_beyond(trade: str, outcome: str) -> None:
    """Between 50 and 100 USD, waived up to 120: 40 is too little all the same."""
    waiver = 'waive R for account "A" up to 120 USD until 2026-12-31 approved by "CCO" because ips "§8"\n'
    text = part_of_equities(bound="between 50 USD and 100 USD", more=waiver)
    assert told(gate(policy_of(text), stocks(), trade)) == {"1": outcome}


@pytest.mark.parametrize(("quantity", "decision"), [("8", "warn"), ("9", "pass")])
def test_the_early_warning_of_a_trade_names_it(quantity: str, decision: str) -> None:
    """At least 50 USD, warned from 4% of net assets, which are 2,000: 80 is there, 90 is not."""
    text = part_of_equities("  warn from 4% of net_assets\n", "at least 50 USD")
    answer = gate(policy_of(text), stocks(), f"sell {quantity} X")
    assert told(answer) == {"1": "pass"}
    assert answer.decision.value == decision


# ------------------------------------------------------------------ required facts


SCORES = (security("X", esg_score="60"), security("Y", esg_score="40"), security("U", esg_score=""))


def scored(held: str, quantity: str = "100") -> Book:
    return book_of(accounts=(account(cash="1000"),), securities=SCORES, lots=(lot(held, quantity),))


@pytest.mark.parametrize(
    ("trade", "outcome"),
    [
        ("buy 1 X", "pass"),
        ("buy 1 Y", "breach active"),
        ("buy 1 U", "missing_data"),
        ("sell 1 Y", "breach active"),
    ],
)
def test_a_required_score_is_that_of_the_security_that_trades(trade: str, outcome: str) -> None:
    """Y is all that is held: the average of the account is 40 whatever trades."""
    mandate = policy_of(rule("  require esg_score is at least 50"))
    assert told(gate(mandate, scored("Y"), trade))[""] == outcome


@pytest.mark.parametrize(("held", "outcome"), [("X", "breach active"), ("Y", "not_applicable")])
def test_a_score_in_a_condition_is_the_average_of_what_is_held(held: str, outcome: str) -> None:
    mandate = policy_of(rule("  when esg_score is at least 50\n  forbid buying securities"))
    assert told(gate(mandate, scored(held), "buy 1 Y"))[""] == outcome


@pytest.mark.parametrize(
    ("trade", "held", "outcome"),
    [
        ("buy 1 Y", "10", "pass"),  # 100 of 1,100 are equities
        ("buy 1 Y", "500", "breach active"),
        ("buy 1 X", "500", "pass"),
    ],
)
def test_a_requirement_may_ask_the_security_or_the_account(trade: str, held: str, outcome: str) -> None:
    text = EQUITIES + rule("  require esg_score is at least 50 or equities_weight is at most 50%")
    assert told(gate(policy_of(text), scored("Y", held), trade))[""] == outcome


@pytest.mark.parametrize(("clause", "outcome"), [("", "breach active"), ("  across household\n", "pass")])
def test_a_required_figure_across_a_household_is_the_households(clause: str, outcome: str) -> None:
    """A holds 1,000 of equities and nothing else; B, in the same household, 1,000 in cash."""
    book = book_of(
        accounts=(account(cash="0"), account("B", cash="1000")),
        securities=SCORES,
        lots=(lot("X", "100"),),
    )
    text = EQUITIES + rule("  require equities_weight is at most 50%", clause)
    answer = gate(policy_of(text), book, "sell 1 X")
    found = [verdict for verdict in answer.verdicts if verdict.rule == "R" and verdict.account in (None, "A")]
    assert [f"{v.outcome.value} {v.breach or ''}".strip() for v in found] == [outcome]


def test_the_sum_of_one_subject_is_never_taken_for_that_of_another() -> None:
    """40 subjects asked of one state, each forgotten as soon as it has answered, as conditions are."""
    names = [f"S{number}" for number in range(40)]
    book = book_of(
        securities=tuple(security(name) for name in names),
        lots=tuple(lot(name, str(number + 1)) for number, name in enumerate(names)),
    )
    state, market = opening(book), market_of(policy_of(""), book)
    (scope,) = scopes("account", (AccountId("A"),), book)
    worth = Worths(market).of("market")
    found = []
    for name in names:
        text = f'define one as holdings where symbol is "{name}"\n' + rule(
            "  limit weight of one to at most 5%"
        )
        limit = policy_of(text).rules[0].obligation
        assert isinstance(limit, Limit)
        subject = limit.measure.terms[0].of
        assert isinstance(subject, Subject)
        own = table(Subjects(market=market, parts=(subject,)), scope, state)
        found.append(own.total(state, EVERYTHING_IN_SCOPE, worth)[0])
    assert found == [10 * (number + 1) for number in range(40)]


@pytest.mark.parametrize(
    ("trade", "found"),
    [
        ("buy 1 X", [("breach", ()), ("missing_data", (1,))]),
        ("B: buy 1 X", [("breach", (1,)), ("missing_data", ())]),
        ("C: buy 1 X", [("breach", ()), ("missing_data", ())]),
    ],
)
def test_what_one_account_lacks_is_told_beside_what_is_not_known_of_another(
    trade: str, found: list[tuple[str, tuple[int, ...]]]
) -> None:
    """Of A it is not said whether it is signed, B is not, C is: the gate once left out that B is not."""
    accounts = tuple(
        replace(row, attributes={**row.attributes, **said})
        for row, said in (
            (account("A", cash="100"), {}),
            (account("B", cash="100"), {"signed": "no"}),
            (account("C", cash="100"), {"signed": "yes"}),
        )
    )
    mandate = policy_of(rule('  require account.signed is "yes"', "  across household\n"))
    answer = gate(mandate, book_of(accounts=accounts, securities=(security("X"),)), trade)
    assert sorted((v.outcome.value, v.trades) for v in answer.verdicts if v.rule == "R") == found
