"""Classes against their bands as places on a line: the band a range, the target a tick, the weight a dot.

A band from 26% to 36% with its target at 31% and a weight of 25% on an axis up to 40%:
band 65 to 90, target 77.5, weight 62.5 (percent of the line's length).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from engine.gate.drift import ClassDrift

WHOLE = Fraction(3, 5)
"""A class above this share holds others, such as equities their sectors: its line is the whole account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One class; figures in percent; places in percent of the line, None where there is no such figure."""

    name: str
    weight: Fraction
    target: Fraction | None
    low: Fraction | None
    high: Fraction | None
    drift: Fraction | None
    outside: bool
    at: float
    target_at: float | None
    low_at: float
    high_at: float
    after: Fraction | None = None
    after_at: float | None = None
    stays_outside: bool = False


def band_rows(classes: Iterable[ClassDrift], *, after: dict[str, Fraction] | None = None) -> tuple[Band, ...]:
    """Return the rows of the drawing. after: weights after a list, fractions of one."""
    rows = tuple(classes)
    later = after or {}
    every = [value for one in rows for value in (one.weight, one.target, later.get(one.name)) if value]
    top = max([value for value in every if value <= WHOLE], default=Fraction(1)) * Fraction(9, 8)
    return tuple(
        _row(one, Fraction(1) if (one.target or one.weight) > WHOLE else top, later.get(one.name))
        for one in rows
    )


def _row(one: ClassDrift, top: Fraction, after: Fraction | None) -> Band:
    def place(share: Fraction) -> float:
        return round(float(100 * max(Fraction(0), min(share, top)) / top), 2)

    def percent(share: Fraction | None) -> Fraction | None:
        return None if share is None else share * 100

    low, high = one.low or Fraction(0), one.high if one.high is not None else top
    return Band(
        name=one.name.replace("_", " "),
        weight=one.weight * 100,
        target=percent(one.target),
        low=percent(one.low),
        high=percent(one.high),
        drift=percent(one.drift),
        outside=one.outside,
        at=place(one.weight),
        target_at=None if one.target is None else place(one.target),
        low_at=place(low) if one.low is not None or one.high is not None else 0,
        high_at=place(high) if one.low is not None or one.high is not None else 0,
        after=percent(after),
        after_at=None if after is None else place(after),
        stays_outside=one.outside if after is None else replace(one, weight=after).outside,
    )


def band_rows_of(proposal: Mapping[str, Any]) -> tuple[tuple[str, tuple[Band, ...]], ...]:
    """Return each account that a recorded proposal changes, with its classes before and after."""
    found = []
    for row in proposal.get("accounts", ()):
        later = {one["class"]: Fraction(one["weight"]) for one in row["after"]["classes"]}
        classes = [
            ClassDrift(
                name=one["class"],
                weight=Fraction(one["weight"]),
                target=_share(one["target"]),
                low=_share(one["low"]),
                high=_share(one["high"]),
            )
            for one in row["before"]["classes"]
        ]
        if row["after"]["classes"] != row["before"]["classes"]:
            found.append((row["account"], band_rows(classes, after=later)))
    return tuple(found)


def _share(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
