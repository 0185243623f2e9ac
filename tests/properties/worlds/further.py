"""Rules that only full worlds draw: every event, relation and direction of a window, and more measures."""

from random import Random

_EVENTS = (
    "loss_sale",
    "gain_sale",
    "purchase",
    "sale",
    "earnings",
    "index_change",
    "offering",
    "research_report",
    "client_trade",
)
_RELATIONS = ("the same", "an identical", "a substitute")
_DIRECTIONS = ("before", "after", "before or after")
_SPANS = ("5 business_days", "10 days", "30 days", "1 month")

LISTED_EVENTS = _EVENTS[4:]
"""Events that stand in events.csv; the records themselves tell the others."""

_PAIRS = (
    *((event, relation) for event in (*_EVENTS, *LISTED_EVENTS) for relation in _RELATIONS),
    *(("loss_sale", "an identical"),) * 8,
)

FURTHER: dict[str, tuple[tuple[str, str], ...]] = {
    "LIMITS": (
        ("net_assets", "limit net_assets to at least 99000 USD"),
        ("otc_exposure", "limit otc_exposure of {s} to at most {p}"),
        ("cash", "limit cash to between {m} USD and 60000 USD"),
        ("value", "for each issuer in {s}\n  limit value to between {m} USD and 30000 USD"),
        ("count", "limit count of issuers in {s} to at least 2"),
        ("warned", "limit weight of {s} to at most {p}\n  warn from 4%"),
        ("warned", "for each issuer in {s}\n  limit weight to at most {p}\n  warn from 1%"),
    ),
    "BANS": (
        ("shorting", "forbid shorting securities"),
        ("shorting", 'forbid shorting securities where sector is "technology"'),
    ),
}

SELDOM: dict[str, int] = {
    "active_weight": 5,
    "beta": 4,
    "borrowing": 5,
    "capped_weight": 3,
    "carbon_intensity": 3,
    "days_to_liquidate": 2,
    "disallowed_loss": 5,
    "drift": 2,
    "duration": 2,
    "esg_score": 3,
    "maturity": 3,
    "net_assets": 2,
    "net_exposure": 2,
    "net_realized_gains": 4,
    "portfolio_value": 2,
    "rating": 11,
    "realized_long_term_gains": 5,
    "realized_short_term_gains": 4,
    "shorting": 4,
    "tax_cost": 2,
    "tracking_error": 2,
    "unrealized_gains": 2,
    "voting_ownership": 2,
    "warned": 2,
    "yield": 3,
}
"""How many times as often a limit is drawn of which a book tells little: one figure for an account."""


def drawn_window(chance: Random) -> tuple[str, str]:
    """Return a window of any event, relation and direction; one day of the year in four is inside."""
    what = chance.choice(
        (
            "buying securities",
            "selling securities",
            "buying or selling securities",
            "selling lots where gain is less than 0 USD",
            'buying securities where sector is "technology"',
        )
    )
    when, span = chance.choice(_DIRECTIONS), chance.choice(_SPANS)
    event, relation = chance.choice(_PAIRS)
    article = "an" if event[0] in "aeiou" else "a"
    return "window", f"forbid {what} within {span} {when} {article} {event} of {relation} security"
