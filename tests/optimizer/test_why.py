"""Why a security is not traded: closed by a rule, without room, or not worth it."""

import json
from decimal import Decimal

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from optimizer.settings import Intent, Settings
from optimizer.why import WhyNot, why_not
from optimizer.why_answer import why_not_data
from tests.optimizer.hand import account, book, laid_out, lot, proposed, real_judge
from tests.optimizer.test_propose import CAP, HARVEST, SIX, mostly_cash, spread_out
from tests.optimizer.worlds import TODAY

BAN = 'rule BAN "Ban"\n  forbid buying securities where symbol is "BBB"\n  because ips "§1"\n'


def answers(rules: str, symbol: str, *, on_target: bool = False) -> dict[str, WhyNot]:
    on = mostly_cash()
    if on_target:
        on = book(spread_out(), accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    rows = why_not(
        laid_out(rules, on),
        Symbol(symbol),
        accounts=(AccountId("MAIN"),),
        intent=Intent(),
        settings=Settings(),
    )
    return {row.side: row for row in rows}


def test_a_banned_security_names_its_rule() -> None:
    row = answers(BAN, "BBB")["buy"]
    assert (row.rule, row.margin) == ("BAN", None)


def test_a_full_position_names_the_cap() -> None:
    row = answers(CAP.format(16), "AAA", on_target=True)["buy"]
    assert row.rule == "CAP"
    assert "no room" in row.words


def test_a_security_on_target_is_worse_either_way_by_the_sum_of_its_parts() -> None:
    found = answers(CAP.format(40), "AAA", on_target=True)
    assert set(found) == {"buy", "sell"}
    for row in found.values():
        assert row.margin is not None
        assert row.margin > 0
        assert row.margin == sum((part.amount for part in row.parts), Decimal(0))


def test_a_security_that_nobody_wishes_for_says_so() -> None:
    on = book([lot("AAA", 10, cost="90")], accounts=[account("MAIN", "0")], prices={"ZZZ": "5", "AAA": "100"})
    rows = why_not(
        laid_out("", on),
        Symbol("ZZZ"),
        accounts=(AccountId("MAIN"),),
        intent=Intent(),
        settings=Settings(),
    )
    assert rows[0].words == "ZZZ is neither held nor wished for"


def test_a_traded_security_says_so() -> None:
    rows = why_not(
        laid_out("", mostly_cash()),
        Symbol("BBB"),
        accounts=(AccountId("MAIN"),),
        intent=Intent(),
        settings=Settings(),
    )
    assert [(row.side, row.margin) for row in rows] == [("buy", None)]
    assert rows[0].words.endswith("are bought")


def test_an_account_that_rests_says_why() -> None:
    rules = (
        'targets mix\n  equities 60% band 5 points\n  cash 40% from 30% to 50%\n  because ips "§4"\n'
        'rebalance mix\n  when any class leaves its band\n  back to target\n  because ips "§4"\n'
    )
    on = book([lot(s, 105, cost="95") for s in SIX], accounts=[account("MAIN", "37000")])
    rows = why_not(
        laid_out(rules, on),
        Symbol("AAA"),
        accounts=(AccountId("MAIN"),),
        intent=Intent(),
        settings=Settings(),
    )
    assert "inside its band" in rows[0].words


def test_a_request_for_cash_buys_nothing_and_says_so() -> None:
    rows = why_not(
        laid_out("", mostly_cash()),
        Symbol("BBB"),
        accounts=(AccountId("MAIN"),),
        intent=Intent(kind="raise", amount=Decimal(100)),
        settings=Settings(),
    )
    assert rows[0].words == "the request is to raise 100 in cash"


def test_what_the_gate_stopped_is_asked_of_the_gate() -> None:
    ground = laid_out(CAP.format(40), book(spread_out(), accounts=[account("MAIN", "4000")], weights=SIX))
    alone, gated = (
        why_not(
            ground,
            Symbol("AAA"),
            accounts=(AccountId("MAIN"),),
            intent=Intent(),
            settings=Settings(),
            judge=judge,
        )
        for judge in (None, real_judge(ground))
    )
    assert alone == gated


def test_every_part_of_a_trade_is_told_and_no_trade_is_done_at_a_loss() -> None:
    on = book(
        [lot("AAA", 400, cost="60"), lot("BBB", 300, cost="150")],
        accounts=[account("MAIN", "30000", benchmark="index")],
        weights=SIX,
    )
    proposal = proposed(CAP.format(25), on)
    assert {row.trade.side.value for row in proposal.trades} == {"buy", "sell"}
    assert sum((row.total for row in proposal.trades), Decimal(0)) == proposal.improvement
    for row in proposal.trades:
        assert row.total == sum((part.amount for part in row.reasons), Decimal(0))
        assert row.margin is not None
        assert row.margin > -5  # whole shares of 100 on a base of 100,000
        later = 0 if row.gain is None else -row.gain * Decimal("0.20")
        assert row.later == later


def test_a_full_cap_charges_for_its_room_and_a_slack_one_does_not() -> None:
    tight, slack = (proposed(CAP.format(cap), mostly_cash()) for cap in (12, 60))
    assert {part.rule for row in tight.trades for part in row.charges} == {"CAP"}
    assert not [part for row in slack.trades for part in row.charges]


def asked(rules: str, on: Book, symbol: str, intent: Intent | None = None) -> dict[str, WhyNot]:
    ground = laid_out(rules, on)
    rows = why_not(
        ground, Symbol(symbol), accounts=ground.accounts, intent=intent or Intent(), settings=Settings()
    )
    return {row.side: row for row in rows}


def test_a_sale_of_lots_that_are_closed_names_the_rule() -> None:
    young = 'rule HOLD "Hold"\n  forbid selling lots where holding_days is less than 30\n  because ips "§1"\n'
    on = book(
        [lot(s, 160, cost="100", days=5) for s in SIX],
        accounts=[account("MAIN", "4000", benchmark="index")],
        weights=SIX,
    )
    assert asked(young, on, "AAA")["sell"].rule == "HOLD"


def test_a_harvest_says_that_the_mandate_takes_none_of_the_lots() -> None:
    on = book(spread_out(), accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    found = asked(HARVEST, on, "AAA", Intent(kind="harvest"))
    assert found["sell"].words == "the mandate harvests none of its lots"
    assert found["buy"].words.startswith("the request is to")


def test_a_ticket_that_is_larger_than_the_position_says_so() -> None:
    limit = "limit trade_value to at least 17,000 USD"
    wide = f'rule TICKET "Ticket"\n  for each trade\n  {limit}\n  because ips "§1"\n'
    on = book(spread_out(), accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    found = asked(wide, on, "AAA")
    assert found["sell"].words == "no ticket as large as the rules want fits"


def test_a_security_that_is_sold_says_how_many() -> None:
    on = book(
        [*spread_out(), lot("AAA", 300, cost="100", name="MORE")],
        accounts=[account("MAIN", "0", benchmark="index")],
        weights=SIX,
    )
    found = asked("", on, "AAA")
    assert set(found) == {"sell"}
    assert found["sell"].words.endswith("are sold")


def test_of_two_accounts_the_one_that_rests_says_why() -> None:
    rules = (
        'targets mix\n  equities 60% band 5 points\n  cash 40% from 30% to 50%\n  because ips "§4"\n'
        'rebalance mix\n  when any class leaves its band\n  back to target\n  because ips "§4"\n'
    )
    calm = [lot(s, 105, cost="95") for s in SIX]
    loud = [lot(s, 150, cost="95", account="OTHER") for s in SIX]
    on = book([*calm, *loud], accounts=[account("MAIN", "37000"), account("OTHER", "10000")])
    ground = laid_out(rules, on)
    rows = why_not(ground, Symbol("AAA"), accounts=ground.accounts, intent=Intent(), settings=Settings())
    of_main = [row for row in rows if row.account == "MAIN"]
    assert "inside its band" in of_main[0].words
    assert all(row.account == "OTHER" for row in rows[1:])


def test_the_answer_as_data_holds_each_side_with_its_parts() -> None:
    on = book(spread_out(), accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    found = asked(CAP.format(16), on, "AAA")
    data = why_not_data("AAA", tuple(found.values()), as_of=TODAY, currency="USD")
    buy, sell = json.loads(json.dumps(data))["answers"]
    assert (buy["rule"], buy["margin"], buy["parts"]) == ("CAP", None, [])
    assert Decimal(sell["margin"]) == sum(Decimal(part["amount"]) for part in sell["parts"])
