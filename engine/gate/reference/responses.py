"""What follows a breach, missing data or an early warning: the decision on the trades that are named.

active breach, on active breach require approval   approval
passive breach, on passive breach block            pass (block and approval stop only active ones)
a breach that stood and got worse, do not worsen   block, whatever the active response
"""

from collections.abc import Sequence

from dsl.policy import Response

RANKS = ("pass", "warn", "approval", "block")
"""Decisions from best to worst."""


def worst(decisions: Sequence[str]) -> str:
    """Return the worst of some decisions; pass where there are none."""
    return max(decisions, key=RANKS.index, default="pass")


def on_active(active: Sequence[Response], passive: Sequence[Response], *, worsened: bool) -> str:
    """Return the decision on an active breach; worsened: it stood before and has less headroom now."""
    stopped = [response.kind for response in active if response.kind in RANKS]
    if worsened and any(response.kind == "do_not_worsen" for response in (*active, *passive)):
        stopped.append("block")
    return worst(stopped)


def on_passive(passive: Sequence[Response]) -> str:
    """Return the decision on a passive breach: at most a warning."""
    return worst([response.kind for response in passive if response.kind == "warn"])


def on_missing(response: Response, trades: frozenset[int]) -> str:
    """Return the decision where data are missing; with no trade named it is only reported."""
    return response.kind if trades and response.kind in RANKS else "pass"
