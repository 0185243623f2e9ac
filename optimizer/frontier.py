"""Tax against distance from target: the same request at several prices of drift.

    aversion 5      tracking error 2.10%     tax -9,800
    aversion 50     tracking error 1.40%     tax -7,765     <- chosen
    aversion 500    tracking error 0.90%     tax -2,100

Each point is a whole proposal that the gate passes. Where the book has no factor model the distance is the
share of net assets that is in the wrong place, never a tracking error.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.facts.ids import AccountId
from engine.facts.money import plain
from optimizer.answer import Data
from optimizer.propose import Judge, propose
from optimizer.settings import Intent, Settings
from optimizer.stated import aversion
from rulebooks.ground import GroundBook

STEPS = tuple(Decimal(step) for step in ("0.03", "0.1", "0.3", "1", "3", "10", "30"))
"""Multiples of the chosen aversion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One proposal of the frontier; money in the currency of the answer, distances fractions of one."""

    aversion: Decimal
    chosen: bool
    status: str
    tracking_error: Decimal | None
    drift: Decimal
    tax: Decimal
    cost: Decimal
    trades: int

    @property
    def distance(self) -> Decimal:
        """The tracking error, or the share in the wrong place where there is no risk model."""
        return self.drift if self.tracking_error is None else self.tracking_error


def frontier(
    ground: GroundBook,
    *,
    accounts: Iterable[AccountId],
    intent: Intent,
    settings: Settings,
    judge: Judge,
) -> tuple[Point, ...]:
    """Return proposals from little to much aversion against drift; the chosen one is marked."""
    asked = tuple(accounts)
    found = []
    for step in STEPS:
        moved = replace(settings, aversion_scale=settings.aversion_scale * step)
        told = propose(ground, accounts=asked, intent=intent, settings=moved, judge=judge)
        found.append(
            Point(
                aversion=_aversion(ground, asked, moved),
                chosen=step == 1,
                status=told.status.value,
                tracking_error=told.after.tracking_error,
                drift=told.after.drift,
                tax=told.objective.tax,
                cost=told.objective.cost,
                trades=len(told.trades),
            )
        )
    return tuple(found)


def _aversion(ground: GroundBook, accounts: tuple[AccountId, ...], settings: Settings) -> Decimal:
    """Return the aversion of the first account: the points of accounts that differ move in step."""
    return aversion(ground, min(accounts), settings).value if accounts else settings.aversion


def frontier_data(points: tuple[Point, ...], *, as_of: str, intent: str, currency: str) -> Data:
    """Return the frontier as plain data."""
    return {
        "schema": "guardband/frontier/1",
        "as_of": as_of,
        "intent": intent,
        "currency": currency,
        "points": [
            {
                "aversion": plain(row.aversion),
                "chosen": row.chosen,
                "status": row.status,
                "tracking_error": None if row.tracking_error is None else plain(row.tracking_error),
                "drift": plain(row.drift),
                "tax": plain(row.tax),
                "cost": plain(row.cost),
                "trades": row.trades,
            }
            for row in points
        ],
    }
