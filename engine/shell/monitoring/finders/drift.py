"""Classes outside their band.

us_equity 48.20% is above its band, 37.00% to 47.00% (target 42.00%)
"""

from collections.abc import Iterator
from fractions import Fraction

from engine.gate.amounts import people
from engine.gate.answer import figure_text
from engine.gate.drift import AccountDrift, ClassDrift
from engine.shell.monitoring.finding import Finding, Severity, View


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each class of an account that has left its band; prices must be fresh."""
    for account in view.drifts:
        if account.account in view.blind:
            continue
        for one in account.classes:
            if one.outside:
                yield _finding(view, account, one)


def _finding(view: View, account: AccountDrift, one: ClassDrift) -> Finding:
    side = "below" if one.low is not None and one.weight < one.low else "above"
    target = "" if one.target is None else f" (target {_told(one.target)})"
    return Finding(
        kind="drift",
        key=("drift", account.policy or "", account.target or "", account.account, one.name),
        severity=Severity.WARNING,
        message=f"{one.name} {_told(one.weight)} is {side} its band, {_band(one)}{target}",
        account=account.account,
        household=view.book.accounts[account.account].household,
        policy=account.policy,
        rule=account.target,
        detail={
            "class": one.name,
            "weight": figure_text(one.weight * 100),
            "low": "" if one.low is None else figure_text(one.low * 100),
            "high": "" if one.high is None else figure_text(one.high * 100),
        },
    )


def _band(one: ClassDrift) -> str:
    if one.low is None:
        assert one.high is not None, "a class without a band is never outside it"
        return f"at most {_told(one.high)}"
    return f"at least {_told(one.low)}" if one.high is None else f"{_told(one.low)} to {_told(one.high)}"


def _told(share: Fraction) -> str:
    return people(share * 100, "percent")
