"""A recorded decision as an auditor meets it: the answer as written, its record, the chain, and a replay."""

import json
from typing import Any

from engine.facts.failure import InputError
from engine.shell import work
from engine.shell.log.chain import Entry, entry, records_of
from engine.shell.log.contents import get
from engine.shell.log.export import status_words
from engine.shell.log.logbook import APPROVAL, DECISIONS
from engine.shell.log.replay import replay
from engine.shell.log.rows import gate_part
from engine.shell.log.verify import verify
from engine.shell.store.columns import moment_text
from engine.shell.store.connect import open_store
from reports.kinds.audit import Recorded


def recorded(address: str, name: str) -> tuple[dict[str, Any], Recorded]:
    """Return the gate's answer of a record, and what is known of the record.

    name: its number, or the beginning of its hash or decision. Raises InputError where it is no decision, or
    the rules engine's answer was never reached.
    """
    with open_store(address) as store, store.reading() as session, work.engine() as inference:
        found = entry(session, name)
        if found.kind not in DECISIONS:
            cure = "name a record of gate, rebalance, harvest or repair"
            raise InputError(
                f"record {found.seq} is no decision ({found.kind})", place="--decision", cure=cure
            )
        gate = gate_part(json.loads(get(session, found.body["answer"])))
        if gate is None:
            raise InputError(f"record {found.seq} holds no verdict", place="--decision", cure="name another")
        again, _ = replay(session, found, inference=inference)
        checked = verify(session)
        approvals = records_of(session, found.body["decision_id"], APPROVAL)
    same = "reached again, to the same bytes" if again.is_same else "not reached again: the answer differs"
    facts = [*_record(found), ("replay", f"{same} ({len(again.written):,} bytes)")]
    facts += [("replay differs", words) for words in again.differences[:20]]
    facts += [("approval", _approval(row)) for row in approvals]
    facts.append(("chain", status_words(checked)))
    sentence = f"Record {found.seq} of the decision log, by {found.person}: {same}. {status_words(checked)}"
    return dict(gate), Recorded(facts=tuple(facts), sentence=sentence)


def _record(row: Entry) -> list[tuple[str, str]]:
    return [
        ("record", f"{row.seq}, {row.kind}"),
        ("recorded", f"{moment_text(row.recorded_at)} by {row.person}"),
        ("decision", str(row.body["decision_id"])),
        ("hash", row.hash),
        ("hash before", row.previous),
    ]


def _approval(row: Entry) -> str:
    body = row.body
    rules = ", ".join(str(given["rule"]) for given in body["approvals"])
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"record {row.seq}, {row.person} as {body['role']} for {rules}{reason}"
