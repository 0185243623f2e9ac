"""Waivers: the one in force for a rule in a scope, and what it raises the bound to.

`for account "A"` covers that account; `for household "H"` its accounts and its household rules;
`for issuer "Acme Corp"` that group of a rule `for each issuer`.
"""

from dsl.policy import Waiver
from rulebooks.scene import Scene

_ACCOUNT = frozenset({"account", "portfolio", "fund"})


def waiver_of(scene: Scene, rule_id: str, group: tuple[str, str | None] | None = None) -> Waiver | None:
    """Return the waiver in force for a rule's group in a scope; the longest-lived where there are several."""
    found = [
        waiver
        for waiver in scene.policy.waivers
        if waiver.rule == rule_id and scene.setting.today <= waiver.until and _covers(waiver, scene, group)
    ]
    return max(found, key=lambda waiver: waiver.until, default=None)


def waiver_of_ban(scene: Scene, rule_id: str) -> Waiver | None:
    """Return the waiver in force for a ban; one up to a weight needs a weight base that is known."""
    waiver = waiver_of(scene, rule_id)
    return None if waiver is not None and waiver.up_to is not None and scene.base_gaps else waiver


def _covers(waiver: Waiver, scene: Scene, group: tuple[str, str | None] | None) -> bool:
    if waiver.noun == "household":
        return scene.scope.household == waiver.id
    if waiver.noun in _ACCOUNT:
        return scene.scope.account == waiver.id
    return group == (waiver.noun, waiver.id)
