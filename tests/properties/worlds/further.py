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

MEASURED: tuple[tuple[str, str], ...] = (
    ("net_assets", "limit net_assets to at least 99000 USD"),
    ("otc_exposure", "limit otc_exposure of {s} to at most {p}"),
    ("cash", "limit cash to between {m} USD and 60000 USD"),
    ("value", "for each issuer in {s}\n  limit value to between {m} USD and 30000 USD"),
    ("count", "limit count of issuers in {s} to at least 2"),
)


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
    when, event = chance.choice(_DIRECTIONS), chance.choice((*_EVENTS, "loss_sale"))
    relation, span = chance.choice(_RELATIONS), chance.choice(_SPANS)
    article = "an" if event[0] in "aeiou" else "a"
    return "window", f"forbid {what} within {span} {when} {article} {event} of {relation} security"
