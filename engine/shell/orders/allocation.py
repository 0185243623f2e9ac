"""Allocation of a block's fills: pro rata at the average price, whole shares by largest remainder.

    legs 60, 30, 10; filled 7      quotas 4.2, 2.1, 0.7   -> 4, 2, 1
    money 701.05 of 7 shares       average 100.15         -> 400.60, 200.30, 100.15

The rule's name is recorded with the ticket before it goes out. Equal remainders are settled by a draw that
the ticket's name fixes beforehand, so that no account is first by its name. Counted over every possible
fill of a block, each account's average is exactly its share: what largest remainder gives at a fill of n it
takes back at a fill of all but n.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

RULE = "pro rata at the average price, whole shares by largest remainder, ties by draw (1)"
"""The rule by which blocks are allocated; its name is recorded before an order goes out."""

CENT = Decimal("0.01")


def allocate(total: Decimal, weights: Mapping[str, Decimal], *, draw: str) -> dict[str, Decimal]:
    """Return what each name gets of a total, in whole units that add up to it exactly.

    total: >= 0; more than the weights where a counterparty did more than was ordered. The unit is one
    share, or a smaller power of ten where the total or a weight is a fraction. draw: settles equal
    remainders; any text fixed beforehand.
    """
    assert total >= 0, "shares are a size"
    unit = _unit((total, *weights.values()))
    units = apportion(
        int(total / unit), {name: Fraction(weight) for name, weight in weights.items()}, draw=draw
    )
    return {name: count * unit for name, count in units.items()}


def apportion(total: int, weights: Mapping[str, Fraction], *, draw: str) -> dict[str, int]:
    """Return whole numbers in the proportion of the weights that add up to a total, by largest remainder."""
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        assert total == 0, "nothing can be given where nobody has a weight"
        return dict.fromkeys(weights, 0)
    quotas = {name: total * weight / whole for name, weight in weights.items()}
    given = {name: int(quota) for name, quota in quotas.items()}
    order = sorted(weights, key=lambda name: (given[name] - quotas[name], _lot(draw, name)))
    for name in order[: total - sum(given.values())]:
        given[name] += 1
    assert sum(given.values()) == total, "nothing is lost"
    return given


def in_order(total: Decimal, wanted: Sequence[Decimal]) -> list[Decimal]:
    """Return a total handed out first come, first served: how an account's shares go to the lots it named.

    What is left over where more came than was wanted is nobody's.
    """
    given = []
    for size in wanted:
        part = min(size, total)
        given.append(part)
        total -= part
    return given


def cents(total: Decimal, shares: Mapping[str, Decimal], *, draw: str) -> dict[str, Decimal]:
    """Return money in the proportion of shares: cents that add up to the total, rounded half up."""
    whole = int((total / CENT).to_integral_value(rounding="ROUND_HALF_UP"))
    parts = apportion(whole, {name: Fraction(size) for name, size in shares.items()}, draw=draw)
    return {name: count * CENT for name, count in parts.items()}


def _lot(draw: str, name: str) -> str:
    return hashlib.sha256(f"{draw}\n{name}".encode()).hexdigest()


def _unit(sizes: Sequence[Decimal]) -> Decimal:
    exponents = [int(size.normalize().as_tuple().exponent) for size in sizes if size]
    return Decimal(1).scaleb(min([0, *exponents]))
