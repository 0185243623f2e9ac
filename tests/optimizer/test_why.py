"""Why a security is not traded: closed by a rule, without room, or not worth it."""

from decimal import Decimal

from engine.facts.ids import AccountId, Symbol
from optimizer.settings import Intent, Settings
from optimizer.why import WhyNot, why_not
from tests.optimizer.hand import account, book, laid_out, lot
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
