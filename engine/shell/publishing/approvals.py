"""Approvals of decisions: a second person's yes, in the log and as a row of approvals.csv.

    approve_decision(session, author, "12", role="Compliance")
    -> Approval(decision="9f2c…", rule="ASK-1", role="Compliance", person="R. Okafor", until=None)

The gate then lets exactly that list pass under exactly that rulebook.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date

from sqlmodel import Session

from engine.facts.failure import InputError
from engine.gate.approvals import Approval
from engine.shell.log.chain import Author, Entry, append, entry, records_of
from engine.shell.log.codec import encoded
from engine.shell.log.logbook import APPROVAL, DECISIONS
from engine.shell.publishing.people import SecondPerson, is_same_person, person, require
from engine.shell.publishing.roles import Role

COLUMNS = ("decision", "rule", "role", "person", "until")


def approve_decision(
    session: Session,
    author: Author,
    name: str,
    *,
    role: str,
    rules: Iterable[str] = (),
    until: date | None = None,
    note: str = "",
) -> tuple[Entry, tuple[Approval, ...]]:
    """Record an approval of a decision in a role; returns the record and the approvals.

    name: a record's number, or the beginning of its hash or decision. rules: only these; unsaid: every
    rule that asks for the role. Raises InputError where the decision asks for no such approval,
    SecondPerson where the person proposed it, NotAllowed where the person may not.
    """
    require(session, author.person, "approve_decision")
    _has_role(session, author.person, role)
    found = entry(session, name)
    if found.kind not in DECISIONS or not found.body["decision_id"]:
        cure = "name a record of gate, rebalance, harvest or repair"
        raise InputError(f"record {found.seq} ({found.kind}) is no decision", place="NAME", cure=cure)
    decision = found.body["decision_id"]
    first = records_of(session, decision, *DECISIONS)[0]
    if is_same_person(first.person, author.person):
        words = f"{first.person} proposed it; nobody approves their own list"
        raise SecondPerson(words, place="--by", cure="ask a second person")
    wanted = frozenset(rules)
    asking = [row for row in found.body["needs"] if not wanted or row["rule"] in wanted]
    given = tuple(
        Approval(decision=decision, rule=row["rule"], role=role, person=author.person, until=until)
        for row in asking
        if row["role"] == role
    )
    if not given:
        roles = ", ".join(sorted({f"{row['role']} ({row['rule']})" for row in asking})) or "none"
        cure = f"approvals that it asks for: {roles}"
        raise InputError(f"no rule asks for the approval of {role}", place="--as", cure=cure)
    body = {
        "of": found.seq,
        "decision_id": decision,
        "proposed_by": first.person,
        "approved_by": author.person,
        "role": role,
        "approvals": [encoded(Approval, row) for row in given],
        "reason": note or None,
    }
    return append(session, author, APPROVAL, body), given


def approvals_csv(given: Iterable[Approval], *, header: bool = True) -> str:
    """Return approvals as `gate --approvals` reads them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    for row in given:
        until = "" if row.until is None else row.until.isoformat()
        writer.writerow((row.decision, row.rule, row.role, row.person, until))
    return out.getvalue()


def _has_role(session: Session, name: str, role: str) -> None:
    """Refuse one of our own roles to a user who has another one."""
    known = person(session, name)
    if known is not None and role in set(Role) and known.role != role:
        raise InputError(f"{name} is {known.role}, not {role}", place="--as", cure=f"say --as {known.role}")
