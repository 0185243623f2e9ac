"""Which accounts of a request should act today.

An account without a `rebalance` statement acts when asked. With one it acts where the gate's drift says
that a rebalance is due: a class has left its band, the calendar day named has come, or the predicate
holds, and the last one is not too recent. Requests for cash, harvests, and a move
to target that is asked for `anyway` need no trigger.
"""

from engine.facts.ids import AccountId
from engine.gate.drift import AccountDrift, drift
from engine.gate.measure import OpenBook
from optimizer.settings import Intent
from optimizer.tradable import policy_of
from rulebooks.ground import GroundBook


def triggers(
    ground: GroundBook, accounts: tuple[AccountId, ...], intent: Intent
) -> tuple[tuple[AccountId, ...], tuple[str, ...]]:
    """Return the accounts that should act, and sentences about those that should not."""
    stated = {a for a in accounts if any(policy.rebalances for policy in policy_of(ground, a))}
    if intent.kind != "rebalance" or intent.anyway or not stated:
        return accounts, ()
    rows = drift(OpenBook(ground))
    due = {row.account for row in rows if row.rebalance}
    acting = tuple(account for account in accounts if account not in stated or account in due)
    resting = (account for account in accounts if account not in acting)
    return acting, tuple(f"{account}: {_why(rows, account)}" for account in resting)


def _why(rows: tuple[AccountDrift, ...], account: AccountId) -> str:
    """Return what keeps a rebalance from being due; the last reason told is what holds it back."""
    held_back = [row.why[-1] for row in rows if row.account == account and row.triggered and row.why]
    return held_back[0] if held_back else "every class is inside its band and no other trigger holds"
