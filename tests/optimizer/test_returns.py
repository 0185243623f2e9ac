"""Which tax return accounts are told in, and which positions may trade for a request to harvest."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.accounts import Account
from engine.facts.ids import AccountId
from optimizer.build import Problem, build
from optimizer.regimes import return_of
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, laid_out, lot

MAIN, OTHER = AccountId("MAIN"), AccountId("OTHER")


def two(other: Account, *, asked: tuple[AccountId, ...], settings: Settings) -> Problem:
    """Return MAIN and OTHER of one household, each with AAA; OTHER brings losses of 500 into the year."""
    main = replace(account("MAIN", "1000"), filing_status=other.filing_status)
    brought = replace(other, carryover_long=Decimal(500))
    on = book(
        [lot("AAA", 10, cost="90"), lot("AAA", 10, cost="90", account="OTHER")], accounts=[main, brought]
    )
    return build(laid_out("", on), accounts=asked, intent=Intent(), settings=settings)


SPOUSE = replace(account("OTHER", "1000"), owner="spouse")
TRUST = replace(account("OTHER", "1000"), owner="trust")
APART = replace(SPOUSE, filing_status="married_separate")


@pytest.mark.parametrize(
    ("other", "asked", "long"),
    [
        (SPOUSE, (MAIN,), -500),
        (TRUST, (MAIN,), 0),
        (APART, (MAIN,), 0),
        (SPOUSE, (OTHER,), -500),
        (TRUST, (OTHER,), -500),
        (APART, (OTHER,), -500),
    ],
)
def test_a_return_holds_the_years_of_its_payers(
    other: Account, asked: tuple[AccountId, ...], long: int
) -> None:
    """Spouses tell one return; a trust, or who files apart, one of their own."""
    found = return_of(two(other, asked=asked, settings=Settings(netting=True)), always=True)
    assert found is not None
    assert found.long == long


@pytest.mark.parametrize(("other", "one"), [(SPOUSE, True), (TRUST, False)])
def test_accounts_of_several_returns_are_not_netted(other: Account, one: bool) -> None:
    problem = two(other, asked=(MAIN, OTHER), settings=Settings(netting=True))
    assert (return_of(problem) is not None) is one


def test_netting_that_is_switched_off_nets_nothing() -> None:
    assert return_of(two(SPOUSE, asked=(MAIN,), settings=Settings(netting=False)), always=True) is None
    assert return_of(two(SPOUSE, asked=(MAIN,), settings=Settings()), always=True) is not None


HARVEST = """harvest losses
  from lots where loss is at least 5% of cost
{}  because ips "§2"
substitute "AAA" with "BBB" because ips "§2"
"""


@pytest.mark.parametrize(
    ("replacing", "bought"),
    [("  replacing with substitutes\n", {"BBB"}), ("", {"BBB", "CCC"})],
)
def test_a_harvest_buys_substitutes_or_whatever_is_wished_for(replacing: str, bought: set[str]) -> None:
    """AAA is at a loss; where no replacement is told, every position may take its place."""
    on = book(
        [lot("AAA", 10, cost="150"), lot("BBB", 10, cost="100"), lot("CCC", 10, cost="100")],
        accounts=[account("MAIN", "1000")],
    )
    ground = laid_out(HARVEST.format(replacing), on)
    problem = build(ground, accounts=ground.accounts, intent=Intent(kind="harvest"), settings=Settings())
    buys = {str(name.symbol) for name in problem.columns.names if name.buy.most is None or name.buy.most > 0}
    assert buys - {"AAA"} == bought
