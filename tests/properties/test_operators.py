"""Each operator of the gate's comparing and measuring turned round in its code: the run must notice.

A function's text is parsed, one operator in it exchanged for its neighbour (`<` for `<=`, `+` for `-`,
`min` for `max`, …) and the code put in place of the function's own, so that whoever has imported it runs
the broken one. The worlds on which gate and reference agree untouched must then show a difference.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType, FunctionType

import pytest

from engine.facts.trades import Trade
from engine.gate import compare, limits, readings
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground
from tests.properties.test_mutations import at_its_warning
from tests.properties.worlds import world_of

WORLDS = range(2_000, 2_040)
ENGINE = Inline()

TURNED: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"min": "max", "max": "min"}

FUNCTIONS: tuple[Callable[..., object], ...] = (
    compare.lowering,
    compare.compared,
    compare.reached,
    limits.Limits._read,
    readings.factor_of,
    readings.least,
)

EQUIVALENT = frozenset(
    {
        "reached 0 Gt",  # an early warning at the level itself is told by its sign, which is never zero
        "factor_of 0 LtE",  # a base of 0 has no figure: dividing by it ends the judgement either way
    }
)
"""Turned operators that change no verdict, and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """One operator: its function, and which of the operators in it."""

    function: Callable[..., object]
    number: int
    name: str

    def __str__(self) -> str:
        """Return the place in words."""
        return self.name


def _operators(tree: ast.AST) -> list[tuple[ast.AST, int]]:
    """Return the nodes with an operator that can be turned, with its place in the node."""
    found: list[tuple[ast.AST, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found += [(node, n) for n, op in enumerate(node.ops) if type(op) in TURNED]
        elif (isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in TURNED) or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES
        ):
            found.append((node, 0))
    return found


def _word(node: ast.AST, number: int) -> str:
    if isinstance(node, ast.Compare):
        return type(node.ops[number]).__name__
    if isinstance(node, ast.BinOp | ast.BoolOp):
        return type(node.op).__name__
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return node.func.id


def _turn(node: ast.AST, number: int) -> None:
    if isinstance(node, ast.Compare):
        node.ops[number] = TURNED[type(node.ops[number])]()
    elif isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = TURNED[type(node.op)]()
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        node.func.id = NAMES[node.func.id]


def _tree(function: Callable[..., object]) -> ast.Module:
    """Return the text of a function as a tree, without annotations that would be looked up."""
    return ast.parse("from __future__ import annotations\n" + textwrap.dedent(inspect.getsource(function)))


def places() -> Iterator[Place]:
    """Yield every operator of the functions."""
    for function in FUNCTIONS:
        for number, (node, at) in enumerate(_operators(_tree(function))):
            yield Place(function, number, f"{function.__name__} {number} {_word(node, at)}")


def _broken(place: Place) -> CodeType:
    tree = deepcopy(_tree(place.function))
    _turn(*_operators(tree)[place.number])
    assert isinstance(place.function, FunctionType)
    scope = dict(place.function.__globals__)
    exec(compile(ast.fix_missing_locations(tree), place.function.__code__.co_filename, "exec"), scope)
    code: CodeType = scope[place.function.__name__].__code__
    return code


@contextmanager
def turned(place: Place) -> Iterator[None]:
    """Run with one operator turned."""
    assert isinstance(place.function, FunctionType)
    kept = place.function.__code__
    place.function.__code__ = _broken(place)
    try:
        yield
    finally:
        place.function.__code__ = kept


World = tuple[GroundBook, list[tuple[Trade, ...]]]


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Books with the lists on which the two agree; opened anew for each operator."""
    found: list[World] = []
    for policy, book, lists in (at_its_warning(), *map(world_of, WORLDS)):
        grounded = ground(compile_rulebook((policy,)), book)
        opened = open_book(grounded)
        found.append(
            (grounded, [t for t in lists if judge(opened, t, engine=ENGINE, explained=False).fault is None])
        )
    return found


def is_noticed(place: Place, worlds: list[World]) -> bool:
    """Return whether some list draws a fault, or cannot be judged at all."""
    with turned(place):
        for grounded, lists in worlds:
            try:
                opened = open_book(grounded)
                if any(judge(opened, t, engine=ENGINE, explained=False).fault is not None for t in lists):
                    return True
            except (AssertionError, ArithmeticError, TypeError, KeyError):
                return True
    return False


EVERYDAY = ("lowering", "compared", "least")
ALL = [
    pytest.param(
        place,
        id=str(place),
        marks=() if place.function.__name__ in EVERYDAY else [pytest.mark.long],
    )
    for place in places()
    if str(place) not in EQUIVALENT
]


@pytest.mark.parametrize("place", ALL)
def test_an_operator_turned_is_noticed(place: Place, worlds: list[World]) -> None:
    assert is_noticed(place, worlds), f"{place} turned went unnoticed"


def test_there_is_something_to_turn() -> None:
    assert len(list(places())) >= 12
