"""Many accounts, each solved by itself: `rebalance --accounts all`.

The book is read once and dealt out by household; a worker lays out one household at a time, so that nothing
of one reaches another and the answers are the same bytes whatever the number of workers. One account's
failure is its own answer. With a folder, each answer is one file there, written whole or not at all, and a
second run does only what is left, and again what a halt that was set or lifted since concerns. Where a log
counts, its halts stop what they touch, also while the batch runs, and every answer is recorded:

    answers/batch.json      what was asked, of which book and rulebook
    answers/ALD-TAX-1.json  the answer of one account, as `rebalance --account` gives it
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, HouseholdId
from engine.gate.fingerprint import book_fingerprint
from engine.shell import work
from engine.shell.batch_workers import (
    FAILED,
    Common,
    Done,
    Packed,
    Task,
    answers,
    compile_loops,
    packed,
    text_of,
)
from engine.shell.console import complain
from engine.shell.log.inputs import inputs_of
from engine.shell.publishing.halts import Halt, halts
from engine.shell.publishing.people import require
from engine.shell.recorded import Keeping, has_log, logbook
from engine.shell.requests import Setup, opened
from engine.shell.saving import save
from optimizer.answer import Data
from optimizer.settings import Intent
from reports import words
from rulebooks.grounding import common_of, parts_of

MANIFEST = "batch.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dealt:
    """What is asked of a book, ready for workers."""

    key: str
    common: Packed
    tasks: tuple[Task, ...]


Row = Mapping[str, object]
"""What the summary tells of one account."""


def run_batch(
    setup: Setup,
    accounts: tuple[str, ...],
    *,
    folder: Path | None,
    workers: int,
    dask: bool = False,
    keeping: Keeping | None = None,
) -> tuple[Data, int]:
    """Solve accounts and return the summary and the exit status: 1 where one is infeasible or failed.

    Raises what `opened` does, and NotAllowed for a person who may not propose.
    """
    keeping = keeping or Keeping()
    with opened(setup, laid=False) as (desk, intent):
        chosen = tuple(sorted(desk.chosen(accounts)))
        facts = book_fingerprint(desk.ground.book)
        manifest: Data = {
            "schema": "guardband/rebalance-batch/1",
            "as_of": desk.ground.book.as_of.isoformat(),
            "intent": intent.words,
            "rulebook": desk.ground.rulebook.hash,
            "facts": facts,
        }
        held = _halts(setup, keeping)
        found = dict(_known(folder, manifest, held))
        left = tuple(account for account in chosen if account not in found)
        dealt = _dealt(desk, intent, setup, keeping, left, facts=facts)
    del desk
    kept = 0
    solved = answers(dealt.key, dealt.common, dealt.tasks, workers=workers, dask=dask)
    for done in _progress((one for task in solved for one in task), len(left)):
        found[AccountId(done.account)] = _summary(done)
        kept += done.recorded
        if folder is not None:
            save(folder / file_name(done.account), done.text)
    if kept:
        complain(f"{words.plural(kept, 'answer')} recorded in the decision log")
    rows = [found[account] for account in chosen]
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row["status"])] = counts.get(str(row["status"]), 0) + 1
    bad = counts.get(FAILED, 0) + counts.get("infeasible", 0)
    return {**manifest, "counts": dict(sorted(counts.items())), "accounts": rows}, int(bad > 0)


def _dealt(
    desk: work.Desk,
    intent: Intent,
    setup: Setup,
    keeping: Keeping,
    accounts: tuple[AccountId, ...],
    *,
    facts: str,
) -> _Dealt:
    """Return the households of some accounts, each a task, and what all of them share."""
    book = desk.ground.book
    if not accounts:
        return _Dealt(key="", common=np.zeros(0, dtype=np.uint8), tasks=())
    records = has_log(setup.book, keeping) and not keeping.dry_run
    common = Common(
        rulebook=desk.ground.rulebook,
        book=common_of(book),
        facts=facts,
        intent=intent,
        source=str(setup.book),
        keeping=keeping,
        inputs=inputs_of(desk) if records else None,
        compiled=_compiled(),
    )
    asked: dict[HouseholdId, list[str]] = {}
    for account in accounts:
        asked.setdefault(book.accounts[account].household, []).append(account)
    parts = parts_of(book)
    tasks = tuple(Task(part=parts[home], accounts=tuple(names)) for home, names in sorted(asked.items()))
    together = packed(common)
    return _Dealt(key=hashlib.sha256(together.tobytes()).hexdigest(), common=together, tasks=tasks)


def _compiled() -> bool:
    """Return whether compiled loops are asked for; raises InputError where they cannot be had."""
    if not os.environ.get("GUARDBAND_COMPILED"):
        return False
    compile_loops()
    return True


def file_name(account: str) -> str:
    """Return the name of an account's file; what a file name cannot hold is written as %XX."""
    return f"{quote(account, safe=' ()+,=@')}.json"


def _progress(answers: Iterator[Done], count: int) -> Iterator[Done]:
    """Pass answers on, with a bar on a terminal."""
    import sys

    if not count or not sys.stderr.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(answers, total=count, description="accounts", console=Console(stderr=True))


# ------------------------------------------------------------------ folder


def _known(folder: Path | None, manifest: Data, held: tuple[Halt, ...]) -> dict[AccountId, Row]:
    """Return what an earlier run of this request left and still stands; InputError for another request."""
    if folder is None:
        return {}
    path = folder / MANIFEST
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        save(path, text_of(manifest))
        return {}
    if json.loads(path.read_text(encoding="utf-8")) != manifest:
        raise InputError(
            f"{folder} holds the answers of another request, book or rulebook",
            place="--out",
            cure="name another folder, or remove this one",
        )
    found: dict[AccountId, Row] = {}
    for file in sorted(folder.glob("*.json")):
        if file.name == MANIFEST:
            continue
        done = _read(file)
        if done is not None and _stands(done, held):
            found[AccountId(done.account)] = _summary(done)
    return found


def _read(file: Path) -> Done | None:
    """Return a finished answer; None for one that failed or is no answer, which is done again."""
    from urllib.parse import unquote

    text = file.read_text(encoding="utf-8")
    try:
        finished = json.loads(text).get("status") != FAILED
    except ValueError:
        return None
    return Done(account=unquote(file.name.removesuffix(".json")), text=text) if finished else None


def _halts(setup: Setup, keeping: Keeping) -> tuple[Halt, ...]:
    """Return the halts that count; a log that is named and missing is made, before workers share it."""
    if not has_log(setup.book, keeping):
        return ()
    with logbook(setup.book, keeping) as kept:
        assert kept.store is not None, "a log that counts has a store"
        with kept.store.reading() as session:
            if kept.records:
                require(session, kept.author.person, "propose")
            return halts(session)


def _stands(done: Done, held: tuple[Halt, ...]) -> bool:
    """Return whether an answer was reached under the halts that hold now."""
    answer: Any = done.answer
    told = {row["rule"] for row in answer["conflict"] if row["rule"].startswith("HALT-")}
    now = {
        row.rule
        for row in held
        if row.concerns((done.account,))
        or (row.scope.kind == "security" and any(row.scope.name == one["symbol"] for one in answer["trades"]))
    }
    return told == now


def _summary(done: Done) -> Row:
    answer: Any = done.answer
    if answer["status"] == FAILED:
        return {"account": done.account, "status": FAILED, "reason": answer["reason"]}
    gate = answer["gate"]
    return {
        "account": done.account,
        "status": answer["status"],
        "trades": len(answer["trades"]),
        "objective": answer["objective"]["total"],
        "gap": answer["gap"],
        "decision": None if gate is None else gate["decision"],
    }
