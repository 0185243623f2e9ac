"""The parts of a day in several processes: the same findings, whatever the number of workers.

    judge_spread(parts, market, question, workers=4)      fifty parts at a time to each worker

What all parts share (rulebook, market) is handed over with each bundle; each process has a rules engine of
its own, opened once.
"""

import atexit
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.gate.engine.plain import Plain
from engine.gate.engine.port import InferenceEngine
from engine.shell import work
from engine.shell.monitoring.judging import Judged, Question, judge_parts
from engine.shell.monitoring.market import Market

BUNDLE = 50
"""How many parts a worker judges at a time: what is shared is handed over once for each bundle."""


def judge_spread(
    parts: Iterable[Records], market: Market, question: Question, *, workers: int
) -> Iterator[Judged]:
    """Yield the findings of parts in their order, judged by so many processes.

    Raises InputError where joblib is not installed.
    """
    joblib = _joblib()
    asked = replace(question, inference=Plain())  # a process's own engine takes its place
    with joblib.parallel_config("loky", n_jobs=workers, inner_max_num_threads=1):
        parallel: Callable[[Iterable[Any]], Iterable[tuple[Judged, ...]]] = joblib.Parallel(
            return_as="generator"
        )
        bundles = (joblib.delayed(_judged)(bundle, market, asked) for bundle in _bundles(parts))
        for judged in parallel(bundles):
            yield from judged


def _bundles(parts: Iterable[Records]) -> Iterator[tuple[Records, ...]]:
    left = iter(parts)
    while bundle := tuple(islice(left, BUNDLE)):
        yield bundle


def _joblib() -> Any:
    try:
        import joblib
    except ImportError:
        cure = "pip install 'guardband[batch]'"
        raise InputError("several workers need joblib", place="--workers", cure=cure) from None
    return joblib


def _judged(bundle: tuple[Records, ...], market: Market, question: Question) -> tuple[Judged, ...]:
    """Judge a bundle in a process of its own."""
    return tuple(judge_parts(bundle, market, replace(question, inference=_engine())))


@cache
def _engine() -> InferenceEngine:
    """Return this process's rules engine, closed when the process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(work.engine())
