"""Blocks are handed out pro rata: nothing is lost, and over every possible fill nobody is favoured."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.trades import Side
from engine.shell.orders.allocation import RULE, allocate, apportion, cents
from engine.shell.orders.blocks import parts, tickets
from engine.shell.orders.values import Fill
from tests.orders.conftest import LIST, NOW

WEIGHTS = st.lists(st.integers(1, 60), min_size=2, max_size=5)


def named(weights):
    return {f"A{n}": Decimal(weight) for n, weight in enumerate(weights)}


def test_largest_remainder():
    assert allocate(Decimal(7), named([60, 30, 10]), draw="x") == {"A0": 4, "A1": 2, "A2": 1}


def test_fractions_of_a_share():
    given_ = allocate(Decimal("0.75"), {"A": Decimal("1.5"), "B": Decimal("0.75")}, draw="x")
    assert given_ == {"A": Decimal("0.50"), "B": Decimal("0.25")}


@given(WEIGHTS, st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_and_quotas_are_kept(weights, data):
    total = data.draw(st.integers(0, sum(weights)))
    shares = allocate(Decimal(total), named(weights), draw="a draw")
    assert sum(shares.values()) == total
    for name, weight in named(weights).items():
        quota = Fraction(total) * Fraction(weight) / sum(weights)
        assert floor(quota) <= shares[name] <= ceil(quota)
        assert shares[name] <= weight


@given(WEIGHTS)
@settings(max_examples=40, deadline=None)
def test_over_every_fill_each_account_gets_exactly_its_share(weights):
    """Without ties the mean over all fills is pro rata to the share; a tie moves it by chance alone."""
    whole, told = sum(weights), named(weights)
    ties = 0
    mean = dict.fromkeys(told, Fraction(0))
    for total in range(whole + 1):
        quotas = [Fraction(total * weight, whole) % 1 for weight in weights]
        ties += len(set(quotas)) < len(quotas)
        for name, size in allocate(Decimal(total), told, draw=f"fill {total}").items():
            mean[name] += Fraction(size)
    for name, weight in told.items():
        assert abs(mean[name] - Fraction(weight) * (whole + 1) / 2) <= Fraction(ties, 2)


def test_ties_fall_to_each_account_as_often():
    """Three equal accounts and one share, over 3,000 orders: each gets a third, within four deviations."""
    got = dict.fromkeys(("A", "B", "C"), 0)
    weights = dict.fromkeys(got, Fraction(1))
    for number in range(3000):
        for name, size in apportion(1, weights, draw=f"GB{number}-1").items():
            got[name] += size
    assert all(abs(size - 1000) < 4 * 26 for size in got.values()), got


@given(WEIGHTS, st.decimals("0.01", "99999.9999", places=4))
@settings(max_examples=100, deadline=None)
def test_money_is_handed_out_to_the_cent(weights, money):
    assert sum(cents(money, named(weights), draw="x").values()) == money.quantize(
        Decimal("0.01"), rounding="ROUND_HALF_UP"
    )


def test_a_block_goes_to_accounts_and_their_lots_in_the_order_of_the_list():
    made = tickets(LIST, prefix="GB1-x", decision="d")
    assert [(t.name, t.side, t.symbol, t.quantity) for t in made] == [
        ("GB1-x-1", Side.SELL, "KO", 300),
        ("GB1-x-2", Side.BUY, "PEP", 90),
        ("GB1-x-3", Side.BUY, "GE", 10),
    ]
    assert made[0].rule == RULE
    fill = Fill(
        reference="1",
        quantity=Decimal(240),
        price=Decimal("40.01"),
        fees=Decimal("1.00"),
        day=NOW.date(),
        at=NOW,
    )
    first, second = parts(made[0], (fill,))
    assert (first.account, first.quantity, first.lots) == ("TAX-1", 160, (("T1", 150), ("T2", 10)))
    assert (second.account, second.quantity, second.lots) == ("TAX-2", 80, (("T3", 80),))
    assert first.amount + second.amount == Decimal("9602.40")
    assert (first.fees, second.fees) == (Decimal("0.67"), Decimal("0.33"))
