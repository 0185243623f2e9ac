"""Which pages there are, which act each is, and what a role finds in its menu.

    menu_of("auditor")  ->  Accounts, Breaches, Policies, Decisions, Chain

Who may do what stands in `publishing.roles`; a page that a role may not open is not in its menu.
"""

from dataclasses import dataclass

from engine.shell.publishing.roles import Role, may
from engine.shell.service.roles import ANYONE, SIGNED_IN, Entry, entries

PAGES: tuple[Entry, ...] = (
    *entries(ANYONE, "GET /desk/sign-in", "POST /desk/sign-in", "GET /desk/static/{name}"),
    *entries(SIGNED_IN, "GET /desk", "POST /desk/sign-out", "GET /desk/keys"),
    *entries("read_book", "GET /desk/accounts", "GET /desk/accounts/{account}", "GET /desk/breaches"),
    *entries("read_book", "GET /desk/waivers", "GET /desk/alerts"),
    *entries("read_policies", "GET /desk/policies", "GET /desk/policies/{policy}"),
    *entries("gate", "GET /desk/trades", "POST /desk/trades", "POST /desk/trades/verdicts"),
    *entries("gate", "POST /desk/trades/decide"),
    *entries("propose", "POST /desk/trades/repair", "POST /desk/proposals"),
    *entries("read_decisions", "GET /desk/proposals", "GET /desk/decisions", "GET /desk/decisions/{seq}"),
    *entries("read_decisions", "GET /desk/decisions/{seq}/answer"),
    *entries("approve_decision", "POST /desk/decisions/{seq}/approve"),
    *entries("send_orders", "POST /desk/decisions/{seq}/send"),
    *entries("publish", "GET /desk/policies/{policy}/edit", "POST /desk/policies/{policy}/check"),
    *entries("publish", "POST /desk/policies/{policy}/examples", "POST /desk/policies/{policy}/compare"),
    *entries("publish", "POST /desk/policies/{policy}/publish"),
    *entries("publish", "GET /desk/instruction", "POST /desk/instruction"),
    *entries("approve_policy", "GET /desk/pending", "GET /desk/pending/{seq}"),
    *entries("approve_policy", "POST /desk/pending/{seq}/approve"),
    *entries("waive", "POST /desk/waivers"),
    *entries("read_book", "GET /desk/halts"),
    *entries("halt", "POST /desk/halts"),
    *entries("lift", "POST /desk/halts/{number}/lift"),
    *entries("close_alert", "POST /desk/alerts/{alert}/close"),
    *entries("verify_log", "GET /desk/chain"),
    *entries("replay", "GET /desk/decisions/{seq}/proof", "POST /desk/decisions/{seq}/replay"),
)
"""Every route of the desk with the act that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the menu; `key` opens the page when it is pressed after `g`."""

    path: str
    words: str
    action: str
    key: str


ITEMS = (
    Item(path="/desk/accounts", words="Accounts", action="read_book", key="a"),
    Item(path="/desk/trades", words="Trade list", action="gate", key="t"),
    Item(path="/desk/proposals", words="Proposals", action="read_decisions", key="p"),
    Item(path="/desk/policies", words="Policies", action="read_policies", key="o"),
    Item(path="/desk/pending", words="Pending", action="approve_policy", key="n"),
    Item(path="/desk/breaches", words="Breaches", action="read_book", key="b"),
    Item(path="/desk/alerts", words="Alerts", action="read_book", key="l"),
    Item(path="/desk/waivers", words="Waivers", action="read_book", key="w"),
    Item(path="/desk/halts", words="Halts", action="read_book", key="h"),
    Item(path="/desk/decisions", words="Decisions", action="read_decisions", key="d"),
    Item(path="/desk/chain", words="Chain", action="verify_log", key="c"),
)

FIRST = {
    Role.MANAGER: "/desk/accounts",
    Role.OFFICER: "/desk/policies",
    Role.AUDITOR: "/desk/decisions",
    Role.ADMINISTRATOR: "/desk/chain",
}
"""The page that a role begins its day with."""


def menu_of(role: Role | str) -> tuple[Item, ...]:
    """Return the menu of a role."""
    return tuple(item for item in ITEMS if may(role, item.action))
