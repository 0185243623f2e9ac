"""The measures, each a plain function from a question to a reading.

    weight          value of the group over the base                 45,000 / 1,000,000 = 4.5%
    duration        Σ value · duration / Σ value                     (60 · 5 + 40 · 10) / 100 = 7
    capped_weight   each issuer at most 5%, none above 10% of votes  7% + 3% -> 5% + 3% = 8%

A measure that is not in the table has no second witness; `NoWitness` says so. To add a measure's twin,
write its function here and name it in the table at the end.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from dsl import ratings
from dsl.policy import Subject
from engine.gate.reference.asked import Asked, Reading
from engine.gate.reference.benchmarks import benchmark_weight
from engine.gate.reference.flows import (
    disallowed_loss,
    net_realized_gains,
    realized_long_term_gains,
    realized_short_term_gains,
    tax_cost,
    turnover,
)
from engine.gate.reference.market import is_cash
from engine.gate.reference.risk import tracking_error, volatility
from engine.gate.reference.state import NOTHING
from engine.gate.reference.values import Absent, text
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, UNKNOWN_GROUP, Gap, NoWitness
from engine.ledger.exact import exact

ISSUER_CAP = Fraction(5, 100)
"""15 U.S.C. 80a-5(b)(1): what one issuer may count for."""

VOTES_CAP = Fraction(10, 100)
"""The share of an issuer's votes above which nothing of it counts."""

VOLUME_SHARE = Fraction(20, 100)
"""The part of a day's mean volume that is taken to be sold on one day."""

MeasureOf = Callable[[Asked], Reading]


def weight(asked: Asked) -> Reading:
    """Value over the base."""
    return Reading(asked.value(), asked.view.base_amount())


def value(asked: Asked) -> Reading:
    """Value in money."""
    return asked.money(asked.value())


def quantity(asked: Asked) -> Reading:
    """Shares held."""
    return Reading(asked.total("quantity"))


def active_weight(asked: Asked) -> Reading:
    """Weight less the group's weight in the benchmark."""
    base = asked.view.base_amount()
    return Reading(asked.value() - benchmark_weight(asked.view, asked.table, asked.group) * base, base)


def cash(asked: Asked) -> Reading:
    """Cash of the scope's accounts."""
    return asked.money(asked.view.cash())


def borrowing(asked: Asked) -> Reading:
    """Size of negative cash."""
    return asked.money(asked.view.borrowing())


def gross_exposure(asked: Asked) -> Reading:
    """Sizes of long and short positions, cash left out."""
    return asked.money(asked.total("size"))


def net_exposure(asked: Asked) -> Reading:
    """Long less short positions, cash left out."""
    return asked.money(asked.total("securities"))


def average(path: str) -> MeasureOf:
    """Return the value-weighted average of an attribute over the holdings that have one."""

    def measure(asked: Asked) -> Reading:
        valued_at = asked.view.valued_at
        return Reading(asked.total(valued_at, path), asked.total(valued_at, f"known:{path}"))

    return measure


def rating(asked: Asked) -> Reading:
    """Value-weighted average of the notches of ratings; 22 is best."""
    view, amount, rated = asked.view, NOTHING, NOTHING
    for key, position, pieces in asked.table.members(view.state, asked.group):
        held, missing = view.worths.of(view.valued_at).worth(key, position)
        for symbol, share in pieces:
            told = text(view.market.of_security(key[0], symbol, "rating", None))
            if told is Absent.NONE:
                continue
            notch = ratings.notch(str(told))
            if missing or notch is None:
                view.missing("a rating or a price is missing", frozenset({key}))
                continue
            amount, rated = amount + held * share * notch, rated + held * share
    return Reading(amount, rated)


def ownership(path: str) -> MeasureOf:
    """Return shares held over shares outstanding, added up over the group's securities."""
    return lambda asked: Reading(asked.total("quantity", f"one over:{path}"))


def days_to_liquidate(asked: Asked) -> Reading:
    """The longest of the holdings' days: shares over a fifth of their mean daily volume."""
    longest, book = NOTHING, asked.view.market.book
    for key, position, _ in asked.table.members(asked.view.state, asked.group):
        if is_cash(key[1]):
            continue
        volume = book.volumes.get(key[1])
        if not volume:
            asked.view.missing("a daily volume is missing", frozenset({key}))
            continue
        longest = max(longest, abs(position.quantity) / (VOLUME_SHARE * Fraction(volume)))
    return Reading(longest)


def otc_exposure(asked: Asked) -> Reading:
    """The sum of the column `otc_exposure` over what is held; 0 where no security has the column."""
    market, amount = asked.view.market, NOTHING
    if not any("otc_exposure" in row.attributes for row in market.book.securities.values()):
        return asked.money(NOTHING)
    for key, position, pieces in asked.table.members(asked.view.state, asked.group):
        for symbol, _ in pieces:
            found = market.figure(key[0], symbol, "otc_exposure")
            if found is Absent.UNKNOWN:
                asked.view.missing("otc_exposure is missing", frozenset({key}))
            amount += found if isinstance(found, Fraction) and position.quantity else NOTHING
    return asked.money(amount)


def unrealized_gains(asked: Asked) -> Reading:
    """Value less adjusted basis; cash has none."""
    return asked.money(asked.total("securities") - asked.total("basis"))


def count(asked: Asked) -> Reading:
    """Distinct securities held, cash left out; or trades of the list."""
    view = asked.view
    if isinstance(asked.subject, Subject) and asked.subject.kind in ("lots", "trades"):
        raise NoWitness(f"count of {asked.subject.kind}")
    return Reading(exact(asked.table.securities(view.state, asked.group)))


def capped_weight(asked: Asked) -> Reading:
    """Each issuer's weight up to 5%, and nothing of one whose votes are held above 10%.

    Of a base below nothing 5% are nothing.
    """
    derived = asked.derived
    if derived is None:
        raise NoWitness("capped_weight inside a group")
    base, counted = asked.view.base_amount(), NOTHING
    cap = max(ISSUER_CAP * base, NOTHING)
    for group in derived.groups(asked.view.state.touched):
        issuer = asked._replace(table=derived, group=group)
        if group != UNKNOWN_GROUP and derived.has_members(asked.view.state, group):
            held = issuer.value()
            votes = ownership("voting_shares_outstanding")(issuer)
            counted += min(held, cap) if votes.amount <= VOTES_CAP else NOTHING
    return Reading(counted, base)


def drift(asked: Asked) -> Reading:
    """The largest distance of a class from its target."""
    view, classes = asked.view, asked.view.classes()
    if not classes:
        raise Gap("the policy has no targets")
    for table, _ in classes:
        unknown = table.unknowns(EVERYTHING_IN_SCOPE, view.state.touched)
        if unknown:
            view.missing("whether a holding belongs to a class is unknown", unknown)
    base = view.base_amount()
    return Reading(
        max(abs(view.value(table, EVERYTHING_IN_SCOPE) - target * base) for table, target in classes), base
    )


def portfolio_value(asked: Asked) -> Reading:
    """Everything held, cash included."""
    return asked.money(asked.view.base_amount("net_assets"))


def total_assets(asked: Asked) -> Reading:
    """Net assets plus borrowing."""
    return asked.money(asked.view.base_amount("total_assets"))


MEASURES: Mapping[str, MeasureOf] = {
    "weight": weight,
    "value": value,
    "quantity": quantity,
    "active_weight": active_weight,
    "cash": cash,
    "borrowing": borrowing,
    "gross_exposure": gross_exposure,
    "net_exposure": net_exposure,
    "turnover": turnover,
    "realized_short_term_gains": realized_short_term_gains,
    "realized_long_term_gains": realized_long_term_gains,
    "net_realized_gains": net_realized_gains,
    "unrealized_gains": unrealized_gains,
    "tax_cost": tax_cost,
    "disallowed_loss": disallowed_loss,
    "duration": average("duration"),
    "maturity": average("maturity"),
    "beta": average("beta"),
    "yield": average("yield"),
    "expense_ratio": average("expense_ratio"),
    "esg_score": average("esg_score"),
    "carbon_intensity": average("carbon_intensity"),
    "rating": rating,
    "voting_ownership": ownership("voting_shares_outstanding"),
    "non_voting_ownership": ownership("non_voting_shares_outstanding"),
    "ownership": ownership("shares_outstanding"),
    "days_to_liquidate": days_to_liquidate,
    "capped_weight": capped_weight,
    "otc_exposure": otc_exposure,
    "drift": drift,
    "tracking_error": tracking_error,
    "volatility": volatility,
    "count": count,
    "portfolio_value": portfolio_value,
    "net_assets": portfolio_value,
    "total_assets": total_assets,
}
"""Every measure that has a second witness."""

PER_TRADE = frozenset({"trade_value", "trade_shares"})
"""Measures of one trade; `per_trade` judges them."""

LOCAL = frozenset(
    [
        "weight",
        "value",
        "quantity",
        "active_weight",
        "duration",
        "maturity",
        "beta",
        "yield",
        "expense_ratio",
        "esg_score",
        "carbon_intensity",
        "rating",
        "voting_ownership",
        "non_voting_ownership",
        "ownership",
        "days_to_liquidate",
        "otc_exposure",
        "count",
    ]
)
"""Measures that only the group's own positions and the weight base can change."""
