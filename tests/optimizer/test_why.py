"""Why a security is not traded: closed by a rule, without room, or not worth it."""

from decimal import Decimal

from engine.facts.ids import AccountId, Symbol
from optimizer.settings import Intent, Settings
from optimizer.why import WhyNot, why_not
from tests.optimizer.hand import account, book, laid_out, lot, proposed, real_judge
from tests.optimizer.test_propose import CAP, SIX, mostly_cash, spread_out

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
