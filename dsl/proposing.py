"""Parameters that no rule has to use: proposals read them by name (`optimizer.stated`).

parameter ticket_cost = 4.95 USD      each order costs so much, whatever its size
"""

TRADING_COST = "trading_cost"
TICKET_COST = "ticket_cost"
RISK_AVERSION = "risk_aversion"
TRACKING_ERROR_CAP = "tracking_error_cap"
PRICE_OF = "price_of_"
"""Before a rule's id in small letters: what leaving a rule that warns costs for each unit of its limit."""

_NAMES = frozenset({TRADING_COST, TICKET_COST, RISK_AVERSION, TRACKING_ERROR_CAP})


def read_by_proposals(name: str) -> bool:
    """Return whether a parameter of this name means something without any rule that uses it."""
    return name in _NAMES or name.startswith(PRICE_OF)
