"""What a worker of a batch does: one household at a time, over what all of them share.

    common: rulebook, securities, prices, models      once for each worker
    task:   a household's accounts, lots and history  -> the answers of its accounts

Each household is laid out and judged by itself, from the same start whoever its worker is, so that the
answers are the same bytes whatever the number of workers. One account's failure is its own answer.
"""

import atexit
import gc
import json
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.facts.book import Book, Records
from engine.facts.failure import GuardbandError, InputError
from engine.gate.engine.port import InferenceEngine
from engine.shell import work
from engine.shell.log.asked import Asked, Command, reach
from engine.shell.log.inputs import Inputs
from engine.shell.recorded import Keeping, has_log, logbook
from optimizer import compiled
from optimizer.answer import Data
from optimizer.settings import Intent, Settings
from rulebooks.ground import Rulebook
from rulebooks.grounding import ground, joined
from rulebooks.grounding.part import Part

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every household of a batch shares; facts: the fingerprint of the whole book.

    inputs: what every answer rests on, for the log; None where nothing is recorded. compiled: search with
    compiled loops, in every worker or in none.
    """

    rulebook: Rulebook
    book: Book
    facts: str
    intent: Intent
    source: str  # the book as named, for its log
    keeping: Keeping
    inputs: Inputs | None
    compiled: bool = False


Packed = npt.NDArray[np.uint8]
"""A `Common`, pickled: joblib hands arrays of some size to its workers once, as shared memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One household, and those of its accounts that are asked for."""

    part: Part
    accounts: tuple[str, ...]


def packed(common: Common) -> Packed:
    """Return what is shared, ready to be handed to workers."""
    return np.frombuffer(pickle.dumps(common, protocol=5), dtype=np.uint8)


def solve(key: str, common: Packed, task: Task) -> tuple[Done, ...]:
    """Return the answers of a household's accounts; every failure is an answer too. key: of `common`."""
    try:
        desk = _desk(key, common, task.part)
    except GuardbandError as problem:
        return tuple(_failure(account, str(problem)) for account in task.accounts)
    except Exception as problem:
        return tuple(_failure(account, _words(problem)) for account in task.accounts)
    return tuple(_solved(_bench(key, common).common, desk, account) for account in task.accounts)


def _solved(common: Common, desk: work.Desk, account: str) -> Done:
    """Return the answer of one account, recorded where there is a log."""
    try:
        command: Command = "harvest" if common.intent.kind == "harvest" else "rebalance"
        asked = Asked(command=command, accounts=(account,), intent=common.intent, settings=Settings())
        if not has_log(common.source, common.keeping):
            return Done(account=account, text=reach(desk, asked).bytes.decode())
        with logbook(common.source, common.keeping) as kept:
            decided = kept.decide(desk, asked, inputs=common.inputs if kept.records else None)
        text = decided.reached.bytes.decode()
        return Done(account=account, text=text, recorded=decided.entry is not None)
    except GuardbandError as problem:
        return _failure(account, str(problem))
    except Exception as problem:
        return _failure(account, _words(problem))


def _words(problem: Exception) -> str:
    return f"internal error ({type(problem).__name__}: {problem})"


def _failure(account: str, reason: str) -> Done:
    return Done(account=account, text=text_of({"account": account, "status": FAILED, "reason": reason}))


def text_of(data: Data) -> str:
    """Return data as the text of a file."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


# ------------------------------------------------------------------ benches


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What a process keeps between tasks."""

    common: Common
    inference: InferenceEngine
    stack: ExitStack


_benches: dict[str, _Bench] = {}


def _bench(key: str, common: Packed) -> _Bench:
    """Return this process's bench for a batch, opened once and closed when the process ends."""
    known = _benches.get(key)
    if known is None:
        while _benches:
            _benches.popitem()[1].stack.close()
        stack = ExitStack()
        atexit.register(stack.close)
        shared = pickle.loads(common.tobytes())
        assert isinstance(shared, Common)
        if shared.compiled:
            compile_loops()
        known = _Bench(common=shared, inference=stack.enter_context(work.engine()), stack=stack)
        _benches[key] = known
        gc.collect()
        gc.freeze()  # what all households share is not looked over for garbage at each of them
        stack.callback(gc.unfreeze)
    return known


def compile_loops() -> None:
    """Search with compiled loops in this process; raises InputError where numba is not installed."""
    if not compiled.switch_on():
        raise InputError(
            "compiled loops need numba", place="GUARDBAND_COMPILED", cure="pip install 'guardband[fast]'"
        )


def _desk(key: str, common: Packed, part: Part) -> work.Desk:
    bench = _bench(key, common)
    shared = bench.common
    return work.Desk(
        records=NO_RECORDS,
        ground=ground(shared.rulebook, joined(shared.book, part)),
        inference=bench.inference,
        facts=shared.facts,
    )


NO_RECORDS = Records(accounts={}, securities={}, prices=(), lots=None, transactions=None)
"""A worker has no files of the book: what is recorded of them came with the batch."""


# ------------------------------------------------------------------ processes


def answers(
    key: str, common: Packed, tasks: Iterable[Task], *, workers: int, dask: bool
) -> Iterator[tuple[Done, ...]]:
    """Give the answers of each task, in their order."""
    if workers == 1 and not dask:
        yield from (solve(key, common, task) for task in tasks)
        return
    joblib = _joblib()
    with _backend(joblib, workers, dask):
        parallel: Callable[[Iterable[Any]], Iterable[tuple[Done, ...]]] = joblib.Parallel(
            return_as="generator"
        )
        yield from parallel(joblib.delayed(solve)(key, common, task) for task in tasks)


def _joblib() -> Any:
    try:
        import joblib
    except ImportError:
        raise InputError(
            "several workers need joblib", place="--workers", cure="pip install 'guardband[batch]'"
        ) from None
    return joblib


SHARED_BYTES = 50_000
"""Size from which an array is handed over as shared memory."""


@contextmanager
def _backend(joblib: Any, workers: int, dask: bool) -> Iterator[None]:
    """Give processes of this machine with one thread each, or a local Dask cluster of processes."""
    if not dask:
        with joblib.parallel_config("loky", n_jobs=workers, inner_max_num_threads=1, max_nbytes=SHARED_BYTES):
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
