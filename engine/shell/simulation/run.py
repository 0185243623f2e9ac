"""Runs: each household day by day, kept on disk at every month's end, several at once.

    out/1-as-written-ADAMS.state.json     where the run stands; gone on from where it stopped
    out/simulation.json                   the answer, once all are done

A run that was interrupted and gone on with comes to the same bytes as one that was not. The states of
another study, book or mandate are refused.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.facts.ids import HouseholdId
from engine.shell import policies, work
from engine.shell.books import read_book
from engine.shell.simulation.day import do_day
from engine.shell.simulation.figures import outcome_of
from engine.shell.simulation.job import Job, first_state
from engine.shell.simulation.mandates import rulebook_of
from engine.shell.simulation.market import Market, market_of
from engine.shell.simulation.notes import read_notes
from engine.shell.simulation.state import Data, State, load_state, save_state
from engine.shell.simulation.study import Run, Study, standard_runs
from reports.simulated import Outcome, Simulated, Treated

Tick = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A study with its book read."""

    study: Study
    records: Records
    beside: policies.Beside
    market: Market
    policies: tuple[str, ...]

    @property
    def since(self) -> date:
        """The first day of the replay."""
        assert self.study.since is not None, "an opened study knows its days"
        return self.study.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One run of one household; seconds: of processor, the gate's child included."""

    outcome: Outcome
    state: State
    seconds: float


def opened(study: Study) -> Opened:
    """Return a study with its book read and its notes applied; raises InputErrors and MandateErrors."""
    read = read_book(study.book)
    notes = read_notes(Path(study.book)) if isinstance(read.beside, Path) else ()
    market = market_of(read.records, notes)
    if not market.days:
        raise InputError("there are no prices", place=f"{study.book}/prices.csv", cure="add them")
    since, until = study.since or market.days[0], study.until or market.days[-1]
    names = study.policies or work.named_by(read.records, read.beside)
    study = replace(study, since=since, until=until, runs=study.runs or standard_runs())
    return Opened(study=study, records=read.records, beside=read.beside, market=market, policies=names)


def simulate(
    study: Study, *, folder: Path | None = None, workers: int = 1, stop: date | None = None
) -> Simulated:
    """Return what a study's runs come to.

    folder: where states are kept and gone on from. stop: leave off after this day, as an interruption does.
    """
    ready = opened(study)
    tasks = [(run, household) for run in ready.study.runs for household in _households(ready.records)]
    for run in ready.study.runs:
        rulebook_of(
            run, ready.policies, ready.beside, ready.since
        )  # a mandate that cannot be read stops all, at once
    with _bar(len(tasks) * (1 if _is_parallel(workers, tasks) else _months(ready))) as tick:
        done = list(_all(ready, tasks, folder, workers, stop, tick))
    return _simulated(ready, done)


def run_one(
    ready: Opened,
    run: Run,
    household: HouseholdId,
    *,
    folder: Path | None,
    stop: date | None = None,
    tick: Tick = lambda: None,
) -> Done:
    """Return one household's run, gone on from where it was kept; tick: told at each month's end."""
    started = _processor()
    rulebook = rulebook_of(run, ready.policies, ready.beside, ready.since)
    with work.engine() as inference:
        job = Job(
            study=ready.study,
            run=run,
            household=household,
            records=_of_household(ready.records, household),
            market=ready.market,
            rulebook=rulebook,
            inference=inference,
        )
        path = None if folder is None else folder / _file_name(ready.study, run, household)
        manifest = _manifest(ready, run, household, rulebook.hash)
        state = _resumed(path, manifest) or first_state(job)
        before = state.day
        for place, day in enumerate(job.days):
            if stop is not None and day > stop:
                break
            ends = place + 1 == len(job.days) or job.days[place + 1].month != day.month
            if before is None or day > before:
                do_day(job, state, day, job.days[place - 1] if place else None)
                if path is not None and ends:
                    save_state(path, state, manifest)
            if ends:
                tick()
        outcome = outcome_of(job, state)
    return Done(outcome=outcome, state=state, seconds=_processor() - started)


def _processor() -> float:
    """Return the seconds of processor of this process and of the children that it has ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _resumed(path: Path | None, manifest: Data) -> State | None:
    kept = None if path is None else load_state(path)
    if kept is None:
        return None
    if kept[0] != manifest:
        raise InputError(
            "the folder holds the state of another study, book or mandate",
            place=str(path),
            cure="name another folder, or remove this file",
        )
    return kept[1]


def _manifest(ready: Opened, run: Run, household: HouseholdId, rulebook: str) -> Data:
    told = json.dumps([asdict(ready.study), asdict(run)], default=str, sort_keys=True)
    rows = (
        *ready.records.prices,
        *ready.records.benchmarks,
        *ready.records.models,
        *sorted(ready.records.accounts.items()),
        *sorted(ready.records.securities.items()),
        *(ready.records.transactions or ()),
        *sorted(ready.market.notes.items()),
    )
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return {
        "household": household,
        "study": hashlib.sha256(told.encode()).hexdigest(),
        "rulebook": rulebook,
        "book": digest.hexdigest(),
    }


def _file_name(study: Study, run: Run, household: HouseholdId) -> str:
    number = 1 + study.runs.index(run)
    words = re.sub(r"[^a-zA-Z0-9]+", "-", f"{run.name} {household}").strip("-").lower()
    return f"{number}-{words}.state.json"


def _households(records: Records) -> tuple[HouseholdId, ...]:
    return tuple(sorted({row.household for row in records.accounts.values()}))


def _of_household(records: Records, household: HouseholdId) -> Records:
    accounts = {name: row for name, row in records.accounts.items() if row.household == household}
    rows = records.transactions
    return replace(
        records,
        accounts=accounts,
        transactions=None if rows is None else tuple(row for row in rows if row.account in accounts),
        events=tuple(row for row in records.events if row.account is None or row.account in accounts),
        open_orders=(),
        broker_forms=None,
    )


# ------------------------------------------------------------------ many


def _is_parallel(workers: int, tasks: Sequence[object]) -> bool:
    return workers > 1 and len(tasks) > 1


def _months(ready: Opened) -> int:
    until = ready.study.until or date.max
    days = (day for day in ready.market.days if ready.since <= day <= until)
    return len({(day.year, day.month) for day in days})


def _all(
    ready: Opened,
    tasks: Sequence[tuple[Run, HouseholdId]],
    folder: Path | None,
    workers: int,
    stop: date | None,
    tick: Tick,
) -> Iterator[Done]:
    """Give the runs in order, whatever the number of workers."""
    if not _is_parallel(workers, tasks):
        for run, household in tasks:
            yield run_one(ready, run, household, folder=folder, stop=stop, tick=tick)
        return
    joblib = _joblib()
    calls = [joblib.delayed(run_one)(ready, run, name, folder=folder, stop=stop) for run, name in tasks]
    with joblib.parallel_config("loky", n_jobs=workers, inner_max_num_threads=1):
        parallel: Any = joblib.Parallel(return_as="generator")
        for done in parallel(calls):
            tick()
            yield done


def _joblib() -> Any:
    try:
        import joblib
    except ImportError:
        raise InputError(
            "several workers need joblib", place="--workers", cure="pip install 'guardband[batch]'"
        ) from None
    return joblib


@contextmanager
def _bar(steps: int) -> Iterator[Tick]:
    """Give what to tell of each step, shown as a bar on a terminal: a month, or a run of several at once."""
    import sys

    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("simulating", total=steps)
        yield lambda: progress.advance(task)


def _simulated(ready: Opened, done: list[Done]) -> Simulated:
    study, market = ready.study, ready.market
    until = study.until or date.max
    days = [day for day in market.days if ready.since <= day <= until]
    series = {name: rows for name, rows in market.series.items() if rows}
    return Simulated(
        title=study.title,
        since=days[0],
        until=days[-1],
        every=study.every,
        losses=study.losses,
        cost_bps=study.cost_bps,
        names=len(series),
        to_the_end=sum(rows[-1].date >= days[-1] for rows in series.values()),
        late=sum(rows[0].date > days[0] for rows in series.values()),
        treated=tuple(row for row in _treated(market) if ready.since <= row.day <= until),
        outcomes=tuple(one.outcome for one in done),
        seconds=tuple(Decimal(f"{one.seconds:.1f}") for one in done),
    )


def _treated(market: Market) -> Iterator[Treated]:
    """Yield the rows in doubt, and those that a note is about although nothing seemed odd."""
    seen = {(row.symbol, row.day) for row in market.doubts}
    rows = [
        Treated(symbol=row.symbol, day=row.day, words=row.words, treat=row.treat, noted=row.noted)
        for row in market.doubts
    ]
    rows += [
        Treated(symbol=note.symbol, day=note.day, words=note.words, treat=note.treat, noted=True)
        for key, note in market.notes.items()
        if key not in seen
    ]
    yield from sorted(rows, key=lambda row: (row.symbol, row.day))
