"""Replaying a record: the same request over the same facts and mandates, from nothing but the log.

What today's program adds to an answer that yesterday's did not have is left out before the bytes are
compared: answers grow, and nothing in them is renamed or dropped. Hashes name inputs; the inputs of a replay
are proven by their own addresses, so a hash that today's program would write otherwise stays as it was.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from engine.facts.failure import InputError
from engine.gate.approvals import Approval, decision_id
from engine.gate.engine.port import InferenceEngine
from engine.shell import work
from engine.shell.console import json_bytes
from engine.shell.log.asked import Asked, reach
from engine.shell.log.chain import Entry
from engine.shell.log.codec import decoded
from engine.shell.log.contents import get
from engine.shell.log.inputs import restored

NAMES = (("facts_hash",), ("rulebook", "hash"), ("gate", "facts_hash"), ("gate", "rulebook", "hash"))
"""Where answers name what they rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay came to: the bytes written then, and where today's answer differs from them."""

    entry: Entry
    written: bytes
    reached: bytes
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the answer is the same, byte for byte."""
        return self.written == self.reached


@dataclass(frozen=True, slots=True)
class Bench:
    """A desk of a record, kept for the records that rest on the same."""

    inputs: Mapping[str, Any]
    as_of: str
    desk: work.Desk


def replay(
    session: Session, entry: Entry, *, inference: InferenceEngine, bench: Bench | None = None
) -> tuple[Replayed, Bench]:
    """Return what reaching a decision again comes to, and the desk for the next one.

    Raises InputError where the record is of no decision, or its contents are missing or altered.
    """
    body = entry.body
    if "request" not in body:
        cure = "records of gate, rebalance, harvest and repair can be"
        raise InputError(f"record {entry.seq} ({entry.kind}) has no answer to replay", place="ID", cure=cure)
    written = get(session, body["answer"])
    if bench is None or (bench.inputs, bench.as_of) != (body["inputs"], body["as_of"]):
        day = date.fromisoformat(body["as_of"])
        desk = restored(session, body["inputs"], as_of=day, inference=inference)
        bench = Bench(body["inputs"], body["as_of"], desk)
    asked = _renamed(decoded(Asked, body["request"]), bench.desk, body)
    then, now = json.loads(written), dict(reach(bench.desk, asked).data)
    told = as_written(now, then)
    notes = tuple(_keep_names(told, then))
    reached = json_bytes(told)
    differences = () if reached == written else tuple(_differences(then, told, ""))
    found = Replayed(entry=entry, written=written, reached=reached, differences=differences, notes=notes)
    return found, bench


def as_written(now: Any, then: Any) -> Any:
    """Return today's data with the keys that it had then, in the order of then."""
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        return {key: as_written(now[key], then[key]) for key in then if key in now}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [as_written(*pair) for pair in zip(now, then, strict=True)]
    return now


def _renamed(asked: Asked, desk: work.Desk, body: Mapping[str, Any]) -> Asked:
    """Let the approvals of a record name the decision as today's program names it."""
    now = decision_id(desk.ground.rulebook.hash, asked.trades)
    then = body["decision_id"]

    def named(given: Approval) -> Approval:
        return replace(given, decision=now) if given.decision == then else given

    return replace(asked, approvals=tuple(map(named, asked.approvals)))


def _keep_names(told: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    """Put the hashes of then where today's differ; yield a note for each."""
    for path in NAMES:
        ours: Any = told
        theirs: Any = then
        for step in path[:-1]:
            ours = ours.get(step) if isinstance(ours, dict) else None
            theirs = theirs.get(step) if isinstance(theirs, dict) else None
        if not isinstance(ours, dict) or not isinstance(theirs, dict) or path[-1] not in theirs:
            continue
        if ours.get(path[-1]) != theirs[path[-1]]:
            ours[path[-1]] = theirs[path[-1]]
            yield f"today's program writes another {'.'.join(path)} for the same inputs"


def _differences(then: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in then:
            below = f"{path}.{key}" if path else key
            if key not in now:
                yield f"{below}: written then, not told today"
            else:
                yield from _differences(then[key], now[key], below)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, pair in enumerate(zip(then, now, strict=True)):
            yield from _differences(*pair, f"{path}[{number}]")
    elif then != now:
        yield f"{path}: then {_short(then)}, today {_short(now)}"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} rows"
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= 80 else told[:77] + "…"
