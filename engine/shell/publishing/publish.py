"""Publishing: a new version waits until a second person approves it, and is in force from its date.

    publish(session, author, prepared)                    record 7: adams.ips@1.1.0 is pending
    approve_policy(session, author, "adams.ips@1.1.0")    in force from its date, known from now on

What is pending lives in the decision log; approving puts the text, the days on which it is in force and the
record of the approval into the database in one transaction.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from dsl.diagnostics import has_errors
from dsl.parse import parse
from engine.facts.failure import InputError
from engine.shell import policies, work
from engine.shell.log.chain import Author, Entry, append, entries
from engine.shell.log.codec import to_bytes
from engine.shell.log.contents import get, put
from engine.shell.publishing.evidence import Prepared
from engine.shell.publishing.people import SecondPerson, is_same_person, require
from engine.shell.publishing.roles import Role
from engine.shell.store.delivery import Mandate
from engine.shell.store.derived import derived_families
from engine.shell.store.in_force import known_versions, version_order
from engine.shell.store.load import moment_after_all, record, record_mandates
from engine.shell.store.mandates import shelf_of
from engine.shell.store.recording import Stamp

PUBLISH, APPROVE, REFUSE = "publish", "approve policy", "refuse policy"
FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A version that waits for a second person; `number` is its record in the log."""

    number: int
    policy: str
    version: str
    effective_from: str | None
    published_by: str
    published_at: datetime
    approver: str | None  # where only one person may approve it, such as who a waiver names
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How it is approved: `adams.ips@1.1.0`."""
        return f"{self.policy}@{self.version}"


def publish(
    session: Session, author: Author, prepared: Prepared, *, approver: str | None = None, reason: str = ""
) -> Entry:
    """Record a version as pending; returns the record.

    approver: the only person who may approve it. Raises InputError where the evidence speaks against it,
    the version is known already or not later than those known, SecondPerson where the approver publishes,
    NotAllowed where the person may not.
    """
    require(session, author.person, "publish")
    if approver is not None and is_same_person(approver, author.person):
        raise SecondPerson("it takes two persons", place="--approver", cure="name a second person")
    policy = prepared.mandate.policy
    name = f"{policy.id}@{policy.version}"
    if prepared.refused:
        raise InputError(f"{name}: {'; '.join(prepared.refused)}", place="publish", cure="mend it first")
    _refuse_old(session, policy.id, policy.version)
    body = {
        "policy": policy.id,
        "version": policy.version,
        "title": policy.title,
        "effective_from": None if policy.effective_from is None else policy.effective_from.isoformat(),
        "digest": policy.digest,
        "rulebook": {"hash": prepared.rulebook_hash},
        "approver": approver,
        "reason": reason or None,
        "mandate": put(session, _packed(prepared.mandate)),
        "evidence": put(session, to_bytes(prepared.data)),
    }
    return append(session, author, PUBLISH, body)


def pending(session: Session) -> tuple[Pending, ...]:
    """Return the versions that wait for a second person, oldest first."""
    waiting: dict[int, Pending] = {}
    for row in entries(session, PUBLISH, APPROVE, REFUSE):
        if row.kind == PUBLISH:
            waiting[row.seq] = Pending(
                number=row.seq,
                policy=row.body["policy"],
                version=row.body["version"],
                effective_from=row.body["effective_from"],
                published_by=row.person,
                published_at=row.recorded_at,
                approver=row.body["approver"],
                body=row.body,
            )
        else:
            waiting.pop(int(row.body["published"]), None)
    return tuple(waiting.values())


def approve_policy(session: Session, author: Author, name: str, *, role: str = "officer") -> Entry:
    """Put a pending version into force as a second person; returns the record.

    Raises InputError where it is not pending or means something else by now, SecondPerson where it was
    published by the same person or is for somebody else to approve, NotAllowed where the person may not.
    """
    waiting = _waiting(session, name)
    _need_officer(role)
    require(session, author.person, "approve_policy")
    if is_same_person(waiting.published_by, author.person):
        words = f"{waiting.published_by} published {name}; nobody approves their own change"
        raise SecondPerson(words, place="--by", cure="ask a second officer")
    if waiting.approver is not None and not is_same_person(waiting.approver, author.person):
        words = f"the text names {waiting.approver} as the one who approves"
        raise SecondPerson(words, place="--by", cure=f"ask {waiting.approver}")
    mandate = mandate_of(session, waiting)
    moment = moment_after_all(session, author.now)
    stamp = Stamp(now=moment, import_id=None)
    record_mandates(session, (mandate,), stamp, published_by=waiting.published_by, approved_by=author.person)
    for family in derived_families(session):
        record(session, family, stamp)
    return append(session, author, APPROVE, _answered(waiting, author, role=role))


def refuse_policy(
    session: Session, author: Author, name: str, *, reason: str, role: str = "officer"
) -> Entry:
    """Take a pending version back; whoever published it may do so too. Returns the record."""
    waiting = _waiting(session, name)
    _need_officer(role)
    require(session, author.person, "approve_policy")
    if not reason.strip():
        raise InputError("no reason is given", place="--refuse", cure="say why: it is kept in the log")
    return append(session, author, REFUSE, {**_answered(waiting, author, role=role), "reason": reason})


def mandate_of(session: Session, waiting: Pending) -> Mandate:
    """Return the mandate that waits, checked against what is in force now.

    Raises InputError where it would mean something else than when it was published.
    """
    told = json.loads(get(session, waiting.body["mandate"]))
    files = {path: base64.b64decode(data) for path, data in told["files"].items()}
    shelf = shelf_of(session)
    checked = policies.check_parsed(parse(told["text"], file=told["file"]), folder=shelf, files=files.get)
    if checked.policy is None or has_errors(checked.diagnostics):
        raise policies.MandateErrors((checked,))
    if work.rulebook_of((checked.policy,)).hash != waiting.body["rulebook"]["hash"]:
        raise InputError(
            f"{waiting.name} means something else than when it was published: what it builds on changed",
            place="approve",
            cure="refuse it and publish it again",
        )
    return Mandate(policy=checked.policy, text=checked.text, files=tuple(sorted(files.items())))


def evidence_of(session: Session, waiting: Pending) -> Mapping[str, Any]:
    """Return what was found of a version when it was published: findings, examples, difference, impact."""
    told = json.loads(get(session, waiting.body["evidence"]))
    assert isinstance(told, dict)
    return told


def _waiting(session: Session, name: str) -> Pending:
    listed = pending(session)
    found = next((row for row in listed if row.name == name), None)
    if found is None:
        names = ", ".join(row.name for row in listed) or "nothing"
        raise InputError(f"{name} is not pending", place="approve", cure=f"what is pending: {names}")
    return found


def _answered(waiting: Pending, author: Author, *, role: str) -> dict[str, Any]:
    return {
        "published": waiting.number,
        "policy": waiting.policy,
        "version": waiting.version,
        "effective_from": waiting.effective_from,
        "rulebook": waiting.body["rulebook"],
        "proposed_by": waiting.published_by,
        "approved_by": author.person,
        "role": role,
    }


def _refuse_old(session: Session, policy: str, version: str) -> None:
    known = [row.version for row in known_versions(session) if row.policy == policy]
    waiting = [row.version for row in pending(session) if row.policy == policy]
    if version in waiting:
        cure = f"approve or refuse it: guardband approve {policy}@{version}"
        raise InputError(f"{policy}@{version} is pending already", place="version", cure=cure)
    later = [row for row in known if version_order(row) >= version_order(version)]
    if later:
        newest = max(later, key=version_order)
        raise InputError(
            f"{policy} has a version {newest} already", place="version", cure="give the text a later version"
        )


def _need_officer(role: str) -> None:
    if role != Role.OFFICER:
        raise InputError("a policy is approved by an officer", place="--as", cure="say --as officer")


def _packed(mandate: Mandate) -> bytes:
    files = {path: base64.b64encode(data).decode("ascii") for path, data in mandate.files}
    return to_bytes({"form": FORM, "file": mandate.policy.file, "text": mandate.text, "files": files})
