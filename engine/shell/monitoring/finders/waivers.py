"""Waivers about to expire, while the breach that they allow may still be there.

the waiver of CAP-1 for account TAX-1 ends on 2026-06-30
"""

from collections.abc import Iterator

from engine.facts.ids import AccountId, HouseholdId
from engine.shell.monitoring.finding import Finding, Severity, View

_ACCOUNT = frozenset({"account", "portfolio", "fund"})


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each waiver whose last day is near."""
    for policy in view.policies:
        for waiver in policy.waivers:
            if not view.today <= waiver.until <= view.horizon:
                continue
            day = waiver.until.isoformat()
            yield Finding(
                kind="waiver",
                key=("waiver", policy.id, waiver.rule, waiver.noun, waiver.id, day),
                severity=Severity.WARNING,
                message=f"the waiver of {waiver.rule} for {waiver.noun} {waiver.id} ends on {day}; "
                f"approved by {waiver.approved_by}",
                account=AccountId(waiver.id) if waiver.noun in _ACCOUNT else None,
                household=HouseholdId(waiver.id) if waiver.noun == "household" else None,
                policy=policy.id,
                rule=waiver.rule,
                due=waiver.until,
            )
