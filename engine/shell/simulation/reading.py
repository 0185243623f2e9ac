"""A study from a TOML file, or from the options of the command.

title = "Direct index, three runs"
book = "."                              the folder of the study's file, unless it says another
policies = ["direct.mandate", "us.wash_sales"]
since = 2015-01-02
until = 2019-12-31
every = "month"                         day, week, month, quarter: how often the monitor looks
cost_bps = 5
losses = "used"                         or "carried"

[[flow]]                                money in, or out where the amount is negative
account = "TAXABLE"
every = "month"
amount = 2000

[[run]]
name = "no wash-sale rule"
wash_sales = false                      harvest, policies, every, aversion likewise
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast, get_args

from engine.facts.failure import InputError
from engine.facts.ids import AccountId
from engine.shell.policies import SUFFIX
from engine.shell.simulation.study import Every, Flow, Losses, Run, Study

_STUDY = frozenset(
    {"title", "book", "policies", "since", "until", "every", "cost_bps", "losses", "flow", "run"}
)
_FLOW = frozenset({"account", "every", "amount"})
_RUN = frozenset({"name", "policies", "wash_sales", "harvest", "every", "aversion"})
_KINDS: Mapping[str, tuple[type, str]] = {
    "title": (str, "a text"),
    "book": (str, "a text"),
    "policies": (list, "a list of texts"),
    "since": (date, "a day such as 2015-01-02"),
    "until": (date, "a day such as 2015-01-02"),
    "flow": (list, "a table [[flow]]"),
    "run": (list, "a table [[run]]"),
    "account": (str, "a text"),
    "name": (str, "a text"),
    "wash_sales": (bool, "true or false"),
    "harvest": (bool, "true or false"),
}
_WORDS: Mapping[str, tuple[str, ...]] = {"every": get_args(Every), "losses": get_args(Losses)}
_NUMBERS = frozenset({"cost_bps", "amount", "aversion"})


def read_study(path: Path) -> Study:
    """Return the study of a file. Raises InputError where it cannot be read or says what is not known."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise InputError("there is no such file", place=str(path), cure="check the path") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise InputError(f"this is no TOML: {problem}", place=str(path), cure="mend the line") from None
    place = path.name
    _check(told, _STUDY, place)
    runs = tuple(_run(row, path, f"{place}, run {number}") for number, row in _tables(told, "run"))
    names = [run.name for run in runs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two runs are named `{twice[0]}`", place=place, cure="name them apart")
    return Study(
        title=told.get("title", path.stem),
        book=_book(told.get("book", "."), path),
        policies=_policies(told.get("policies", []), path),
        since=told.get("since"),
        until=told.get("until"),
        every=cast(Every, told.get("every", "month")),
        cost_bps=Decimal(told.get("cost_bps", 5)),
        losses=cast(Losses, told.get("losses", "used")),
        flows=tuple(_flow(row, f"{place}, flow {number}") for number, row in _tables(told, "flow")),
        runs=runs,
    )


def _book(name: str, path: Path) -> str:
    return name if "://" in name else str(path.parent / name)


def _tables(told: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(told.get(name, []), start=1))


def _run(row: Mapping[str, Any], path: Path, place: str) -> Run:
    _check(row, _RUN, place, need=("name",))
    return Run(
        name=row["name"],
        policies=_policies(row.get("policies", []), path),
        wash_sales=row.get("wash_sales", True),
        harvest=row.get("harvest", True),
        every=cast("Every | None", row.get("every")),
        aversion=None if "aversion" not in row else Decimal(row["aversion"]),
    )


def _flow(row: Mapping[str, Any], place: str) -> Flow:
    _check(row, _FLOW, place, need=("account", "every", "amount"))
    return Flow(
        account=AccountId(row["account"]), every=cast(Every, row["every"]), amount=Decimal(row["amount"])
    )


def _policies(names: list[str], path: Path) -> tuple[str, ...]:
    return tuple(str(path.parent / name) if name.endswith(SUFFIX) else name for name in names)


def _check(row: Mapping[str, Any], known: frozenset[str], place: str, need: tuple[str, ...] = ()) -> None:
    if not isinstance(row, Mapping):
        raise InputError("this is no table", place=place, cure="write it as the documentation shows")
    for name in need:
        if name not in row:
            raise InputError(f"`{name}` is missing", place=place, cure=f"add {name} = …")
    for name, value in row.items():
        if name not in known:
            raise InputError(f"`{name}` is not known", place=place, cure=f"one of {', '.join(sorted(known))}")
        if name in _KINDS and not isinstance(value, _KINDS[name][0]):
            raise InputError(f"`{name}` is {value!r}", place=place, cure=f"write {_KINDS[name][1]}")
        if name in _WORDS and value not in _WORDS[name]:
            raise InputError(
                f"`{name}` is {value!r}", place=place, cure=f"write one of {', '.join(_WORDS[name])}"
            )
        if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
            raise InputError(f"`{name}` is {value!r}", place=place, cure="write a number")
        if name == "policies" and not all(isinstance(one, str) for one in value):
            raise InputError(f"`{name}` is {value!r}", place=place, cure="write a list of texts")
