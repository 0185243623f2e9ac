"""The checks, in the order in which one depends on the other."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module, metadata
from pathlib import Path

from packaging.requirements import Requirement

from engine.facts.failure import GuardbandError
from engine.ledger import exact
from engine.shell.version import VERSION

COMPILERS = ("cc", "gcc", "clang")
EVALUATORS = 2
REINSTALL = "pip install --force-reinstall guardband"

EXTRAS = {
    "serve": ("service and desk", ("fastapi", "uvicorn", "argon2", "structlog", "prometheus_client")),
    "batch": ("many accounts at once", ("joblib", "dask", "distributed")),
    "pdf": ("reports as PDF", ("weasyprint",)),
    "excel": ("workbooks", ("openpyxl", "xlsxwriter")),
    "parquet": ("prices from Parquet", ("pyarrow",)),
    "postgres": ("PostgreSQL", ("psycopg",)),
    "fix": ("orders by FIX", ("quickfix",)),
    "sign": ("a signed decision log", ("cryptography",)),
    "lsp": ("help in an editor", ("pygls",)),
}
"""The extras: what each is for, and the modules that show whether it is there."""

_FOR_PDF = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class State(StrEnum):
    """How a check ended; `absent` is a choice, `wrong` needs a hand."""

    OK = "ok"
    ABSENT = "absent"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: what was looked at, what was found, and what to do about it."""

    name: str
    state: State
    found: str
    cure: str | None = None


def checks(book: str | None) -> Iterator[Check]:
    """Yield every check; `book`, a folder or the address of a database, is looked at where it is named."""
    yield _python()
    yield from _packages()
    yield _compiler()
    yield _engine()
    yield _rationals()
    yield _trial()
    yield _scratch()
    for extra, (use, modules) in EXTRAS.items():
        yield _extra(extra, use, modules)
    if book is not None:
        yield _book(book)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    found = f"{version}; guardband {VERSION}"
    if sys.version_info < (3, 13):
        return Check(name="python", state=State.OK, found=found)
    cure = "use Python 3.11 or 3.12: the rules engine has no release for this one, and the gate one evaluator"
    return Check(name="python", state=State.WRONG, found=found, cure=cure)


def _packages() -> Iterator[Check]:
    """Yield the packages that this version needs and that are missing, or clash in their versions."""
    clashes = 0
    for line in metadata.requires("guardband") or ():
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        cure = f"pip install '{needed.name}{needed.specifier}'"
        try:
            found = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            clashes += 1
            yield Check(name=needed.name, state=State.WRONG, found="not installed", cure=cure)
            continue
        if not needed.specifier.contains(found, prereleases=True):
            clashes += 1
            told = f"{found} is installed, {needed.specifier} is needed"
            yield Check(name=needed.name, state=State.WRONG, found=told, cure=cure)
    if not clashes:
        yield Check(name="packages", state=State.OK, found="those needed are there, in versions that fit")


def _compiler() -> Check:
    found = next((name for name in COMPILERS if shutil.which(name)), None)
    if found is not None:
        return Check(name="C compiler", state=State.OK, found=found)
    cure = "only a new installation needs one: apt-get install gcc python3-dev, or xcode-select --install"
    return Check(name="C compiler", state=State.ABSENT, found="none", cure=cure)


def _engine() -> Check:
    """Load the rules engine; whether its process answers is seen by the trial."""
    from engine.gate.engine.durable import available

    absent = available()
    if absent is None:
        return Check(name="rules engine", state=State.OK, found="loaded")
    cure = "with a compiler at hand: pip install --force-reinstall --no-cache-dir durable-rules"
    return Check(name="rules engine", state=State.WRONG, found=absent, cure=cure)


def _rationals() -> Check:
    if exact.IS_COMPILED:
        return Check(name="rationals", state=State.OK, found="compiled")
    cure = f"with a compiler at hand: {REINSTALL} --no-deps"
    found = "those of the standard library: the same answers, which take longer"
    return Check(name="rationals", state=State.ABSENT, found=found, cure=cure)


def _trial() -> Check:
    """Propose for the book of `guardband init`: mandate, solvers, the engine and both evaluators."""
    from engine.shell.init import lay_out
    from engine.shell.work import opened

    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            book = Path(scratch) / "book"
            lay_out(book)
            with opened(None, book, None) as desk:
                answer = desk.propose().gate
    except GuardbandError as problem:
        return Check(name="a proposal", state=State.WRONG, found=str(problem), cure=REINSTALL)
    if answer is None or answer.fault is not None:
        told = "no list" if answer is None or answer.fault is None else answer.fault.reason
        return Check(name="a proposal", state=State.WRONG, found=told, cure=REINSTALL)
    told = (
        f"{len(answer.trades)} trades, {answer.decision.value}, {time.monotonic() - begun:.1f} s; judged by "
    )
    one = len(answer.evaluators) < EVALUATORS
    return Check(
        name="a proposal",
        state=State.WRONG if one else State.OK,
        found=told + " and ".join(answer.evaluators),
        cure="see the rules engine above" if one else None,
    )


def _scratch() -> Check:
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"0")
            file.flush()
    except OSError as problem:
        cure = "make room, or name another folder in TMPDIR"
        return Check(name="scratch space", state=State.WRONG, found=str(problem.strerror), cure=cure)
    return Check(name="scratch space", state=State.OK, found=tempfile.gettempdir())


def _extra(extra: str, use: str, modules: tuple[str, ...]) -> Check:
    cure = f'pip install "guardband[{extra}]"'
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as missing:
            return Check(name=use, state=State.ABSENT, found=f"{missing.name} is not installed", cure=cure)
        except Exception as problem:  # a package's own start: whatever it is, it is told
            lines = str(problem).splitlines() or [type(problem).__name__]
            cure = _FOR_PDF if extra == "pdf" else cure
            return Check(name=use, state=State.WRONG, found=f"{module}: {lines[0]}", cure=cure)
    return Check(name=use, state=State.OK, found=", ".join(modules))


def _book(book: str) -> Check:
    """Read a book; an old or newer database says what to do in its own words."""
    from engine.shell.books import read_book

    try:
        records = read_book(book).records
    except GuardbandError as problem:
        return Check(name="book", state=State.WRONG, found=str(problem))
    accounts, securities = len(records.accounts), len(records.securities)
    return Check(name="book", state=State.OK, found=f"{accounts} accounts, {securities} securities")
