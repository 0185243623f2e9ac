"""Approvals: a person's yes to exactly one list under exactly one rulebook.

An approval names the decision, which is the hash of rulebook and list: change one share and it no
longer fits. It turns the `approval` of the rule and role that it names into `pass`, until its day.
A rule that asks for two roles asks for two persons.
"""

from dataclasses import dataclass
from datetime import date

from dsl.policy import Response
from engine.facts.trades import Trade
from engine.gate.fingerprint import digest, trade_text
from engine.gate.verdict import Decision, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One row of an approvals file; until None: no end."""

    decision: str
    rule: str
    role: str
    person: str
    until: date | None = None


def decision_id(rulebook_hash: str, trades: tuple[Trade, ...]) -> str:
    """Return the name of the decision on a list under a rulebook; the order of the list has no part in it."""
    listed = sorted(trade_text(trade, 0) for trade in trades)
    return digest(rulebook_hash + "".join(listed))


def approved(verdict: Verdict, approvals: tuple[Approval, ...], *, decision: str, today: date) -> Verdict:
    """Return the verdict with its approvals taken into account; unchanged where one is lacking."""
    if verdict.decision is not Decision.APPROVAL:
        return verdict
    given = [approval for approval in approvals if _fits(approval, verdict, decision, today)]
    roles = {approval.role for approval in given}
    needed = [response for response in verdict.responses if response.kind == "approval"]
    if not needed or any(response.role not in roles for response in needed):
        return verdict
    if not _are_distinct([{a.person for a in given if a.role == r.role} for r in dict.fromkeys(needed)]):
        alone = ("one person cannot approve in every role that is asked for",)
        return verdict._replace(considered=(*verdict.considered, *alone))
    words = tuple(f"approved by {approval.person} as {approval.role}" for approval in given)
    return verdict._replace(decision=_left_over(verdict.responses), considered=(*verdict.considered, *words))


def _are_distinct(persons: list[set[str]]) -> bool:
    """Return whether every role can be filled by a person of its own."""
    if not persons:
        return True
    first, *others = persons
    return any(_are_distinct([other - {person} for other in others]) for person in first)


def _fits(approval: Approval, verdict: Verdict, decision: str, today: date) -> bool:
    in_force = approval.until is None or today <= approval.until
    return approval.decision == decision and approval.rule == verdict.rule and in_force


def _left_over(responses: tuple[Response, ...]) -> Decision:
    return Decision.WARN if any(response.kind == "warn" for response in responses) else Decision.PASS
