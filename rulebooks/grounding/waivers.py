"""Waivers: those in force for a rule in a scope; whichever applies waives.

    up to 6% until June, up to 8% until March, today in February: up to 8%

One of any size waives whatever the others say; of others the furthest counts, on each side. One of which
the amount is unknown waives nothing. The waiver that is told is the longest-lived of those that count.

`for account "A"` covers that account; `for household "H"` its accounts and its household rules;
`for issuer "Acme Corp"` that group of a rule `for each issuer`.
"""

from dataclasses import dataclass

from dsl.policy import Unit, Waiver
from rulebooks.forms import Form
from rulebooks.grounding.amounts import Laid, Ruler, bound_form
from rulebooks.scene import Scene

_ACCOUNT = frozenset({"account", "portfolio", "fund"})


GroupOf = tuple[str, str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """What the waivers of a rule come to.

    told: the waiver that is named, None where none counts. amounts: how far each goes, none: any size.
    """

    told: Waiver | None = None
    amounts: tuple[Laid, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        """How far each waiver goes."""
        return tuple(laid.form for laid in self.amounts if laid.form is not None)


NOT_WAIVED = Waived()


def waivers_of(scene: Scene, rule_id: str, group: GroupOf = None) -> tuple[Waiver, ...]:
    """Return the waivers in force for a rule's group in a scope, the longest-lived first."""
    found = [
        waiver
        for waiver in scene.policy.waivers
        if waiver.rule == rule_id and scene.setting.today <= waiver.until and _covers(waiver, scene, group)
    ]
    return tuple(sorted(found, key=lambda waiver: waiver.until, reverse=True))


def of_any_size(waivers: tuple[Waiver, ...]) -> Waiver | None:
    """Return the first waiver of any size; None where each has an amount."""
    return next((waiver for waiver in waivers if waiver.up_to is None), None)


def waived_by(scene: Scene, waivers: tuple[Waiver, ...], ruler: Ruler) -> Waived:
    """Return what waivers come to; those of which the amount is unknown before trading do not count."""
    freely = of_any_size(waivers)
    if freely is not None:
        return Waived(told=freely)
    known = [
        (waiver, laid)
        for waiver in waivers
        if waiver.up_to is not None and _is_known(scene, laid := bound_form(scene, waiver.up_to, ruler))
    ]
    return Waived(told=known[0][0], amounts=tuple(laid for _, laid in known)) if known else NOT_WAIVED


def waived_ban(scene: Scene, rule_id: str) -> Waived:
    """Return what the waivers of a ban come to; one up to a weight needs a weight base that is known."""
    waivers = waivers_of(scene, rule_id)
    if scene.base_gaps and of_any_size(waivers) is None:
        return NOT_WAIVED
    return waived_by(scene, waivers, Ruler(base=scene.base, money=True, unit=Unit.SHARE))


def _is_known(scene: Scene, laid: Laid) -> bool:
    held = scene.facts.state.quantities
    return laid.form is not None and not any(position in held for position in laid.unknown)


def _covers(waiver: Waiver, scene: Scene, group: tuple[str, str | None] | None) -> bool:
    if waiver.noun == "household":
        return scene.scope.household == waiver.id
    if waiver.noun in _ACCOUNT:
        return scene.scope.account == waiver.id
    return group == (waiver.noun, waiver.id)
