"""Many accounts, each solved by itself: `rebalance --accounts all`.

Every worker opens mandates and book once and solves the accounts it is handed; nothing of one account
reaches another, so that the answers are the same bytes whatever the number of workers. One account's
failure is its own answer. With a folder, each answer is one file there, written whole or not at all, and a
second run does only what is left, and again what a halt that was set or lifted since concerns. Where a log
counts, its halts stop what they touch, also while the batch runs, and every answer is recorded:

    answers/batch.json      what was asked, of which book and rulebook
    answers/ALD-TAX-1.json  the answer of one account, as `rebalance --account` gives it
"""

import atexit
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.facts.failure import GuardbandError, InputError
from engine.facts.ids import AccountId
from engine.shell import work
from engine.shell.console import complain
from engine.shell.log.asked import Asked, Command, reach
from engine.shell.log.inputs import Inputs, inputs_of
from engine.shell.publishing.halts import Halt, halts
from engine.shell.publishing.people import require
from engine.shell.recorded import Keeping, has_log, logbook
from engine.shell.requests import Setup, opened
from engine.shell.saving import save
from optimizer.answer import Data
from optimizer.settings import Intent, Settings
from reports import words

MANIFEST = "batch.json"
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One account's answer as JSON text, and what the summary tells of it; recorded: in the log, just now."""

    account: str
    text: str
    recorded: bool = False

    @property
    def answer(self) -> Data:
        """The answer as plain data."""
        loaded = json.loads(self.text)
        assert isinstance(loaded, dict)
        return loaded


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
    with opened(setup) as (desk, intent):
        chosen = tuple(sorted(desk.chosen(accounts)))
        manifest: Data = {
            "schema": "guardband/rebalance-batch/1",
            "as_of": desk.ground.book.as_of.isoformat(),
            "intent": intent.words,
            "rulebook": desk.ground.rulebook.hash,
            "facts": desk.opened.fingerprint,
        }
    held = _halts(setup, keeping)
    known = {name: done for name, done in _known(folder, manifest).items() if _stands(done, held)}
    left = tuple(account for account in chosen if account not in known)
    found = dict(known)
    for done in _progress(_solved(setup, keeping, left, workers, dask), len(left)):
        found[AccountId(done.account)] = done
        if folder is not None:
            save(folder / file_name(done.account), done.text)
    kept = sum(found[account].recorded for account in chosen)
    if kept:
        complain(f"{words.plural(kept, 'answer')} recorded in the decision log")
    rows = [_summary(found[account]) for account in chosen]
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row["status"])] = counts.get(str(row["status"]), 0) + 1
    bad = counts.get(FAILED, 0) + counts.get("infeasible", 0)
    return {**manifest, "counts": dict(sorted(counts.items())), "accounts": rows}, int(bad > 0)


def file_name(account: str) -> str:
    """Return the name of an account's file; what a file name cannot hold is written as %XX."""
    return f"{quote(account, safe=' ()+,=@')}.json"


def solve_one(setup: Setup, keeping: Keeping, account: str) -> Done:
    """Return the answer of one account, recorded where there is a log; every failure is an answer too."""
    try:
        bench = _bench(setup)
        command: Command = "harvest" if bench.intent.kind == "harvest" else "rebalance"
        asked = Asked(command=command, accounts=(account,), intent=bench.intent, settings=Settings())
        if not has_log(setup.book, keeping):
            return Done(account=account, text=reach(bench.desk, asked).bytes.decode())
        with logbook(setup.book, keeping) as kept:
            decided = kept.decide(bench.desk, asked, inputs=bench.inputs if kept.records else None)
        text = decided.reached.bytes.decode()
        return Done(account=account, text=text, recorded=decided.entry is not None)
    except GuardbandError as problem:
        return _failure(account, str(problem))
    except Exception as problem:
        return _failure(account, f"internal error ({type(problem).__name__}: {problem})")


def _failure(account: str, reason: str) -> Done:
    return Done(account=account, text=_text({"account": account, "status": FAILED, "reason": reason}))


def _text(data: Data) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


# ------------------------------------------------------------------ workers


@dataclass(frozen=True)
class _Bench:
    """A process's desk and what is asked of it."""

    desk: work.Desk
    intent: Intent

    @cached_property
    def inputs(self) -> Inputs:
        """What every answer rests on, packed once for the log."""
        return inputs_of(self.desk)


@lru_cache(maxsize=1)
def _bench(setup: Setup) -> _Bench:
    """Return this process's bench, opened once and closed when the process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    return _Bench(*stack.enter_context(opened(setup)))


def _solved(
    setup: Setup, keeping: Keeping, accounts: tuple[str, ...], workers: int, dask: bool
) -> Iterator[Done]:
    """Give answers in the order of the accounts."""
    if not accounts:
        return
    if workers == 1 and not dask:
        yield from (solve_one(setup, keeping, account) for account in accounts)
        return
    joblib = _joblib()
    tasks = [joblib.delayed(solve_one)(setup, keeping, account) for account in accounts]
    with _backend(joblib, workers, dask):
        parallel: Callable[[Iterable[Any]], Iterable[Done]] = joblib.Parallel(return_as="generator")
        yield from parallel(tasks)


def _joblib() -> Any:
    try:
        import joblib
    except ImportError:
        raise InputError(
            "several workers need joblib", place="--workers", cure="pip install 'guardband[batch]'"
        ) from None
    return joblib


@contextmanager
def _backend(joblib: Any, workers: int, dask: bool) -> Iterator[None]:
    """Give processes of this machine with one thread each, or a local Dask cluster of processes."""
    if not dask:
        with joblib.parallel_config("loky", n_jobs=workers, inner_max_num_threads=1):
            yield
        return
    try:
        import distributed
    except ImportError:
        raise InputError(
            "Dask is not installed", place="--scale", cure="pip install 'guardband[batch]'"
        ) from None
    cluster_of: Any = distributed.LocalCluster
    client_of: Any = distributed.Client
    with (
        cluster_of(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        client_of(cluster),
        joblib.parallel_config("dask", n_jobs=workers),
    ):
        yield


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


def _known(folder: Path | None, manifest: Data) -> dict[AccountId, Done]:
    """Return the answers that an earlier run of the same request left; InputError for another request."""
    if folder is None:
        return {}
    path = folder / MANIFEST
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        save(path, _text(manifest))
        return {}
    if json.loads(path.read_text(encoding="utf-8")) != manifest:
        raise InputError(
            f"{folder} holds the answers of another request, book or rulebook",
            place="--out",
            cure="name another folder, or remove this one",
        )
    found: dict[AccountId, Done] = {}
    for file in sorted(folder.glob("*.json")):
        if file.name == MANIFEST:
            continue
        done = _read(file)
        if done is not None:
            found[AccountId(done.account)] = done
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


def _summary(done: Done) -> dict[str, object]:
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
