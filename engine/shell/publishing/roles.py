"""Who may do what: one table of actions and roles, for the command line, the service and the desk.

    may("manager", "propose")  -> True          may("auditor", "halt")  -> False

An administrator keeps users and the database and decides nothing; an auditor reads everything, the log
included, and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The four roles."""

    OFFICER = "officer"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_OFFICER, _MANAGER = Role.OFFICER, Role.MANAGER
_EVERYONE = frozenset(Role)
_WORKING = frozenset({_OFFICER, _MANAGER})

ACTIONS: Mapping[str, frozenset[Role]] = {
    "read_policies": _EVERYONE,
    "check": _EVERYONE,
    "read_book": frozenset({_OFFICER, _MANAGER, Role.AUDITOR}),
    "read_decisions": frozenset({_OFFICER, _MANAGER, Role.AUDITOR}),
    "verify_log": frozenset({_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR}),
    "replay": frozenset({_OFFICER, Role.AUDITOR}),
    "export_log": frozenset({_OFFICER, Role.AUDITOR}),
    "gate": _WORKING,
    "propose": frozenset({_MANAGER}),
    "send_orders": frozenset({_MANAGER}),
    "approve_decision": _WORKING,
    "publish": frozenset({_OFFICER}),
    "approve_policy": frozenset({_OFFICER}),
    "waive": frozenset({_OFFICER}),
    "halt": _WORKING,
    "lift": frozenset({_OFFICER}),
    "close_alert": _WORKING,
    "import": frozenset({_MANAGER, Role.ADMINISTRATOR}),
    "upgrade_database": frozenset({Role.ADMINISTRATOR}),
    "keep_users": frozenset({Role.ADMINISTRATOR}),
}
"""Each action, and the roles that may do it."""


def may(role: Role | str, action: str) -> bool:
    """Return whether a role may do something; KeyError for an action that the table does not know."""
    return role in ACTIONS[action]


def allowed(action: str) -> tuple[str, ...]:
    """Return the roles that may do something, in the order of `Role`."""
    return tuple(role.value for role in Role if role in ACTIONS[action])
