"""Words and marks of the desk: a status is never told by colour alone."""

from datetime import datetime

from markupsafe import Markup, escape

MARKS = {
    "block": ("■", "block"),
    "approval": ("◆", "approval"),
    "warn": ("▲", "warn"),
    "pass": ("●", "pass"),
    "passive": ("○", "passive"),
}

KINDS = {
    "gate": "Trade list judged",
    "rebalance": "Rebalance proposed",
    "harvest": "Harvest proposed",
    "repair": "List made to pass",
    "approval": "Decision approved",
    "halt": "Trading halted",
    "lift": "Halt lifted",
    "user": "User kept",
    "publish": "Version published",
    "approve": "Version approved",
    "waive": "Waiver asked for",
}


def mark(status: str, word: str = "") -> Markup:
    """Return a status as sign and word."""
    sign, css = MARKS.get(status, ("○", "passive"))
    return Markup('<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>').format(
        css, sign, escape(word or status)
    )


def kind(name: str) -> str:
    """Return what a record of the log is, in words."""
    return KINDS.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def moment(value: datetime) -> str:
    """Return a moment in UTC, to the minute."""
    return f"{value.day} {value:%b %Y, %H:%M} UTC"


def listed(parts: list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
